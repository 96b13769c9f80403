//! CVSS v2.0 (FIRST, A Complete Guide to the Common Vulnerability Scoring System Version 2.0, 3.2).

use super::decimal::{Decimal, dec};
use super::metrics::Group::{Base, Environmental, Temporal};
use super::metrics::{Metric, Metrics, weighted};
use super::{CvssError, CvssVector, CvssVersion};

/// Section 3.2, weights in thousandths.
static TABLE: &[Metric] = &[
    weighted("AV", Base, &[("L", 395), ("A", 646), ("N", 1000)]),
    weighted("AC", Base, &[("H", 350), ("M", 610), ("L", 710)]),
    weighted("Au", Base, &[("M", 450), ("S", 560), ("N", 704)]),
    weighted("C", Base, IMPACT),
    weighted("I", Base, IMPACT),
    weighted("A", Base, IMPACT),
    weighted("E", Temporal, &[("U", 850), ("POC", 900), ("F", 950), ("H", 1000), ("ND", 1000)]),
    weighted("RL", Temporal, &[("OF", 870), ("TF", 900), ("W", 950), ("U", 1000), ("ND", 1000)]),
    weighted("RC", Temporal, &[("UC", 900), ("UR", 950), ("C", 1000), ("ND", 1000)]),
    weighted(
        "CDP",
        Environmental,
        &[("N", 0), ("L", 100), ("LM", 300), ("MH", 400), ("H", 500), ("ND", 0)],
    ),
    weighted("TD", Environmental, &[("N", 0), ("L", 250), ("M", 750), ("H", 1000), ("ND", 1000)]),
    weighted("CR", Environmental, REQUIREMENT),
    weighted("IR", Environmental, REQUIREMENT),
    weighted("AR", Environmental, REQUIREMENT),
];

const IMPACT: &[(&str, i128)] = &[("N", 0), ("P", 275), ("C", 660)];
const REQUIREMENT: &[(&str, i128)] = &[("L", 500), ("M", 1000), ("H", 1510), ("ND", 1000)];

/// Scores the metrics of a vector.
pub(super) fn score(text: &str) -> Result<CvssVector, CvssError> {
    let metrics = Metrics::read(text, TABLE)?;
    let base = base(&metrics, impact(&metrics));
    Ok(CvssVector {
        version: CvssVersion::V2,
        base: base.to_score(),
        temporal: metrics
            .has(Temporal)
            .then(|| temporal(&metrics, base.max(Decimal::ZERO)).to_score()),
        environmental: metrics.has(Environmental).then(|| environmental(&metrics).to_score()),
    })
}

/// 3.2.1: the base score, which can fall below zero if all metrics are low.
fn base(metrics: &Metrics, impact: Decimal) -> Decimal {
    let exploitability =
        dec(20, 0) * metrics.factor("AV") * metrics.factor("AC") * metrics.factor("Au");
    if impact == Decimal::ZERO {
        return Decimal::ZERO;
    }
    let sum = dec(6, 1) * impact + dec(4, 1) * exploitability - dec(15, 1);
    (sum * dec(1176, 3)).round()
}

fn impact(metrics: &Metrics) -> Decimal {
    let spared = |name| Decimal::ONE - metrics.factor(name);
    dec(1041, 2) * (Decimal::ONE - spared("C") * spared("I") * spared("A"))
}

/// 3.2.2
fn temporal(metrics: &Metrics, base: Decimal) -> Decimal {
    (base * metrics.factor("E") * metrics.factor("RL") * metrics.factor("RC")).round()
}

/// 3.2.3: with the impact adjusted to the security requirements.
fn environmental(metrics: &Metrics) -> Decimal {
    let spared =
        |impact, requirement| Decimal::ONE - metrics.factor(impact) * metrics.factor(requirement);
    let untouched = spared("C", "CR") * spared("I", "IR") * spared("A", "AR");
    let impact = (dec(1041, 2) * (Decimal::ONE - untouched)).min(Decimal::TEN);
    let adjusted = temporal(metrics, base(metrics, impact));
    let damage = metrics.weight("CDP").unwrap_or(Decimal::ZERO);
    ((adjusted + (Decimal::TEN - adjusted) * damage) * metrics.factor("TD")).round()
}
