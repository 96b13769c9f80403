//! The clients that fetch packages, as they are set up on the machine.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use crate::Outcome;

/// Runs a client, and fails if the client does.
pub(super) fn run(command: &mut Command) -> Outcome {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    let name = command.get_program().display();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name} failed with {status}").into()),
        Err(error) => Err(format!("cannot start {name}: {error}").into()),
    }
}

/// Installs packages into a new project folder. None of their scripts runs.
pub(super) fn npm_install(folder: &Path, packages: &[(&str, &str)]) -> Outcome {
    fs::create_dir_all(folder)?;
    let dependencies: Map<String, Value> =
        packages.iter().map(|(name, range)| ((*name).to_owned(), json!(range))).collect();
    let manifest = json!({
        "name": "bench-app", "version": "1.0.0", "private": true, "dependencies": dependencies
    });
    fs::write(folder.join("package.json"), serde_json::to_vec_pretty(&manifest)?)?;
    let quiet = ["--loglevel", "error", "--no-audit", "--no-fund"];
    let kind = ["--ignore-scripts", "--legacy-peer-deps", "--maxsockets", "2"];
    run(Command::new("npm").arg("install").args(quiet).args(kind).current_dir(folder))
}

/// Installs wheels for Python 3.11 on Linux, whatever runs here.
pub(super) fn pip_install(folder: &Path, packages: &[&str]) -> Outcome {
    let quiet = ["--quiet", "--no-compile", "--disable-pip-version-check"];
    let wheels = ["--only-binary", ":all:", "--implementation", "cp", "--python-version", "3.11"];
    let platforms = ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"];
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install"]).args(quiet).args(wheels);
    pip.args(platforms.iter().flat_map(|platform| ["--platform", platform]));
    run(pip.arg("--upgrade").arg("--target").arg(folder).args(packages))
}

/// Copies artifacts, given as `group:artifact:version`, and all that they need into a folder.
pub(super) fn maven_copy(folder: &Path, artifacts: &[&str]) -> Outcome {
    fs::create_dir_all(folder)?;
    let dependencies: String = artifacts.iter().map(|artifact| dependency(artifact)).collect();
    let project = format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>\
         <groupId>bench</groupId><artifactId>bench</artifactId><version>1</version>\
         <packaging>pom</packaging><dependencies>{dependencies}</dependencies></project>"
    );
    let file = folder.with_extension("pom.xml");
    fs::write(&file, project)?;
    let mut maven = Command::new("mvn");
    maven.args(["--quiet", "--batch-mode", "--file"]).arg(file).arg("dependency:copy-dependencies");
    run(maven.arg(format!("-DoutputDirectory={}", folder.display())))
}

fn dependency(artifact: &str) -> String {
    let mut parts = artifact.split(':');
    let mut next = || parts.next().unwrap_or_default();
    format!(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId>\
         <version>{}</version></dependency>",
        next(),
        next(),
        next()
    )
}
