//! SBOMs inside the scanned image or tree, written by its builder.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `sbom-file` | `opt/bitnami/*/.spdx-NAME.spdx`, and JSON called `*.spdx`, `*.spdx.json`, `*.cdx`, `*.cdx.json` | the packages with a version that it lists, as installed |
//! | `sbom-file` | `opt/bitnami/.bitnami_components.json` | the programs that older images of Bitnami name there |
//!
//! It leaves out packages of an operating system, which the system's own database lists, and
//! `pkg:github`, which names a repository and not an action of a workflow. SBOMs inside packages
//! describe how those were built and are not read. In a project's source tree
//! ([`for_source_trees`](crate::for_source_trees)), no SBOM is read.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Evidence, Impact, Package, Purl};

use crate::catalogers::{json, text};
use crate::document::{DocumentLimits, read_document};
use crate::{Cataloger, Error, Facts};

/// Finds what SBOMs in a tree list.
#[derive(Debug)]
pub(crate) struct Sbom;

impl Cataloger for Sbom {
    fn name(&self) -> &'static str {
        "sbom-file"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.cdx", "*.json", "*.spdx"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, head: &[u8]) -> bool {
        path.bytes() == COMPONENTS
            || is_of_bitnami(path)
            || is_called_so(path.file_name()) && is_json(head) && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        match file.path().bytes() == COMPONENTS {
            true => parse_components(file.bytes()?, facts),
            false => parse(file.bytes()?, facts),
        }
    }
}

/// Where Bitnami's images list their programs.
const COMPONENTS: &[u8] = b"opt/bitnami/.bitnami_components.json";

/// Bitnami's images have one beside each program (`opt/bitnami/redis/.spdx-redis.spdx`).
fn is_of_bitnami(path: TreePath<'_>) -> bool {
    let name = path.file_name();
    path.bytes().starts_with(b"opt/bitnami/")
        && name.starts_with(b".spdx-")
        && name.ends_with(b".spdx")
}

/// SPDX 2.3, "Conformance", 4.4.2; CycloneDX, "Recognized file patterns".
fn is_called_so(name: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 4] = [b".cdx", b".cdx.json", b".spdx", b".spdx.json"];
    let lower = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

/// Whether it begins as an object; `.spdx` is also what texts of licences are called.
fn is_json(head: &[u8]) -> bool {
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start().starts_with(b"{")
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let document = read_document(bytes, &DocumentLimits::default())?;
    for package in document.inventory.packages.into_iter().filter(counts) {
        facts.package(installed(package));
    }
    for diagnostic in document.inventory.diagnostics {
        match diagnostic.impact {
            Impact::Note => facts.note(diagnostic.line, diagnostic.message),
            Impact::Incomplete => facts.limit(diagnostic.line, diagnostic.message),
            _ => facts.problem(diagnostic.line, diagnostic.message),
        }
    }
    Ok(())
}

/// By name: version, architecture, and the distribution that it was built for.
fn parse_components(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let (json, root) = json::Document::read(bytes, "list of components")?;
    for (name, value) in root.members() {
        let entry = value.as_object().unwrap_or_default();
        let line = json.lines(value).map(|(first, _)| first);
        let version = entry.text("version").unwrap_or_default();
        if version.is_empty() {
            facts.problem(line, format!("{name:?} has no version"));
            continue;
        }
        let mut purl = Purl::builder(Ecosystem::Bitnami.purl_type(), name.as_ref());
        purl = purl.version(version.as_ref());
        for qualifier in ["arch", "distro"] {
            if let Some(value) = entry.text(qualifier) {
                purl = purl.qualifier(qualifier, value.as_ref());
            }
        }
        match purl.build() {
            Ok(purl) => {
                let package =
                    Package::new(Ecosystem::Bitnami, name.as_ref(), version.as_ref(), purl);
                facts.package(package);
            }
            Err(error) => facts.problem(line, format!("not a package: {error}")),
        }
    }
    Ok(())
}

fn counts(package: &Package) -> bool {
    !package.ecosystem.is_operating_system()
        && package.ecosystem != Ecosystem::GithubActions
        && !package.version.is_empty()
}

