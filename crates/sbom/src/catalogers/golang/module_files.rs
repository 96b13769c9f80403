//! `go.mod`, supplemented by `go.sum` for older Go versions.

use std::collections::{HashMap, HashSet};

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Impact, Location, PurlError, Relationship};

use super::go_mod::{GoMod, Requirement};
use super::modules::Module;
use super::{go_sum, package};
use crate::catalogers::text;
use crate::{Catalog, Cataloger, Error, Fact, Facts, MergedFacts};

/// Finds the modules that a module file requires.
#[derive(Debug)]
pub(crate) struct ModuleFiles;

impl Cataloger for ModuleFiles {
    fn name(&self) -> &'static str {
        "go-mod"
    }

    fn names(&self) -> &'static [&'static str] {
        &["go.mod", "go.sum"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        matches!(path.file_name(), b"go.mod" | b"go.sum")
            && !text::is_inside_package(path)
            && !is_in_module_cache(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        if file.path().file_name() == b"go.sum" {
            read_sums(text::utf8(file.bytes()?, "go.sum")?, facts);
            Ok(())
        } else {
            read_module_file(text::utf8(file.bytes()?, "go.mod")?, facts)
        }
    }

    /// A `go.sum` counts beside a `go.mod` that does not name every module, for those that it
    /// does not name.
    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        let incomplete: HashMap<&str, &Facts> = merged
            .files
            .iter()
            .filter(|file| file.facts.facts.contains(&Fact::ListsDirectOnly))
            .filter_map(|file| Some((file.path.strip_suffix("go.mod")?, file.facts)))
            .collect();
        for file in &merged.files {
            catalog.add_problems(file, merged.cataloger, Impact::Partial);
            let mut named = None;
            if let Some(folder) = file.path.strip_suffix("go.sum") {
                let Some(module_file) = incomplete.get(folder) else {
                    continue;
                };
                let names = module_file.packages().map(|package| package.name.as_str());
                named = Some(names.collect::<HashSet<_>>());
            }
            for package in file.facts.packages() {
                if named.as_ref().is_none_or(|named| !named.contains(package.name.as_str())) {
                    catalog.add(package.clone(), file, merged.cataloger);
                }
            }
        }
    }
}

/// Whether a file is of a module that the `go` command unpacked, `pkg/mod/PATH@VERSION/go.mod`.
fn is_in_module_cache(path: TreePath<'_>) -> bool {
    let parts: Vec<&[u8]> = path.components().collect();
    parts.windows(2).any(|pair| matches!(pair, [b"pkg", b"mod"]))
}

fn read_module_file(text: &str, facts: &mut Facts) -> Result<(), Error> {
    let file = GoMod::parse(text).map_err(|error| Error::Malformed {
        format: "go.mod",
        reason: error.to_string(),
        line: Some(error.line),
    })?;
    for line in &file.broken_lines {
        facts.problem(Some(*line), "a directive without the words that it needs");
    }
    if let Some((version, line)) = file.toolchain.as_ref().or(file.go.as_ref()) {
        let module = Module { path: "stdlib".to_owned(), version: version.clone() };
        keep(facts, &module, *line, Relationship::Direct);
    }
    for Requirement { module, line, is_indirect } in &file.requirements {
        let relationship = if *is_indirect { Relationship::Indirect } else { Relationship::Direct };
        keep(facts, module, *line, relationship);
    }
    if !file.is_complete() {
        facts.facts.push(Fact::ListsDirectOnly);
    }
    Ok(())
}

fn read_sums(text: &str, facts: &mut Facts) {
    let (modules, broken_lines) = go_sum::parse(text);
    for line in broken_lines {
        facts.problem(Some(line), "not of the form `module version hash`");
    }
    for (module, line) in &modules {
        keep(facts, module, *line, Relationship::Indirect);
    }
}

fn keep(facts: &mut Facts, module: &Module, line: u64, relationship: Relationship) {
    let Module { path, version } = module;
    let built: Result<_, PurlError> = package(path, version, relationship);
    match built {
        Ok(mut package) => {
            package.evidence = Evidence::Declared;
            package.locations = vec![Location::new("").on_lines(Some((line, line)))];
            facts.package(package);
        }
        Err(error) => facts.problem(Some(line), format!("module {path:?}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use sealift_layers::Limits;

    use super::*;
    use crate::MergedFile;
    use crate::catalogers::declared::testing::facts_of;

    fn read(path: &str, text: &str) -> Facts {
        facts_of(&ModuleFiles, path, text)
    }

    fn assembled(go_mod: &str, go_sum: &str) -> Vec<String> {
        let files = [read("a/go.mod", go_mod), read("a/go.sum", go_sum), read("b/go.sum", go_sum)];
        let paths = ["a/go.mod", "a/go.sum", "b/go.sum"];
        let merged = paths.iter().zip(&files).map(|(path, facts)| MergedFile::new(*path, facts));
        let mut catalog = Catalog::default();
        ModuleFiles.assemble(&MergedFacts::new("go-mod", merged.collect()), &mut catalog);
        catalog.packages().iter().map(|it| format!("{} {}", it.id(), it.locations[0])).collect()
    }

    #[test]
    fn sums_count_beside_an_old_module_file() {
        let sums = "a v1.0.0 h1:x=\nb v2.0.0 h1:x=\nb v2.0.0/go.mod h1:x=\n";
        let old = assembled("go 1.16\nrequire a v1.0.0\n", sums);
        assert_eq!(old, ["stdlib@1.16 a/go.mod:1", "a@v1.0.0 a/go.mod:2", "b@v2.0.0 a/go.sum:2"]);
        let new = assembled("go 1.17\nrequire a v1.0.0\n", sums);
        assert_eq!(new, ["stdlib@1.17 a/go.mod:1", "a@v1.0.0 a/go.mod:2"]);
    }

    #[test]
    fn what_is_no_module_file_is_malformed_at_its_line() {
        let limits = Limits::default();
        let text = b"\nthis is not\n".to_vec();
        let mut file = File::from_bytes(TreePath::from("go.mod"), text, &limits);
        let error = ModuleFiles.read(&mut file, &mut Facts::default()).expect_err("no module file");
        assert!(matches!(error, Error::Malformed { format: "go.mod", line: Some(2), .. }));
    }

    #[test]
    fn files_in_the_module_cache_are_not_the_projects() {
        let wants =
            |path: &str| ModuleFiles.wants(TreePath::from(path), &Metadata::new(1, 0o644), b"");
        assert!(wants("a/go.mod") && wants("go.sum") && !wants("a/go.work"));
        assert!(!wants("root/go/pkg/mod/example.org/a@v1.0.0/go.mod"));
    }
}
