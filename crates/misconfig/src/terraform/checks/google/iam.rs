//! Permissions.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;
use crate::terraform::model::{Block, Field, Resource, Resources};

/// Grants for a project, or for something in one.
const PROJECT: &[&str] = &[
    "google_cloud_run_service_iam_binding",
    "google_cloud_run_service_iam_member",
    "google_compute_instance_iam_binding",
    "google_compute_instance_iam_member",
    "google_compute_subnetwork_iam_binding",
    "google_compute_subnetwork_iam_member",
    "google_data_catalog_entry_group_iam_binding",
    "google_data_catalog_entry_group_iam_member",
    "google_project_iam_binding",
    "google_project_iam_member",
    "google_project_iam_policy",
    "google_pubsub_subscription_iam_binding",
    "google_pubsub_subscription_iam_member",
    "google_pubsub_topic_iam_binding",
    "google_pubsub_topic_iam_member",
    "google_sourcerepo_repository_iam_binding",
    "google_sourcerepo_repository_iam_member",
    "google_spanner_database_iam_binding",
    "google_spanner_database_iam_member",
    "google_spanner_instance_iam_binding",
    "google_spanner_instance_iam_member",
    "google_storage_bucket_iam_binding",
    "google_storage_bucket_iam_member",
];

const FOLDER: &[&str] =
    &["google_folder_iam_binding", "google_folder_iam_member", "google_folder_iam_policy"];

const ORGANIZATION: &[&str] = &[
    "google_organization_iam_binding",
    "google_organization_iam_member",
    "google_organization_iam_policy",
];

/// Grants of every level.
const ALL: &[&str] = &[
    "google_cloud_run_service_iam_binding",
    "google_cloud_run_service_iam_member",
    "google_compute_instance_iam_binding",
    "google_compute_instance_iam_member",
    "google_compute_subnetwork_iam_binding",
    "google_compute_subnetwork_iam_member",
    "google_data_catalog_entry_group_iam_binding",
    "google_data_catalog_entry_group_iam_member",
    "google_folder_iam_binding",
    "google_folder_iam_member",
    "google_folder_iam_policy",
    "google_organization_iam_binding",
    "google_organization_iam_member",
    "google_organization_iam_policy",
    "google_project_iam_binding",
    "google_project_iam_member",
    "google_project_iam_policy",
    "google_pubsub_subscription_iam_binding",
    "google_pubsub_subscription_iam_member",
    "google_pubsub_topic_iam_binding",
    "google_pubsub_topic_iam_member",
    "google_sourcerepo_repository_iam_binding",
    "google_sourcerepo_repository_iam_member",
    "google_spanner_database_iam_binding",
    "google_spanner_database_iam_member",
    "google_spanner_instance_iam_binding",
    "google_spanner_instance_iam_member",
    "google_storage_bucket_iam_binding",
    "google_storage_bucket_iam_member",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GCP-0003",
        severity: Medium,
        title: "Role is granted to a user",
        why: "Who changes jobs keeps what was granted to them alone.",
        fix: "Grant the role to a group.",
        kinds: ALL,
        run: |look| fail_on_members(look, |member| member.starts_with("user:")),
    },
    Rule {
        id: "GCP-0004",
        severity: Medium,
        title: "Role of a folder is granted to a default service account",
        why: "What runs without an account of its own gets it too.",
        fix: "Grant the role to a service account of its own.",
        kinds: FOLDER,
        run: default_account,
    },
    Rule {
        id: "GCP-0005",
        severity: Medium,
        title: "Every service account of a folder may be acted as",
        why: "Whoever gets the role may do what any of them may.",
        fix: "Grant the role for the service accounts that are needed.",
        kinds: FOLDER,
        run: impersonation,
    },
    Rule {
        id: "GCP-0006",
        severity: Medium,
        title: "Role of a project is granted to a default service account",
        why: "What runs without an account of its own gets it too.",
        fix: "Grant the role to a service account of its own.",
        kinds: PROJECT,
        run: default_account,
    },
    Rule {
        id: "GCP-0007",
        severity: High,
        title: "Service account may do nearly everything",
        why: "Whoever breaks into what runs as it takes over the project.",
        fix: "Grant only the roles that are needed.",
        kinds: ALL,
        run: privileged,
    },
    Rule {
        id: "GCP-0008",
        severity: Medium,
        title: "Role of an organisation is granted to a default service account",
        why: "What runs without an account of its own gets it too.",
        fix: "Grant the role to a service account of its own.",
        kinds: ORGANIZATION,
        run: default_account,
    },
    Rule {
        id: "GCP-0009",
        severity: Medium,
        title: "Every service account of an organisation may be acted as",
        why: "Whoever gets the role may do what any of them may.",
        fix: "Grant the role for the service accounts that are needed.",
        kinds: ORGANIZATION,
        run: impersonation,
    },
    Rule {
        id: "GCP-0011",
        severity: Medium,
        title: "Every service account of a project may be acted as",
        why: "Whoever gets the role may do what any of them may.",
        fix: "Grant the role for the service accounts that are needed.",
        kinds: PROJECT,
        run: impersonation,
    },
    Rule {
        id: "GCP-0069",
        severity: Low,
        title: "Role is granted to a private address",
        why: "Nobody can lock the account when its owner leaves.",
        fix: "Grant the role to an account of the organisation.",
        kinds: ALL,
        run: |look| fail_on_members(look, is_private_address),
    },
];

