//! Google Cloud.

mod bigquery;
mod compute;
mod disk;
mod dns;
mod firewall;
mod gke;
mod iam;
mod identity;
mod kms;
mod network;
mod project;
mod sql;
mod storage;

use super::Rule;

/// Its checks, service by service.
pub(super) const RULES: &[&[Rule]] = &[
    bigquery::RULES,
    compute::RULES,
    disk::RULES,
    dns::RULES,
    firewall::RULES,
    gke::RULES,
    iam::RULES,
    identity::RULES,
    kms::RULES,
    network::RULES,
    project::RULES,
    sql::RULES,
    storage::RULES,
];
