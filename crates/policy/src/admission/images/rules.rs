//! What is asked of every image.

use sealift_model::Reference;

use super::{ImagePattern, Wildcard};
use crate::admission::Effect;
use crate::gate::GatePolicy;

/// What is asked of the images of workloads: `[admission]` of `sealift.toml`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ImageRules {
    /// Where images may come from; from anywhere when there is none.
    pub registries: Vec<ImagePattern>,
    /// What follows when one comes from elsewhere.
    pub registries_effect: Effect,
    /// Namespaces whose objects are not looked at.
    pub exclude_namespaces: Vec<Wildcard>,
    /// What else is asked, of all images or of some.
    pub rules: Vec<ImageRule>,
}

/// What is asked of some images.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImageRule {
    /// Its name, for people.
    pub name: String,
    /// The images that it is about; all when there is none.
    pub images: Vec<ImagePattern>,
    /// What follows when it does not hold.
    pub effect: Effect,
    /// What must be proved, and what may be found.
    pub gate: GatePolicy,
    /// Whether signatures by a key need not be in a transparency log.
    pub insecure_ignore_tlog: bool,
    /// Whether what is in the image decides, so that it must be scanned.
    pub scans: bool,
}

impl ImageRule {
    /// Whether it is about an image.
    #[must_use]
    pub fn is_about(&self, image: &Reference) -> bool {
        self.images.is_empty() || self.images.iter().any(|pattern| pattern.matches(image))
    }
}

impl ImageRules {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.registries.is_empty() && self.rules.is_empty()
    }

    /// Whether the objects of a namespace are not looked at.
    #[must_use]
    pub fn excludes(&self, namespace: &str) -> bool {
        self.exclude_namespaces.iter().any(|pattern| pattern.matches(namespace))
    }

    /// Whether an image may come from where it comes from.
    #[must_use]
    pub fn allows_registry(&self, image: &Reference) -> bool {
        self.registries.is_empty() || self.registries.iter().any(|it| it.matches(image))
    }

    /// The rules about an image, each with its place among all.
    pub fn about(&self, image: &Reference) -> impl Iterator<Item = (usize, &ImageRule)> {
        self.rules.iter().enumerate().filter(move |(_, rule)| rule.is_about(image))
    }
}
