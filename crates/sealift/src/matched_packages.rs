//! Which packages of a target are matched.

use sealift_model::{Evidence, Package, Scope};

use crate::Matching;
use crate::lockfile_coverage::{Covered, is_own};

/// The kinds of packages that count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    pub(crate) matching: Matching,
    /// Whether packages that are declared only to build or test count.
    pub(crate) development: bool,
}

/// Decides for each package of a target whether it counts.
pub(crate) struct Counting<'p> {
    packages: &'p [Package],
    counted: Counted,
    /// Where lockfiles speak for what is installed.
    covered: Option<Covered<'p>>,
}

/// The treatment of a package.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Asked,
    /// Not of the kind that is asked about, or the project's own.
    Apart,
    /// Declared only to build or test.
    Development,
    /// Installed where a lockfile speaks for it.
    LeftToLockfile,
}

/// The number of packages that do not count, by reasons that a reader may want to know.
pub(crate) struct LeftOut {
    /// Packages that are declared only to build or test.
    pub(crate) development: usize,
    /// Packages that are installed where a lockfile counts instead.
    pub(crate) to_lockfiles: usize,
}

impl<'p> Counting<'p> {
    pub(crate) fn new(packages: &'p [Package], counted: Counted) -> Self {
        let by_lockfile = counted.matching == Matching::Declared;
        Self { packages, counted, covered: by_lockfile.then(|| Covered::new(packages)) }
    }

    /// Whether the package is matched.
    pub(crate) fn asks(&self, package: &Package) -> bool {
        self.standing(package) == Standing::Asked
    }

    pub(crate) fn left_out(&self) -> LeftOut {
        let mut left = LeftOut { development: 0, to_lockfiles: 0 };
        for package in self.packages {
            match self.standing(package) {
                Standing::Development => left.development += 1,
                Standing::LeftToLockfile => left.to_lockfiles += 1,
                Standing::Asked | Standing::Apart => {}
            }
        }
        left
    }

    fn standing(&self, package: &Package) -> Standing {
        match package.evidence {
            Evidence::Installed => {
                let is_covered = self.covered.as_ref().is_some_and(|it| it.covers(package));
                if is_covered { Standing::LeftToLockfile } else { Standing::Asked }
            }
            Evidence::Declared if self.counted.matching == Matching::Installed => Standing::Apart,
            Evidence::Declared if is_own(package) => Standing::Apart,
            Evidence::Declared if self.leaves_out(package) => Standing::Development,
            Evidence::Declared => Standing::Asked,
        }
    }

    fn leaves_out(&self, package: &Package) -> bool {
        !self.counted.development && package.scope == Scope::Development
    }
}
