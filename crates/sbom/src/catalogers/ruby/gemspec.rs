//! `specifications/NAME-VERSION.gemspec`, which `gem install` writes (RubyGems,
//! `Gem::Specification#to_ruby`): a Ruby program of assignments, one on each line, with only
//! literals.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Location, Package};

use super::without_platform;
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// Finds the gems that are installed.
#[derive(Debug)]
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn name(&self) -> &'static str {
        "ruby-installed"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.gemspec"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        let is_folder = |folder: TreePath<'_>, name: &[u8]| folder.file_name() == name;
        path.file_name().ends_with(b".gemspec")
            && path.parent().is_some_and(|folder| {
                is_folder(folder, b"specifications")
                    || is_folder(folder, b"default")
                        && folder.parent().is_some_and(|outer| is_folder(outer, b"specifications"))
            })
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let text = text::any(file.bytes()?);
        match read(&text) {
            Ok(package) => facts.facts.extend(package.map(Box::new).map(crate::Fact::Package)),
            Err(message) => facts.problem(None, message),
        }
        Ok(())
    }
}

/// The gem of a specification; none when there is nothing in it.
fn read(text: &str) -> Result<Option<Package>, String> {
    let mut lines = text.lines().map(str::trim).zip(1..);
    let mut code = lines.by_ref().filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let Some((head, first)) = code.next() else { return Ok(None) };
    if !head.starts_with("Gem::Specification.new") {
        return Err(format!("{head:?} begins no gem specification"));
    }
    let (mut name, mut version, mut licenses, mut last) = (None, None, Vec::new(), first);
    for (line, number) in code {
        last = number;
        // `s.name = "yaml".freeze`; the variable's name does not matter.
        let Some((_, assignment)) = line.split_once('.') else { continue };
        let Some((attribute, value)) = assignment.split_once('=') else { continue };
        match attribute.trim() {
            "name" if name.is_none() => name = strings(value).next(),
            "version" if version.is_none() => version = strings(value).next(),
            "license" | "licenses" => licenses = strings(value).map(str::to_owned).collect(),
            _ => {}
        }
    }
    let (Some(name), Some(version)) = (name, version) else {
        return Err("a gem specification without name or version".to_owned());
    };
    let package = super::package(name, without_platform(version));
    let mut package = package.ok_or_else(|| format!("{name:?} {version:?} is no gem"))?;
    package.licenses = licenses;
    package.locations = vec![Location::new("").on_lines(Some((first, last)))];
    Ok(Some(package))
}

/// The string literals of an expression; before version 2 RubyGems wrote `%q{rails}`.
fn strings(expression: &str) -> impl Iterator<Item = &str> {
    let mut rest = expression;
    std::iter::from_fn(move || {
        let quoted = rest.find(['"', '\'']);
        let braced = rest.find("%q{").filter(|at| quoted.is_none_or(|quoted| *at < quoted));
        let (start, end) = match braced {
            Some(at) => (at + "%q{".len(), '}'),
            None => (quoted? + 1, rest.get(quoted?..)?.chars().next()?),
        };
        let inside = rest.get(start..)?;
        let (literal, behind) = inside.split_once(end)?;
        rest = behind;
        Some(literal)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn takes_name_version_and_licences() {
        let text = "# -*- encoding: utf-8 -*-\n# stub: nokogiri 1.13.3 ruby lib\n\n\
                    Gem::Specification.new do |s|\n  s.name = \"nokogiri\".freeze\n  \
                    s.version = '1.13.3'\n  s.platform = \"x86_64-linux\"\n\n  \
                    s.required_ruby_version = Gem::Requirement.new(\">= 2.3.0\".freeze)\n  \
                    s.licenses = [\"MIT\".freeze, \"Ruby\".freeze]\nend\n";
        let package = read(text).unwrap().unwrap();
        assert_eq!(package.purl.to_string(), "pkg:gem/nokogiri@1.13.3");
        assert_eq!(package.licenses, ["MIT", "Ruby"]);
        assert_eq!(package.locations[0].lines, Some((4, 11)));
    }

    #[test]
    fn takes_what_old_rubygems_wrote() {
        let text = "Gem::Specification.new do |s|\n  s.name = %q{rails}\n  \
                    s.version = \"2.3.5\"\n  s.licenses = [%q{MIT}, \"Ruby\"]\nend\n";
        let package = read(text).unwrap().unwrap();
        assert_eq!(package.purl.to_string(), "pkg:gem/rails@2.3.5");
        assert_eq!(package.licenses, ["MIT", "Ruby"]);
    }

    #[test]
    fn what_is_no_specification_is_told() {
        assert_eq!(read("# only a comment\n"), Ok(None));
        for (text, told) in [
            ("Gem::Spec", "\"Gem::Spec\" begins no gem specification"),
            (
                "Gem::Specification.new do |s|\n  s.name =",
                "a gem specification without name or version",
            ),
            (
                "Gem::Specification.new do |s|\n s.name = 'a b'\n s.version = '1'",
                "\"a b\" \"1\" is no gem",
            ),
        ] {
            assert_eq!(read(text), Err(told.to_owned()));
        }
    }

    #[test]
    fn wants_installed_specifications_only() {
        let wants = |path| Installed.wants(TreePath::from(path), &Metadata::new(1, 0), b"");
        assert!(wants("usr/lib/ruby/gems/3.0.0/specifications/rake-13.gemspec"));
        assert!(wants("usr/lib/ruby/gems/3.0.0/specifications/default/json-2.gemspec"));
        assert!(!wants("srv/app/app.gemspec") && !wants("default/app.gemspec"));
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(s\\.(name|version|licenses) = |[\"'a1.é]{0,4}|\n){0,30}") {
            crate::check::holds(&Installed, "specifications/a-1.gemspec", format!("Gem::Specification.new\n{text}"))?;
        }
    }
}
