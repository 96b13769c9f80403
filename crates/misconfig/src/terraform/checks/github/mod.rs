//! GitHub.

mod repository;

use super::Rule;

/// Its checks, service by service.
pub(super) const RULES: &[&[Rule]] = &[repository::RULES];
