//! The arguments of package managers.

use std::sync::LazyLock;

use regex::Regex;

use super::commands::text;
use super::{at, pattern, quote};
use crate::Failure;
use crate::docker::{Dockerfile, Instruction};
use crate::shell::commands;

/// `DS-0015`.
pub(super) fn yum_clean(file: &Dockerfile) -> Vec<Failure> {
    let unclean = |run: &&Instruction| {
        let Some(commands) = commands_with(run, &["yum"]) else { return false };
        let installs = told(&commands, &["yum"], &["install"]);
        let Some(last) = installs.last() else { return false };
        let cleans = !told(&commands, &["yum"], &["clean"]).is_empty();
        let all = commands.iter().rposition(|words| words.iter().any(|word| word == "all"));
        !(cleans && all.is_some_and(|all| all > *last))
    };
    let unclean = file.all("run").filter(unclean);
    unclean.map(|run| at(run, missing("yum clean all", &text(run)))).collect()
}

/// `DS-0017`: an update that no install of the same package manager follows.
pub(super) fn update_alone(file: &Dockerfile) -> Vec<Failure> {
    const MANAGERS: &[&[&str]] = &[&["apt-get", "apt"], &["yum"], &["apk"], &["dnf"], &["zypper"]];
    const INSTALL: &[&str] = &[
        "upgrade",
        "install",
        "source-install",
        "reinstall",
        "groupinstall",
        "localinstall",
        "add",
    ];
    let mut failures = Vec::new();
    for run in file.all("run") {
        let Some(commands) = commands_with(run, &["up"]) else { continue };
        for manager in MANAGERS {
            let updates = told(&commands, manager, &["update", "up"]);
            let Some(first) = updates.first() else { continue };
            let installs = told(&commands, manager, INSTALL);
            if installs.last().is_none_or(|last| last <= first) {
                let name = manager.first().copied().unwrap_or_default();
                failures.push(at(run, format!("{name} updates its lists and installs nothing")));
            }
        }
    }
    failures
}

/// The commands of a script that contains one of the words, at least as a part of another word: few
/// scripts do, and searching is faster than parsing.
fn commands_with(run: &Instruction, words: &[&str]) -> Option<Vec<Vec<String>>> {
    let script = text(run);
    words.iter().any(|word| script.contains(word)).then(|| commands(&script))?
}

/// The indexes of the commands in which one of the programs precedes one of the verbs.
fn told(commands: &[Vec<String>], programs: &[&str], verbs: &[&str]) -> Vec<usize> {
    let tells = |words: &Vec<String>| {
        let program = words.iter().position(|word| programs.contains(&word.as_str()));
        let after = program.and_then(|at| words.get(at.saturating_add(1)..));
        after.is_some_and(|words| words.iter().any(|word| verbs.contains(&word.as_str())))
    };
    let numbered = commands.iter().enumerate().filter(|(_, words)| tells(words));
    numbered.map(|(number, _)| number).collect()
}

/// `DS-0025`.
pub(super) fn apk_cache(file: &Dockerfile) -> Vec<Failure> {
    let caches = |words: &Vec<String>| {
        let mut plain = words.iter().filter(|word| !word.starts_with('-'));
        words.first().is_some_and(|program| program == "apk")
            && plain.nth(1).is_some_and(|verb| verb == "add")
            && !words.iter().any(|word| word == "--no-cache")
    };
    let mut failures = Vec::new();
    for run in file.all("run") {
        let commands = commands_with(run, &["apk"]).unwrap_or_default();
        if commands.iter().any(caches) {
            failures.push(at(run, missing("--no-cache", &text(run))));
        }
    }
    failures
}

fn missing(what: &str, script: &str) -> String {
    format!("'{what}' is missing from '{}'", quote(script))
}

static DNF: LazyLock<Regex> =
    LazyLock::new(|| pattern("dnf install|dnf in|dnf reinstall|dnf rei|(?P<clean>dnf clean all)"));
