//! Relational databases.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0077",
        severity: Medium,
        title: "Database keeps backups for less than two days",
        why: "What is lost is noticed after its last backup is gone.",
        fix: "Set `backup_retention_period` to 2 or more.",
        kinds: &["aws_db_instance", "aws_rds_cluster"],
        run: backups,
    },
    Rule {
        id: "AWS-0078",
        severity: Low,
        title: "Performance insights are not encrypted with a key of your own",
        why: "Insights show the queries, and with them data.",
        fix: "Set `performance_insights_kms_key_id`.",
        kinds: &["aws_db_instance", "aws_rds_cluster_instance"],
        run: insights_key,
    },
    Rule {
        id: "AWS-0079",
        severity: High,
        title: "Database cluster is not encrypted with a key of your own",
        why: "Who gets hold of the storage or a snapshot reads the data.",
        fix: "Set `storage_encrypted = true` and `kms_key_id`.",
        kinds: &["aws_rds_cluster"],
        run: cluster_encryption,
    },
    Rule {
        id: "AWS-0080",
        severity: High,
        title: "Database is not encrypted",
        why: "Who gets hold of the storage or a snapshot reads the data.",
        fix: "Set `storage_encrypted = true`.",
        kinds: &["aws_db_instance"],
        run: instance_encryption,
    },
    Rule {
        id: "AWS-0133",
        severity: Low,
        title: "Database gathers no performance insights",
        why: "What slows the database down cannot be seen.",
        fix: "Set `performance_insights_enabled = true`.",
        kinds: &["aws_db_instance", "aws_rds_cluster_instance"],
        run: |look| look.must_be_true("performance_insights_enabled", false),
    },
    Rule {
        id: "AWS-0176",
        severity: Medium,
        title: "Database does not know the accounts of AWS",
        why: "Passwords of databases are shared and rarely changed.",
        fix: "Set `iam_database_authentication_enabled = true`.",
        kinds: &["aws_db_instance"],
        run: iam_login,
    },
    Rule {
        id: "AWS-0177",
        severity: Medium,
        title: "Database can be deleted by mistake",
        why: "A wrong run removes it with its data.",
        fix: "Set `deletion_protection = true`.",
        kinds: &["aws_db_instance"],
        run: |look| look.must_be_true("deletion_protection", false),
    },
    Rule {
        id: "AWS-0180",
        severity: High,
        title: "Database can be reached from outside",
        why: "The database can be attacked from the internet.",
        fix: "Set `publicly_accessible = false`.",
        kinds: &["aws_db_instance", "aws_rds_cluster_instance"],
        run: |look| look.must_be_false("publicly_accessible", false),
    },
    Rule {
        id: "AWS-0343",
        severity: Medium,
        title: "Database cluster can be deleted by mistake",
        why: "A wrong run removes it with its data.",
        fix: "Set `deletion_protection = true`.",
        kinds: &["aws_rds_cluster"],
        run: |look| look.must_be_true("deletion_protection", false),
    },
];

/// A replica takes backups, storage and keys from what it replicates.
fn is_replica(look: &Look<'_>) -> bool {
    let sources = ["replicate_source_db", "replication_source_identifier"];
    sources.iter().any(|source| !look.resource.get(source).is_empty())
}

fn backups(look: &mut Look<'_>) {
    if !is_replica(look) {
        let default = if &*look.resource.kind == "aws_rds_cluster" { 1.0 } else { 0.0 };
        look.must_be_at_least("backup_retention_period", 2.0, default);
    }
}

fn insights_key(look: &mut Look<'_>) {
    let enabled = look.resource.get("performance_insights_enabled").bool_or(false);
    let key = look.resource.get("performance_insights_kms_key_id");
    look.fail_if(enabled == Some(true) && key.is_empty(), look.resource);
}

fn cluster_encryption(look: &mut Look<'_>) {
    let encrypted = look.resource.get("storage_encrypted");
    match encrypted.bool_or(false) {
        Some(true) => look.must_be_given("kms_key_id"),
        Some(false) => look.fail(&encrypted),
        None => {}
    }
}

fn instance_encryption(look: &mut Look<'_>) {
    if !is_replica(look) {
        look.must_be_true("storage_encrypted", false);
    }
}

/// Only these engines know the accounts of AWS.
fn iam_login(look: &mut Look<'_>) {
    let engine = look.resource.get("engine").text();
    if engine.is_some_and(|engine| matches!(&*engine, "mysql" | "postgres")) {
        look.must_be_true("iam_database_authentication_enabled", false);
    }
}
