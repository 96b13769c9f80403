//! A judge of policies and image rules, which are replaced as a whole when they change.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use sealift_model::Reference;
use sealift_policy::admission::{Policies, Request};

use super::images::changes::{changeable, changed};
use super::images::refusal::ImageRefusal;
use super::images::tags::Tags;
use super::images::workload;
use super::images::workload::{image_to_be_asked, say_verdicts, to_be_asked, unknown};
use super::images::{Images, Measure};
use super::lookup::deadline::Patience;
use super::surroundings::Around;
use super::world::Known;
use super::{Change, Decision, World};

/// All that requests are judged by.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) policies: Policies,
    pub(super) measure: Arc<Measure>,
}

/// Judges objects by policies and by the image rules, from many threads at once.
///
/// Work that takes longer than a request allows goes on by itself; a later call finds its result.
#[derive(Debug)]
pub struct Rules {
    /// None until something is loaded.
    current: RwLock<Option<Arc<Loaded>>>,
    images: Images,
}

impl Rules {
    /// A judge without rules, which refuses everything until some are loaded.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self { current: RwLock::new(None), images: Images::new(world) }
    }

    /// Replaces the rules. Requests under way are still judged by the old ones.
    pub(super) fn replace(&self, loaded: Loaded) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Arc::new(loaded));
    }

    /// Whether there is a cluster, or files that stand in for one.
    pub(super) fn knows_cluster(&self) -> bool {
        match self.images.cluster() {
            Known::Nothing => false,
            Known::Cluster(_) => true,
            Known::Files(files) => files.knows_cluster(),
        }
    }

    fn current(&self) -> Option<Arc<Loaded>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether rules are loaded.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.current().is_some()
    }

    /// Decides on the object without changes. What is not known by `until` is reported as late.
    #[must_use]
    pub fn validate(&self, request: &Request, until: Instant) -> Decision {
        let until = Patience::from(until);
        let Some(loaded) = self.current() else {
            return Decision::refuse(ImageRefusal::NotLoaded.to_string());
        };
        let tags = Tags::default();
        let mut decision = self.by_policies(&loaded, request, &tags, until);
        decision.add(workload::judge(request, &self.images, &loaded.measure, &tags, until));
        decision
    }

    /// Returns the changes to the object before it is validated: tags become digests.
    #[must_use]
    pub fn mutate(&self, request: &Request, until: Instant) -> Decision {
        let until = Patience::from(until);
        let Some(loaded) = self.current() else {
            return Decision::refuse(ImageRefusal::NotLoaded.to_string());
        };
        let rules = loaded.measure.gate.rules();
        let mut decision = Decision::allow();
        if rules.excludes(&request.namespace) {
            return decision;
        }
        let uses = changeable(request);
        let (uses, images) = to_be_asked(rules, &uses, &mut decision);
        // A name that already has a digest is left unchanged.
        let tagged = uses.into_iter().zip(images).filter(|(_, image)| image.digest().is_none());
        let (uses, images): (Vec<_>, Vec<_>) = tagged.unzip();
        let resolved = self.images.resolve(&images, None, until);
        for ((used, image), pinned) in uses.iter().zip(&images).zip(resolved) {
            match pinned {
                Ok(pinned) => decision.pin(&used.json_pointer, image, &pinned),
                Err(why) => unknown(&mut decision, &used.container, &why),
            }
        }
        decision
    }

    /// Makes the changes and decides on the changed object, as a server does that calls
    /// [`Rules::mutate`] and then [`Rules::validate`]. Only images that a rule covers are changed
    /// to digests.
    #[must_use]
    pub fn review(&self, request: &Request, until: Instant) -> Decision {
        self.review_within(request, until.into())
    }

    /// The same, for a caller who may cancel.
    pub(super) fn review_within(&self, request: &Request, until: Patience<'_>) -> Decision {
        let Some(loaded) = self.current() else {
            return Decision::refuse(ImageRefusal::NotLoaded.to_string());
        };
        let tags = Tags::default();
        let by_images = workload::judge(request, &self.images, &loaded.measure, &tags, until);
        let mut changes = self.pins(request, &tags, until);
        let request = changed(request, &changes.patch);
        let mut decision = self.by_policies(&loaded, &request, &tags, until);
        // Policies that want digests judge the images by them.
        let wanted = self.pins(&request, &tags, until);
        if !wanted.patch.is_empty() {
            let request = changed(&request, &wanted.patch);
            decision = self.by_policies(&loaded, &request, &tags, until);
            changes.add(wanted);
        }
        decision.add(by_images);
        decision.add(changes);
        decision
    }

    /// Returns for each image name the name with its digest where it may run, else the refusal.
    #[must_use]
    pub fn images(&self, names: &[String], until: Instant) -> Vec<Result<String, ImageRefusal>> {
        let until = Patience::from(until);
        let Some(loaded) = self.current() else {
            return names.iter().map(|_| Err(ImageRefusal::NotLoaded)).collect();
        };
        let rules = loaded.measure.gate.rules();
        let parsed: Vec<_> = names.iter().map(|name| image_to_be_asked(rules, name)).collect();
        let good: Vec<Reference> = parsed.iter().flatten().cloned().collect();
        let mut judged = self.images.judge(&good, &loaded.measure, until).into_iter();
        let found = parsed.into_iter().map(|image| {
            image?;
            let judged = judged.next().ok_or(ImageRefusal::NotLoaded)??;
            let mut decision = Decision::allow();
            say_verdicts(&mut decision, rules, &judged.image.to_string(), &judged);
            match decision.is_allowed() {
                true => Ok(judged.image.to_string()),
                false => Err(ImageRefusal::Refused(decision.refusals)),
            }
        });
        found.collect()
    }

    fn by_policies(
        &self,
        loaded: &Loaded,
        request: &Request,
        tags: &Tags,
        until: Patience<'_>,
    ) -> Decision {
        let (images, measure) = (&self.images, &loaded.measure);
        let policies = &loaded.policies;
        let around = Around { policies, images, measure, tags, until };
        let mut decision = Decision::allow();
        for answer in loaded.policies.review(request, &around) {
            decision.hear(answer);
        }
        decision
    }

    /// Returns the changes to digests that policies want. Where a digest is not known, the policy
    /// itself reports that.
    fn pins(&self, request: &Request, tags: &Tags, until: Patience<'_>) -> Decision {
        let mut decision = Decision::allow();
        for (used, image) in tags.wanted(|| changeable(request)) {
            if let Ok(pinned) = tags.resolve(&image, &self.images, until) {
                decision.pin(&used.json_pointer, &image, &pinned);
            }
        }
        decision
    }
}

