//! Projects.

use sealift_model::Severity::{High, Low};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GCP-0010",
        severity: High,
        title: "Project comes with the default network",
        why: "Its firewalls let SSH and remote desktops in from anywhere.",
        fix: "Set `auto_create_network = false`.",
        kinds: &["google_project"],
        run: |look| look.must_be_false("auto_create_network", true),
    },
    Rule {
        id: "GCP-0079",
        severity: Low,
        title: "Who does what in the project is not logged in full",
        why: "Nobody can tell later who read or changed what.",
        fix: "Add a `google_project_iam_audit_config` for `allServices` with the three types of log.",
        kinds: &["google_project", AUDIT],
        run: audited,
    },
];

const AUDIT: &str = "google_project_iam_audit_config";

fn audited(look: &mut Look<'_>) {
    let (resource, all) = (look.resource, look.all);
    if &*resource.kind == "google_project" {
        let audited = all.naming(AUDIT, "project", resource, "project_id").next().is_some();
        return look.fail_if(!audited, resource);
    }
    let types: Vec<_> =
        resource.blocks("audit_log_config").map(|log| log.get("log_type")).collect();
    let missing = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"]
        .iter()
        .any(|wanted| types.iter().all(|log| log.text().as_deref() != Some(*wanted)));
    look.fail_if(missing && !types.iter().any(|log| log.holds_unknown()), resource);
    let project = all.named_by(resource.get("project"), "google_project", "project_id");
    if project.is_some() {
        look.must_be_one_of("service", &["allServices"], "");
    }
}