static MICRODNF: LazyLock<Regex> =
    LazyLock::new(|| pattern("microdnf install|microdnf reinstall|(?P<clean>microdnf clean all)"));
static ZYPPER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "zypper in|zypper remove|zypper rm|zypper source-install|zypper si|zypper patch|\
         zypper (-(-)?[a-zA-Z]+ *)*install|(?P<clean>zypper clean|zypper cc)",
    )
});

/// `DS-0019`.
pub(super) fn dnf_clean(file: &Dockerfile) -> Vec<Failure> {
    not_cleaned(file, &DNF, "dnf clean all")
}

/// `DS-0027`.
pub(super) fn microdnf_clean(file: &Dockerfile) -> Vec<Failure> {
    not_cleaned(file, &MICRODNF, "microdnf clean all")
}

/// `DS-0020`.
pub(super) fn zypper_clean(file: &Dockerfile) -> Vec<Failure> {
    not_cleaned(file, &ZYPPER, "zypper clean")
}

/// Where something is installed and the last that matches is no cleaning.
fn not_cleaned(file: &Dockerfile, steps: &Regex, clean: &str) -> Vec<Failure> {
    let mut failures = Vec::new();
    for run in file.all("run") {
        let script = run.values.first().map(String::as_str).unwrap_or_default();
        let cleans: Vec<_> =
            steps.captures_iter(script).map(|step| step.name("clean").is_some()).collect();
        if cleans.contains(&false) && cleans.last() == Some(&false) {
            failures.push(at(run, missing(clean, script)));
        }
    }
    failures
}

/// `DS-0024`.
pub(super) fn dist_upgrade(file: &Dockerfile) -> Vec<Failure> {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| pattern("apt-get .* dist-upgrade"));
    let upgrades = file
        .all("run")
        .filter(|run| run.values.first().is_some_and(|script| PATTERN.is_match(script)));
    upgrades.map(|run| at(run, "apt-get dist-upgrade is run")).collect()
}

/// Where `apt-get install` begins.
static APT_GET_INSTALL: LazyLock<Regex> =
    LazyLock::new(|| pattern("apt-get (-(-)?[a-zA-Z]+ *)*install"));

/// `DS-0021`.
pub(super) fn apt_get_asks(file: &Dockerfile) -> Vec<Failure> {
    static YES: LazyLock<Regex> =
        LazyLock::new(|| apt_get_with("-[a-xzA-XZ]*y[a-xzA-XZ]*|--yes|--assume-yes"));
    apt_get_without(file, &YES, "-y")
}

/// `DS-0029`.
pub(super) fn apt_get_recommends(file: &Dockerfile) -> Vec<Failure> {
    static NONE: LazyLock<Regex> = LazyLock::new(|| apt_get_with("--no-install-recommends"));
    apt_get_without(file, &NONE, "--no-install-recommends")
}

/// Matches `apt-get install` with a flag before the verb, after it, or after the packages.
/// Packages and versions are written as Debian Policy 5.6.1 and 5.6.12 have them.
fn apt_get_with(flag: &str) -> Regex {
    const FLAGS: &str = "[[:space:]]*(?:--?[a-zA-Z]+[[:space:]]*)*";
    const PACKAGES: &str = r"(?:[a-z0-9][a-z0-9+\-.]+(?:=[[:word:].+\-~:]+)?[[:space:]]*)*";
    let flag = format!("{FLAGS}(?:{flag}){FLAGS}");
    pattern(&format!("apt-get(?:{flag}install|{FLAGS}install(?:{FLAGS}{PACKAGES})?{flag})"))
}

fn apt_get_without(file: &Dockerfile, flag: &Regex, name: &str) -> Vec<Failure> {
    let mut failures = Vec::new();
    for run in file.all("run") {
        let script = text(run);
        if APT_GET_INSTALL.is_match(&script) && !flag.is_match(&script) {
            failures.push(at(run, missing(name, &script)));
        }
    }
    failures
}
