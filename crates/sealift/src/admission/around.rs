//! What policies may ask of the world: the time, images, signatures. There is no cluster to ask:
//! the webhook has no rights in it, and a policy that needs one says that it cannot be decided.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use sealift_model::{Reference, Timestamp};
use sealift_policy::admission::{Surroundings, VerifiedImage, WantedImage};
use serde_json::Value;

use super::images::{Images, Measure};
use super::rules::may_be_asked;
use super::unknown::NAME_LABEL;

/// The world around one request.
pub(super) struct Around<'a> {
    pub(super) now: Timestamp,
    pub(super) images: &'a Images,
    pub(super) measure: &'a Arc<Measure>,
    pub(super) until: Instant,
}

fn named(name: &str) -> Result<Reference, String> {
    name.parse().map_err(|error| format!("{name:?} is no image: {error}"))
}

impl Around<'_> {
    /// An image that an object names. Objects choose no registries to be asked but those that the
    /// rules allow.
    fn image_of(&self, name: &str) -> Result<Reference, String> {
        let image = named(name)?;
        match may_be_asked(self.measure.gate.rules(), &image) {
            true => Ok(image),
            false => Err(format!("{} is of no registry that is allowed", image.name())),
        }
    }
}

impl Surroundings for Around<'_> {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn namespace_labels(&self, name: &str) -> Result<BTreeMap<String, String>, String> {
        // A policy that asks for others is refused when it is loaded.
        Ok([(NAME_LABEL.to_owned(), name.to_owned())].into())
    }

    fn image(&self, reference: &str) -> Result<Value, String> {
        let image = self.image_of(reference)?;
        self.images.facts(&image, self.measure, self.until).map_err(|why| why.text)
    }

    fn verify(&self, wanted: &WantedImage) -> Result<VerifiedImage, String> {
        let elsewhere = wanted.repository.as_deref().map(named).transpose()?;
        let image = self.image_of(&wanted.image)?;
        let found =
            self.images.verify(wanted, &image, elsewhere.as_ref(), self.measure, self.until);
        found.map_err(|why| why.text)
    }
}
