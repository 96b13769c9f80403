//! Load balancers.

use sealift_model::Severity::{Critical, High};

use super::super::Rule;
use crate::terraform::checks::Look;
use crate::terraform::model::Resource;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0047",
        severity: Critical,
        title: "Load balancer accepts outdated TLS",
        why: "Versions of TLS before 1.2 have known weaknesses.",
        fix: "Set `ssl_policy` to a policy that begins with TLS 1.2.",
        kinds: &["aws_lb_listener", "aws_alb_listener"],
        run: outdated_tls,
    },
    Rule {
        id: "AWS-0052",
        severity: High,
        title: "Load balancer passes invalid headers on",
        why: "What the services behind make of such headers may let a request be smuggled in.",
        fix: "Set `drop_invalid_header_fields = true`.",
        kinds: &["aws_lb", "aws_alb"],
        run: invalid_headers,
    },
    Rule {
        id: "AWS-0053",
        severity: High,
        title: "Load balancer is open to the internet",
        why: "Whatever is behind it can be attacked from outside.",
        fix: "Set `internal = true` where nobody outside needs it.",
        kinds: &["aws_lb", "aws_alb", "aws_elb"],
        run: public,
    },
    Rule {
        id: "AWS-0054",
        severity: Critical,
        title: "Load balancer listens to plain HTTP",
        why: "Who is on the way reads and changes the traffic.",
        fix: "Listen to HTTPS, or redirect to it.",
        kinds: &["aws_lb_listener", "aws_alb_listener"],
        run: plain_http,
    },
];

/// Policies that still offer what has known weaknesses.
const OUTDATED: &[&str] = &[
    "ELBSecurityPolicy-2015-05",
    "ELBSecurityPolicy-2016-08",
    "ELBSecurityPolicy-FS-2018-06",
    "ELBSecurityPolicy-FS-1-1-2019-08",
    "ELBSecurityPolicy-TLS-1-0-2015-04",
    "ELBSecurityPolicy-TLS-1-1-2017-01",
    "ELBSecurityPolicy-TLS13-1-0-2021-06",
    "ELBSecurityPolicy-TLS13-1-1-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
];

/// The load balancer of a listener, where it is declared.
fn balancer<'a>(look: &Look<'a>) -> Option<&'a Resource> {
    let named = look.resource.get("load_balancer_arn");
    look.all.named_by(named, "aws_lb", "arn").or(look.all.named_by(named, "aws_alb", "arn"))
}

fn is_for_applications(balancer: &Resource) -> bool {
    balancer.get("load_balancer_type").text_or("application").as_deref() == Some("application")
}

fn invalid_headers(look: &mut Look<'_>) {
    if is_for_applications(look.resource) {
        look.must_be_true("drop_invalid_header_fields", false);
    }
}

fn public(look: &mut Look<'_>) {
    let kind = look.resource.get("load_balancer_type").text_or("application");
    if kind.is_some_and(|kind| &*kind != "gateway") {
        look.must_be_true("internal", false);
    }
}

fn outdated_tls(look: &mut Look<'_>) {
    let policy = look.resource.get("ssl_policy");
    look.fail_if(
        balancer(look).is_some()
            && policy.text().is_some_and(|policy| OUTDATED.contains(&&*policy)),
        &policy,
    );
}

fn plain_http(look: &mut Look<'_>) {
    let listener = look.resource;
    let redirects = listener
        .blocks("default_action")
        .any(|action| action.get("type").text_or("").is_none_or(|kind| &*kind == "redirect"));
    let plain = listener.get("protocol").text_or("HTTP").as_deref() == Some("HTTP");
    let for_applications = balancer(look).is_some_and(is_for_applications);
    look.fail_if(for_applications && plain && !redirects, listener);
}
