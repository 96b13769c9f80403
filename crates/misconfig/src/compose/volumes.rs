//! Mounts: CIS Docker 5.5, 5.19, 5.31.

use std::collections::HashMap;

use super::File;
use super::service::{Service, at, entry, text};
use crate::Failure;
use crate::yaml::Node;

/// Folders that belong to the host's system, and all below them.
static SYSTEM: &[&str] = &[
    "/bin", "/boot", "/cdrom", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/proc",
    "/root", "/run", "/sbin", "/seLinux", "/selinux", "/srv", "/sys", "/usr", "/var",
];

/// A mount: what of the host or which volume, and the line that says so.
struct Mount {
    source: String,
    line: u32,
}

/// The mounts of a service, in either syntax. One without a source is a volume of its own.
fn mounts(service: &Service<'_>) -> Vec<Mount> {
    let items = service.get("volumes").map(Node::items).unwrap_or_default();
    let mount = |item: &Node| {
        if item.is_map() {
            let source = entry(item, "source")?;
            return Some(Mount { source: text(&source.value)?, line: source.key_line });
        }
        let written = item.str()?;
        let (source, _) = written.split_once(':')?;
        Some(Mount { source: source.to_owned(), line: item.lines.start })
    };
    items.iter().filter_map(mount).collect()
}

pub(super) fn engine_socket(service: &Service<'_>) -> Vec<Failure> {
    let sockets = ["docker.sock", "containerd.sock", "podman.sock", "crio.sock"];
    let is_socket = |mount: &Mount| sockets.iter().any(|name| mount.source.ends_with(name));
    let mounts = mounts(service).into_iter().filter(is_socket);
    let told = |mount: Mount| {
        service.fails(mount.line, format!("the engine's socket {} is mounted", mount.source))
    };
    mounts.map(told).collect()
}

/// In services, and in the volumes that the file defines.
pub(super) fn system_folders(file: &File<'_>) -> Vec<Failure> {
    let of_services = file.services.iter().flat_map(|service| {
        let mounts = mounts(service).into_iter().filter(|mount| is_system(&mount.source));
        let told = |mount: Mount| {
            service.fails(mount.line, format!("{} of the host is mounted", mount.source))
        };
        mounts.map(told).collect::<Vec<_>>()
    });
    let volumes = file.root.get("volumes").map(Node::entries).unwrap_or_default();
    let defined = volumes.iter().flat_map(|volume| {
        let options = volume.value.get("driver_opts").map(Node::entries).unwrap_or_default();
        let paths = options.iter().filter(|it| ["device", "mountpoint"].contains(&&*it.key));
        paths.filter_map(|option| {
            let path = option.value.str().filter(|path| is_system(path))?;
            Some(at(option.key_line, format!("the volume {} is {path} of the host", volume.key)))
        })
    });
    of_services.chain(defined).collect()
}

fn is_system(path: &str) -> bool {
    let below = |folder: &&str| {
        path.strip_prefix(*folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    path == "/" || SYSTEM.iter().any(below)
}

/// Reported at each mount.
pub(super) fn shared(file: &File<'_>) -> Vec<Failure> {
    let all: Vec<_> = file.services.iter().map(|service| (service, mounts(service))).collect();
    // The first two services that mount each source: one of them is another.
    let mut users: HashMap<&str, [Option<&str>; 2]> = HashMap::new();
    for (service, mounts) in &all {
        for mount in mounts {
            let [first, second] = users.entry(&mount.source).or_default();
            if first.get_or_insert(service.name) != &service.name {
                second.get_or_insert(service.name);
            }
        }
    }
    let mut failures = Vec::new();
    for (service, mounts) in &all {
        for mount in mounts {
            let users = users.get(mount.source.as_str()).into_iter().flatten().flatten();
            if let Some(other) = users.copied().find(|name| *name != service.name) {
                let message = format!("{} is mounted in {other}, too", mount.source);
                failures.push(service.fails(mount.line, message));
            }
        }
    }
    failures
}

pub(super) fn propagated(service: &Service<'_>) -> Vec<Failure> {
    const KINDS: [&str; 4] = ["shared", "rshared", "slave", "rslave"];
    let items = service.get("volumes").map(Node::items).unwrap_or_default();
    let found = items.iter().filter_map(|item| {
        let (kind, line) = match item.get("bind").and_then(|bind| entry(bind, "propagation")) {
            Some(propagation) => (text(&propagation.value)?, propagation.key_line),
            // SOURCE:TARGET:OPTIONS.
            None => {
                let options = item.str()?.splitn(3, ':').nth(2)?;
                let kind = options.split(',').find(|option| KINDS.contains(option))?;
                (kind.to_owned(), item.lines.start)
            }
        };
        let told = || service.fails(line, format!("mounts are propagated: {kind}"));
        KINDS.contains(&kind.as_str()).then(told)
    });
    found.collect()
}
