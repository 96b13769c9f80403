//! Packs the program's relocations where the system that it is built on reads them packed.
//!
//! A program that may lie anywhere in memory has 24 bytes for each address in its tables, 0.7 MB
//! that are read at each start; packed (`DT_RELR`) they are 13 KB. glibc knows that form since
//! 2.36; an older one refuses to start such a program. So it is packed only when it is built for
//! the system it is built on, and that has such a glibc. What is released for any system is linked
//! to no glibc at all (packaging/program.sh).
#![forbid(unsafe_code)]

use std::process::Command;

/// The first glibc that reads packed relocations.
const FIRST_GLIBC: (u32, u32) = (2, 36);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if is_for_this_system() && glibc().is_some_and(|version| version >= FIRST_GLIBC) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script so")]
fn is_for_this_system() -> bool {
    let told = |name| std::env::var(name).unwrap_or_default();
    told("CARGO_CFG_TARGET_OS") == "linux"
        && told("CARGO_CFG_TARGET_ENV") == "gnu"
        && told("HOST") == told("TARGET")
}

/// The version of the system's glibc, if it has one.
fn glibc() -> Option<(u32, u32)> {
    let answer = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
