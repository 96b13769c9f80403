//! The `pom.xml` of a project: what Maven would resolve, as far as the files in the tree suffice.

mod effective;
mod interpolate;
mod project;
mod read;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::Impact;

use crate::catalogers::text;
use crate::{Catalog, Cataloger, Error, Fact, Facts, MergedFacts};

pub(super) use interpolate::{MAX_VALUE_BYTES, fill_in};
pub use project::{MavenDependency, MavenParent, MavenProject};

/// Finds the dependencies of Maven projects.
#[derive(Debug)]
pub(crate) struct Pom;

impl Cataloger for Pom {
    fn name(&self) -> &'static str {
        "java-pom"
    }

    /// A `pom.xml` below `META-INF/maven` belongs to an unpacked archive.
    fn names(&self) -> &'static [&'static str] {
        &["pom.xml"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"pom.xml"
            && !path.components().any(|folder| folder == b"META-INF")
            && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let text = text::any(file.bytes()?);
        let project = read::project(&text, facts)?;
        facts.facts.push(Fact::MavenProject(Box::new(project)));
        Ok(())
    }

    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        for file in &merged.files {
            catalog.add_problems(file, merged.cataloger, Impact::Partial);
        }
        effective::report(merged, catalog);
    }
}

#[cfg(test)]
mod tests;
