//! Policies and image rules as a judge, replaced as a whole when they change.

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
/// What takes longer than a request may goes on by itself, and is there when it is asked for
/// again.
#[derive(Debug)]
pub struct Rules {
    /// None until something was loaded.
    current: RwLock<Option<Arc<Loaded>>>,
    images: Images,
}

impl Rules {
    /// A judge that knows nothing yet, and refuses everything until it does.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self { current: RwLock::new(None), images: Images::new(world) }
    }

    /// Judges by other rules from now on. Requests under way are judged by those that were.
    pub(super) fn replace(&self, loaded: Loaded) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Arc::new(loaded));
    }

    /// Whether there is a cluster to ask, or something that stands in for one.
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

    /// Whether anything was loaded.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.current().is_some()
    }

    /// Whether the object may be, as it stands. What is not known by `until` is said to be late.
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

    /// What is changed in the object before anybody validates it: tags become digests.
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
        // What has its digest already stays as it is written.
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

    /// Whether the object may be once it is changed, and the changes: what somebody comes to who
    /// asks first what is changed, then whether that may be. Only the images that a rule is about
    /// are named by their digests.
    #[must_use]
    pub fn review(&self, request: &Request, until: Instant) -> Decision {
        self.review_within(request, until.into())
    }

    /// The same, for somebody who may want no more.
    pub(super) fn review_within(&self, request: &Request, until: Patience<'_>) -> Decision {
        let Some(loaded) = self.current() else {
            return Decision::refuse(ImageRefusal::NotLoaded.to_string());
        };
        let tags = Tags::default();
        let by_images = workload::judge(request, &self.images, &loaded.measure, &tags, until);
        let mut changes = self.pins(request, &tags, until);
        let request = changed(request, &changes.patch);
        let mut decision = self.by_policies(&loaded, &request, &tags, until);
        // What policies want named by digests they judge so.
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

    /// Images by their names: each with its digest where it may run, else why not.
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

    /// The digests of the images that somebody wants to be named so. Where one cannot be had,
    /// whoever wants it says so.
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
    /// The tag stays beside the digest, which decides: people and other policies read it.
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
