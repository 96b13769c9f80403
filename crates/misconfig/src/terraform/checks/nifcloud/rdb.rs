//! Databases.

use sealift_model::Severity::{Critical, Low, Medium};

use super::super::Rule;
use super::computing::{SHARED, open_rules};
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "NIF-0008",
        severity: Critical,
        title: "Database can be reached from outside",
        why: "The database can be attacked from the internet.",
        fix: "Set `publicly_accessible = false`.",
        kinds: &["nifcloud_db_instance"],
        run: |look| look.must_be_false("publicly_accessible", true),
    },
    Rule {
        id: "NIF-0009",
        severity: Medium,
        title: "Database keeps backups for less than two days",
        why: "What is lost is noticed after its last backup is gone.",
        fix: "Set `backup_retention_period` to 2 or more.",
        kinds: &["nifcloud_db_instance"],
        run: |look| look.must_be_at_least("backup_retention_period", 2.0, 0.0),
    },
    Rule {
        id: "NIF-0010",
        severity: Low,
        title: "Database is in the shared network",
        why: "Other customers share the network.",
        fix: "Use a private network.",
        kinds: &["nifcloud_db_instance"],
        run: network,
    },
    Rule {
        id: "NIF-0011",
        severity: Critical,
        title: "Security group of a database lets traffic in from anywhere",
        why: "The database can be attacked from the internet.",
        fix: "Name the networks that need it.",
        kinds: &["nifcloud_db_security_group"],
        run: open_rules,
    },
    Rule {
        id: "NIF-0012",
        severity: Low,
        title: "Security group of a database has no description",
        why: "Nobody can tell later what it is for.",
        fix: "Set `description`.",
        kinds: &["nifcloud_db_security_group"],
        run: |look| look.must_be_described(),
    },
];

fn network(look: &mut Look<'_>) {
    let network = look.resource.get("network_id");
    look.fail_if(network.text_or(SHARED).as_deref() == Some(SHARED), &network);
}
