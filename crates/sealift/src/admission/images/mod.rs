//! Looks at images in their registries.

pub(super) mod changes;
pub(super) mod facts;
pub(super) mod not_known;
pub(super) mod refusal;
pub(super) mod tags;
pub(super) mod workload;

use std::sync::Arc;
use std::time::{Duration, Instant};

use sealift_model::{Digest, Reference, Timestamp};
use sealift_policy::admission::{VerifiedImage, WantedImage};
use sealift_registry::ManifestName;
use serde_json::Value;

use self::facts::facts;
use self::not_known::{NotKnown, Unverified};
use crate::admission::load::trusted_root::Root;
use crate::admission::lookup::cache::{Bounds, Weight};
use crate::admission::lookup::deadline::Patience;
use crate::admission::lookup::memo::{Begun, Once};
use crate::admission::lookup::single_flight::Flights;
use crate::admission::world::{Known, World};
use crate::policy::{ImageGate, RuleVerdict, verify_wanted};
use crate::verify::LogSearch;
use crate::{Chain, Error, Observer, ScanOptions, Scanner, ThreadPool};

/// The rules, trusted root and log that images are judged by.
#[derive(Debug)]
pub(in crate::admission) struct Measure {
    pub(in crate::admission) gate: ImageGate,
    pub(in crate::admission) scanner: Scanner,
    pub(in crate::admission) options: ScanOptions,
    /// The trusted root for the certificates and logs that policies trust.
    pub(in crate::admission) root: Root,
    /// The log that is searched for entries where a policy names none.
    pub(in crate::admission) log: Option<LogSearch>,
    /// Grows whenever rules, trusted root or database change.
    pub(in crate::admission) generation: u64,
}

/// An image by its digest, under the rules, the trusted root and the database of one generation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    /// `registry/repository@digest`, since the rules for signers go by the name; and the question.
    image: String,
    generation: u64,
}

impl Weight for Key {
    fn weight(&self) -> usize {
        self.image.weight()
    }
}

/// The verdict of each rule on an image.
pub(in crate::admission) type Verdicts = Arc<[RuleVerdict]>;

/// An image and its verdicts.
#[derive(Clone, Debug)]
pub(in crate::admission) struct Judged {
    /// The image's name with its digest.
    pub(in crate::admission) image: Reference,
    pub(in crate::admission) verdicts: Verdicts,
}

/// A verifier's verdict on an image.
#[derive(Clone, Debug)]
pub(in crate::admission) enum Checked {
    /// The image is signed, or attested, as required.
    Verified(VerifiedImage),
    /// The image is not signed, or attested, as required.
    Unverified(Unverified),
}

/// Resolves and judges images; work that takes longer than a request goes on in the background.
pub(in crate::admission) struct Images {
    shared: Arc<Shared>,
}

struct Shared {
    world: World,
    tags: Flights<String, Found<Digest>>,
    verdicts: Asked<Verdicts>,
    signatures: Asked<Checked>,
    facts: Asked<Arc<Value>>,
}

/// A result, or the reason why it is not known.
type Found<V> = Result<V, NotKnown>;

/// Shared and cached answers about images.
type Asked<V> = Once<Key, Found<V>>;

/// The most images that are fetched at once; the next constant bounds those that wait.
const MAX_FETCHED: usize = 32;
const MAX_WAITING: usize = 4096;
const STACK_BYTES: usize = 4 << 20;
/// How long the work on one image may take in all.
const LONGEST: Duration = Duration::from_secs(300);
/// The most answers of one kind that are cached.
const KEPT: Bounds = Bounds { entries: 10_000, bytes: 64 << 20 };
/// How long a pass is cached: advisories appear, and keys are withdrawn.
const GOOD: Duration = Duration::from_secs(3600);
/// How long a failure is cached: the image may be signed at any moment.
const BAD: Duration = Duration::from_secs(30);
/// How often a failed query is tried, and the first wait between tries; the wait doubles.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

impl std::fmt::Debug for Images {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Images(..)")
    }
}

