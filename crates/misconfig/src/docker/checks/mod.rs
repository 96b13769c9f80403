//! The checks: one row for each of Trivy's checks, ordered by id.
//!
//! Failures are those of Trivy 0.74 with its checks of August 2026, line by line, and so are its
//! omissions: a tag after a registry's port is not checked (`DS-0001`), nor are instructions that
//! `ONBUILD` defers. `DS-0032`, a pipe without `pipefail`, requires a later engine and is left out;
//! 3, 18 and 28 were never published, or withdrawn.

mod base;
mod commands;
mod copies;
mod network;
mod once;
mod packages;
mod secrets;
mod users;

use regex::Regex;
use sealift_model::Severity::{self, Critical, High, Low, Medium};

use crate::docker::{Dockerfile, Instruction};
use crate::{Check, Failure, Misconfiguration, Status};

/// Where a check fails.
type Find = fn(&Dockerfile) -> Vec<Failure>;

/// A failure at an instruction.
fn at(instruction: &Instruction, message: impl Into<String>) -> Failure {
    Failure::new(message, Some(instruction.lines))
}

/// A piece of the file in a message, cut where it is long.
fn quote(text: &str) -> String {
    const SHOWN: usize = 120;
    match text.char_indices().nth(SHOWN).and_then(|(end, _)| text.get(..end)) {
        Some(start) => format!("{start}..."),
        None => text.to_owned(),
    }
}

/// A pattern of this module's.
#[expect(clippy::expect_used, reason = "constants, which a test compiles")]
fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("the pattern is valid")
}

/// Runs every check.
pub(super) fn run(file: &Dockerfile) -> Vec<Misconfiguration> {
    let mut results = Vec::new();
    for (check, find) in CHECKS {
        let mut failures = find(file);
        failures.sort_by_key(|failure| failure.lines);
        failures.dedup();
        if failures.is_empty() {
            results.push(Misconfiguration::new(check, Status::Pass));
        }
        let failures = failures.into_iter().map(Status::Fail);
        results.extend(failures.map(|failure| Misconfiguration::new(check, failure)));
    }
    results
}

const fn check(
    id: &'static str,
    severity: Severity,
    title: &'static str,
    description: &'static str,
    resolution: &'static str,
) -> Check {
    Check::new(id, severity, title, description, resolution)
}

