//! CVSS v4.0 (FIRST, Specification Document, sections 7 and 8). The `cvss` crate has the table of
//! MacroVectors and interpolates between them.

use super::metrics::Group::{Base, Environmental, Supplemental, Temporal};
use super::metrics::{Group, Metric, Metrics, words};
use super::{CvssError, CvssScore, CvssVector, CvssVersion};

/// Section 7, Vector String.
static TABLE: &[Metric] = &[
    words("AV", Base, &["N", "A", "L", "P"]),
    words("AC", Base, &["L", "H"]),
    words("AT", Base, &["N", "P"]),
    words("PR", Base, &["N", "L", "H"]),
    words("UI", Base, &["N", "P", "A"]),
    words("VC", Base, IMPACT),
    words("VI", Base, IMPACT),
    words("VA", Base, IMPACT),
    words("SC", Base, IMPACT),
    words("SI", Base, IMPACT),
    words("SA", Base, IMPACT),
    words("E", Temporal, &["X", "A", "P", "U"]),
    words("CR", Environmental, REQUIREMENT),
    words("IR", Environmental, REQUIREMENT),
    words("AR", Environmental, REQUIREMENT),
    words("MAV", Environmental, &["X", "N", "A", "L", "P"]),
    words("MAC", Environmental, &["X", "L", "H"]),
    words("MAT", Environmental, &["X", "N", "P"]),
    words("MPR", Environmental, &["X", "N", "L", "H"]),
    words("MUI", Environmental, &["X", "N", "P", "A"]),
    words("MVC", Environmental, MODIFIED_IMPACT),
    words("MVI", Environmental, MODIFIED_IMPACT),
    words("MVA", Environmental, MODIFIED_IMPACT),
    words("MSC", Environmental, MODIFIED_IMPACT),
    words("MSI", Environmental, MODIFIED_SAFETY),
    words("MSA", Environmental, MODIFIED_SAFETY),
    words("S", Supplemental, &["X", "N", "P"]),
    words("AU", Supplemental, &["X", "N", "Y"]),
    words("R", Supplemental, &["X", "A", "U", "I"]),
    words("V", Supplemental, &["X", "D", "C"]),
    words("RE", Supplemental, &["X", "L", "M", "H"]),
    words("U", Supplemental, &["X", "Clear", "Green", "Amber", "Red"]),
];

const IMPACT: &[&str] = &["H", "L", "N"];
const REQUIREMENT: &[&str] = &["X", "H", "M", "L"];
const MODIFIED_IMPACT: &[&str] = &["X", "H", "L", "N"];
const MODIFIED_SAFETY: &[&str] = &["X", "S", "H", "L", "N"];

/// Scores the metrics of a vector.
pub(super) fn score(text: &str) -> Result<CvssVector, CvssError> {
    let metrics = Metrics::read(text, TABLE)?;
    let scored = |last: Group| -> Result<Option<CvssScore>, CvssError> {
        if metrics.has(last) { score_up_to(&metrics, last).map(Some) } else { Ok(None) }
    };
    Ok(CvssVector {
        version: CvssVersion::V4,
        base: score_up_to(&metrics, Base)?,
        temporal: scored(Temporal)?,
        environmental: scored(Environmental)?,
    })
}

fn score_up_to(metrics: &Metrics, last: Group) -> Result<CvssScore, CvssError> {
    let text = format!("CVSS:4.0{}", metrics.text_up_to(last));
    let vector: cvss::v4::Vector =
        text.parse().map_err(|_| CvssError::Malformed { part: text.clone() })?;
    let value = vector.score().value();
    let tenths = (0..100_u8).find(|tenths| value * 10.0 < f64::from(*tenths) + 0.5);
    Ok(CvssScore::clamped(tenths.unwrap_or(100).into()))
}
