//! Elasticsearch and OpenSearch.

use sealift_model::Severity::{Critical, High, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0042",
        severity: Medium,
        title: "Search domain does not log who asks",
        why: "Nobody can tell who asked what of the domain.",
        fix: "Set `log_publishing_options` for `AUDIT_LOGS`.",
        kinds: &["aws_elasticsearch_domain", "aws_opensearch_domain"],
        run: audit_log,
    },
    Rule {
        id: "AWS-0043",
        severity: High,
        title: "Search domain talks unencrypted between its nodes",
        why: "Who is on the way reads and changes the data.",
        fix: "Set `node_to_node_encryption` with `enabled = true`.",
        kinds: &["aws_elasticsearch_domain", "aws_opensearch_domain"],
        run: |look| look.must_be_true("node_to_node_encryption.enabled", false),
    },
    Rule {
        id: "AWS-0046",
        severity: Critical,
        title: "Search domain accepts plain HTTP",
        why: "Who is on the way reads and changes the traffic.",
        fix: "Set `enforce_https = true` in `domain_endpoint_options`.",
        kinds: &["aws_elasticsearch_domain", "aws_opensearch_domain"],
        run: https,
    },
    Rule {
        id: "AWS-0048",
        severity: High,
        title: "Search domain is not encrypted",
        why: "Who gets hold of the storage reads the data.",
        fix: "Set `encrypt_at_rest` with `enabled = true`.",
        kinds: &["aws_elasticsearch_domain", "aws_opensearch_domain"],
        run: |look| look.must_be_true("encrypt_at_rest.enabled", false),
    },
    Rule {
        id: "AWS-0126",
        severity: High,
        title: "Search domain accepts outdated TLS",
        why: "Versions of TLS before 1.2 have known weaknesses.",
        fix: "Set `tls_security_policy = \"Policy-Min-TLS-1-2-2019-07\"` or a later one.",
        kinds: &["aws_elasticsearch_domain", "aws_opensearch_domain"],
        run: |look| {
            look.must_be_one_of("domain_endpoint_options.tls_security_policy", POLICIES, "")
        },
    },
];

const POLICIES: &[&str] = &[
    "Policy-Min-TLS-1-2-2019-07",
    "Policy-Min-TLS-1-2-PFS-2023-10",
    "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08",
];

/// The provider asks for HTTPS where options are given at all.
fn https(look: &mut Look<'_>) {
    let default = look.resource.block("domain_endpoint_options").is_some();
    look.must_be_true("domain_endpoint_options.enforce_https", default);
}

fn audit_log(look: &mut Look<'_>) {
    let domain = look.resource;
    let mut logs = domain.blocks("log_publishing_options");
    match logs.find(|log| log.get("log_type").text().as_deref() == Some("AUDIT_LOGS")) {
        Some(log) => {
            let enabled = log.get("enabled");
            look.fail_if(enabled.bool_or(true) == Some(false), &enabled);
        }
        None => look.fail(domain),
    }
}
