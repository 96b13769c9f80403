//! Go: what compiled programs carry about themselves.
//!
//! Finds, in ELF, PE and Mach-O files of Go 1.12 and later, stripped ones too: the main module,
//! every module linked in (a replaced one as its replacement), and the toolchain as `stdlib`.
//!
//! Does not find: modules of programs built without module support (only their toolchain), code
//! copied into a module (vendored C, forks under another path), programs packed by UPX and the
//! like, universal Mach-O files. Modules are those linked in, not those whose code is reachable.

mod build_info;
mod modules;
#[cfg(test)]
mod testing;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Package, Purl, PurlError, Relationship};

use self::build_info::BuildInfo;
use self::modules::Modules;
use super::program::is_program;
use crate::{Cataloger, Error, Facts};

/// Compiled programs.
#[derive(Debug)]
pub(super) struct Program;

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

/// The last part of a module path is the purl's name, what is before it the namespace.
fn package(path: &str, version: &str, relationship: Relationship) -> Result<Package, PurlError> {
    let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
    let purl = Purl::builder(Ecosystem::Golang.purl_type(), name)
        .namespace(namespace)
        .version(version)
        .build()?;
    let mut package = Package::new(Ecosystem::Golang, path, version, purl);
    package.relationship = relationship;
    Ok(package)
}

/// `go1.21.0 X:boringcrypto` and `go1.21.0-vendor` are 1.21.0 (Go toolchains, "Go versions"). A
/// toolchain between releases (`devel go1.22-abc`) stays as it is.
fn release(toolchain: &str) -> &str {
    match toolchain.strip_prefix("go") {
        Some(version) => version.split([' ', '-', '+']).next().unwrap_or(version),
        None => toolchain,
    }
}

#[cfg(test)]
mod tests {
    use sealift_layers::Limits;

    use super::testing::inline;
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

    #[test]
    fn a_toolchain_is_known_by_its_release() {
        assert_eq!(release("go1.21.0 X:boringcrypto"), "1.21.0");
        assert_eq!(release("go1.23.6-xyz"), "1.23.6");
        assert_eq!(release("go1.21rc2"), "1.21rc2");
        assert_eq!(release("devel go1.22-abc Tue"), "devel go1.22-abc Tue");
    }
}
