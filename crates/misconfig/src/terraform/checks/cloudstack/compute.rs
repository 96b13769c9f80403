//! Instances.

use sealift_model::Severity::High;

use super::super::Rule;
use super::super::secrets::holds_secret;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "CLDSTK-0001",
    severity: High,
    title: "User data of an instance holds a secret",
    why: "User data can be read by everything on the instance.",
    fix: "Read secrets when the instance starts, from a store made for them.",
    kinds: &["cloudstack_instance"],
    run: |look| {
        let data = look.resource.get("user_data");
        look.fail_if(data.partial_text().is_some_and(|text| holds_secret(&text)), &data);
    },
}];
