//! Identities and their permissions.

use std::sync::Arc;

use sealift_model::Severity::{Critical, High, Low, Medium};

use super::super::Rule;
use super::policy::{self, Document};
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0056",
        severity: Medium,
        title: "Password policy lets old passwords be used again",
        why: "A password that got out stays useful.",
        fix: "Set `password_reuse_prevention` to 5 or more.",
        kinds: &["aws_iam_account_password_policy"],
        run: reuse,
    },
    Rule {
        id: "AWS-0057",
        severity: High,
        title: "IAM policy allows everything",
        why: "Who holds the policy owns the account.",
        fix: "List the actions that are needed.",
        kinds: &[
            "aws_iam_policy",
            "aws_iam_group_policy",
            "aws_iam_role_policy",
            "aws_iam_user_policy",
        ],
        run: wildcards,
    },
    Rule {
        id: "AWS-0058",
        severity: Medium,
        title: "Password policy asks for no lower case",
        why: "Passwords are easier to guess.",
        fix: "Set `require_lowercase_characters = true`.",
        kinds: &["aws_iam_account_password_policy"],
        run: |look| look.must_be_true("require_lowercase_characters", false),
    },
    Rule {
        id: "AWS-0059",
        severity: Medium,
        title: "Password policy asks for no digits",
        why: "Passwords are easier to guess.",
        fix: "Set `require_numbers = true`.",
        kinds: &["aws_iam_account_password_policy"],
        run: |look| look.must_be_true("require_numbers", false),
    },
    Rule {
        id: "AWS-0060",
        severity: Medium,
        title: "Password policy asks for no symbols",
        why: "Passwords are easier to guess.",
        fix: "Set `require_symbols = true`.",
        kinds: &["aws_iam_account_password_policy"],
        run: |look| look.must_be_true("require_symbols", false),
    },
    Rule {
        id: "AWS-0061",
        severity: Medium,
        title: "Password policy asks for no upper case",
        why: "Passwords are easier to guess.",
        fix: "Set `require_uppercase_characters = true`.",
        kinds: &["aws_iam_account_password_policy"],
        run: |look| look.must_be_true("require_uppercase_characters", false),
    },
    Rule {
        id: "AWS-0062",
        severity: Medium,
        title: "Passwords are good for more than 90 days",
        why: "A password that got out stays useful.",
        fix: "Set `max_password_age` to 90 or less.",
        kinds: &["aws_iam_account_password_policy"],
        run: |look| password_number(look, "max_password_age", |days| days > 90.0, f64::MAX),
    },
    Rule {
        id: "AWS-0063",
        severity: Medium,
        title: "Passwords may have fewer than 14 characters",
        why: "Passwords are easier to guess.",
        fix: "Set `minimum_password_length` to 14 or more.",
        kinds: &["aws_iam_account_password_policy"],
        run: |look| password_number(look, "minimum_password_length", |n| n < 14.0, 0.0),
    },
    Rule {
        id: "AWS-0123",
        severity: Medium,
        title: "IAM group does not ask for a second factor",
        why: "A password alone opens the account.",
        fix: "Add a policy with the condition `aws:MultiFactorAuthPresent`.",
        kinds: &["aws_iam_group"],
        run: group_mfa,
    },
    Rule {
        id: "AWS-0141",
        severity: Critical,
        title: "Root user has an access key",
        why: "The key may do everything and cannot be restricted.",
        fix: "Remove the key, and use a role.",
        kinds: &["aws_iam_access_key"],
        run: root_key,
    },
    Rule {
        id: "AWS-0143",
        severity: Low,
        title: "Permissions are given to a user",
        why: "Permissions of single users are hard to keep in view.",
        fix: "Give the policy to a group, and put the user there.",
        kinds: &["aws_iam_user"],
        run: user_policies,
    },
    Rule {
        id: "AWS-0342",
        severity: Medium,
        title: "IAM policy lets roles be passed on",
        why: "Who holds the policy may make a service act with a role that has more permissions.",
        fix: "Remove `iam:PassRole`, or deny it.",
        kinds: &["aws_iam_policy"],
        run: |look| must_not_allow(look, "iam:PassRole"),
    },
    Rule {
        id: "AWS-0345",
        severity: High,
        title: "IAM policy allows all of S3",
        why: "Who holds the policy may read and remove every object.",
        fix: "List the actions that are needed.",
        kinds: &["aws_iam_policy", "aws_iam_role_policy", "aws_iam_role"],
        run: |look| documents(look, |document| allows(document, "s3:*")),
    },
    Rule {
        id: "AWS-0346",
        severity: High,
        title: "IAM policy allows every object of S3 to be read and written",
        why: "Who holds the policy reads and replaces what others keep in their buckets.",
        fix: "Name the buckets that are needed, and keep reading and writing apart.",
        kinds: &["aws_iam_policy", "aws_iam_role_policy", "aws_iam_role"],
        run: |look| documents(look, reads_and_writes_all),
    },
];

