//! Scripts, and the folder in which one runs.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sealift_tests::{on_path, project};
pub(crate) use sealift_tests::{stderr, stdout};
use tempfile::TempDir;

/// An empty folder, with `sealift` on the path.
pub(crate) struct World(pub(crate) TempDir);

impl World {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With the database of the example advisories as `advisories.db`.
    pub(crate) fn with_database() -> Self {
        let world = Self::new();
        let from = project().join("examples/advisories");
        let mut build = world.command(env!("CARGO_BIN_EXE_sealift"));
        build.args(["db", "build", "--output", "advisories.db", "--from"]).arg(from);
        succeeded(&build.output().unwrap());
        world
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_default()
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        fs::write(self.path().join(name), content).unwrap();
    }

    /// A program that sees nothing of the environment but where programs are.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", path()).env("HOME", self.path());
        command.env("DOCKER_HOST", "unix:///nowhere").env("CONTAINER_HOST", "unix:///nowhere");
        command.current_dir(self.path()).stdin(Stdio::null());
        command
    }
}

/// The programs' folders, that of the command first.
#[expect(clippy::disallowed_methods, reason = "scripts call programs by their names")]
fn path() -> OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_sealift")).parent().unwrap();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(own.to_owned()).chain(std::env::split_paths(&others));
    std::env::join_paths(folders).unwrap()
}

/// Whether all these programs are; says which is not.
pub(crate) fn are_installed(programs: &[&str]) -> bool {
    let missing = programs.iter().find(|program| on_path(program).is_none());
    if let Some(program) = missing {
        eprintln!("skipped: {program} is not installed");
    }
    missing.is_none()
}

#[track_caller]
pub(crate) fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}{}", stdout(output), stderr(output));
}
