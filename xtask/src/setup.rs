//! Tools that the project's checks need and that a machine may lack.

use std::path::PathBuf;
use std::process::Command;

use crate::process::{cargo, output_of};
use crate::{Outcome, root};

/// The release of cargo-deny that `deny.toml` is written for.
const DENY_VERSION: &str = "0.20.2";

/// Installs what is missing, and nothing when all is there.
pub(crate) fn run() -> Outcome {
    for component in ["rustfmt", "clippy"] {
        component_installed(component)?;
    }
    if deny_program().is_some() {
        return Ok(());
    }
    eprintln!("cargo-deny {DENY_VERSION} is not here; building it once, which takes minutes");
    let folder = tools().display().to_string();
    let version = format!("={DENY_VERSION}");
    let place = ["--root", &folder, "--version", &version];
    cargo(&[&["install", "cargo-deny", "--locked", "--no-default-features"], &place[..]].concat())
}

/// Runs cargo-deny.
pub(crate) fn deny(arguments: &[&str]) -> Outcome {
    let program = deny_program().ok_or("cargo-deny is missing: run `cargo xtask setup`")?;
    eprintln!("$ cargo deny {}", arguments.join(" "));
    let status = Command::new(program).args(arguments).current_dir(root()).status()?;
    if status.success() { Ok(()) } else { Err("cargo deny found something".into()) }
}

/// A cargo-deny of the wanted release: the project's own, else one that the user installed.
fn deny_program() -> Option<PathBuf> {
    let own = tools().join("bin/cargo-deny");
    [own, PathBuf::from("cargo-deny")].into_iter().find(|program| {
        let mut command = Command::new(program);
        command.arg("--version");
        output_of(command).is_some_and(|text| text.ends_with(&format!(" {DENY_VERSION}")))
    })
}

fn tools() -> PathBuf {
    root().join("target/tools")
}

/// A part of the Rust toolchain that a minimal installation leaves out.
fn component_installed(component: &str) -> Outcome {
    let mut command = Command::new("cargo");
    command.args([component.trim_start_matches("rust"), "--version"]);
    if output_of(command).is_some() {
        return Ok(());
    }
    eprintln!("$ rustup component add {component}");
    let status = Command::new("rustup").args(["component", "add", component]).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!("{component} is missing and `rustup component add` failed").into()),
    }
}
