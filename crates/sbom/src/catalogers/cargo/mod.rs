//! Rust: lockfiles, and the dependency lists in programs built with `cargo auditable`.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `cargo-lock` | `Cargo.lock` of every version, `Cargo.toml` beside and below it | what it pins, declared, with the edges between and, where the manifests say, what is needed only to build or test; the project's own crates as its root or workspace |
//! | `cargo-manifest` | `Cargo.toml` where no lockfile lies beside or above it | the crate itself and what it asks for, what it inherits as its workspace has it; the version only where `=` pins one |
//! | `rust-program` | ELF, PE and Mach-O files with a section `.dep-v0`, stripped ones too | every crate in the program, with the edges between; its own crate as the root. Crates that only ran while it was built are declared, for development: they are not in the program |
//!
//! They do not find: crates of programs built without `cargo auditable`, which leave no trace; the
//! standard library; C code in crates; WebAssembly modules; universal Mach-O files; or whether a
//! lockfile's crate is for another platform. A crate from git or another registry is reported by
//! name and version, like one from crates.io. Lockfiles inside crates in Cargo's registry folder
//! are not read.

mod audit;
mod lockfile;
mod manifest;
mod program;
#[cfg(test)]
mod testing;

use sealift_model::{Ecosystem, Package, Purl, PurlError};

pub(super) use lockfile::Lockfile;
pub(super) use manifest::Manifest;
pub(super) use program::Program;

/// The crate of that name.
fn package(name: &str, version: &str) -> Result<Package, PurlError> {
    let purl = Purl::builder(Ecosystem::Cargo.purl_type(), name).version(version).build()?;
    Ok(Package::new(Ecosystem::Cargo, name, version, purl))
}
