//! Reads the `metric:value` parts of a vector by a version's table of metrics.

use super::decimal::{Decimal, dec};
use super::error::CvssError;

/// A metric of one version.
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) group: Group,
    pub(super) values: Values,
}

/// The values of a metric, including `X` or `ND`, "not defined", if the metric is optional.
pub(super) enum Values {
    /// Each with its weight in thousandths.
    Weighted(&'static [(&'static str, i128)]),
    /// Without weights.
    Words(&'static [&'static str]),
}

/// The group of a metric.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// About the vulnerability itself; always required.
    Base,
    /// About the present situation (temporal, threat).
    Temporal,
    /// About the place where the vulnerability is.
    Environmental,
    /// Without influence on the score.
    Supplemental,
}

/// The metrics of one vector that are defined.
pub(super) struct Metrics {
    defined: Vec<Defined>,
}

struct Defined {
    metric: &'static Metric,
    value: &'static str,
    weight: Option<Decimal>,
}

impl Metrics {
    /// Reads `AV:N/AC:L/...`, in any order; a final slash is allowed.
    pub(super) fn read(text: &str, table: &'static [Metric]) -> Result<Self, CvssError> {
        let mut given: Vec<Defined> = Vec::new();
        for part in text.strip_suffix('/').unwrap_or(text).split('/') {
            let defined = read_part(part, table)?;
            let metric = defined.metric.name;
            if given.iter().any(|other| other.metric.name == metric) {
                return Err(CvssError::DuplicateMetric { metric });
            }
            given.push(defined);
        }
        let is_given = |name| given.iter().any(|defined| defined.metric.name == name);
        let missing =
            table.iter().find(|metric| metric.group == Group::Base && !is_given(metric.name));
        if let Some(Metric { name: metric, .. }) = missing {
            return Err(CvssError::MissingMetric { metric });
        }
        given.retain(|defined| !matches!(defined.value, "X" | "ND"));
        Ok(Self { defined: given })
    }

    /// The value of a metric, if it is defined.
    pub(super) fn value(&self, name: &str) -> Option<&'static str> {
        self.find(name).map(|defined| defined.value)
    }

    /// The weight of a metric, if it is defined.
    pub(super) fn weight(&self, name: &str) -> Option<Decimal> {
        self.find(name).and_then(|defined| defined.weight)
    }

    /// The weight of a metric as a factor: one if it is not defined.
    pub(super) fn factor(&self, name: &str) -> Decimal {
        self.weight(name).unwrap_or(Decimal::ONE)
    }

    /// Whether any metric of a group is defined.
    pub(super) fn has(&self, group: Group) -> bool {
        self.defined.iter().any(|defined| defined.metric.group == group)
    }

    /// The vector without the groups after `last`.
    pub(super) fn text_up_to(&self, last: Group) -> String {
        self.defined
            .iter()
            .filter(|defined| defined.metric.group <= last)
            .map(|defined| format!("/{}:{}", defined.metric.name, defined.value))
            .collect()
    }

    fn find(&self, name: &str) -> Option<&Defined> {
        self.defined.iter().find(|defined| defined.metric.name == name)
    }
}

fn read_part(part: &str, table: &'static [Metric]) -> Result<Defined, CvssError> {
    let (name, value) =
        part.split_once(':').ok_or_else(|| CvssError::Malformed { part: part.to_owned() })?;
    let metric = table
        .iter()
        .find(|metric| metric.name == name)
        .ok_or_else(|| CvssError::UnknownMetric { metric: name.to_owned() })?;
    let (value, weight) = find_value(&metric.values, value)
        .ok_or_else(|| CvssError::UnknownValue { metric: metric.name, value: value.to_owned() })?;
    Ok(Defined { metric, value, weight })
}

fn find_value(values: &'static Values, given: &str) -> Option<(&'static str, Option<Decimal>)> {
    match values {
        Values::Weighted(values) => values
            .iter()
            .find(|(value, _)| *value == given)
            .map(|(value, weight)| (*value, Some(dec(*weight, 3)))),
        Values::Words(values) => {
            values.iter().find(|value| **value == given).map(|value| (*value, None))
        }
    }
}

/// A row of a version's table; weights are in thousandths.
pub(super) const fn weighted(
    name: &'static str,
    group: Group,
    values: &'static [(&'static str, i128)],
) -> Metric {
    let values = Values::Weighted(values);
    Metric { name, group, values }
}

/// A row of a version's table.
pub(super) const fn words(
    name: &'static str,
    group: Group,
    values: &'static [&'static str],
) -> Metric {
    let values = Values::Words(values);
    Metric { name, group, values }
}
