//! `packages.config` (NuGet docs, "packages.config reference"): the packages that an old-style
//! project has restored.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::Scope;

use crate::catalogers::text;
use crate::catalogers::xml::{Elements, Step};
use crate::{Cataloger, Error, Facts};

/// Finds the packages of `packages.config`.
#[derive(Debug)]
pub(crate) struct Config;

impl Cataloger for Config {
    fn name(&self) -> &'static str {
        "nuget-config"
    }

    fn names(&self) -> &'static [&'static str] {
        &["packages.config"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        let name = path.file_name();
        name.eq_ignore_ascii_case(b"packages.config")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let text = text::any(file.bytes()?);
        let mut elements = Elements::rooted(&text, "packages.config", "packages");
        while let Some(step) = elements.next()? {
            let Step::Open(tag) = step else { continue };
            if tag.path != ["packages", "package"] {
                continue;
            }
            let value = |name| tag.attribute(name).unwrap_or_default();
            let (id, version) = (value("id"), value("version"));
            let package = super::package(&id, &version).map(|mut package| {
                if value("developmentDependency") == "true" {
                    package.scope = Scope::Development;
                }
                package
            });
            super::add(package, (&id, &version), tag.line, facts);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows, wants};

    #[test]
    fn takes_the_packages() {
        let text = "<packages>\n<package id=\"A.B\" version=\"1.0.0\"/>\n\
                    <package id=\"C\" version=\"2\" developmentDependency=\"true\"></package>\n\
                    <package version=\"2\"/>\n</packages>";
        let (_, facts) = read(&Config, "packages.config", text);
        assert_eq!(rows(&facts), ["A.B@1.0.0 2", "C@2 3"]);
        let scopes: Vec<Scope> = facts.packages().map(|it| it.scope).collect();
        assert_eq!(scopes, [Scope::Unstated, Scope::Development]);
        assert_eq!(problem_lines(&facts), [4]);
        assert!(wants(&Config, "a/Packages.config"));
    }
}
