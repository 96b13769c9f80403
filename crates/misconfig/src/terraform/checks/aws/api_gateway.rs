//! API Gateway.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0001",
        severity: Medium,
        title: "API Gateway stage does not log access",
        why: "Without an access log nobody can tell who called the API.",
        fix: "Set `access_log_settings` with the ARN of a log group.",
        kinds: &["aws_api_gateway_stage", "aws_apigatewayv2_stage"],
        run: access_logging,
    },
    Rule {
        id: "AWS-0002",
        severity: High,
        title: "API Gateway cache is not encrypted",
        why: "Cached responses may hold what only their caller should see.",
        fix: "Set `cache_data_encrypted = true`.",
        kinds: &["aws_api_gateway_method_settings"],
        run: cache_encryption,
    },
    Rule {
        id: "AWS-0003",
        severity: Low,
        title: "API Gateway stage is not traced",
        why: "Without traces a request cannot be followed through the services behind the API.",
        fix: "Set `xray_tracing_enabled = true`.",
        kinds: &["aws_api_gateway_stage"],
        run: tracing,
    },
    Rule {
        id: "AWS-0004",
        severity: Low,
        title: "API Gateway method needs no authorization",
        why: "Anyone who finds the address can call the method.",
        fix: "Set `authorization`, or ask for an API key.",
        kinds: &["aws_api_gateway_method"],
        run: authorization,
    },
    Rule {
        id: "AWS-0005",
        severity: High,
        title: "API Gateway domain accepts outdated TLS",
        why: "Versions of TLS before 1.2 have known weaknesses.",
        fix: "Set `security_policy = \"TLS_1_2\"`.",
        kinds: &["aws_api_gateway_domain_name", "aws_apigatewayv2_domain_name"],
        run: domain_tls,
    },
    Rule {
        id: "AWS-0190",
        severity: Low,
        title: "API Gateway method does not cache",
        why: "Every call goes to the service behind, which is easier to overload.",
        fix: "Set `caching_enabled = true` in `settings`.",
        kinds: &["aws_api_gateway_method_settings"],
        run: cache,
    },
];

fn access_logging(look: &mut Look<'_>) {
    let target = look.resource.at("access_log_settings.destination_arn");
    look.fail_if(target.is_empty(), &target);
}

/// Trivy knows of a stage or method only as that of an API which is declared too.
fn has_api(look: &Look<'_>) -> bool {
    let api = look.resource.get("rest_api_id");
    look.all.named_by(api, "aws_api_gateway_rest_api", "id").is_some()
}

/// The same of settings, and of the stage that they are for.
fn has_stage(look: &Look<'_>) -> bool {
    let stage = look.resource.get("stage_name");
    has_api(look) && look.all.named_by(stage, "aws_api_gateway_stage", "stage_name").is_some()
}

fn tracing(look: &mut Look<'_>) {
    if has_api(look) {
        look.must_be_true("xray_tracing_enabled", false);
    }
}

/// A setting that is not written fails the whole resource.
fn setting(look: &mut Look<'_>, path: &str) {
    let setting = look.resource.at(path);
    match setting.bool_or(false) {
        Some(false) if setting.is_missing() => look.fail(look.resource),
        Some(false) => look.fail(&setting),
        _ => {}
    }
}

fn cache(look: &mut Look<'_>) {
    if has_stage(look) {
        setting(look, "settings.caching_enabled");
    }
}

fn cache_encryption(look: &mut Look<'_>) {
    let caches = look.resource.at("settings.caching_enabled").bool_or(false) == Some(true);
    if caches && has_stage(look) {
        setting(look, "settings.cache_data_encrypted");
    }
}

/// Whether a method is of a resource of an API that is declared too.
fn is_of_api(look: &Look<'_>) -> bool {
    let resource = look.resource.get("resource_id");
    let resource = look.all.named_by(resource, "aws_api_gateway_resource", "id");
    resource.is_some_and(|resource| {
        let api = resource.get("rest_api_id");
        look.all.named_by(api, "aws_api_gateway_rest_api", "id").is_some()
    })
}

fn authorization(look: &mut Look<'_>) {
    let method = look.resource;
    let verb = method.get("http_method").text_or("");
    // A browser's preflight request has no credentials. Trivy writes the verb without its last
    // letter, and so fails every such method.
    let open = verb.is_some_and(|verb| !["OPTIONS", "OPTION"].contains(&&*verb))
        && method.get("api_key_required").bool_or(false) == Some(false);
    let kind = method.get("authorization");
    look.fail_if(is_of_api(look) && open && kind.text().as_deref() == Some("NONE"), &kind);
}

fn domain_tls(look: &mut Look<'_>) {
    let path = match &*look.resource.kind {
        "aws_apigatewayv2_domain_name" => "domain_name_configuration.security_policy",
        _ => "security_policy",
    };
    let policy = look.resource.at(path).text_or("TLS_1_0");
    look.fail_if(policy.is_some_and(|policy| !is_modern(&policy)), look.resource);
}

/// Families by their names, so that those to come count too.
fn is_modern(policy: &str) -> bool {
    policy == "TLS_1_2"
        || policy.starts_with("SecurityPolicy_TLS13_")
        || (policy.starts_with("SecurityPolicy_TLS12_") && policy.ends_with("_EDGE"))
}
