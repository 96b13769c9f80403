//! Why a CVSS vector could not be read.

/// Why a text is not a CVSS vector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CvssError {
    /// The version does not exist.
    #[error("unknown CVSS version {version:?}")]
    UnknownVersion {
        /// The text after `CVSS:`.
        version: String,
    },
    /// A part between slashes is not `metric:value`.
    #[error("{part:?} is not a metric and its value")]
    Malformed {
        /// The part.
        part: String,
    },
    /// The version has no such metric.
    #[error("unknown metric {metric:?}")]
    UnknownMetric {
        /// Its name as given.
        metric: String,
    },
    /// The metric has no such value.
    #[error("metric {metric} has no value {value:?}")]
    UnknownValue {
        /// The metric.
        metric: &'static str,
        /// The value as given.
        value: String,
    },
    /// A metric is given twice.
    #[error("metric {metric} is given twice")]
    DuplicateMetric {
        /// The metric.
        metric: &'static str,
    },
    /// A base metric is missing.
    #[error("metric {metric} is missing")]
    MissingMetric {
        /// The metric.
        metric: &'static str,
    },
}
