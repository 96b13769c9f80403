//! The digests of the tags in one object.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use sealift_model::Reference;
use sealift_policy::admission::ImageUse;

use super::Images;
use super::not_known::NotKnown;
use crate::admission::lookup::deadline::Patience;

/// The tags of one review: each is resolved once, so that all rules judge the same image.
#[derive(Debug, Default)]
pub(in crate::admission) struct Tags {
    resolved: RefCell<BTreeMap<Reference, Result<Reference, NotKnown>>>,
    wanted: RefCell<BTreeSet<Reference>>,
}

impl Tags {
    /// Returns the image with its digest.
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

    /// Records the digest that was found for an image.
    pub(in crate::admission) fn learn(&self, image: &Reference, found: Reference) {
        self.resolved.borrow_mut().insert(image.clone(), Ok(found));
    }

    /// Returns the image, with its digest where that is known.
    pub(in crate::admission) fn known(&self, image: &Reference) -> Reference {
        let resolved = self.resolved.borrow();
        resolved.get(image).and_then(|it| it.as_ref().ok()).unwrap_or(image).clone()
    }

    /// Records that a policy wants the image named by its digest.
    pub(in crate::admission) fn want(&self, image: Reference) {
        if image.digest().is_none() {
            self.wanted.borrow_mut().insert(image);
        }
    }

    /// Returns the uses of images that a policy wants named by digest, each with its image.
    pub(in crate::admission) fn wanted(
        &self,
        uses: impl FnOnce() -> Vec<ImageUse>,
    ) -> Vec<(ImageUse, Reference)> {
        let wanted = self.wanted.borrow();
        // Most objects have no such image.
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
