//! Installed packages, each by its own `package.json`.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Impact, Relationship};

use super::license;
use super::place::Place;
use crate::catalogers::json::Document;
use crate::catalogers::text;
use crate::{Catalog, Cataloger, Error, Facts, MergedFacts, MergedFile};

/// Finds the packages that are installed.
#[derive(Debug)]
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn name(&self) -> &'static str {
        "npm-installed"
    }

    fn names(&self) -> &'static [&'static str] {
        &["package.json"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"package.json"
            && match Place::of(path) {
                Place::Package => true,
                Place::PartOfPackage => false,
                Place::Project => !text::is_inside_package(path),
            }
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(file.bytes()?, facts)
    }

    /// The place decides: in a store it is a package, elsewhere the project itself. A project
    /// without name or version is nothing unusual.
    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        for file in &merged.files {
            let installed = is_installed(file);
            for package in file.facts.packages() {
                let mut package = package.clone();
                if !installed {
                    package.evidence = Evidence::Declared;
                    package.relationship = Relationship::Root;
                }
                catalog.add(package, file, merged.cataloger);
            }
            if installed {
                catalog.add_problems(file, merged.cataloger, Impact::Partial);
            }
        }
    }
}

fn is_installed(file: &MergedFile<'_>) -> bool {
    std::iter::once(&file.path)
        .chain(&file.aliases)
        .any(|path| Place::of(TreePath::from(path.as_str())) == Place::Package)
}

/// The package that a `package.json` describes. One without a name only sets options for the
/// module loader (Node.js docs, "Modules: Packages", `type`).
fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let (_, manifest) = Document::read(bytes, "package.json")?;
    let name = manifest.text("name").unwrap_or_default();
    let version = manifest.text("version").unwrap_or_default();
    let (name, version) = (name.trim(), version.trim());
    if name.is_empty() {
        return Ok(());
    }
    if version.is_empty() {
        facts.problem(None, format!("package {name:?} has no version"));
        return Ok(());
    }
    match super::package(name, version) {
        Some(mut package) => {
            package.licenses = license::of(&manifest);
            facts.package(package);
        }
        None => facts.problem(None, format!("{name:?} is not a name of a package")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    fn assembled(path: &str, text: &str) -> Catalog {
        let facts = facts_of(&Installed, "package.json", text);
        let mut catalog = Catalog::default();
        let files = vec![MergedFile::new(path, &facts)];
        Installed.assemble(&MergedFacts::new("npm-installed", files), &mut catalog);
        catalog
    }

    #[test]
    fn an_installed_package() {
        let text = r#"{"name": "@s/a", "version": "1.0.0", "license": "MIT", "name": "@s/b"}"#;
        let catalog = assembled("node_modules/@s/b/package.json", text);
        let [package] = catalog.packages() else { panic!("{catalog:?}") };
        assert_eq!(package.id(), "@s/b@1.0.0");
        assert_eq!(package.licenses, ["MIT"]);
        assert_eq!(package.evidence, Evidence::Installed);
        assert_eq!((package.purl.namespace(), package.purl.name()), (Some("@s"), "b"));
    }

    #[test]
    fn the_project_itself_is_only_declared() {
        let catalog = assembled("srv/package.json", r#"{"name": "a", "version": "1.0.0"}"#);
        let [package] = catalog.packages() else { panic!("{catalog:?}") };
        assert_eq!(package.evidence, Evidence::Declared);
        assert_eq!(package.relationship, Relationship::Root);
    }

    #[test]
    fn a_missing_version_matters_only_where_a_package_is_installed() {
        for (path, problems) in [("node_modules/a/package.json", 1), ("package.json", 0)] {
            let catalog = assembled(path, r#"{"name": "a", "version": 7}"#);
            assert_eq!((catalog.packages().len(), catalog.diagnostics().len()), (0, problems));
        }
        let catalog = assembled("node_modules/a/package.json", r#"{"type": "module"}"#);
        assert_eq!((catalog.packages().len(), catalog.diagnostics().len()), (0, 0));
    }

    proptest! {
        #[test]
        fn any_name_and_version_is_a_package_or_a_problem(name: String, version: String) {
            let text = serde_json::json!({ "name": name, "version": version }).to_string();
            let facts = facts_of(&Installed, "package.json", text);
            prop_assert_eq!(facts.is_empty(), name.trim().is_empty());
        }
    }
}
