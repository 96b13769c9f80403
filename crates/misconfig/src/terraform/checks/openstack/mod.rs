//! OpenStack.

mod compute;

use super::Rule;

/// Its checks, service by service.
pub(super) const RULES: &[&[Rule]] = &[compute::RULES];
