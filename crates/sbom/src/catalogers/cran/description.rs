//! `DESCRIPTION` of an installed package (Writing R Extensions, "The DESCRIPTION file"): fields,
//! continued on lines that begin with a blank. Libraries lie anywhere (R's help, `libPaths`): a
//! user's own is `R/PLATFORM-library/VERSION`, renv's `renv/library/...`. Outside of the well-known
//! folders, the field `Built` marks an installed package: only `R CMD INSTALL` writes it.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Evidence};

use crate::catalogers::{declared, text};
use crate::{Cataloger, Error, Facts};

/// Finds the R packages of libraries.
#[derive(Debug)]
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn name(&self) -> &'static str {
        "cran-installed"
    }

    fn names(&self) -> &'static [&'static str] {
        &["DESCRIPTION"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"DESCRIPTION"
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let is_in_library = is_in_library(file.path());
        let text = text::any(file.bytes()?);
        let field = |name: &str| {
            let mut lines = text.lines();
            let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            Some(value.trim()).filter(|value| !value.is_empty())
        };
        if !is_in_library && field("Built").is_none() {
            return Ok(());
        }
        let (Some(name), Some(version)) = (field("Package"), field("Version")) else {
            facts.problem(None, "a DESCRIPTION without package or version");
            return Ok(());
        };
        match declared::package(Ecosystem::Cran, name, version) {
            Ok(mut package) => {
                package.evidence = Evidence::Installed;
                package.licenses = field("License").into_iter().map(str::to_owned).collect();
                facts.package(package);
            }
            Err(error) => facts.problem(None, format!("{name:?}: {error}")),
        }
        Ok(())
    }
}

/// Whether a package lies where only installed ones do.
fn is_in_library(path: TreePath<'_>) -> bool {
    let library = path.parent().and_then(|package| package.parent());
    library.is_some_and(|it| matches!(it.file_name(), b"library" | b"site-library"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::{read, rows, wants};

    const PATH: &str = "usr/lib/R/library/a/DESCRIPTION";

    #[test]
    fn takes_what_is_installed() {
        let text =
            "Package: a\nTitle: A\n  Version: 7\nVersion: 1.5-2\nLicense: MIT + file LICENSE\n";
        let (_, facts) = read(&Installed, PATH, text);
        assert_eq!(rows(&facts), ["a@1.5-2 0"]);
        assert_eq!(facts.packages().next().unwrap().licenses, ["MIT + file LICENSE"]);
        let (_, facts) = read(&Installed, PATH, "Package: a\nVersion:\n");
        assert_eq!((facts.packages().count(), facts.problems.len()), (0, 1));
        assert!(wants(&Installed, PATH) && !wants(&Installed, "srv/a/description"));
    }

    #[test]
    fn what_was_built_is_installed_wherever_it_lies() {
        let source = "Package: a\nVersion: 1.0\n";
        let built = format!("{source}Built: R 4.3.0; ; 2026-01-01 00:00:00 UTC; unix\n");
        for path in [
            "root/R/x86_64-pc-linux-gnu-library/4.3/a/DESCRIPTION",
            "app/renv/library/R-4.3/x86_64-pc-linux-gnu/a/DESCRIPTION",
            "srv/a/DESCRIPTION",
        ] {
            assert!(wants(&Installed, path));
            assert_eq!(rows(&read(&Installed, path, &built).1), ["a@1.0 0"], "{path}");
            assert_eq!(read(&Installed, path, source).1, Facts::default(), "{path}");
        }
    }
}
