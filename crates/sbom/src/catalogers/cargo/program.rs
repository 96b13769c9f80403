//! Programs built with `cargo auditable`.

use std::ops::Range;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Package, PurlError, Relationship, Scope};

use super::audit::{Audit, Crate, Kind, SECTION};
use crate::catalogers::program::{self, is_program, needless};
use crate::{Cataloger, Error, Facts};

/// Compiled programs.
#[derive(Debug)]
pub(crate) struct Program;

impl Cataloger for Program {
    fn name(&self) -> &'static str {
        "rust-program"
    }

    fn wants(&self, _: TreePath<'_>, _: &Metadata, head: &[u8]) -> bool {
        is_program(head)
    }

    fn needless(&self, start: &[u8]) -> Vec<Range<u64>> {
        needless(start)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let max_document_bytes = file.limits().max_document_bytes;
        let pieces = file.pieces(&needless)?;
        let Some(program) = program::Program::parse(pieces) else {
            // A file that no loader takes matters only when it carries a list.
            let bytes = pieces.whole().unwrap_or_default();
            if memchr::memmem::find(bytes, SECTION.as_bytes()).is_some() {
                facts.problem(None, "its headers are broken, its Rust dependency list is not read");
            }
            return Ok(());
        };
        let Some(section) = program.section(SECTION) else {
            return Ok(());
        };
        match Audit::parse(section.bytes, max_document_bytes) {
            Ok(audit) => state(&audit, facts),
            Err(error) => facts.problem(None, format!("its Rust dependency list: {error}")),
        }
        Ok(())
    }
}

/// Turns the list into packages.
fn state(audit: &Audit, facts: &mut Facts) {
    for listed in &audit.packages {
        match package(listed, audit) {
            Ok(package) => facts.package(package),
            Err(error) => {
                facts.problem(None, format!("crate {:?} is not a package: {error}", listed.name));
            }
        }
        if listed.dependencies.iter().any(|index| audit.packages.get(*index).is_none()) {
            let Crate { name, version, .. } = listed;
            facts.problem(None, format!("crate {name}@{version} needs one that is not listed"));
        }
    }
}

fn package(listed: &Crate, audit: &Audit) -> Result<Package, PurlError> {
    let Crate { name, version, kind, dependencies, root } = listed;
    let mut package = super::package(name, version)?;
    (package.scope, package.evidence) = match kind {
        Kind::Runtime => (Scope::Runtime, Evidence::Installed),
        Kind::Build => (Scope::Development, Evidence::Declared),
    };
    if *root {
        package.relationship = Relationship::Root;
    }
    let needed = dependencies.iter().filter_map(|index| audit.packages.get(*index));
    package.depends_on =
        needed.map(|needed| format!("{}@{}", needed.name, needed.version)).collect();
    Ok(package)
}

#[cfg(test)]
mod tests {
    use super::super::testing::compressed;
    use super::*;
    use crate::catalogers::declared::testing::facts_of;
    use crate::catalogers::program::testing::X86_64;

    fn read(program: Vec<u8>) -> Facts {
        facts_of(&Program, "bin/x", program)
    }

    #[test]
    fn states_crates_their_edges_and_what_only_built_them() {
        let json = r#"{"packages": [
            {"name": "a", "version": "1.0.0", "source": "local", "root": true, "dependencies": [1, 2]},
            {"name": "b", "version": "2.0.0", "source": "crates.io"},
            {"name": "c", "version": "3.0.0", "source": "crates.io", "kind": "build"}]}"#;
        let facts = read(X86_64.elf(Some(SECTION), &compressed(json)));
        let packages: Vec<_> = facts.packages().collect();
        assert_eq!(packages[0].depends_on, ["b@2.0.0", "c@3.0.0"]);
        assert_eq!(packages[0].relationship, Relationship::Root);
        assert_eq!(packages[1].purl.to_string(), "pkg:cargo/b@2.0.0");
        assert_eq!(
            (packages[1].scope, packages[1].evidence),
            (Scope::Runtime, Evidence::Installed)
        );
        let build = (Scope::Development, Evidence::Declared);
        assert_eq!((packages[2].scope, packages[2].evidence), build);
        assert_eq!(facts.problems, []);
    }

    #[test]
    fn what_is_broken_is_said() {
        let facts = read(X86_64.elf(Some(SECTION), b"no zlib"));
        assert_eq!(facts.problems.len(), 1);
        let json = r#"{"packages": [{"name": "a", "version": "1", "dependencies": [7]}]}"#;
        let facts = read(X86_64.elf(Some(SECTION), &compressed(json)));
        assert_eq!(facts.problems[0].message, "crate a@1 needs one that is not listed");
        assert_eq!(facts.packages().count(), 1);
        let mut broken = X86_64.elf(Some(SECTION), &compressed(json));
        broken[32..48].fill(0xff);
        assert_eq!(read(broken).problems.len(), 1);
    }

    #[test]
    fn other_programs_say_nothing() {
        assert!(read(X86_64.elf(Some(".data"), b"x")).is_empty());
        assert!(read(b"MZ".to_vec()).is_empty());
    }
}
