//! The Kubernetes provider.

mod network_policy;

use super::Rule;

/// Its checks, service by service.
pub(super) const RULES: &[&[Rule]] = &[network_policy::RULES];
