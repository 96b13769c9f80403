//! Why an image could not be read.

/// A bound of [`Limits`](crate::Limits) was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("limit exceeded: {limit} ({max})")]
#[non_exhaustive]
pub struct LimitExceeded {
    /// Name of the field of [`Limits`](crate::Limits).
    pub limit: &'static str,
    /// Its value.
    pub max: u64,
}

impl LimitExceeded {
    /// The bound named `limit`, whose value is `max`, was passed.
    #[must_use]
    pub fn new(limit: &'static str, max: u64) -> Self {
        Self { limit, max }
    }
}

/// Why an image or tree could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A bound was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}
