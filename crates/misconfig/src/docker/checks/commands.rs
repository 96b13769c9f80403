//! The commands of `RUN`, and their directories.

use std::sync::LazyLock;

use regex::Regex;

use super::{at, pattern, quote};
use crate::Failure;
use crate::docker::{Dockerfile, Instruction};

/// `DS-0009`: absolute is what begins with a slash, and what has a drive or a variable in it.
pub(super) fn relative_workdir(file: &Dockerfile) -> Vec<Failure> {
    let told = |(workdir, path): (&Instruction, &str)| {
        at(workdir, format!("WORKDIR '{}' is no absolute path", quote(path)))
    };
    workdirs(file).filter(|(_, path)| !ABSOLUTE.is_match(path)).map(told).collect()
}

/// `A-z` is meant: it includes the characters between the two alphabets.
static ABSOLUTE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"^["']?/|[A-z0-9\-_+]:\\|\$[{}A-z0-9\-_+]"#));

/// `DS-0030`.
pub(super) fn system_workdir(file: &Dockerfile) -> Vec<Failure> {
    let folders = ["/proc/", "/boot/", "/dev/", "/initrd/", "/lost+found/"];
    let system = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
    let inside = workdirs(file).filter(|(_, path)| system(path.trim_matches('"')));
    let told = |(workdir, path): (&Instruction, &str)| {
        at(workdir, format!("WORKDIR '{}' is a folder of the system", quote(path)))
    };
    inside.map(told).collect()
}

fn workdirs(file: &Dockerfile) -> impl Iterator<Item = (&Instruction, &str)> {
    file.all("workdir").filter_map(|workdir| Some((workdir, workdir.values.first()?.as_str())))
}

/// `DS-0010`.
pub(super) fn sudo(file: &Dockerfile) -> Vec<Failure> {
    let sudo = |run: &&Instruction| {
        one_text(run).is_some_and(|script| {
            script.split("&&").any(|command| command.trim_start().starts_with("sudo"))
        })
    };
    file.all("run").filter(sudo).map(|run| at(run, "a command is run with sudo")).collect()
}

/// `DS-0013`.
pub(super) fn cd(file: &Dockerfile) -> Vec<Failure> {
    let changes = |text: &String| chained(text).any(|command| command.starts_with("cd "));
    let runs = file.all("run").filter(|run| run.values.iter().any(changes));
    let told = |run| at(run, format!("'{}' changes the folder", quote(&text(run))));
    runs.map(told).collect()
}

/// `DS-0014`: reported for every wget, if there is a curl, too. Packages of these names may be
/// installed.
pub(super) fn wget_and_curl(file: &Dockerfile) -> Vec<Failure> {
    let uses = |run: &Instruction, tool: &str| {
        one_text(run).is_some_and(|script| {
            chained(script).any(|command| {
                !command.contains("install ") && command.trim_start_matches(' ').starts_with(tool)
            })
        })
    };
    let is_curl = |run: &Instruction| {
        uses(run, "curl")
            || (run.values.len() > 1 && run.values.first().is_some_and(|name| name == "curl"))
    };
    if !file.all("run").any(is_curl) {
        return Vec::new();
    }
    let wgets = file.all("run").filter(|run| uses(run, "wget"));
    wgets.map(|run| at(run, "wget is used, and curl elsewhere")).collect()
}

/// The arguments of a `RUN` as one text.
pub(super) fn text(run: &Instruction) -> String {
    run.values.join(" ")
}

fn one_text(run: &Instruction) -> Option<&str> {
    match run.values.as_slice() {
        [script] => Some(script),
        _ => None,
    }
}

/// Commands between `&&`, the space around it aside.
fn chained(script: &str) -> impl Iterator<Item = &str> {
    let parts = script.split("&&").enumerate();
    let last = script.matches("&&").count();
    parts.map(move |(number, part)| {
        let part = if number > 0 { part.trim_start() } else { part };
        if number < last { part.trim_end() } else { part }
    })
}