/// Trivy names the whole policy here, not the attribute.
fn reuse(look: &mut Look<'_>) {
    let remembered = look.resource.get("password_reuse_prevention").number_or(0.0);
    look.fail_if(remembered.is_some_and(|number| number < 5.0), look.resource);
}

fn password_number(look: &mut Look<'_>, attribute: &str, wrong: fn(f64) -> bool, default: f64) {
    let number = look.resource.get(attribute);
    look.fail_if(number.number_or(default).is_some_and(wrong), &number);
}

fn document(look: &Look<'_>) -> Option<Document> {
    policy::document(look.resource.get("policy"), look.all)
}

/// Everything on everything. Trivy has kept the id and dropped the check: its results for single
/// wildcards were mostly wrong; this part was right.
fn wildcards(look: &mut Look<'_>) {
    if let Some(document) = document(look) {
        let everything = document.statements.iter().any(|statement| {
            let all = |items: &[Arc<str>]| items.iter().any(|item| &**item == "*");
            statement.allows
                && statement.conditions.is_empty()
                && all(&statement.actions)
                && all(&statement.resources)
        });
        look.fail_if(everything, &document);
    }
}

/// An action is allowed by a statement, and no other denies the same.
fn allows(document: &Document, action: &str) -> bool {
    let named = |allows: bool| {
        document.statements.iter().any(|statement| {
            statement.allows == allows
                && statement.actions.iter().any(|named| named.eq_ignore_ascii_case(action))
        })
    };
    named(true) && !named(false)
}

fn must_not_allow(look: &mut Look<'_>, action: &str) {
    if let Some(document) = document(look) {
        look.fail_if(allows(&document, action), &document);
    }
}

/// Every policy of a resource; those of a role stand in resources of their own, or in it.
fn documents(look: &mut Look<'_>, wrong: fn(&Document) -> bool) {
    let inline = look.resource.blocks("inline_policy").map(|inline| inline.get("policy"));
    for field in inline.chain([look.resource.get("policy")]) {
        if let Some(document) = policy::document(field, look.all) {
            look.fail_if(wrong(&document), &document);
        }
    }
}

/// Whether one statement allows both, for no bucket in particular.
fn reads_and_writes_all(document: &Document) -> bool {
    document.statements.iter().any(|statement| {
        let has = |wanted: &str| {
            statement.actions.iter().any(|action| action.eq_ignore_ascii_case(wanted))
        };
        let all = matches!(statement.resources.as_slice(), [only] if &**only == "*");
        statement.allows && all && has("s3:Get*") && has("s3:Put*")
    })
}

fn group_mfa(look: &mut Look<'_>) {
    let group = look.resource;
    let mut policies = look.all.naming("aws_iam_group_policy", "group", group, "name");
    let asked = policies.any(|held| {
        policy::document(held.get("policy"), look.all)
            .is_none_or(|document| document.asks_for_mfa())
    });
    let mut attached = look.all.naming("aws_iam_group_policy_attachment", "group", group, "name");
    let asked = asked
        || attached.any(|attachment| {
            let arn = attachment.get("policy_arn");
            look.all.named_by(arn, "aws_iam_policy", "arn").is_some_and(|held| {
                policy::document(held.get("policy"), look.all).is_none_or(|d| d.asks_for_mfa())
            })
        });
    look.fail_if(!asked, group);
}

fn root_key(look: &mut Look<'_>) {
    look.fail_if(look.resource.get("user").text().as_deref() == Some("root"), look.resource);
}

fn user_policies(look: &mut Look<'_>) {
    let user = look.resource;
    let named = |kind: &str| look.all.naming(kind, "user", user, "name").next().is_some();
    let wrong = named("aws_iam_user_policy") || named("aws_iam_user_policy_attachment");
    look.fail_if(wrong, user);
}
