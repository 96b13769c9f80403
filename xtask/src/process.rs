//! Programs that the tasks call.

use std::process::{Command, Stdio};

use crate::{Outcome, root};

/// Runs cargo in the project's root, prints the command, and fails if cargo does.
pub(crate) fn cargo(arguments: &[&str]) -> Outcome {
    cargo_with(arguments, &[])
}

/// [`cargo`] with variables of its environment set.
pub(crate) fn cargo_with(arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let assignments = variables.iter().map(|(name, value)| format!("{name}={value} "));
    eprintln!("$ {}cargo {}", assignments.collect::<String>(), arguments.join(" "));
    let mut command = Command::new("cargo");
    command.args(arguments).envs(variables.iter().copied()).current_dir(root());
    let status = command.status().map_err(|error| format!("cannot start cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("cargo {} failed with {status}", arguments.join(" ")).into())
    }
}

/// What a program prints on stdout when it runs and succeeds.
pub(crate) fn output_of(mut command: Command) -> Option<String> {
    let output = command.current_dir(root()).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}
