//! Queues.

use sealift_model::Severity::High;

use super::super::Rule;
use super::policy;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0096",
        severity: High,
        title: "Queue is not encrypted",
        why: "Who gets hold of the storage reads the messages.",
        fix: "Set `kms_master_key_id`, or `sqs_managed_sse_enabled = true`.",
        kinds: &["aws_sqs_queue"],
        run: encryption,
    },
    Rule {
        id: "AWS-0097",
        severity: High,
        title: "Policy of a queue allows every action",
        why: "Whoever it names may also remove the queue.",
        fix: "List the actions that are needed.",
        kinds: &["aws_sqs_queue", "aws_sqs_queue_policy"],
        run: wildcard,
    },
    Rule {
        id: "AWS-0135",
        severity: High,
        title: "Queue is not encrypted with a key of your own",
        why: "A key that AWS manages can be neither rotated nor withdrawn by you.",
        fix: "Set `kms_master_key_id` to a key that you manage.",
        kinds: &["aws_sqs_queue"],
        run: |look| {
            let key = look.resource.get("kms_master_key_id");
            look.fail_if(key.text().as_deref() == Some("alias/aws/sqs"), &key);
        },
    },
];

fn encryption(look: &mut Look<'_>) {
    let managed = look.resource.get("sqs_managed_sse_enabled").bool_or(false) != Some(false);
    let key = look.resource.get("kms_master_key_id");
    look.fail_if(!managed && key.is_empty(), look.resource);
}

fn wildcard(look: &mut Look<'_>) {
    if let Some(document) = policy::document(look.resource.get("policy"), look.all) {
        let any = document.statements.iter().any(|statement| {
            statement.allows
                && statement
                    .actions
                    .iter()
                    .any(|action| matches!(&*action.to_lowercase(), "*" | "sqs:*"))
        });
        look.fail_if(any, &document);
    }
}