/// A role, and to whom it is granted.
pub(super) struct Grant<'a> {
    pub(super) role: Field<'a>,
    /// One, or a list.
    pub(super) members: Field<'a>,
}

/// The grants of a resource: a policy has those of the `google_iam_policy` that it names.
pub(super) fn grants<'a>(resource: &'a Resource, all: &'a Resources) -> Vec<Grant<'a>> {
    let grant = |block: &'a Block, members: &str| Grant {
        role: block.get("role"),
        members: block.get(members),
    };
    if resource.kind.ends_with("_iam_member") {
        return vec![grant(&resource.block, "member")];
    }
    if resource.kind.ends_with("_iam_binding") {
        return vec![grant(&resource.block, "members")];
    }
    all.read_by(resource.get("policy_data"), "google_iam_policy")
        .flat_map(|data| data.blocks("binding"))
        .map(|binding| grant(binding, "members"))
        .collect()
}

fn fail_on_members(look: &mut Look<'_>, wrong: fn(&str) -> bool) {
    for grant in grants(look.resource, look.all) {
        look.fail_if(grant.members.texts().any(|member| wrong(&member)), &grant.members);
    }
}

fn is_private_address(member: &str) -> bool {
    const HOSTS: [&str; 9] = [
        "aol.com",
        "gmail.com",
        "hotmail.com",
        "icloud.com",
        "mail.com",
        "outlook.com",
        "protonmail.com",
        "yahoo.com",
        "zoho.com",
    ];
    let host = member.strip_prefix("user:").and_then(|address| address.split_once('@'));
    host.is_some_and(|(_, host)| HOSTS.contains(&host))
}

/// Named by its address, or as the data source for it.
fn default_account(look: &mut Look<'_>) {
    for Grant { members, .. } in grants(look.resource, look.all) {
        let named = members.texts().any(|member| {
            member.ends_with("-compute@developer.gserviceaccount.com")
                || member.ends_with("@appspot.gserviceaccount.com")
        });
        let read = members
            .references()
            .any(|reference| reference.address.contains("_default_service_account."));
        look.fail_if(named || read, &members);
    }
}

fn impersonation(look: &mut Look<'_>) {
    for Grant { role, .. } in grants(look.resource, look.all) {
        let acts_as = role.text().is_some_and(|role| {
            matches!(
                &*role,
                "roles/iam.serviceAccountUser" | "roles/iam.serviceAccountTokenCreator"
            )
        });
        look.fail_if(acts_as, &role);
    }
}

/// For one member, the failure is at the role; for several, at those that are service accounts.
fn privileged(look: &mut Look<'_>) {
    let single = look.resource.kind.ends_with("_iam_member");
    for Grant { role, members } in grants(look.resource, look.all) {
        let wide = role.text().is_some_and(|role| {
            matches!(&*role, "roles/owner" | "roles/editor")
                || role.to_lowercase().ends_with("admin")
        });
        let account = members.texts().any(|member| member.starts_with("serviceAccount:"));
        look.fail_if(wide && account, if single { &role } else { &members });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_among_all() {
        let levels = [PROJECT, FOLDER, ORGANIZATION];
        assert_eq!(levels.iter().map(|level| level.len()).sum::<usize>(), ALL.len());
        assert!(levels.iter().copied().flatten().all(|kind| ALL.contains(kind)));
    }

    #[test]
    fn private_addresses_are_told_by_their_host() {
        assert!(is_private_address("user:someone@gmail.com"));
        assert!(!is_private_address("user:someone@example.com"));
        assert!(!is_private_address("group:someone@gmail.com"));
    }
}
