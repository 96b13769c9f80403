//! The tests of the Python binding: on a wheel, in an environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Failure, Outcome, root, target};

/// The tools of the environment, each pinned.
const TOOLS: [&str; 3] = ["maturin==1.16.0", "mypy==2.4.1", "pytest==9.2.0"];

/// Builds the wheel in the profile of the tests, installs it, checks the types, runs pytest.
pub(crate) fn test() -> Outcome {
    let here = root().join("bindings/python");
    let target = target()?;
    let environment = target.join("python/venv");
    let python = environment.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(&python).args(pip).args(TOOLS))?;
    let wheels = target.join("python/wheels");
    if wheels.exists() {
        fs::remove_dir_all(&wheels)?;
    }
    run(Command::new(environment.join("bin/maturin"))
        .args(["build", "--locked", "--profile", "dev", "--out"])
        .arg(&wheels)
        .current_dir(&here)
        .env("CARGO_TARGET_DIR", &target)
        .env("VIRTUAL_ENV", &environment))?;
    let replaced = ["--force-reinstall", "--no-index", "--no-deps"];
    run(Command::new(&python).args(pip).args(replaced).arg(wheel(&wheels)?))?;
    let checked = ["-m", "mypy", "--strict", "python/sealift", "tests"];
    run(Command::new(&python).args(checked).current_dir(&here).env("MYPYPATH", "python"))?;
    // What is tested is the installed wheel, not the folder beside it; `-s` shows closing lines.
    let tests = ["-m", "pytest", "--quiet", "-s", "-rs", "-p", "no:cacheprovider", "tests"];
    run(Command::new(&python).args(tests).current_dir(&here))
}

/// The one wheel that was built.
fn wheel(folder: &Path) -> Result<PathBuf, Failure> {
    let entries = fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path());
    let is_wheel = |path: &PathBuf| path.extension().is_some_and(|end| end == "whl");
    entries.into_iter().find(is_wheel).ok_or_else(|| "no wheel was built".into())
}

fn run(command: &mut Command) -> Outcome {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    eprintln!("$ {}", line.join(" "));
    let status = command.env_remove("PYTHONPATH").status();
    let status = status.map_err(|error| format!("cannot start {}: {error}", line.join(" ")))?;
    if status.success() { Ok(()) } else { Err(format!("{} failed", line.join(" ")).into()) }
}
