//! File systems.

use sealift_model::Severity::{Critical, Low};

use super::super::Rule;
use super::computing::{SHARED, open_rules};
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "NIF-0013",
        severity: Low,
        title: "File system is in the shared network",
        why: "Other customers share the network.",
        fix: "Use a private network.",
        kinds: &["nifcloud_nas_instance"],
        run: network,
    },
    Rule {
        id: "NIF-0014",
        severity: Critical,
        title: "Security group of a file system lets traffic in from anywhere",
        why: "The file system can be attacked from the internet.",
        fix: "Name the networks that need it.",
        kinds: &["nifcloud_nas_security_group"],
        run: open_rules,
    },
    Rule {
        id: "NIF-0015",
        severity: Low,
        title: "Security group of a file system has no description",
        why: "Nobody can tell later what it is for.",
        fix: "Set `description`.",
        kinds: &["nifcloud_nas_security_group"],
        run: |look| look.must_be_described(),
    },
];

fn network(look: &mut Look<'_>) {
    let network = look.resource.get("network_id");
    // It is the network of an instance that names none.
    look.fail_if(network.text_or(SHARED).as_deref() == Some(SHARED), &network);
}