impl Decision {
    /// The tag stays beside the digest, which decides: people and other policies read the tag.
    fn pin(&mut self, pointer: &str, image: &Reference, pinned: &Reference) {
        let Some(digest) = pinned.digest() else { return };
        let pinned = image.with_digest(digest.clone()).to_string();
        self.annotate("pinned", &pinned);
        self.patch.push(Change::new(pointer, pinned));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sealift_model::{ReferenceError, Timestamp};
    use sealift_policy::admission::Cause;

    use super::*;
    use crate::RegistryImage;
    use crate::admission::Sources;

    #[test]
    fn why_an_image_may_not_run_is_told_apart() {
        let away = || Cause::of(std::io::Error::other("away"));
        let registry = move |_: &Reference| Err::<RegistryImage, _>(away());
        let now: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        let rules = Rules::new(World::new(registry, move || now));
        let until = Instant::now() + Duration::from_secs(20);
        let names = ["registry.example/app:1", "registry.example/App", "docker.io/app"];
        let names = names.map(str::to_owned);
        assert_eq!(rules.images(&names[..1], until), [Err(ImageRefusal::NotLoaded)]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sealift.toml");
        let text = "[admission]\nregistries = ['registry.example']\nmax-age-days = 30\n";
        std::fs::write(&path, text).unwrap();
        let sources = Sources { rules: Some(path), ..Sources::default() };
        sources.load_into(&rules).unwrap();
        let name = "registry.example/App".to_owned();
        let expected = [
            Err(ImageRefusal::Unknown(away())),
            Err(ImageRefusal::NoImage { name, error: ReferenceError::UpperCase }),
            Err(ImageRefusal::NotAllowed { name: "docker.io/library/app".to_owned() }),
        ];
        assert_eq!(rules.images(&names, until), expected);
        let refused = ImageRefusal::Refused(vec!["one".to_owned(), "other".to_owned()]);
        assert_eq!(refused.to_string(), "one; other");
    }
}
