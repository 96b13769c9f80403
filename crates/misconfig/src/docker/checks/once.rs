//! Instructions that a stage must have once, or a file not at all.

use super::{at, quote};
use crate::Failure;
use crate::docker::Dockerfile;

/// `DS-0007`.
pub(super) fn entrypoint(file: &Dockerfile) -> Vec<Failure> {
    repeated(file, "entrypoint")
}

/// `DS-0016`.
pub(super) fn cmd(file: &Dockerfile) -> Vec<Failure> {
    repeated(file, "cmd")
}

/// `DS-0023`.
pub(super) fn healthchecks(file: &Dockerfile) -> Vec<Failure> {
    repeated(file, "healthcheck")
}

/// Reported once per stage, for the second.
fn repeated(file: &Dockerfile, command: &str) -> Vec<Failure> {
    let mut failures = Vec::new();
    for stage in &file.stages {
        if let Some(second) = stage.all(command).nth(1) {
            let count = stage.all(command).count();
            let name = command.to_uppercase();
            failures.push(at(second, format!("the stage has {count} {name} instructions")));
        }
    }
    failures
}

/// `DS-0022`.
pub(super) fn maintainer(file: &Dockerfile) -> Vec<Failure> {
    let told = |name: &String| format!("'MAINTAINER {}' is deprecated", quote(name));
    let all = file.all("maintainer");
    all.filter_map(|found| Some(at(found, told(found.values.first()?)))).collect()
}

/// `DS-0026`: one in any stage will do.
pub(super) fn no_healthcheck(file: &Dockerfile) -> Vec<Failure> {
    match file.all("healthcheck").next() {
        Some(_) => Vec::new(),
        None => vec![Failure::new("there is no HEALTHCHECK", None)],
    }
}
