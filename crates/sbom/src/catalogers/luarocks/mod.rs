//! Lua: rocks that LuaRocks installed or would build.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `luarocks-rockspec` | `*.rockspec` | the rock, with its licence: installed where the file lies below `rocks` or `rocks-VERSION`, else declared |
//!
//! A rockspec is a Lua program. It does not find: a name or version that is composed of more than
//! texts and local variables of texts; the dependencies of a rock.

use std::collections::HashMap;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Evidence, Impact, Relationship};

use crate::catalogers::{declared, text};
use crate::{Catalog, Cataloger, Error, Facts, MergedFacts};

/// Finds rocks by their specifications.
#[derive(Debug)]
pub(crate) struct Rockspec;

impl Cataloger for Rockspec {
    fn name(&self) -> &'static str {
        "luarocks-rockspec"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.rockspec"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name().ends_with(b".rockspec")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(&text::any(file.bytes()?), facts);
        Ok(())
    }

    /// The place decides: below a tree of rocks it is installed, elsewhere it is the project.
    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        for file in &merged.files {
            catalog.add_problems(file, merged.cataloger, Impact::Partial);
            let mut folders = file.path.split('/');
            let is_installed = folders.any(|it| it == "rocks" || it.starts_with("rocks-"));
            for package in file.facts.packages() {
                let mut package = package.clone();
                if is_installed {
                    package.evidence = Evidence::Installed;
                } else {
                    package.relationship = Relationship::Root;
                }
                catalog.add(package, file, merged.cataloger);
            }
        }
    }
}

/// The rock of a specification (LuaRocks docs, "Rockspec format"); none when nothing is in it.
fn parse(text: &str, facts: &mut Facts) {
    let mut values: HashMap<&str, String> = HashMap::new();
    let (mut license, mut line) = (None, 1);
    for (content, number) in text.lines().zip(1..) {
        let Some((name, expression)) = content.split_once('=') else { continue };
        let is_global = !content.starts_with([' ', '\t']);
        let name = name.trim();
        let name = name.strip_prefix("local ").unwrap_or(name).trim();
        if !is_global && name != "license" {
            continue;
        }
        let Some(value) = evaluated(expression, &values) else { continue };
        match name {
            "license" if !is_global => license = Some(value),
            name => {
                if name == "package" {
                    line = number;
                }
                values.insert(name, value);
            }
        }
    }
    match (values.get("package"), values.get("version")) {
        _ if text.trim().is_empty() => {}
        (Some(name), Some(version)) => {
            let package = declared::package(Ecosystem::Luarocks, name, version);
            let package = package.map(|mut package| {
                package.licenses.extend(license);
                package
            });
            declared::add(package, line, facts);
        }
        _ => facts.problem(None, "a rockspec without package or version"),
    }
}

/// The text that an expression stands for: texts and names, joined by `..`.
fn evaluated(expression: &str, values: &HashMap<&str, String>) -> Option<String> {
    let expression = expression.split("--").next()?.trim().trim_end_matches([',', ';']);
    let mut text = String::new();
    for part in expression.split("..").map(str::trim) {
        let quoted = |quote| part.strip_prefix(quote)?.strip_suffix(quote);
        match quoted('"').or_else(|| quoted('\'')) {
            Some(literal) => text.push_str(literal),
            None => text.push_str(values.get(part)?),
        }
        // Variables of variables could grow without bound.
        if text.len() > MAX_VALUE_BYTES {
            return None;
        }
    }
    Some(text)
}

/// More text than this is no name and no version.
const MAX_VALUE_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MergedFile;
    use crate::catalogers::declared::testing::{read, rows};

    #[test]
    fn takes_name_version_and_licence() {
        let text = "local v = '2.0.1'\nlocal r = \"1\" -- revision\npackage = \"a\"\n\
                    version = v..\"-\"..r\ndescription = {\n   license = \"MIT\",\n   package = \"no\"\n}\n";
        let (_, facts) = read(&Rockspec, "a-2.0.1-1.rockspec", text);
        assert_eq!(rows(&facts), ["a@2.0.1-1 3"]);
        let package = facts.packages().next().unwrap();
        assert_eq!(package.licenses, ["MIT"]);
        assert_eq!(package.purl.to_string(), "pkg:luarocks/a@2.0.1-1");
        let bad = read(&Rockspec, "a.rockspec", "package = f()\nversion = \"1\"\n").1;
        assert_eq!((bad.packages().count(), bad.problems.len()), (0, 1));
        assert!(read(&Rockspec, "a.rockspec", " \n").1.is_empty());
    }

    #[test]
    fn the_place_says_whether_it_is_installed() {
        let (_, facts) = read(&Rockspec, "a.rockspec", "package = 'a'\nversion = '1-1'\n");
        for (path, expected) in [
            ("usr/lib/luarocks/rocks-5.1/a/1-1/a-1-1.rockspec", Evidence::Installed),
            ("srv/a-1-1.rockspec", Evidence::Declared),
        ] {
            let mut catalog = Catalog::default();
            let files = vec![MergedFile::new(path, &facts)];
            Rockspec.assemble(&MergedFacts::new(Rockspec.name(), files), &mut catalog);
            assert_eq!(catalog.packages()[0].evidence, expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(package|version|local a| = |\"a\"|\\.\\.|a|\n){0,20}") {
            crate::check::holds(&Rockspec, "a.rockspec", text)?;
        }
    }
}
