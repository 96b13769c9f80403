//! `COPY` and `ADD`.

use super::base::stage_alias;
use super::{at, quote};
use crate::Failure;
use crate::docker::{Dockerfile, Instruction};

/// `DS-0005`: an `ADD` that neither unpacks nor fetches.
pub(super) fn add(file: &Dockerfile) -> Vec<Failure> {
    let needless = |add: &&Instruction| {
        let arguments = add.values.join(" ");
        let needed = [".tar", "http://", "https://", "git@"];
        !needed.iter().any(|mark| arguments.contains(mark))
            && !["file:", "multi:", "dir:"].iter().any(|prefix| {
                from_history(&add.values, prefix)
                    || (add.values.len() == 2 && starts_with(&add.values, prefix))
            })
    };
    let told = |add: &Instruction| {
        at(add, format!("'ADD {}' copies, as COPY does", quote(&add.values.join(" "))))
    };
    file.all("add").filter(needless).map(told).collect()
}

/// `DS-0006`.
pub(super) fn from_itself(file: &Dockerfile) -> Vec<Failure> {
    let mut failures = Vec::new();
    for stage in &file.stages {
        let name = stage.name.to_lowercase();
        let Some(alias) = stage_alias(&name) else { continue };
        for copy in stage.all("copy") {
            let froms = copy.flags.iter().filter(|flag| flag.contains("--from="));
            let mut froms = froms.filter_map(|flag| flag.split('=').nth(1));
            if froms.any(|from| from.to_lowercase() == alias) {
                failures.push(at(copy, format!("stage '{}' copies from itself", quote(alias))));
            }
        }
    }
    failures
}

/// `DS-0011`.
pub(super) fn many_to_no_folder(file: &Dockerfile) -> Vec<Failure> {
    let mut failures = Vec::new();
    for copy in file.all("copy").filter(|copy| copy.values.len() > 2) {
        let history = ["file:", "multi:"].iter().any(|kind| from_history(&copy.values, kind));
        let Some(target) = copy.values.last().filter(|target| !target.ends_with('/')) else {
            continue;
        };
        if !history {
            let message = format!("several files are copied to '{}', no folder", quote(target));
            failures.push(at(copy, message));
        }
    }
    failures
}

/// `ADD file:HASH in DIR`, as the history of an image has it.
fn from_history(values: &[String], prefix: &str) -> bool {
    values.len() == 3
        && starts_with(values, prefix)
        && values.get(1).is_some_and(|word| word == "in")
}

fn starts_with(values: &[String], prefix: &str) -> bool {
    values.first().is_some_and(|first| first.starts_with(prefix))
}
