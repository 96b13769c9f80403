//! Redshift.

use sealift_model::Severity::{Critical, High, Low};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0083",
        severity: Low,
        title: "Security group of Redshift has no description",
        why: "Nobody can tell later what it is for.",
        fix: "Set `description`.",
        kinds: &["aws_redshift_security_group"],
        run: |look| look.must_be_described(),
    },
    Rule {
        id: "AWS-0084",
        severity: High,
        title: "Redshift cluster is not encrypted with a key of your own",
        why: "Who gets hold of the storage or a snapshot reads the data.",
        fix: "Set `encrypted = true` and `kms_key_id`.",
        kinds: &["aws_redshift_cluster"],
        run: encryption,
    },
    Rule {
        id: "AWS-0085",
        severity: Critical,
        title: "Redshift uses a network of the old kind",
        why: "EC2-Classic has no private networks.",
        fix: "Use security groups of a VPC.",
        kinds: &["aws_redshift_security_group"],
        run: |look| look.fail(look.resource),
    },
    Rule {
        id: "AWS-0127",
        severity: High,
        title: "Redshift cluster is in no private network",
        why: "The cluster is reached through the network of the old kind.",
        fix: "Set `cluster_subnet_group_name`.",
        kinds: &["aws_redshift_cluster"],
        run: |look| look.must_be_given("cluster_subnet_group_name"),
    },
];

fn encryption(look: &mut Look<'_>) {
    let encrypted = look.resource.get("encrypted");
    match encrypted.bool_or(false) {
        Some(true) => look.fail_if(look.resource.get("kms_key_id").is_empty(), look.resource),
        Some(false) => look.fail(look.resource),
        None => {}
    }
}
