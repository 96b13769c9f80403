//! `gradle/libs.versions.toml` (Gradle user manual, "Version Catalogs"): libraries by alias, their
//! versions in place or by reference.

use sealift_layers::{File, Metadata, TreePath};
use toml::de::{DeTable, DeValue};

use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::toml_file::TomlFile;
use crate::catalogers::{declared, java};
use crate::{Cataloger, Error, Facts};

/// Gradle docs, "Version Catalogs".
const SHAPE: Shape = Shape {
    version: Some(("metadata.format.version", 1)),
    keys: &[("libraries", Kind::Map), ("versions", Kind::Map)],
};

/// Finds the libraries of version catalogues.
#[derive(Debug)]
pub(crate) struct Catalog;

impl Cataloger for Catalog {
    fn name(&self) -> &'static str {
        "java-gradle-catalog"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.toml"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name().ends_with(b".versions.toml")
            && path.parent().is_some_and(|folder| folder.file_name() == b"gradle")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(file.bytes()?, facts)
    }
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let file = TomlFile::read(bytes, "libs.versions.toml")?;
    file.check(&SHAPE, facts);
    let versions = file.table(&["versions"]);
    for (alias, value) in file.members(&["libraries"]) {
        let line = file.line(value);
        match library(value.get_ref(), versions) {
            Some((group, artifact, version)) => {
                declared::add(java::package(group, artifact, version), line, facts);
            }
            None => facts.problem(Some(line), format!("library {alias:?} names no module")),
        }
    }
    Ok(())
}

/// Group, artifact and version of a library; the version may be none.
fn library<'t>(
    value: &'t DeValue<'_>,
    versions: Option<&'t DeTable<'_>>,
) -> Option<(&'t str, &'t str, &'t str)> {
    if let Some(short) = value.as_str() {
        let (module, version) = short.rsplit_once(':')?;
        let (group, artifact) = module.split_once(':')?;
        return Some((group, artifact, single(version).unwrap_or_default()));
    }
    let table = value.as_table()?;
    let get = |key: &str| table.get(key).map(|value| value.get_ref());
    let (group, artifact) = match get("module").and_then(DeValue::as_str) {
        Some(module) => module.split_once(':')?,
        None => (get("group")?.as_str()?, get("name")?.as_str()?),
    };
    Some((group, artifact, get("version").and_then(|it| version(it, versions)).unwrap_or_default()))
}

/// The version that a text, a rich version or a reference asks for. Of a rich version the
/// strictest word counts ("Rich Version Declarations").
fn version<'t>(value: &'t DeValue<'_>, versions: Option<&'t DeTable<'_>>) -> Option<&'t str> {
    if let Some(version) = value.as_str() {
        return single(version);
    }
    let table = value.as_table()?;
    let text = |key: &str| table.get(key)?.get_ref().as_str();
    if let Some(name) = text("ref") {
        // A reference leads to a version, never to another reference.
        return version(versions?.get(name)?.get_ref(), None);
    }
    let rich = ["strictly", "require", "prefer"].into_iter().filter_map(text);
    rich.into_iter().find(|version| is_single(version))
}

/// The one version that a text asks for, if it does. `STRICTLY!!PREFERRED` and `STRICTLY!!` are
/// short for a rich version ("Rich Version Declarations").
fn single(text: &str) -> Option<&str> {
    let (strictly, preferred) = text.split_once("!!").unwrap_or((text, ""));
    let words = [strictly, preferred].into_iter().filter(|word| !word.is_empty());
    words.into_iter().find(|word| is_single(word))
}

/// Whether a text is one version and not a range, `[1.0,2.0[`, `1.+` or `latest.release`.
fn is_single(version: &str) -> bool {
    !version.contains(['[', ']', '(', ')', ',', '$'])
        && !version.ends_with('+')
        && !version.starts_with("latest.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows, wants};

    const PATH: &str = "gradle/libs.versions.toml";

    #[test]
    fn takes_libraries_in_each_form() {
        let text = "[versions]\nx = \"1.0\"\ny = { strictly = \"[1, 2[\", prefer = \"1.5\" }\n\
            [libraries]\na = \"g:a:1\"\nb = { module = \"g:b\", version.ref = \"x\" }\n\
            c = { group = \"g\", name = \"c\", version = { ref = \"y\" } }\n\
            d = { module = \"g:d\", version = \"1.+\" }\ne = { module = \"g:e\" }\nf = 7\n\
            [plugins]\np = { id = \"p\", version = \"1\" }\n";
        let (outcome, facts) = read(&Catalog, PATH, text);
        assert!(outcome.is_ok());
        assert_eq!(rows(&facts), ["g:a@1 5", "g:b@1.0 6", "g:c@1.5 7", "g:d@ 8", "g:e@ 9"]);
        assert_eq!(problem_lines(&facts), [10]);
        assert!(read(&Catalog, PATH, "[versions\n").0.is_err());
        assert!(wants(&Catalog, "gradle/tools.versions.toml") && !wants(&Catalog, "a.toml"));
    }

    #[test]
    fn takes_the_short_form_of_strict_versions() {
        let text = "[versions]\nx = \"1.7.15!!\"\ny = \"[1.7, 1.8[!!1.7.25\"\nz = \"[1, 2[!!\"\n\
            [libraries]\na = \"g:a:1.0!!\"\nb = { module = \"g:b\", version.ref = \"x\" }\n\
            c = { module = \"g:c\", version.ref = \"y\" }\nd = { module = \"g:d\", version.ref = \"z\" }\n\
            e = { module = \"g:e\", version = \"2!!\" }\nf = \"g:f:1.+\"\n";
        let (_, facts) = read(&Catalog, PATH, text);
        assert_eq!(
            rows(&facts),
            ["g:a@1.0 6", "g:b@1.7.15 7", "g:c@1.7.25 8", "g:d@ 9", "g:e@2 10", "g:f@ 11"]
        );
    }
}
