//! Compiled programs.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Package, PurlError, Relationship};

use super::build_info::{self, BuildInfo};
use super::modules::Modules;
use super::{package, release};
use crate::catalogers::program::is_program;
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

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        match build_info::find(file.bytes()?) {
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
    use crate::catalogers::program::testing::X86_64;

    fn read(program: Vec<u8>) -> Facts {
        let limits = Limits::default();
        let mut file = File::from_bytes(TreePath::from("bin/x"), program, &limits);
        let mut facts = Facts::default();
        Program.read(&mut file, &mut facts).expect("readable");
        facts
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
    fn other_programs_say_nothing() {
        assert!(read(X86_64.elf(Some(".data"), b"no Go here")).is_empty());
        assert!(read(b"MZ".to_vec()).is_empty());
    }
}
