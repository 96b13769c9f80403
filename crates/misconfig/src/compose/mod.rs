//! Compose files.
//!
//! Trivy has no checks of them, so the ids are our own. The checks follow the Docker benchmark of
//! the CIS for containers (sections 5.1 to 5.31). They read the fields of the Compose
//! Specification, in either of its two syntaxes.

mod health;
mod isolation;
mod ports;
mod project;
mod resources;
mod security;
mod service;
mod volumes;

use std::borrow::Cow;
use std::collections::BTreeSet;

use sealift_model::Severity::{self, High, Low, Medium};
use sealift_model::{Diagnostic, Impact};

use self::project::{Project, Whole};
use self::service::{Service, services};
use crate::ignore::Ignores;
use crate::yaml::{self, Node};
use crate::{
    Check, Failure, FileKind, FileResult, Lines, Misconfiguration, Options, SourceFile, Status,
    excerpt,
};

/// How many files one may include, directly or not.
const MAX_INCLUDED: usize = 100;

/// Where a check fails.
#[derive(Clone, Copy)]
enum Find {
    /// In one service, whatever the others are.
    InService(fn(&Service<'_>) -> Vec<Failure>),
    /// In the file as a whole.
    InFile(fn(&File<'_>) -> Vec<Failure>),
}

/// A compose file.
struct File<'f> {
    root: &'f Node,
    services: Vec<Service<'f>>,
    /// What it is laid over.
    base: Option<Box<Self>>,
}

/// Checks compose files, and those that they include.
pub(crate) fn check(files: &[SourceFile<'_>], options: &Options) -> Vec<FileResult> {
    files.iter().flat_map(|file| with_included(file, options)).collect()
}

fn with_included(file: &SourceFile<'_>, options: &Options) -> Vec<FileResult> {
    let mut results = Vec::new();
    let mut seen = BTreeSet::from([file.path.to_owned()]);
    let mut waiting = vec![(file.path.to_owned(), Cow::Borrowed(file.bytes))];
    while let Some((path, bytes)) = waiting.pop() {
        let mut project = Project::new(&path, options);
        let (mut result, included) = check_one(&path, &bytes, &mut project);
        for (place, line) in included {
            if !seen.insert(place.clone()) {
                continue;
            }
            match project.bytes(&place).filter(|_| seen.len() <= MAX_INCLUDED) {
                Some(bytes) => waiting.push((place, bytes.into())),
                None => project.tell(line, &format!("{place}, which is included")),
            }
        }
        result.diagnostics.append(&mut project.told);
        if path != file.path {
            // It may be none of the files that are given, whose lines are looked up later.
            Ignores::read(&bytes, options.now).apply(&mut result);
            excerpt::fill(&mut result, &bytes);
        }
        results.push(result);
    }
    results
}

/// What a file shows, and the files that it includes, with the lines that say so.
fn check_one(
    path: &str,
    bytes: &[u8],
    project: &mut Project<'_>,
) -> (FileResult, Vec<(String, u32)>) {
    let mut result = FileResult::new(path, FileKind::Compose);
    let stream = yaml::parse(bytes, &project.options.limits);
    for error in &stream.errors {
        let said = Diagnostic::new("compose", format!("not read: {error}"), Impact::Incomplete);
        result.diagnostics.push(said.at(path, None).on_line(error.line.into()));
    }
    project.look_for_tags(path, bytes);
    let roots = || stream.documents.iter().map(|document| &document.root);
    let included: Vec<_> = roots().flat_map(|root| project.included(root)).collect();
    let whole: Vec<Whole> = roots().map(|root| project.whole(root)).collect();
    let documents: Vec<_> = whole.iter().map(File::new).collect();
    let services = documents.iter().any(|document| !document.services.is_empty());
    if !services && stream.errors.is_empty() && included.is_empty() {
        let said = Diagnostic::new("compose", "there is no service", Impact::Note);
        result.diagnostics.push(said.at(path, None));
    }
    // A part that could not be read might have failed.
    let all_read = stream.errors.is_empty() && project.told.is_empty();
    for (check, find) in CHECKS {
        let found: Vec<_> = documents.iter().map(|file| file.find(*find)).collect();
        if services && all_read && found.iter().all(|(_, passes)| *passes) {
            result.misconfigurations.push(Misconfiguration::new(check, Status::Pass));
        }
        let mut failures: Vec<_> = found.into_iter().flat_map(|(failures, _)| failures).collect();
        failures.sort_by_key(|failure| failure.lines);
        let failures = failures.into_iter().map(Status::Fail);
        result.misconfigurations.extend(failures.map(|it| Misconfiguration::new(check, it)));
    }
    (result, included)
}

impl<'f> File<'f> {
    fn new(whole: &'f Whole) -> Self {
        let of = |root| Self { root, services: services(root), base: None };
        Self { base: whole.base.as_ref().map(|base| Box::new(of(base))), ..of(&whole.root) }
    }

    /// The failures of a check to report here, and whether the check finds nothing at all. Failures
    /// of the base of an override file are reported there.
    fn find(&self, find: Find) -> (Vec<Failure>, bool) {
        let mut failures = self.found(find);
        let passes = failures.is_empty();
        if let Some(base) = self.base.as_ref().filter(|_| !passes) {
            let same = |failure: &Failure| (failure.resource.clone(), failure.message.clone());
            let known: BTreeSet<_> = base.found(find).iter().map(same).collect();
            failures.retain(|failure| !known.contains(&same(failure)));
            failures.iter_mut().for_each(|failure| self.place(failure));
        }
        (failures, passes)
    }

    fn found(&self, find: Find) -> Vec<Failure> {
        match find {
            Find::InService(find) => self.services.iter().flat_map(find).collect(),
            Find::InFile(find) => find(self),
        }
    }

    /// Values from the base are on no line of this file, so a failure is reported where the service
    /// is changed.
    fn place(&self, failure: &mut Failure) {
        if failure.lines.is_some_and(|lines| lines.start == 0) {
            let name = failure.resource.as_deref();
            let service = self.services.iter().find(|service| Some(service.name) == name);
            let line = service.map_or(1, |service| service.line);
            failure.lines = Some(Lines { start: line, end: line });
        }
    }
}

const fn named(
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
        named(
            "COMPOSE-0001",
            High,
            "Privileged container",
            "A privileged container has every capability and every device of the host: who is \
             root in it is root outside.",
            "Remove privileged; add the capability or device that is needed.",
        ),
        Find::InService(security::privileged),
    ),
    (
        named(
            "COMPOSE-0002",
            High,
            "Engine's socket mounted",
            "Who reaches the socket of the container engine starts any container with any \
             mount: root on the host.",
            "Do not mount the socket, or put a proxy before it that allows only what is needed.",
        ),
        Find::InService(volumes::engine_socket),
    ),
    (
        named(
            "COMPOSE-0003",
            Medium,
            "Network of the host shared",
            "The container reaches every service of the host that listens on localhost, and can \
             listen on any of its ports.",
            "Use a network of its own and publish the ports that are needed.",
        ),
        Find::InService(isolation::network),
    ),
    (
        named(
            "COMPOSE-0004",
            Medium,
            "Processes of the host shared",
            "The container sees the host's processes, their arguments and environment, and may \
             signal them.",
            "Remove pid: host.",
        ),
        Find::InService(isolation::processes),
    ),
    (
        named(
            "COMPOSE-0005",
            Medium,
            "IPC of the host shared",
            "The container reads and writes the shared memory of the host's programs.",
            "Remove ipc: host.",
        ),
        Find::InService(isolation::ipc),
    ),
    (
        named(
            "COMPOSE-0006",
            Medium,
            "Users of the host shared",
            "Where the engine maps users apart, this container goes without: its root is the \
             host's.",
            "Remove userns_mode: host.",
        ),
        Find::InService(isolation::users),
    ),
    (
        named(
            "COMPOSE-0007",
            High,
            "Dangerous capability added",
            "Some capabilities are as good as root on the host.",
            "Leave the capability out, or find the narrowest that will do.",
        ),
        Find::InService(security::capabilities),
    ),
    (
        named(
            "COMPOSE-0008",
            Medium,
            "Seccomp switched off",
            "The engine's profile keeps system calls away that containers do not need and \
             attacks on the kernel do.",
            "Keep the default profile, or name one of your own.",
        ),
        Find::InService(security::seccomp),
    ),
    (
        named(
            "COMPOSE-0009",
            High,
            "New privileges allowed",
            "A program with the setuid bit gives its caller the rights of its owner, also in a \
             container.",
            "Add no-new-privileges:true to security_opt.",
        ),
        Find::InService(security::new_privileges),
    ),
    (
        named(
            "COMPOSE-0010",
            Medium,
            "No security options",
            "Without security_opt nothing is asked of the engine beyond its defaults.",
            "Set security_opt, no-new-privileges:true at least.",
        ),
        Find::InService(security::options),
    ),
    (
        named(
            "COMPOSE-0011",
            Medium,
            "No health check",
            "Without one the engine takes a container that hangs for one that works.",
            "Set healthcheck.",
        ),
        Find::InService(health::check),
    ),
    (
        named(
            "COMPOSE-0012",
            Medium,
            "Memory not limited",
            "One container can take the memory of all.",
            "Set mem_limit, or memory under deploy.resources.limits.",
        ),
        Find::InService(resources::memory),
    ),
    (
        named(
            "COMPOSE-0013",
            Low,
            "Processor time not limited",
            "One container can take the processors of all.",
            "Set cpus, there or under deploy.resources.limits.",
        ),
        Find::InService(resources::processors),
    ),
    (
        named(
            "COMPOSE-0014",
            Medium,
            "Number of processes not limited",
            "A fork bomb in one container takes down the host.",
            "Set pids_limit, or pids under deploy.resources.limits.",
        ),
        Find::InService(resources::processes),
    ),
    (
        named(
            "COMPOSE-0015",
            Medium,
            "Privileged port published",
            "Ports below 1024 are those of the host's own services, and to listen on them takes \
             rights.",
            "Let the program listen on a port from 1024 up.",
        ),
        Find::InService(ports::privileged),
    ),
    (
        named(
            "COMPOSE-0016",
            Medium,
            "Port published on every interface",
            "Without an address the engine listens on all of the host's, past its firewall's \
             usual rules.",
            "Write the address before the port, as 127.0.0.1:8080:8080.",
        ),
        Find::InService(ports::on_every_interface),
    ),
    (
        named(
            "COMPOSE-0017",
            Medium,
            "Restarts not limited to five",
            "A container that fails and is started again for ever wears the host down and hides \
             the fault.",
            "Restart on failure, five times at most.",
        ),
        Find::InService(health::restarts),
    ),
    (
        named(
            "COMPOSE-0018",
            High,
            "Folder of the host's system mounted",
            "What belongs to the system can be read and changed from the container.",
            "Mount a folder of the application's own, or a volume.",
        ),
        Find::InFile(volumes::system_folders),
    ),
    (
        named(
            "COMPOSE-0019",
            Low,
            "Volume shared by services",
            "What one service writes the other trusts: who takes over one reaches both.",
            "Give each service its own volume where they need not share.",
        ),
        Find::InFile(volumes::shared),
    ),
    (
        named(
            "COMPOSE-0020",
            High,
            "Mounts propagated",
            "What is mounted later on the host or in the container appears on the other side.",
            "Leave propagation at rprivate.",
        ),
        Find::InService(volumes::propagated),
    ),
    (
        named(
            "COMPOSE-0021",
            Medium,
            "Control group not the default",
            "Another parent has other limits, which may be none.",
            "Leave cgroup_parent out.",
        ),
        Find::InService(resources::control_group),
    ),
    (
        named(
            "COMPOSE-0022",
            Medium,
            "AppArmor or SELinux switched off",
            "The engine's profile keeps a container from writing where no container needs to.",
            "Keep the default profile or label, or name one of your own.",
        ),
        Find::InService(security::labels),
    ),
];
