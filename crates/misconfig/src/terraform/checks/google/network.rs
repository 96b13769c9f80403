//! Networks, and how connections are encrypted.

use sealift_model::Severity::{Critical, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

const SUBNETWORK: &[&str] = &["google_compute_subnetwork"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GCP-0029",
        severity: Low,
        title: "Subnetwork does not log what flows",
        why: "Nobody can tell later who talked to whom.",
        fix: "Add a `log_config` block.",
        kinds: SUBNETWORK,
        run: flow_log,
    },
    Rule {
        id: "GCP-0039",
        severity: Critical,
        title: "Load balancer takes an old version of TLS",
        why: "Versions before 1.2 can be broken.",
        fix: "Set `min_tls_version = \"TLS_1_2\"`.",
        kinds: &["google_compute_ssl_policy"],
        run: |look| look.must_be_one_of("min_tls_version", &["TLS_1_2", "TLS_1_3"], "TLS_1_0"),
    },
    Rule {
        id: "GCP-0075",
        severity: Low,
        title: "Subnetwork reaches the services of Google by the internet",
        why: "Machines need an address of the internet for it.",
        fix: "Set `private_ip_google_access = true`.",
        kinds: SUBNETWORK,
        run: |look| look.must_be_true("private_ip_google_access", false),
    },
    Rule {
        id: "GCP-0076",
        severity: Medium,
        title: "Log of what flows is switched off",
        why: "Nobody can tell later who talked to whom.",
        fix: "Add a `log_config` block.",
        kinds: SUBNETWORK,
        run: |look| look.fail_if(look.resource.block("log_config").is_none(), look.resource),
    },
];

/// Subnetworks that only proxies use cannot log.
fn flow_log(look: &mut Look<'_>) {
    let subnetwork = look.resource;
    let purpose = subnetwork.get("purpose").text_or("");
    let of_machines = purpose.is_some_and(|purpose| {
        !matches!(&*purpose, "REGIONAL_MANAGED_PROXY" | "GLOBAL_MANAGED_PROXY")
    });
    look.fail_if(of_machines && subnetwork.block("log_config").is_none(), subnetwork);
}
