//! What the tags of one object's images mean.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use sealift_model::Reference;
use sealift_policy::admission::ImageUse;

use super::Images;
use super::not_known::NotKnown;
use crate::admission::lookup::deadline::Patience;

/// The tags of one review: each is resolved once, so that all rules speak of the same image.
#[derive(Debug, Default)]
pub(in crate::admission) struct Tags {
    resolved: RefCell<BTreeMap<Reference, Result<Reference, NotKnown>>>,
    wanted: RefCell<BTreeSet<Reference>>,
}

impl Tags {
    /// The image with its digest.
    pub(in crate::admission) fn resolve(
        &self,
        image: &Reference,
        images: &Images,
        until: Patience<'_>,
    ) -> Result<Reference, NotKnown> {
        if image.digest().is_some() {
            return Ok(image.clone());
        }
        if let Some(known) = self.resolved.borrow().get(image) {
            return known.clone();
        }
        let found = images.resolve(std::slice::from_ref(image), None, until).pop();
        let found = found.unwrap_or_else(|| Err(NotKnown::Unresolved(Box::new(image.clone()))));
        self.resolved.borrow_mut().insert(image.clone(), found.clone());
        found
    }

    /// Takes in what was found of an image.
    pub(in crate::admission) fn learn(&self, image: &Reference, found: Reference) {
        self.resolved.borrow_mut().insert(image.clone(), Ok(found));
    }

    /// The image as far as it is known.
    pub(in crate::admission) fn known(&self, image: &Reference) -> Reference {
        let resolved = self.resolved.borrow();
        resolved.get(image).and_then(|it| it.as_ref().ok()).unwrap_or(image).clone()
    }

    /// Somebody wants the image named by its digest.
    pub(in crate::admission) fn want(&self, image: Reference) {
        if image.digest().is_none() {
            self.wanted.borrow_mut().insert(image);
        }
    }

    /// The uses of images that somebody wants so, each with its image.
    pub(in crate::admission) fn wanted(
        &self,
        uses: impl FnOnce() -> Vec<ImageUse>,
    ) -> Vec<(ImageUse, Reference)> {
        let wanted = self.wanted.borrow();
        // Of most objects nobody wants anything.
        if wanted.is_empty() {
            return Vec::new();
        }
        let named = uses().into_iter().filter_map(|used| {
            let image = used.reference.parse::<Reference>().ok()?;
            wanted.contains(&image).then_some((used, image))
        });
        named.collect()
    }
}
