//! Certificates.

use sealift_model::Severity::Low;

use super::super::Rule;
use super::super::certificate;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "NIF-0006",
    severity: Low,
    title: "Certificate has expired",
    why: "Clients refuse the service, or learn to ignore the warning.",
    fix: "Renew the certificate.",
    kinds: &["nifcloud_ssl_certificate"],
    run: expired,
}];

fn expired(look: &mut Look<'_>) {
    let Some(now) = look.now else { return };
    let until = look.resource.get("certificate").text();
    let until = until.and_then(|text| certificate::not_after(&text));
    look.fail_if(until.is_some_and(|until| until < now), look.resource);
}