/// The package as this file tells of it: where it was found when the document was made is a place
/// in another tree.
fn installed(stated: Package) -> Package {
    let mut package = Package::new(stated.ecosystem, stated.name, stated.version, stated.purl);
    package.evidence = Evidence::Installed;
    package.licenses = stated.licenses;
    package.scope = stated.scope;
    package.depends_on = stated.depends_on;
    package
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::read;

    const BITNAMI: &str = "opt/bitnami/cache/.spdx-cache.spdx";

    fn wants(path: &str, head: &[u8]) -> bool {
        Sbom.wants(TreePath::from(path), &Metadata::new(1, 0o644), head)
    }

    #[test]
    fn wants_what_is_called_an_sbom() {
        for path in [BITNAMI, "app/bom.cdx.json", "a.spdx", "usr/share/x.SPDX.json", "b.cdx"] {
            assert!(wants(path, b"\xef\xbb\xbf\n {"), "{path}");
        }
        assert!(wants(BITNAMI, b"SPDXVersion: "));
        for path in ["bom.json", "a.spdx.txt", "node_modules/a/sbom.cdx.json"] {
            assert!(!wants(path, b"{"), "{path}");
        }
        assert!(!wants("licenses/MIT.spdx", b"MIT"));
    }

    /// What lies below many levels stays unknown.
    #[test]
    fn a_limit_of_the_document_is_one_of_the_file() {
        let nested = r#"{"name":"a","components":["#.repeat(40) + &"]}".repeat(40);
        let text =
            format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{nested}]}}"#);
        let (_, facts) = read(&Sbom, "app/x.cdx.json", &text);
        assert!(facts.problems.iter().any(|problem| problem.is_limit), "{facts:?}");
    }

    #[test]
    fn what_a_program_of_bitnami_is() {
        let package = |id: &str, name: &str, version: &str, purl: &str| {
            serde_json::json!({
                "SPDXID": id, "name": name, "versionInfo": version,
                "downloadLocation": "NOASSERTION", "licenseDeclared": "MIT",
                "externalRefs": [{
                    "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                    "referenceLocator": purl,
                }],
            })
        };
        let document = serde_json::json!({
            "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "cache",
            "packages": [
                package("SPDXRef-1", "cache", "7.2.4-3",
                    "pkg:bitnami/cache@7.2.4-3?arch=amd64&distro=debian-12"),
                package("SPDXRef-2", "g:a", "1.0", "pkg:maven/g/a@1.0"),
                package("SPDXRef-3", "base", "1", "pkg:deb/debian/base@1"),
                package("SPDXRef-4", "x/y", "v1", "pkg:github/x/y@v1"),
                package("SPDXRef-5", "x", "", "pkg:golang/example.com/x"),
            ],
            "relationships": [{
                "spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                "relatedSpdxElement": "SPDXRef-1",
            }],
        });
        let (result, facts) = read(&Sbom, BITNAMI, document.to_string());
        assert!(result.is_ok());
        let found: Vec<String> = facts.packages().map(|it| it.purl.to_string()).collect();
        assert_eq!(
            found,
            ["pkg:bitnami/cache@7.2.4-3?arch=amd64&distro=debian-12", "pkg:maven/g/a@1.0"]
        );
        let first = facts.packages().next().unwrap();
        assert_eq!((first.evidence, first.locations.len()), (Evidence::Installed, 0));
    }

    #[test]
    fn what_older_images_of_bitnami_list() {
        let text = r#"{"cache": {"arch": "amd64", "distro": "debian-11", "version": "7.0.5-4"},
            "x": {"arch": "amd64"}}"#;
        let path = "opt/bitnami/.bitnami_components.json";
        assert!(wants(path, b"") && !wants("srv/.bitnami_components.json", b"{"));
        let (outcome, facts) = read(&Sbom, path, text);
        assert!(outcome.is_ok());
        let found: Vec<String> = facts.packages().map(|it| it.purl.to_string()).collect();
        assert_eq!(found, ["pkg:bitnami/cache@7.0.5-4?arch=amd64&distro=debian-11"]);
        assert_eq!(facts.problems.len(), 1);
    }

    #[test]
    fn what_is_no_sbom_is_said() {
        assert!(read(&Sbom, "a.cdx.json", "{}").0.is_err());
        assert!(read(&Sbom, "a.cdx.json", "{\"bomFormat\": \"CycloneDX\"").0.is_err());
    }
}
