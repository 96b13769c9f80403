//! What lockfiles and manifests have in common: packages that are named, at lines, and that name
//! each other.

use sealift_model::{Evidence, Location, Package, PurlError};

use crate::Facts;

/// Adds one package that needs no other.
pub(super) fn add(package: Result<Package, PurlError>, line: u64, facts: &mut Facts) {
    match package {
        Ok(package) => facts.package(declared(package, (line, line))),
        Err(error) => facts.problem(Some(line), format!("not a package: {error}")),
    }
}

fn declared(mut package: Package, lines: (u64, u64)) -> Package {
    package.evidence = Evidence::Declared;
    package.locations = vec![Location::new("").on_lines(Some(lines))];
    package
}

#[cfg(test)]
pub(super) mod testing {
    use sealift_layers::{File, Limits, Metadata, TreePath};

    use crate::{Cataloger, Error, Facts};

    /// What a cataloger takes out of a file.
    pub(in crate::catalogers) fn read(
        cataloger: &dyn Cataloger,
        path: &str,
        bytes: impl AsRef<[u8]>,
    ) -> (Result<(), Error>, Facts) {
        let limits = Limits::default();
        let mut facts = Facts::default();
        let mut file = File::from_bytes(TreePath::from(path), bytes.as_ref().to_vec(), &limits);
        (cataloger.read(&mut file, &mut facts), facts)
    }

    /// `name@version line` of each package.
    pub(in crate::catalogers) fn rows(facts: &Facts) -> Vec<String> {
        let row = |it: &sealift_model::Package| {
            let line = it.locations.first().and_then(|place| place.lines).map_or(0, |it| it.0);
            format!("{} {line}", it.id())
        };
        facts.packages().map(row).collect()
    }

    /// The lines of the problems.
    pub(in crate::catalogers) fn problem_lines(facts: &Facts) -> Vec<u64> {
        facts.problems.iter().filter_map(|problem| problem.line).collect()
    }

    /// Whether a cataloger wants a file at a path.
    pub(in crate::catalogers) fn wants(cataloger: &dyn Cataloger, path: &str) -> bool {
        cataloger.wants(TreePath::from(path), &Metadata::new(1, 0o644), b"")
    }
}
