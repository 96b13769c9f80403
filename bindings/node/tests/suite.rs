//! The package as Node has it: its types by TypeScript, its tests by `node --test`.
//!
//! Cargo has built the module for this suite, in the same build as all else.
#![expect(clippy::print_stdout, reason = "a suite tells what it did")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sealift_tests::project;

// The module is in the build only because something uses it.
use sealift_node as _;

fn package() -> PathBuf {
    project().join("bindings/node")
}

/// Runs a program in the package's folder; none where it is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(package()).stdin(Stdio::null());
    command.output().ok()
}

/// The module that cargo built lies beside this program.
fn built() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let name =
        format!("{}sealift_node{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    here.parent().unwrap().join(name)
}

/// Puts the module where the package looks for it first; at once, for others may be using it.
fn place() {
    let (new, place) = (package().join("sealift.node.new"), package().join("sealift.node"));
    fs::copy(built(), &new).unwrap();
    fs::rename(new, place).unwrap();
}

fn files(folder: &Path, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = entries
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| path.display().to_string())
        .collect();
    names.sort();
    names
}

#[track_caller]
fn succeeded(what: &str, output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what} failed with {}:\n{said}{errors}", output.status);
}

#[test]
fn the_package_does_what_it_says() {
    if run("node", &["--version"]).is_none() {
        eprintln!("skipped: node is not installed");
        return;
    }
    place();
    let installed = run("npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    let has_types = installed.is_some_and(|output| output.status.success());
    if has_types {
        let checked = run("node", &["node_modules/typescript/bin/tsc", "--project", "."]);
        succeeded("tsc --strict", &checked.unwrap());
    } else {
        eprintln!("skipped: npm cannot install TypeScript, so the types are not checked");
    }
    let tests = files(&package().join("test"), ".test.mjs");
    let tests: Vec<&str> = tests.iter().map(String::as_str).collect();
    let arguments = [&["--test", "--test-reporter=spec"], &tests[..]].concat();
    succeeded("node --test", &run("node", &arguments).unwrap());
}
