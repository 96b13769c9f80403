//! `DESCRIPTION` of an installed package (Writing R Extensions, "The DESCRIPTION file"): fields,
//! continued on lines that begin with a blank.

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
        let library = path.parent().and_then(|package| package.parent());
        path.file_name() == b"DESCRIPTION"
            && library.is_some_and(|it| matches!(it.file_name(), b"library" | b"site-library"))
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let text = text::any(file.bytes()?);
        let field = |name: &str| {
            let mut lines = text.lines();
            let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            Some(value.trim()).filter(|value| !value.is_empty())
        };
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
        assert!(wants(&Installed, PATH) && !wants(&Installed, "srv/a/DESCRIPTION"));
    }
}