impl Images {
    pub(in crate::admission) fn new(world: World) -> Self {
        let pool = ThreadPool::new("image", MAX_FETCHED, MAX_WAITING, STACK_BYTES);
        let told = || {
            let tally = Arc::clone(&world.tally);
            move |entries| tally.kept(entries)
        };
        let shared = Shared {
            tags: Flights::new(pool.clone()),
            verdicts: Once::new(pool.clone(), KEPT).telling(told()),
            signatures: Once::new(pool.clone(), KEPT).telling(told()),
            facts: Once::new(pool, KEPT).telling(told()),
            world,
        };
        Self { shared: Arc::new(shared) }
    }

    /// The current time.
    pub(in crate::admission) fn now(&self) -> Timestamp {
        (self.shared.world.now)()
    }

    /// The source of cluster data.
    pub(in crate::admission) fn cluster(&self) -> &Known {
        &self.shared.world.cluster
    }

    /// Resolves each image to its digest. A tag is resolved again at each call.
    pub(in crate::admission) fn resolve(
        &self,
        images: &[Reference],
        then: Option<&Arc<Measure>>,
        until: Patience<'_>,
    ) -> Vec<Found<Reference>> {
        let begun: Vec<_> = images.iter().map(|image| self.shared.resolve(image, then)).collect();
        let landed = begun.into_iter().zip(images);
        let landed = landed.map(|(begun, image)| Ok(image.at_digest(wait(begun, image, until)?)));
        landed.collect()
    }

    /// Returns the rules' verdicts on each image; an image that no rule covers is not looked at.
    /// All queries start before the first wait.
    pub(in crate::admission) fn judge(
        &self,
        images: &[Reference],
        measure: &Arc<Measure>,
        until: Patience<'_>,
    ) -> Vec<Found<Judged>> {
        let rules = measure.gate.rules();
        let asked: Vec<bool> =
            images.iter().map(|image| rules.about(image).next().is_some()).collect();
        let needed = images.iter().zip(&asked).filter(|(_, asked)| **asked);
        let needed: Vec<Reference> = needed.map(|(image, _)| image.clone()).collect();
        let mut resolved = self.resolve(&needed, Some(measure), until).into_iter();
        let begun: Vec<_> = images
            .iter()
            .zip(asked)
            .map(|(image, is_asked)| {
                let next = is_asked.then(|| resolved.next()).flatten();
                let image = next.unwrap_or_else(|| Ok(image.clone()))?;
                Ok::<_, NotKnown>((self.shared.judge(&image, measure), image))
            })
            .collect();
        let landed = begun.into_iter().map(|begun| {
            let (begun, image) = begun?;
            let verdicts = wait(begun, &image, until)?;
            Ok(Judged { image, verdicts })
        });
        landed.collect()
    }

    /// Checks whether an image, named by its digest, is signed, or attested, as a policy requires;
    /// its signatures may be elsewhere.
    pub(in crate::admission) fn verify(
        &self,
        wanted: &WantedImage,
        image: &Reference,
        elsewhere: Option<&Reference>,
        measure: &Arc<Measure>,
        until: Patience<'_>,
    ) -> Found<Checked> {
        let (shared, measure) = (Arc::clone(&self.shared), Arc::clone(measure));
        let (mut asked, pinned, elsewhere) = (wanted.clone(), image.clone(), elsewhere.cloned());
        // The key does not depend on how the object names the image, with or without its digest.
        asked.image =
            image.digest().map_or(image.clone(), |it| image.at_digest(it.clone())).to_string();
        let key = Key { image: format!("{asked:?}"), generation: measure.generation };
        let keep = |found: &Checked| match found {
            Checked::Verified(_) => GOOD,
            Checked::Unverified(_) => BAD,
        };
        let look = move || shared.check(&asked, &pinned, elsewhere.as_ref(), &measure);
        let begun = self.shared.ask(&self.shared.signatures, key, keep, look);
        wait(begun, image, until)
    }

