//! ElastiCache.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0045",
        severity: High,
        title: "Cache is not encrypted",
        why: "Who gets hold of the storage reads the data.",
        fix: "Set `at_rest_encryption_enabled = true`.",
        kinds: &["aws_elasticache_replication_group"],
        run: |look| look.must_be_true("at_rest_encryption_enabled", false),
    },
    Rule {
        id: "AWS-0049",
        severity: Low,
        title: "Security group of a cache has no description",
        why: "Nobody can tell later what it is for.",
        fix: "Set `description`.",
        kinds: &["aws_elasticache_security_group"],
        run: |look| look.must_be_described(),
    },
    Rule {
        id: "AWS-0050",
        severity: Medium,
        title: "Cache keeps no backups",
        why: "What is lost cannot be restored.",
        fix: "Set `snapshot_retention_limit`.",
        kinds: &["aws_elasticache_cluster"],
        run: backups,
    },
    Rule {
        id: "AWS-0051",
        severity: High,
        title: "Cache talks unencrypted",
        why: "Who is on the way reads and changes the data.",
        fix: "Set `transit_encryption_enabled = true`.",
        kinds: &["aws_elasticache_replication_group"],
        run: |look| look.must_be_true("transit_encryption_enabled", false),
    },
];

/// Only Redis keeps snapshots, and the smallest nodes do not.
fn backups(look: &mut Look<'_>) {
    let cluster = look.resource;
    let node = cluster.get("node_type").text_or("");
    if cluster.get("engine").text().as_deref() == Some("redis")
        && node.is_some_and(|node| &*node != "cache.t1.micro")
    {
        look.must_be_at_least("snapshot_retention_limit", 1.0, 0.0);
    }
}
