//! Keys.

use sealift_model::Severity::High;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "GCP-0065",
    severity: High,
    title: "Key is rotated less often than every 90 days",
    why: "A key that leaked is good for as long.",
    fix: "Set `rotation_period` to `7776000s` or less.",
    kinds: &["google_kms_crypto_key"],
    run: rotation,
}];

/// Only keys of rings that are described here.
fn rotation(look: &mut Look<'_>) {
    const NINETY_DAYS: u32 = 90 * 24 * 60 * 60;
    let ring = look.resource.get("key_ring");
    let period = look.resource.get("rotation_period");
    let seconds = period.text().and_then(|text| text.strip_suffix('s')?.parse::<f64>().ok());
    let late = seconds.is_some_and(|seconds| seconds > f64::from(NINETY_DAYS));
    let of_ring = look.all.named_by(ring, "google_kms_key_ring", "name").is_some();
    look.fail_if(late && of_ring, &period);
}
