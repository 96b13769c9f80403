//! CVSS v3.0 and v3.1 (FIRST, Specification Document, sections 8 and 7).

use super::decimal::{Decimal, dec};
use super::metrics::Group::{Base, Environmental, Temporal};
use super::metrics::{Metric, Metrics, weighted};
use super::{CvssError, CvssVector, CvssVersion};

/// Section 8.4 (v3.0) and 7.4 (v3.1), weights in thousandths. Those of PR are for an unchanged
/// scope; S has none.
static TABLE: &[Metric] = &[
    weighted("AV", Base, &[("N", 850), ("A", 620), ("L", 550), ("P", 200)]),
    weighted("AC", Base, &[("L", 770), ("H", 440)]),
    weighted("PR", Base, &[("N", 850), ("L", 620), ("H", 270)]),
    weighted("UI", Base, &[("N", 850), ("R", 620)]),
    weighted("S", Base, &[("U", 0), ("C", 0)]),
    weighted("C", Base, &[("H", 560), ("L", 220), ("N", 0)]),
    weighted("I", Base, &[("H", 560), ("L", 220), ("N", 0)]),
    weighted("A", Base, &[("H", 560), ("L", 220), ("N", 0)]),
    weighted("E", Temporal, &[("H", 1000), ("F", 970), ("P", 940), ("U", 910), ("X", 1000)]),
    weighted("RL", Temporal, &[("U", 1000), ("W", 970), ("T", 960), ("O", 950), ("X", 1000)]),
    weighted("RC", Temporal, &[("C", 1000), ("R", 960), ("U", 920), ("X", 1000)]),
    weighted("CR", Environmental, REQUIREMENT),
    weighted("IR", Environmental, REQUIREMENT),
    weighted("AR", Environmental, REQUIREMENT),
    weighted("MAV", Environmental, &[("N", 850), ("A", 620), ("L", 550), ("P", 200), ("X", 0)]),
    weighted("MAC", Environmental, &[("L", 770), ("H", 440), ("X", 0)]),
    weighted("MPR", Environmental, &[("N", 850), ("L", 620), ("H", 270), ("X", 0)]),
    weighted("MUI", Environmental, &[("N", 850), ("R", 620), ("X", 0)]),
    weighted("MS", Environmental, &[("U", 0), ("C", 0), ("X", 0)]),
    weighted("MC", Environmental, MODIFIED_IMPACT),
    weighted("MI", Environmental, MODIFIED_IMPACT),
    weighted("MA", Environmental, MODIFIED_IMPACT),
];

const REQUIREMENT: &[(&str, i128)] = &[("H", 1500), ("M", 1000), ("L", 500), ("X", 1000)];
const MODIFIED_IMPACT: &[(&str, i128)] = &[("H", 560), ("L", 220), ("N", 0), ("X", 0)];

/// Scores the metrics of a vector.
pub(super) fn score(version: CvssVersion, text: &str) -> Result<CvssVector, CvssError> {
    let metrics = Metrics::read(text, TABLE)?;
    let base = Equations::base(version, &metrics).score();
    let modified = Equations::modified(version, &metrics).score();
    let maturity = metrics.factor("E") * metrics.factor("RL") * metrics.factor("RC");
    Ok(CvssVector {
        version,
        base: base.to_score(),
        temporal: Some(round_up(version, base * maturity).to_score()),
        environmental: Some(round_up(version, modified * maturity).to_score()),
    })
}

/// The inputs of the equation for the base score, which the environmental score shares.
struct Equations {
    version: CvssVersion,
    scope_changed: bool,
    /// The impact sub-score.
    impact: Decimal,
    /// The product of the exploitability metrics.
    exploitability: Decimal,
}

impl Equations {
    /// 8.1 (v3.0) and 7.1 (v3.1).
    fn base(version: CvssVersion, metrics: &Metrics) -> Self {
        let scope_changed = metrics.value("S") == Some("C");
        let spared = |name| Decimal::ONE - metrics.factor(name);
        let sub_score = Decimal::ONE - spared("C") * spared("I") * spared("A");
        Self {
            version,
            scope_changed,
            impact: impact(scope_changed, sub_score, (sub_score - dec(2, 2)).power(15)),
            exploitability: metrics.factor("AV")
                * metrics.factor("AC")
                * privileges(scope_changed, metrics, "PR")
                * metrics.factor("UI"),
        }
    }

    /// 8.3 (v3.0) and 7.3 (v3.1): each modified metric in place of its base metric.
    fn modified(version: CvssVersion, metrics: &Metrics) -> Self {
        let either = |modified, base| {
            let weight = metrics.weight(modified);
            weight.unwrap_or_else(|| metrics.factor(base))
        };
        let spared = |modified, base, requirement| {
            Decimal::ONE - either(modified, base) * metrics.factor(requirement)
        };
        let scope_changed = metrics.value("MS").or(metrics.value("S")) == Some("C");
        let untouched = spared("MC", "C", "CR") * spared("MI", "I", "IR") * spared("MA", "A", "AR");
        let sub_score = (Decimal::ONE - untouched).min(dec(915, 3));
        let power = if version == CvssVersion::V3_0 {
            (sub_score - dec(2, 2)).power(15)
        } else {
            (sub_score * dec(9731, 4) - dec(2, 2)).power(13)
        };
        let privileges_name = if metrics.value("MPR").is_some() { "MPR" } else { "PR" };
        Self {
            version,
            scope_changed,
            impact: impact(scope_changed, sub_score, power),
            exploitability: either("MAV", "AV")
                * either("MAC", "AC")
                * privileges(scope_changed, metrics, privileges_name)
                * either("MUI", "UI"),
        }
    }

    fn score(&self) -> Decimal {
        if self.impact <= Decimal::ZERO {
            return Decimal::ZERO;
        }
        let sum = self.impact + dec(822, 2) * self.exploitability;
        let sum = if self.scope_changed { dec(108, 2) * sum } else { sum };
        round_up(self.version, sum.min(Decimal::TEN))
    }
}

fn impact(scope_changed: bool, sub_score: Decimal, power: Decimal) -> Decimal {
    if scope_changed {
        dec(752, 2) * (sub_score - dec(29, 3)) - dec(325, 2) * power
    } else {
        dec(642, 2) * sub_score
    }
}

/// The weight of required privileges, which is higher if the scope changes.
fn privileges(scope_changed: bool, metrics: &Metrics, name: &str) -> Decimal {
    match (scope_changed, metrics.value(name)) {
        (true, Some("L")) => dec(68, 2),
        (true, Some("H")) => dec(5, 1),
        _ => metrics.factor(name),
    }
}

/// The next tenth; v3.1, Appendix A, looks at five places only.
fn round_up(version: CvssVersion, score: Decimal) -> Decimal {
    if version == CvssVersion::V3_0 { score.round_up() } else { score.to_five_places().round_up() }
}
