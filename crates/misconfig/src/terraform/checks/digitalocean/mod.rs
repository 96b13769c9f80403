//! DigitalOcean.

mod compute;
mod spaces;

use super::Rule;

/// Its checks, service by service.
pub(super) const RULES: &[&[Rule]] = &[compute::RULES, spaces::RULES];
