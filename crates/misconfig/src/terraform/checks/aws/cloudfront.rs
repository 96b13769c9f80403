//! CloudFront.

use sealift_model::Severity::{Critical, High, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0010",
        severity: Medium,
        title: "CloudFront distribution does not log access",
        why: "Without an access log nobody can tell who fetched what.",
        fix: "Set `logging_config`, or deliver its logs.",
        kinds: &["aws_cloudfront_distribution"],
        run: logging,
    },
    Rule {
        id: "AWS-0011",
        severity: High,
        title: "CloudFront distribution has no web application firewall",
        why: "Nothing filters hostile requests ahead of the origin.",
        fix: "Set `web_acl_id`.",
        kinds: &["aws_cloudfront_distribution"],
        run: |look| look.must_be_given("web_acl_id"),
    },
    Rule {
        id: "AWS-0012",
        severity: Critical,
        title: "CloudFront distribution serves plain HTTP",
        why: "Who is on the way reads and changes the traffic.",
        fix: "Set `viewer_protocol_policy` to `redirect-to-https` or `https-only`.",
        kinds: &["aws_cloudfront_distribution"],
        run: plain_http,
    },
    Rule {
        id: "AWS-0013",
        severity: High,
        title: "CloudFront distribution accepts outdated TLS",
        why: "Versions of TLS before 1.2, and old ciphers, have known weaknesses.",
        fix: "Set `minimum_protocol_version = \"TLSv1.2_2021\"`.",
        kinds: &["aws_cloudfront_distribution"],
        run: tls,
    },
];

fn logging(look: &mut Look<'_>) {
    let bucket = look.resource.at("logging_config.bucket");
    look.fail_if(bucket.is_empty() && !delivers_logs(look), &bucket);
}

/// Logging of the second version: a delivery whose source is this distribution.
fn delivers_logs(look: &Look<'_>) -> bool {
    let mut sources =
        look.all.naming("aws_cloudwatch_log_delivery_source", "resource_arn", look.resource, "arn");
    sources.any(|source| {
        let mut deliveries =
            look.all.naming("aws_cloudwatch_log_delivery", "delivery_source_name", source, "name");
        deliveries.next().is_some()
    })
}

fn plain_http(look: &mut Look<'_>) {
    let distribution = look.resource;
    let ordered = distribution.blocks("ordered_cache_behavior");
    for behaviour in distribution.blocks("default_cache_behavior").chain(ordered) {
        let policy = behaviour.get("viewer_protocol_policy");
        look.fail_if(policy.text().as_deref() == Some("allow-all"), &policy);
    }
}

/// CloudFront's own certificate brings its own, fixed policy.
fn tls(look: &mut Look<'_>) {
    let own = look.resource.at("viewer_certificate.cloudfront_default_certificate");
    if own.bool_or(false) == Some(false) {
        let allowed = ["TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"];
        look.must_be_one_of("viewer_certificate.minimum_protocol_version", &allowed, "");
    }
}
