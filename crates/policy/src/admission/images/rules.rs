//! The requirements on images.

use sealift_model::Reference;

use super::{ImagePattern, Wildcard};
use crate::admission::Effect;
use crate::gate::GatePolicy;

/// The requirements on the images of workloads: `[admission]` of `sealift.toml`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ImageRules {
    /// The registries that are allowed; all when there is none.
    pub registries: Vec<ImagePattern>,
    /// The effect where an image comes from another registry.
    pub registries_effect: Effect,
    /// Namespaces whose objects are not checked.
    pub exclude_namespaces: Vec<Wildcard>,
    /// The other requirements, on all images or on some.
    pub rules: Vec<ImageRule>,
}

/// The requirements on some images.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImageRule {
    /// The rule's name, for people.
    pub name: String,
    /// The images that the rule covers; all when there is none.
    pub images: Vec<ImagePattern>,
    /// The effect where the rule does not hold.
    pub effect: Effect,
    /// The required proofs, and the findings that are allowed.
    pub gate: GatePolicy,
    /// Whether signatures by a key need no entry in a transparency log.
    pub insecure_ignore_tlog: bool,
    /// Whether the rule depends on the image's contents, so that it must be scanned.
    pub scans: bool,
}

impl ImageRule {
    /// Whether the rule covers an image.
    #[must_use]
    pub fn is_about(&self, image: &Reference) -> bool {
        self.images.is_empty() || self.images.iter().any(|pattern| pattern.matches(image))
    }
}

impl ImageRules {
    /// Whether there are no requirements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.registries.is_empty() && self.rules.is_empty()
    }

    /// Whether the objects of a namespace are not checked.
    #[must_use]
    pub fn excludes(&self, namespace: &str) -> bool {
        self.exclude_namespaces.iter().any(|pattern| pattern.matches(namespace))
    }

    /// Whether an image's registry is allowed.
    #[must_use]
    pub fn allows_registry(&self, image: &Reference) -> bool {
        self.registries.is_empty() || self.registries.iter().any(|it| it.matches(image))
    }

    /// Returns the rules that cover an image, each with its index.
    pub fn about(&self, image: &Reference) -> impl Iterator<Item = (usize, &ImageRule)> {
        self.rules.iter().enumerate().filter(move |(_, rule)| rule.is_about(image))
    }
}
