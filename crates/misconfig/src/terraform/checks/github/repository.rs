//! Repositories and their secrets.

use sealift_model::Severity::{Critical, High};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GIT-0001",
        severity: Critical,
        title: "Repository is public",
        why: "Everyone reads the code and what was ever in it.",
        fix: "Set `visibility = \"private\"`.",
        kinds: &["github_repository"],
        run: public,
    },
    Rule {
        id: "GIT-0002",
        severity: High,
        title: "Secret stands in the configuration",
        why: "Who reads the configuration or its state reads the secret.",
        fix: "Set `encrypted_value`.",
        kinds: &["github_actions_environment_secret"],
        run: plain_secret,
    },
    Rule {
        id: "GIT-0003",
        severity: High,
        title: "Repository raises no alerts of vulnerabilities",
        why: "Known vulnerabilities of dependencies are not noticed.",
        fix: "Set `vulnerability_alerts = true`.",
        kinds: &["github_repository"],
        run: alerts,
    },
    Rule {
        id: "GIT-0004",
        severity: High,
        title: "Branch takes commits without a signature",
        why: "Who made a commit cannot be told for sure.",
        fix: "Set `require_signed_commits = true`.",
        kinds: &["github_branch_protection", "github_branch_protection_v3"],
        run: |look| look.must_be_true("require_signed_commits", false),
    },
];

fn public(look: &mut Look<'_>) {
    let repository = look.resource;
    let visibility = repository.get("visibility");
    match visibility.text() {
        Some(given) => look.fail_if(&*given == "public", &visibility),
        None if visibility.is_missing() => look.must_be_true("private", false),
        None => {}
    }
}

/// An archived repository is not maintained.
fn alerts(look: &mut Look<'_>) {
    let repository = look.resource;
    if repository.get("archived").bool_or(false) != Some(false) {
        return;
    }
    let kind = "github_repository_vulnerability_alerts";
    match look.all.naming(kind, "repository", repository, "name").next() {
        Some(own) => {
            let enabled = own.get("enabled");
            look.fail_if(enabled.bool_or(true) == Some(false), &enabled);
        }
        None => look.must_be_true("vulnerability_alerts", false),
    }
}

fn plain_secret(look: &mut Look<'_>) {
    let value = look.resource.get("plaintext_value");
    look.fail_if(!value.is_empty(), &value);
}
