//! R: installed packages, and those locked by renv.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `cran-installed` | `library/NAME/DESCRIPTION`, `site-library/NAME/DESCRIPTION`; elsewhere a `DESCRIPTION` with `Built` | the package, with its licence |
//! | `cran-renv` | `renv.lock` | what is locked from CRAN, with what each needs and lines |
//!
//! They do not find: packages of Bioconductor, git and folders in a lockfile, which a note reports;
//! R itself.

mod description;
mod renv;

pub(super) use description::Installed;
pub(super) use renv::Renv;
