//! `renv.lock` (renv docs, "Lockfiles"): `Packages` by name.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::Ecosystem;

use crate::catalogers::declared::{self, Declared};
use crate::catalogers::json::{Document, Value};
use crate::catalogers::shape::{Kind, Shape};
use crate::{Cataloger, Error, Facts};

/// renv docs, "Lockfiles".
const SHAPE: Shape = Shape { version: None, keys: &[("Packages", Kind::Map)] };

/// Finds the R packages that renv locked.
#[derive(Debug)]
pub(crate) struct Renv;

impl Cataloger for Renv {
    fn name(&self) -> &'static str {
        "cran-renv"
    }

    fn names(&self) -> &'static [&'static str] {
        &["renv.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"renv.lock"
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let (document, root) = Document::read(file.bytes()?, "renv.lock")?;
        document.check(&root, &SHAPE, facts);
        let packages = root.object("Packages").unwrap_or_default();
        let mut found = Declared::default();
        for (key, value) in packages.members() {
            let lines = document.lines(value).unwrap_or((1, 1));
            let entry = value.as_object().unwrap_or_default();
            let source = entry.text("Source").unwrap_or_default();
            if !matches!(source.as_ref(), "" | "Repository" | "CRAN") {
                facts.note(Some(lines.0), format!("{key:?} is from {source}, not from CRAN"));
                continue;
            }
            let name = entry.text("Package").unwrap_or_else(|| key.clone());
            let Some(version) = entry.text("Version") else {
                facts.problem(Some(lines.0), format!("package {key:?} has no version"));
                continue;
            };
            let required = entry.get("Requirements").and_then(Value::as_array);
            let required = required.unwrap_or_default().into_iter().filter_map(Value::as_text);
            let required = required.map(Into::into).collect();
            found.add(declared::package(Ecosystem::Cran, &name, &version), lines, required, facts);
        }
        found.report(facts);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    #[test]
    fn takes_what_is_locked() {
        let text = "{\"Packages\": {\n\"a\": {\"Package\": \"a\", \"Version\": \"1.0\", \"Repository\": \
                    \"CRAN\", \"Requirements\": [\"b\", \"R\"]},\n\"b\": {\"Version\": \"2-1\", \
                    \"Source\": \"Repository\"},\n\"c\": {\"Source\": \"Bioconductor\"},\n\"d\": 7}}";
        let (_, facts) = read(&Renv, "renv.lock", text);
        assert_eq!(rows(&facts), ["a@1.0 2", "b@2-1 3"]);
        let first = facts.packages().next().unwrap();
        assert_eq!(first.depends_on, ["b@2-1"]);
        assert_eq!(first.purl.to_string(), "pkg:cran/a@1.0");
        assert_eq!((problem_lines(&facts), facts.notes.len()), (vec![5], 1));
        assert!(read(&Renv, "renv.lock", "no").0.is_err());
    }
}
