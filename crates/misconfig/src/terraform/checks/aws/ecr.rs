//! Container registries.

use sealift_model::Severity::{High, Low};

use super::super::Rule;
use super::policy;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0030",
        severity: High,
        title: "Repository does not scan images that are pushed",
        why: "Known vulnerabilities in an image are not noticed.",
        fix: "Set `image_scanning_configuration` with `scan_on_push = true`.",
        kinds: &["aws_ecr_repository"],
        run: |look| look.must_be_true("image_scanning_configuration.scan_on_push", false),
    },
    Rule {
        id: "AWS-0031",
        severity: High,
        title: "Tags of a repository can be moved",
        why: "An image can be replaced by another under its tag.",
        fix: "Set `image_tag_mutability = \"IMMUTABLE\"`.",
        kinds: &["aws_ecr_repository"],
        run: |look| {
            look.must_be_one_of(
                "image_tag_mutability",
                &["IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"],
                "MUTABLE",
            )
        },
    },
    Rule {
        id: "AWS-0032",
        severity: High,
        title: "Repository is open to everyone",
        why: "Anyone can pull, or even push, images.",
        fix: "Name the principals in the policy.",
        kinds: &["aws_ecr_repository_policy"],
        run: public_policy,
    },
    Rule {
        id: "AWS-0033",
        severity: Low,
        title: "Repository is not encrypted with a key of your own",
        why: "A key that AWS manages can be neither rotated nor withdrawn by you.",
        fix: "Set `encryption_configuration` with type `KMS` and `kms_key`.",
        kinds: &["aws_ecr_repository"],
        run: own_key,
    },
];

fn public_policy(look: &mut Look<'_>) {
    if let Some(document) = policy::document(look.resource.get("policy"), look.all) {
        let public = document.statements.iter().any(|statement| {
            statement.allows
                && statement.everyone
                && statement
                    .actions
                    .iter()
                    .any(|action| &**action == "*" || action.starts_with("ecr:"))
        });
        look.fail_if(public, &document);
    }
}

fn own_key(look: &mut Look<'_>) {
    let kind = look.resource.at("encryption_configuration.encryption_type");
    let key = look.resource.at("encryption_configuration.kms_key");
    match kind.text_or("AES256").as_deref() {
        Some("KMS") => look.fail_if(key.is_empty(), &key),
        Some(_) => look.fail(&kind),
        None => {}
    }
}
