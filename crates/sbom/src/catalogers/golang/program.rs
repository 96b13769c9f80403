//! Compiled programs.

use std::ops::Range;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Package, PurlError, Relationship};

use super::build_info::{self, BuildInfo};
use super::modules::Modules;
use super::{package, release};
use crate::catalogers::program::{is_program, needless};
use crate::{Cataloger, Error, Facts};

/// Compiled programs.
#[derive(Debug)]
pub(crate) struct Program;

impl Cataloger for Program {
    fn name(&self) -> &'static str {
        "go-program"
    }

    fn wants(&self, _: TreePath<'_>, _: &Metadata, head: &[u8]) -> bool {
        is_program(head)
    }

    fn needless(&self, start: &[u8]) -> Vec<Range<u64>> {
        needless(start)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        match build_info::find(file.pieces(&needless)?) {
            Ok(Some(info)) => state(&info, facts),
            Ok(None) => {}
            Err(error) => facts.problem(None, error.to_string()),
        }
        Ok(())
    }
}

/// Turns build information into packages.
fn state(info: &BuildInfo, facts: &mut Facts) {
    let Modules { main, dependencies, broken_lines } = Modules::parse(&info.modules);
    for line in broken_lines {
        facts.problem(None, format!("line {line} of its Go module list cannot be read"));
    }
    let mut parts = Vec::new();
    let mut keep = |path: &str, built: Result<Package, PurlError>| match built {
        Ok(package) => parts.push(package),
        Err(error) => facts.problem(None, format!("module {path:?} is not a package: {error}")),
    };
    keep("stdlib", package("stdlib", release(&info.toolchain), Relationship::Direct));
    for module in &dependencies {
        keep(&module.path, package(&module.path, &module.version, Relationship::Unstated));
    }
    if let Some(main) = main {
        match package(&main.path, &main.version, Relationship::Root) {
            Ok(mut root) => {
                root.depends_on = parts.iter().map(Package::id).collect();
                facts.package(root);
            }
            Err(error) => {
                facts.problem(None, format!("module {:?} is not a package: {error}", main.path));
            }
        }
    }
    for part in parts {
        facts.package(part);
    }
}

#[cfg(test)]
mod tests {
    use sealift_layers::Limits;

    use super::super::testing::inline;
    use super::*;
    use crate::catalogers::declared::testing::facts_of;
    use crate::catalogers::program::testing::X86_64;

    fn read(program: Vec<u8>) -> Facts {
        facts_of(&Program, "bin/x", program)
    }

    #[test]
    fn states_main_toolchain_and_modules() {
        let list = "mod\texample.org/m\t(devel)\t\ndep\tgithub.com/A/b\tv1.0.0\th1:x\n";
        let facts = read(X86_64.elf(None, &inline("go1.21.0", list)));
        let purls: Vec<_> = facts.packages().map(|package| package.purl.to_string()).collect();
        let expected = [
            "pkg:golang/example.org/m@%28devel%29",
            "pkg:golang/stdlib@1.21.0",
            "pkg:golang/github.com/A/b@v1.0.0",
        ];
        assert_eq!(purls, expected);
        let root = facts.packages().next().expect("three packages");
        assert_eq!(root.depends_on, ["stdlib@1.21.0", "github.com/A/b@v1.0.0"]);
        assert_eq!(root.relationship, Relationship::Root);
    }

    #[test]
    fn a_program_without_modules_still_has_a_toolchain() {
        let facts = read(X86_64.elf(None, &inline("go1.16", "")));
        assert_eq!(facts.packages().map(Package::id).collect::<Vec<_>>(), ["stdlib@1.16"]);
    }

    #[test]
    fn what_is_broken_is_said() {
        let facts = read(X86_64.elf(None, &inline("go1.21.0", "dep\tx\n")));
        assert_eq!(facts.problems.len(), 1);
        let facts = read(X86_64.elf(None, &inline("", "")));
        assert_eq!(facts.problems.len(), 1);
    }

    #[test]
    fn what_lies_outside_of_the_data_is_found_too() {
        let list = "mod\texample.org/m\tv1\t\n";
        let mut data = vec![0; 8_192];
        data.extend(inline("go1.21.0", list));
        data.resize(300_000, 0);
        let mut program = X86_64.elf(Some(".go.buildinfo"), &data);
        // Of the only segment: not writable.
        program[68] = 4;
        assert_eq!(needless(&program[..4_096]).len(), 1, "all of it is left out");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("x"), program).expect("written");
        let (limits, catalogers) = (Limits::default(), crate::ALL);
        let reader = crate::Reader::new(catalogers, &crate::SkipNothing);
        let options = sealift_layers::ReadOptions::new(&limits);
        let tree = sealift_layers::read_directory(folder.path(), &reader, &options).expect("read");
        let inventory = crate::assemble(&tree, catalogers);
        let ids: Vec<_> = inventory.packages.iter().map(Package::id).collect();
        assert_eq!(ids, ["example.org/m@v1", "stdlib@1.21.0"]);
        assert_eq!(inventory.diagnostics, []);
    }

    #[test]
    fn other_programs_say_nothing() {
        assert!(read(X86_64.elf(Some(".data"), b"no Go here")).is_empty());
        assert!(read(b"MZ".to_vec()).is_empty());
    }
}
