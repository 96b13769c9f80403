//! Project files, `Directory.Packages.props` (NuGet docs, "PackageReference in project files",
//! "Central Package Management") and other names that end in `Packages.props`, as used by
//! Microsoft.Build.CentralPackageVersions: items `PackageReference` and `PackageVersion`, with the
//! properties of the same file substituted.

use std::collections::HashMap;

use sealift_layers::{File, Metadata, TreePath};

use crate::catalogers::text;
use crate::catalogers::xml::{Closed, Elements, Step, Tag};
use crate::{Cataloger, Error, Facts};

/// Finds the packages that projects of .NET ask for.
#[derive(Debug)]
pub(crate) struct Project;

impl Cataloger for Project {
    fn name(&self) -> &'static str {
        "nuget-project"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.csproj", "*.fsproj", "*.vbproj", "*.props"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        let extension = path.extension().unwrap_or_default();
        ["csproj", "fsproj", "vbproj"]
            .iter()
            .any(|it| extension.eq_ignore_ascii_case(it.as_bytes()))
            || path.file_name().to_ascii_lowercase().ends_with(b"packages.props")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let text = text::any(file.bytes()?);
        let mut reading = Reading::default();
        let mut elements = Elements::rooted(&text, "project file", "Project");
        let outcome = loop {
            match elements.next() {
                Ok(Some(Step::Open(tag))) => reading.open(&tag),
                Ok(Some(Step::Close(end))) => reading.close(&end),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        // The part before the error is still reported.
        reading.report(facts);
        outcome
    }
}

#[derive(Debug)]
struct Item {
    name: String,
    version: String,
    line: u64,
    /// Whether it takes back what another file asks for (MSBuild, "Items", `Remove`).
    is_removed: bool,
}

#[derive(Debug, Default)]
struct Reading {
    properties: HashMap<String, String>,
    items: Vec<Item>,
    /// Items that are still open: one inside another is no valid project, but none is lost.
    open: Vec<Item>,
}

/// Whether an element is an item that names a package.
fn names_package(element: &str) -> bool {
    matches!(element, "PackageReference" | "PackageVersion" | "GlobalPackageReference")
}

impl Reading {
    fn open(&mut self, tag: &Tag<'_>) {
        if tag.path.last().is_some_and(|element| names_package(element)) {
            let value = |name| tag.attribute(name).filter(|value| !value.is_empty());
            let name = value("Include").or_else(|| value("Update")).unwrap_or_default();
            let is_removed = name.is_empty() && tag.attribute("Remove").is_some();
            let version = value("VersionOverride").or_else(|| value("Version"));
            let version = version.unwrap_or_default();
            self.open.push(Item { name, version, line: tag.line, is_removed });
        }
    }

    fn close(&mut self, end: &Closed<'_>) {
        let path: Vec<&str> = end.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            [.., item] if names_package(item) => self.items.extend(self.open.pop()),
            [.., item, "Version" | "VersionOverride"] if names_package(item) => {
                if let Some(item) = self.open.last_mut() {
                    end.text.clone_into(&mut item.version);
                }
            }
            [.., "PropertyGroup", name] => {
                self.properties.insert(name.to_lowercase(), end.text.to_owned());
            }
            _ => {}
        }
    }

    /// An item without a version leaves it to another file, which names the package too.
    fn report(self, facts: &mut Facts) {
        for Item { name, version, line, .. } in self.items.iter().filter(|it| !it.is_removed) {
            if name.is_empty() {
                facts.problem(Some(*line), "an item that names no package");
            } else if version.is_empty() {
                facts.note(Some(*line), format!("the version of {name:?} stands elsewhere"));
            } else {
                let version = self.filled_in(version);
                let single = single(&version);
                if single.is_none() {
                    facts.note(Some(*line), format!("{version:?} of {name:?} is no one version"));
                }
                let version = single.unwrap_or_default();
                super::add(super::named(name, version), (name, version), *line, facts);
            }
        }
    }

    /// MSBuild, "Properties": `$(Name)`, whatever the case; once, for properties that refer to
    /// others are rare in versions.
    fn filled_in(&self, version: &str) -> String {
        let name = version.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
        let value = name.and_then(|name| self.properties.get(&name.to_lowercase()));
        value.map_or(version, String::as_str).to_owned()
    }
}

/// The one version that a text asks for first: `1.2` is the lowest that will do, and so it is what
/// NuGet restores ("Package Versioning"); `[1.2]` is that one. Ranges and `1.*` are none.
fn single(version: &str) -> Option<&str> {
    let inner = version.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    Some(inner.unwrap_or(version).trim())
        .filter(|it| it.starts_with(|c: char| c.is_ascii_digit()) && !it.contains([',', '*', '$']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows, wants};

    #[test]
    fn what_is_taken_back_is_no_problem() {
        let text = "<Project><ItemGroup><PackageReference Remove=\"A\"/>\n\
            <PackageReference Update=\"B\" Version=\"1\"/></ItemGroup></Project>";
        let (_, facts) = read(&Project, "Packages.props", text);
        assert_eq!((rows(&facts), facts.problems.len()), (vec!["B@1 2".to_owned()], 0));
    }

    #[test]
    fn wants_projects_and_central_versions() {
        for name in ["a.csproj", "Directory.Packages.props", "Packages.props", "x.packages.props"] {
            assert!(wants(&Project, name), "{name}");
        }
        assert!(!wants(&Project, "Directory.Build.props"));
    }

    #[test]
    fn takes_references_and_central_versions() {
        let text = "<Project><PropertyGroup><V>1.5</V></PropertyGroup>\n<ItemGroup>\n\
            <PackageReference Include=\"A\" Version=\"$(v)\"/>\n\
            <PackageReference Include=\"B\">\n<Version>[2.0.0]</Version></PackageReference>\n\
            <PackageVersion Include=\"C\" Version=\"[1,2)\"/>\n\
            <PackageReference Include=\"D\"/>\n<PackageReference Version=\"1\"/>\n\
            </ItemGroup></Project>";
        let (_, facts) = read(&Project, "a.csproj", text);
        assert_eq!(rows(&facts), ["A@1.5 3", "B@2.0.0 4", "C@ 6"]);
        assert_eq!((problem_lines(&facts), facts.notes.len()), (vec![8], 2));
        let (outcome, facts) = read(&Project, "a.csproj", &text[..text.len() - 10]);
        assert_eq!((outcome.is_err(), facts.packages().count()), (true, 3));
        assert!(wants(&Project, "a.FSPROJ") && wants(&Project, "Directory.Packages.props"));
    }

    #[test]
    fn an_item_inside_another_takes_nothing_from_it() {
        let text = "<Project><ItemGroup>\n<PackageReference Include=\"A\" Version=\"1.0\">\n\
                    <PackageReference Include=\"B\"><Version>2.0</Version></PackageReference>\n\
                    </PackageReference></ItemGroup></Project>";
        let (_, facts) = read(&Project, "a.csproj", text);
        assert_eq!(rows(&facts), ["B@2.0 3", "A@1.0 2"]);
        assert!(facts.problems.is_empty(), "{facts:?}");
    }
}