static CHECKS: &[(Check, Find)] = &[
    (
        check(
            "DS-0001",
            Medium,
            "Base image without a fixed tag",
            "An image without a tag, or with the tag latest, is another one tomorrow: builds \
             cannot be repeated, and what was scanned is not what runs.",
            "Name a version of the base image, or its digest.",
        ),
        base::latest_tag,
    ),
    (
        check(
            "DS-0002",
            High,
            "Container runs as root",
            "A process that breaks out of a container in which it is root is root outside too, \
             unless user namespaces stand between.",
            "End the Dockerfile with a USER that is not root.",
        ),
        users::root,
    ),
    (
        check(
            "DS-0004",
            Medium,
            "SSH port exposed",
            "A container that exposes port 22 invites to log in to it; containers are replaced, \
             not maintained.",
            "Remove 22 from EXPOSE, and the SSH server with it.",
        ),
        network::ssh_port,
    ),
    (
        check(
            "DS-0005",
            Low,
            "ADD where COPY would do",
            "ADD unpacks archives and fetches from the network, which a plain copy does not need \
             and may surprise.",
            "Copy files with COPY.",
        ),
        copies::add,
    ),
    (
        check(
            "DS-0006",
            Critical,
            "COPY from its own stage",
            "A stage cannot copy from itself: the build fails, or takes an image of that name.",
            "Name another stage in --from.",
        ),
        copies::from_itself,
    ),
    (
        check(
            "DS-0007",
            Critical,
            "More than one ENTRYPOINT",
            "Only the last ENTRYPOINT of a stage counts; the others mislead.",
            "Keep one ENTRYPOINT in each stage.",
        ),
        once::entrypoint,
    ),
    (
        check(
            "DS-0008",
            Critical,
            "Port out of range",
            "Ports end at 65535.",
            "Expose a port between 0 and 65535.",
        ),
        network::port_range,
    ),
    (
        check(
            "DS-0009",
            High,
            "WORKDIR is relative",
            "Where a relative WORKDIR leads depends on what stood before it, the base image \
             included.",
            "Write WORKDIR as an absolute path.",
        ),
        commands::relative_workdir,
    ),
    (
        check(
            "DS-0010",
            Critical,
            "RUN with sudo",
            "A build is root already or can be with USER; sudo brings its own terminal and \
             signal handling and leaves a way to root in the image.",
            "Switch with USER instead of sudo.",
        ),
        commands::sudo,
    ),
    (
        check(
            "DS-0011",
            Critical,
            "COPY of several files to what is no folder",
            "With several sources the target has to be a folder, which a slash at its end says.",
            "End the target of COPY with a slash.",
        ),
        copies::many_to_no_folder,
    ),
    (
        check(
            "DS-0012",
            Critical,
            "Two stages of one name",
            "A name that two stages bear means the later one, from wherever it is used.",
            "Name every stage differently.",
        ),
        base::duplicate_alias,
    ),
    (
        check(
            "DS-0013",
            Medium,
            "RUN cd instead of WORKDIR",
            "A cd lasts to the end of its RUN and is easily overlooked.",
            "Change the folder with WORKDIR.",
        ),
        commands::cd,
    ),
    (
        check(
            "DS-0014",
            Low,
            "Both wget and curl",
            "Two programs for one purpose make the image larger and give an attacker one more.",
            "Fetch with one of the two.",
        ),
        commands::wget_and_curl,
    ),
    (
        check(
            "DS-0015",
            High,
            "yum leaves its cache",
            "Packages and metadata that yum fetched stay in the layer for good.",
            "End the RUN that installs with yum clean all.",
        ),
        packages::yum_clean,
    ),
    (
        check(
            "DS-0016",
            High,
            "More than one CMD",
            "Only the last CMD of a stage counts; the others mislead.",
            "Keep one CMD in each stage.",
        ),
        once::cmd,
    ),
    (
        check(
            "DS-0017",
            High,
            "Package lists updated in a layer of their own",
            "The layer with the lists is cached: a later install takes old lists and so old \
             packages.",
            "Update and install in one RUN.",
        ),
        packages::update_alone,
    ),
    (
        check(
            "DS-0019",
            High,
            "dnf leaves its cache",
            "Packages and metadata that dnf fetched stay in the layer for good.",
            "End the RUN that installs with dnf clean all.",
        ),
        packages::dnf_clean,
    ),
    (
        check(
            "DS-0020",
            High,
            "zypper leaves its cache",
            "Packages and metadata that zypper fetched stay in the layer for good.",
            "End the RUN that installs with zypper clean.",
        ),
        packages::zypper_clean,
    ),
    (
        check(
            "DS-0021",
            High,
            "apt-get install asks",
            "Without -y apt-get waits for an answer that no build gives.",
            "Give apt-get install the flag -y.",
        ),
        packages::apt_get_asks,
    ),
    (
        check(
            "DS-0022",
            High,
            "MAINTAINER used",
            "Docker has deprecated MAINTAINER since 1.13.",
            "State the maintainer in a LABEL.",
        ),
        once::maintainer,
    ),
    (
        check(
            "DS-0023",
            Medium,
            "More than one HEALTHCHECK",
            "Only the last HEALTHCHECK of a stage counts; the others mislead.",
            "Keep one HEALTHCHECK in each stage.",
        ),
        once::healthchecks,
    ),
    (
        check(
            "DS-0024",
            High,
            "apt-get dist-upgrade used",
            "It moves an image to another release than its base image says.",
            "Take a newer base image.",
        ),
        packages::dist_upgrade,
    ),
    (
        check(
            "DS-0025",
            High,
            "apk add keeps its cache",
            "The package index that apk fetched stays in the layer for good.",
            "Give apk add the flag --no-cache.",
        ),
        packages::apk_cache,
    ),
    (
        check(
            "DS-0026",
            Low,
            "No HEALTHCHECK",
            "Without one the engine takes a container that hangs for one that works.",
            "Add a HEALTHCHECK.",
        ),
        once::no_healthcheck,
    ),
    (
        check(
            "DS-0027",
            High,
            "microdnf leaves its cache",
            "Packages and metadata that microdnf fetched stay in the layer for good.",
            "End the RUN that installs with microdnf clean all.",
        ),
        packages::microdnf_clean,
    ),
    (
        check(
            "DS-0029",
            High,
            "apt-get installs what is only recommended",
            "Recommended packages make the image larger and bring vulnerabilities of their own.",
            "Give apt-get install the flag --no-install-recommends.",
        ),
        packages::apt_get_recommends,
    ),
    (
        check(
            "DS-0030",
            High,
            "WORKDIR in a system folder",
            "Working in /proc, /dev and their like can reach what belongs to the host.",
            "Choose a WORKDIR of the application's own.",
        ),
        commands::system_workdir,
    ),
    (
        check(
            "DS-0031",
            Critical,
            "Secret in the image",
            "What ARG, ENV, COPY and RUN hold stays readable in the image's history and layers.",
            "Pass secrets to a build with RUN --mount=type=secret, and to a container when it \
             runs.",
        ),
        secrets::leaked,
    ),
];
