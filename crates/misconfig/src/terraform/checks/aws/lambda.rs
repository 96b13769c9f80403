//! Functions.

use sealift_model::Severity::{Critical, Low};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0066",
        severity: Low,
        title: "Function is not traced",
        why: "Without traces a request cannot be followed through the services it goes through.",
        fix: "Set `tracing_config` with `mode = \"Active\"`.",
        kinds: &["aws_lambda_function"],
        run: tracing,
    },
    Rule {
        id: "AWS-0067",
        severity: Critical,
        title: "Function may be called by any resource of a service",
        why: "A resource of another account may call the function through the service.",
        fix: "Set `source_arn`.",
        kinds: &["aws_lambda_permission"],
        run: source,
    },
];

fn tracing(look: &mut Look<'_>) {
    look.must_be_one_of("tracing_config.mode", &["Active"], "");
}

/// A service acts for whoever asks it to, also from another account.
fn source(look: &mut Look<'_>) {
    let service = look.resource.get("principal").text();
    if service.is_some_and(|service| service.ends_with(".amazonaws.com")) {
        look.must_be_given("source_arn");
    }
}