    /// Returns the data of the image with this digest that policies read.
    pub(in crate::admission) fn facts(
        &self,
        image: &Reference,
        digest: &Digest,
        measure: &Arc<Measure>,
        until: Patience<'_>,
    ) -> Found<Value> {
        let key = Key { image: format!("{image} {digest}"), generation: measure.generation };
        let (shared, asked, digest) = (Arc::clone(&self.shared), image.clone(), digest.clone());
        let look = move || {
            let place = shared.world.registry.image(&asked).map_err(NotKnown::NotAsked)?;
            facts(&asked, &digest, &place.repository()).map(Arc::new)
        };
        let begun = self.shared.ask(&self.shared.facts, key, |_| GOOD, look);
        wait(begun, image, until).map(|facts| Value::clone(&facts))
    }
}

fn wait<V: Clone>(begun: Begun<Found<V>>, image: &Reference, until: Patience<'_>) -> Found<V> {
    let not_yet = |why| NotKnown::NotYet { image: Box::new(image.clone()), why };
    begun.wait(until).map_err(not_yet)?
}

/// How long the verdicts are cached.
fn keep(verdicts: &Verdicts) -> Duration {
    let holds = verdicts.iter().all(|verdict| verdict.failures.is_empty());
    if holds { GOOD } else { BAD }
}

impl Weight for [RuleVerdict] {
    fn weight(&self) -> usize {
        let failures = self.iter().flat_map(|verdict| &verdict.failures).map(String::len);
        size_of_val(self) + failures.sum::<usize>()
    }
}

impl Weight for Checked {
    fn weight(&self) -> usize {
        match self {
            Self::Verified(verified) => verified.weight(),
            Self::Unverified(Unverified { image, why }) => image.to_string().len() + why.weight(),
        }
    }
}

impl Weight for VerifiedImage {
    fn weight(&self) -> usize {
        self.digest.len() + self.statements.iter().map(Weight::weight).sum::<usize>()
    }
}

impl Shared {
    fn resolve(
        self: &Arc<Self>,
        image: &Reference,
        then: Option<&Arc<Measure>>,
    ) -> Begun<Found<Digest>> {
        if let Some(digest) = image.digest() {
            return Begun::Known(Ok(digest.clone()));
        }
        let (shared, asked, then) = (Arc::clone(self), image.clone(), then.cloned());
        let work = move || {
            let found = retried(|| shared.fetch_digest(&asked));
            if let (Ok(digest), Some(measure)) = (&found, then) {
                // The caller may have stopped waiting; the next caller finds the answer.
                let _ = shared.judge(&asked.at_digest(digest.clone()), &measure);
            }
            found
        };
        Begun::UnderWay(self.tags.join(image.to_string(), work).0)
    }

    /// Fetches the digest that a tag names now.
    fn fetch_digest(&self, image: &Reference) -> Found<Digest> {
        let place = self.world.registry.image(image).map_err(NotKnown::NotAsked)?;
        let found = place.repository().find_manifest(&ManifestName::of(image));
        match found {
            Ok(Some(manifest)) => Ok(manifest.descriptor.digest),
            Ok(None) => Err(NotKnown::NotThere(Box::new(image.clone()))),
            Err(error) => Err(NotKnown::Registry(Arc::new(error))),
        }
    }

    fn judge(
        self: &Arc<Self>,
        image: &Reference,
        measure: &Arc<Measure>,
    ) -> Begun<Found<Verdicts>> {
        let key = Key { image: image.to_string(), generation: measure.generation };
        if measure.gate.rules().about(image).next().is_none() {
            return Begun::Known(Ok(Arc::new([])));
        }
        let (shared, measure, image) = (Arc::clone(self), Arc::clone(measure), image.clone());
        let look = move || shared.look_at(&image, &measure);
        self.ask(&self.verdicts, key, keep, look)
    }

    /// Returns the cached answer, else the result of `ask`, which is tried again where that may
    /// help. A result that is not known is not cached.
    fn ask<V>(
        &self,
        of: &Asked<V>,
        key: Key,
        keep: fn(&V) -> Duration,
        ask: impl Fn() -> Found<V> + Send + 'static,
    ) -> Begun<Found<V>>
    where
        V: Clone + Weight + Send + 'static,
    {
        let keep = move |found: &Found<V>| found.as_ref().ok().map(keep);
        let (begun, asked) = of.ask(key, keep, || retried(ask));
        self.world.tally.asked(asked);
        begun
    }

