//! Addresses.

use sealift_model::Severity::Critical;

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "OCI-0001",
    severity: Critical,
    title: "Address is reserved from the public pool",
    why: "Whatever gets it can be attacked from the internet.",
    fix: "Take the address from a private pool.",
    kinds: &["opc_compute_ip_address_reservation"],
    run: |look| {
        let pool = look.resource.get("ip_address_pool");
        look.fail_if(pool.text().as_deref() == Some("public-ippool"), &pool);
    },
}];
