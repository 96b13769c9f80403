//! Go: module files, and the module lists in compiled programs.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `go-mod` | `go.mod`; `go.sum` beside one of a Go before 1.17, which names only direct modules | the modules required, declared, replaced ones as their replacement; the Go version asked for as `stdlib` |
//! | `go-program` | ELF, PE and Mach-O files of Go 1.12 and later, stripped ones too | the main module, every module linked in (a replaced one as its replacement), the toolchain as `stdlib` |
//! | `go-vendor` | `vendor/modules.txt` | the modules whose packages are copied into the project, replaced ones as their replacement |
//!
//! They do not find: modules of programs built without module support (only their toolchain), code
//! copied into a module (vendored C, forks under another path), programs packed by UPX and similar
//! tools, universal Mach-O files. A program's modules are those linked in, whether or not their
//! code is reachable. A `go.mod` lists the modules selected for any platform, including those for
//! tests. `go.work` files and files in Go's module cache are not read. A module replaced by a
//! folder keeps its name and has no version.

mod build_info;
mod go_mod;
mod go_sum;
mod module_files;
mod modules;
mod program;
#[cfg(test)]
mod testing;
mod vendor;

use sealift_model::{Ecosystem, Package, Purl, PurlError, Relationship};

pub(super) use module_files::ModuleFiles;
pub(super) use program::Program;
pub(super) use vendor::Vendored;

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
    use super::*;

    #[test]
    fn a_toolchain_is_known_by_its_release() {
        assert_eq!(release("go1.21.0 X:boringcrypto"), "1.21.0");
        assert_eq!(release("go1.23.6-xyz"), "1.23.6");
        assert_eq!(release("go1.21rc2"), "1.21rc2");
        assert_eq!(release("devel go1.22-abc Tue"), "devel go1.22-abc Tue");
    }
}
