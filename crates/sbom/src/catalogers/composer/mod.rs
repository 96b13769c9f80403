//! PHP: packages locked and installed by Composer.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `composer-installed` | `vendor/composer/installed.json` of Composer 1 and 2 | what is installed, with licences, scope (Composer 2) and dependencies |
//! | `composer-lock` | `composer.lock` | what is locked, with licences, scope, dependencies and lines |
//!
//! Packages from a folder beside the project are parts of it.
//!
//! They do not find: PHP itself and its extensions (`php`, `ext-json`), which belong to the
//! platform; packages that another one replaces or provides; the project itself. Lockfiles inside
//! packages below `vendor` are not read.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Evidence, Location, Package, Purl, Relationship, Scope};

use crate::catalogers::json::{Document, Object, Value};
use crate::{Cataloger, Error, Facts};

/// Finds the packages that Composer installed.
#[derive(Debug)]
pub(crate) struct Installed;

/// Finds the packages that Composer locked.
#[derive(Debug)]
pub(crate) struct Lockfile;

impl Cataloger for Installed {
    fn name(&self) -> &'static str {
        "composer-installed"
    }

    fn names(&self) -> &'static [&'static str] {
        &["installed.json"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.ends_with("composer/installed.json")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let bytes = file.bytes()?;
        let mut bytes = Cow::Borrowed(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
        // Composer 1 wrote the list alone, Composer 2 an object with it.
        if bytes.trim_ascii_start().starts_with(b"[") {
            bytes = Cow::Owned([b"{\"packages\":", &*bytes, b"}"].concat());
        }
        let (document, root) = Document::read(&bytes, "installed.json")?;
        let development: Vec<Value<'_>> =
            root.get("dev-package-names").and_then(Value::as_array).unwrap_or_default();
        let development: HashSet<Cow<'_, str>> =
            development.into_iter().filter_map(Value::as_text).collect();
        let scope_of = |name: &str| match development.contains(name) {
            true => Scope::Development,
            false if root.get("dev-package-names").is_none() => Scope::Unstated,
            false => Scope::Runtime,
        };
        if root.get("packages").is_none() {
            facts.problem(None, "it has no packages");
        }
        let mut packages = Packages::default();
        packages.read(&document, root.get("packages"), Evidence::Installed, scope_of, facts);
        packages.report(facts);
        Ok(())
    }
}

impl Cataloger for Lockfile {
    fn name(&self) -> &'static str {
        "composer-lock"
    }

    fn names(&self) -> &'static [&'static str] {
        &["composer.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"composer.lock" && !is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let (document, root) = Document::read(file.bytes()?, "composer.lock")?;
        let mut packages = Packages::default();
        for (key, scope) in [("packages", Scope::Runtime), ("packages-dev", Scope::Development)] {
            packages.read(&document, root.get(key), Evidence::Declared, |_| scope, facts);
        }
        packages.report(facts);
        Ok(())
    }
}

/// Whether a file lies in a package's folder, `vendor/VENDOR/NAME/`.
fn is_inside_package(path: TreePath<'_>) -> bool {
    const AFTER_VENDOR: usize = 3;
    let after = path.components().skip_while(|folder| *folder != b"vendor").skip(1);
    after.count() >= AFTER_VENDOR
}

/// The packages of a file with the names that each needs.
#[derive(Debug, Default)]
struct Packages<'a>(Vec<(Package, Vec<Cow<'a, str>>)>);

impl<'a> Packages<'a> {
    /// Reads a list of packages; a missing list is empty.
    fn read(
        &mut self,
        document: &Document<'a>,
        list: Option<Value<'a>>,
        evidence: Evidence,
        scope_of: impl Fn(&str) -> Scope,
        facts: &mut Facts,
    ) {
        // Composer writes `null` where nothing is locked for development.
        let Some(list) = list.filter(|list| !list.is_null()) else { return };
        let Some(entries) = list.as_array() else {
            let line = document.lines(list).map(|(first, _)| first);
            return facts.problem(line, "packages that are no list");
        };
        for value in entries {
            let lines = document.lines(value);
            let entry = value.as_object().unwrap_or_default();
            let Some(mut package) = package(&entry) else {
                let line = lines.map(|(first, _)| first);
                facts.problem(line, "a package without valid name and version");
                continue;
            };
            package.evidence = evidence;
            package.scope = scope_of(&package.name);
            package.locations = vec![Location::new("").on_lines(lines)];
            let required = entry.object("require").unwrap_or_default();
            let names = required.members().map(|(name, _)| name.clone()).collect();
            self.0.push((package, names));
        }
    }

    /// Hands the packages over, each with those of the file that it needs.
    fn report(self, facts: &mut Facts) {
        let ids: HashMap<String, String> =
            self.0.iter().map(|(it, _)| (it.name.to_lowercase(), it.id())).collect();
        for (mut package, names) in self.0 {
            let needed = names.iter().filter_map(|name| ids.get(&name.to_lowercase()));
            package.depends_on = needed.cloned().collect();
            package.depends_on.sort_unstable();
            package.depends_on.dedup();
            facts.package(package);
        }
    }
}