    fn check(
        &self,
        wanted: &WantedImage,
        image: &Reference,
        elsewhere: Option<&Reference>,
        measure: &Measure,
    ) -> Found<Checked> {
        let mut place = self.world.registry.image(image).map_err(NotKnown::NotAsked)?;
        if let Some(elsewhere) = elsewhere {
            let other = self.world.registry.image(elsewhere).map_err(NotKnown::NotAsked)?;
            place = place.with_signatures_in(other.repository());
        }
        let until = Until(Instant::now() + LONGEST);
        let root = measure.root.for_wanted(wanted).map_err(NotKnown::Root)?;
        let (log, now) = (measure.log.as_ref(), (self.world.now)());
        match verify_wanted(wanted, &place, &root, log, now, &until) {
            Ok(verified) => Ok(Checked::Verified(verified)),
            Err(error) => {
                let image = Box::new(image.clone());
                let unverified = Unverified { image, why: Chain(&error).to_string() };
                match error.is_open() {
                    true => Err(NotKnown::Unverified(unverified)),
                    false => Ok(Checked::Unverified(unverified)),
                }
            }
        }
    }

    fn look_at(&self, image: &Reference, measure: &Measure) -> Found<Verdicts> {
        let place = self.world.registry.image(image).map_err(NotKnown::NotAsked)?;
        let Measure { gate, scanner, options, .. } = measure;
        let until = Until(Instant::now() + LONGEST);
        let named = || Box::new(image.clone());
        match gate.judge(&place, scanner, options, (self.world.now)(), &until) {
            Ok(verdicts) if verdicts.iter().any(|it: &RuleVerdict| it.is_open) => {
                let open = verdicts.into_iter().filter(|it| it.is_open);
                let failures = open.flat_map(|it| it.failures).collect();
                Err(NotKnown::Undecided { image: named(), failures })
            }
            Ok(verdicts) => Ok(verdicts.into()),
            Err(Error::Cancelled) => Err(NotKnown::TooLong { image: named(), longest: LONGEST }),
            Err(error) => Err(NotKnown::Unjudged { image: named(), error: Arc::new(error) }),
        }
    }
}

/// Calls `ask` again where that may help.
fn retried<V>(ask: impl Fn() -> Found<V>) -> Found<V> {
    let mut pause = PAUSE;
    for _ in 1..ATTEMPTS {
        match ask() {
            Err(why) if why.is_transient() => std::thread::sleep(pause),
            found => return found,
        }
        pause *= 2;
    }
    ask()
}

/// An observer that cancels work at this time.
struct Until(Instant);

impl Observer for Until {
    fn is_cancelled(&self) -> bool {
        Instant::now() >= self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_known_the_next_moment_is_asked_again() {
        let image = Box::new("registry.example/app:1".parse::<Reference>().unwrap());
        let open = NotKnown::Unverified(Unverified { image: image.clone(), why: "away".into() });
        for (why, asked) in [(NotKnown::NotThere(image), 1), (open, ATTEMPTS)] {
            let count = std::cell::Cell::new(0);
            let found = retried::<()>(|| {
                count.set(count.get() + 1);
                Err(why.clone())
            });
            assert_eq!(found.unwrap_err().to_string(), why.to_string());
            assert_eq!(count.get(), asked, "{why}");
        }
    }

    #[test]
    fn what_does_not_hold_is_soon_asked_again() {
        let verdicts = |failure: Option<&str>| {
            let mut verdict = RuleVerdict::default();
            verdict.failures.extend(failure.map(str::to_owned));
            Verdicts::from([verdict])
        };
        assert_eq!(keep(&verdicts(None)), GOOD);
        assert_eq!(keep(&verdicts(Some("unsigned"))), BAD);
    }
}
