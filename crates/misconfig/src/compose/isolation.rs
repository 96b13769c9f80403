//! Resources that a container shares with its host: CIS Docker 5.9, 5.15 to 5.17, 5.30.

use super::service::Service;
use crate::Failure;

pub(super) fn network(service: &Service<'_>) -> Vec<Failure> {
    of_host(service, "network_mode", "network")
}

pub(super) fn processes(service: &Service<'_>) -> Vec<Failure> {
    of_host(service, "pid", "processes")
}

pub(super) fn ipc(service: &Service<'_>) -> Vec<Failure> {
    of_host(service, "ipc", "shared memory")
}

pub(super) fn users(service: &Service<'_>) -> Vec<Failure> {
    of_host(service, "userns_mode", "users")
}

fn of_host(service: &Service<'_>, key: &str, what: &str) -> Vec<Failure> {
    let entry = service.entry(key).filter(|entry| entry.value.str() == Some("host"));
    let told = |line| service.fails(line, format!("the service shares the host's {what}"));
    entry.map(|entry| told(entry.key_line)).into_iter().collect()
}