/// The package of an entry (Composer docs, "The composer.json schema": name, version, license).
fn package(entry: &Object<'_>) -> Option<Package> {
    let (name, version) = (entry.text("name")?, entry.text("version")?);
    let is_part = |part: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        part.starts_with(|c: char| c.is_ascii_alphanumeric()) && part.chars().all(is_plain)
    };
    let (vendor, bare) = name.split_once('/')?;
    if !is_part(vendor) || !is_part(bare) || version.is_empty() {
        return None;
    }
    let purl = Purl::builder(Ecosystem::Composer.purl_type(), bare);
    let purl = purl.namespace(vendor).version(version.as_ref()).build().ok()?;
    let mut package = Package::new(Ecosystem::Composer, name, version, purl);
    // Composer docs, "Repositories", "Path": a folder beside the project. Its version is no release
    // of the package with that name on Packagist.
    if entry.object("dist").is_some_and(|dist| dist.text("type").as_deref() == Some("path")) {
        package.relationship = Relationship::Workspace;
    }
    let licenses = entry.get("license").and_then(Value::as_array).unwrap_or_default();
    package.licenses =
        licenses.into_iter().filter_map(Value::as_text).map(Cow::into_owned).collect();
    Some(package)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::read;

    fn rows(facts: &Facts) -> Vec<(String, Scope, String)> {
        facts.packages().map(|it| (it.id(), it.scope, it.depends_on.join(" "))).collect()
    }

    fn row(id: &str, scope: Scope, needs: &str) -> (String, Scope, String) {
        (id.to_owned(), scope, needs.to_owned())
    }

    const LIST: &str = r#"[
 {"name": "a/b", "version": "1.0.8", "license": ["MIT", "GPL-2.0-only"],
  "require": {"php": ">=7", "C/d": "^4"}},
 {"name": "c/d", "version": "v4.6.2"}]"#;

    #[test]
    fn what_is_locked() {
        let text = format!(
            r#"{{"packages": {LIST}, "packages-dev": [{{"name": "e/f", "version": "dev-main"}}]}}"#
        );
        let (outcome, facts) = read(&Lockfile, "composer.lock", text.as_bytes());
        assert!(outcome.is_ok() && facts.problems.is_empty());
        assert_eq!(
            rows(&facts),
            [
                row("a/b@1.0.8", Scope::Runtime, "c/d@v4.6.2"),
                row("c/d@v4.6.2", Scope::Runtime, ""),
                row("e/f@dev-main", Scope::Development, ""),
            ]
        );
        let first = facts.packages().next().unwrap();
        assert_eq!(first.purl.to_string(), "pkg:composer/a/b@1.0.8");
        assert_eq!(first.licenses, ["MIT", "GPL-2.0-only"]);
        assert_eq!(first.locations[0].lines, Some((2, 3)));
        assert_eq!(first.evidence, Evidence::Declared);
    }

    #[test]
    fn what_is_installed_by_either_composer() {
        let path = "srv/vendor/composer/installed.json";
        let (_, facts) = read(&Installed, path, LIST.as_bytes());
        assert_eq!(rows(&facts)[1], row("c/d@v4.6.2", Scope::Unstated, ""));
        let text = format!(r#"{{"packages": {LIST}, "dev": true, "dev-package-names": ["c/d"]}}"#);
        let (_, facts) = read(&Installed, path, text.as_bytes());
        assert_eq!(rows(&facts)[0].1, Scope::Runtime);
        assert_eq!(rows(&facts)[1].1, Scope::Development);
        assert_eq!(facts.packages().next().unwrap().evidence, Evidence::Installed);
    }

    #[test]
    fn folders_are_parts_of_the_project() {
        let text = r#"{"packages": [
            {"name": "a/b", "version": "1.0", "dist": {"type": "path", "url": "../b"}},
            {"name": "a/c", "version": "1.0", "dist": {"type": "zip", "url": "https://x/c.zip"}}
        ]}"#;
        let files: [(&dyn Cataloger, &str); 2] =
            [(&Lockfile, "composer.lock"), (&Installed, "vendor/composer/installed.json")];
        for (cataloger, path) in files {
            let (_, facts) = read(cataloger, path, text.as_bytes());
            let found: Vec<Relationship> = facts.packages().map(|it| it.relationship).collect();
            assert_eq!(found, [Relationship::Workspace, Relationship::Unstated]);
        }
    }

    #[test]
    fn one_bad_entry_spoils_nothing_else() {
        let text = "{\"packages\": [7,\n{\"name\": \"a\", \"version\": \"1\"},\n\
                    {\"name\": \"a/b\", \"version\": \"1\"}], \"packages-dev\": {}}";
        let (_, facts) = read(&Lockfile, "composer.lock", text.as_bytes());
        assert_eq!(facts.packages().count(), 1);
        let lines: Vec<_> = facts.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [Some(1), Some(2), Some(3)]);
        assert!(read(&Lockfile, "composer.lock", b"not json").0.is_err());
    }

    #[test]
    fn nothing_locked_for_development_is_nothing_wrong() {
        let text = br#"{"packages": [{"name": "a/b", "version": "1"}], "packages-dev": null}"#;
        let (_, facts) = read(&Lockfile, "composer.lock", text);
        assert_eq!((facts.packages().count(), facts.problems.len()), (1, 0));
    }

    #[test]
    fn lockfiles_that_packages_carry_are_left_alone() {
        let wants = |path| Lockfile.wants(TreePath::from(path), &Metadata::new(1, 0), b"");
        assert!(wants("composer.lock") && wants("srv/vendor/composer.lock"));
        assert!(!wants("srv/vendor/a/b/composer.lock"));
    }
}
