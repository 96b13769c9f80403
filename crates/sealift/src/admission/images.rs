//! Images, looked at in their registries.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sealift_model::{Digest, Reference, Timestamp};
use sealift_policy::admission::{Surroundings, VerifiedImage, WantedImage};
use sealift_registry::ManifestName;
use serde_json::Value;

use super::cache::{Cache, Keep, Key, Verdicts};
use super::facts::facts;
use super::flight::{Flight, Flights, NotYet};
use super::patience::Patience;
use super::root::Root;
use super::world::{Asked as How, World};
use crate::policy::{ImageGate, RuleVerdict, verify_wanted};
use crate::{Chain, Crew, Error, Observer, ScanOptions, Scanner};

/// What images are judged by.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) gate: ImageGate,
    pub(super) scanner: Scanner,
    pub(super) options: ScanOptions,
    /// What certificates and logs are compared with that policies trust.
    pub(super) root: Root,
    /// Grows whenever rules, trusted root or database change.
    pub(super) generation: u64,
}

/// An image that was judged.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    /// Its name with its digest.
    pub(super) image: Reference,
    pub(super) verdicts: Verdicts,
}

/// Why nothing is known of an image.
#[derive(Clone, Debug)]
pub(super) struct Why {
    pub(super) text: String,
    /// It may be known soon: looking goes on.
    pub(super) is_late: bool,
}

impl From<String> for Why {
    fn from(text: String) -> Self {
        Self { text, is_late: false }
    }
}

/// Resolves and judges images; what takes longer than a request goes on by itself.
pub(super) struct Images {
    shared: Arc<Shared>,
}

struct Shared {
    world: World,
    tags: Flights<String, Result<Digest, String>>,
    verdicts: Asked<Verdicts>,
    signatures: Asked<Result<VerifiedImage, String>>,
    facts: Asked<Arc<Value>>,
}

/// What is asked of images: under way, and found.
struct Asked<V> {
    flights: Flights<Key, Result<V, String>>,
    cache: Cache<V>,
}

impl<V: Clone + Send + 'static> Asked<V> {
    fn new(crew: Crew) -> Self {
        Self { flights: Flights::new(crew), cache: Cache::default() }
    }
}

/// Images that are fetched at once, and that wait for it.
const MAX_FETCHED: usize = 32;
const MAX_WAITING: usize = 4096;
const STACK_BYTES: usize = 4 << 20;
/// What looking at one image may take in all.
const LONGEST: Duration = Duration::from_secs(300);
/// How often what got no answer is asked again, and the wait before; it doubles.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

impl std::fmt::Debug for Images {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Images(..)")
    }
}

impl Images {
    pub(super) fn new(world: World) -> Self {
        let crew = Crew::new("image", MAX_FETCHED, MAX_WAITING, STACK_BYTES);
        let shared = Shared {
            world,
            tags: Flights::new(crew.clone()),
            verdicts: Asked::new(crew.clone()),
            signatures: Asked::new(crew.clone()),
            facts: Asked::new(crew),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The time.
    pub(super) fn now(&self) -> Timestamp {
        (self.shared.world.now)()
    }

    /// The cluster, or what stands in for one.
    pub(super) fn cluster(&self) -> Option<&dyn Surroundings> {
        let cluster = self.shared.world.cluster.as_ref()?;
        Some(cluster.as_ref())
    }

    /// Each image with its digest. A tag is resolved whenever it is asked for.
    pub(super) fn resolve(
        &self,
        images: &[Reference],
        then: Option<&Arc<Measure>>,
        until: Patience<'_>,
    ) -> Vec<Result<Reference, Why>> {
        let begun: Vec<_> = images.iter().map(|image| self.shared.resolve(image, then)).collect();
        let landed = begun.into_iter().zip(images);
        let landed = landed.map(|(begun, image)| Ok(image.at_digest(begun.wait(image, until)?)));
        landed.collect()
    }

    /// What the rules say of each image; nothing is asked of one that no rule is about. All are
    /// begun before any is waited for.
    pub(super) fn judge(
        &self,
        images: &[Reference],
        measure: &Arc<Measure>,
        until: Patience<'_>,
    ) -> Vec<Result<Judged, Why>> {
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
                Ok::<_, Why>((self.shared.judge(&image, measure), image))
            })
            .collect();
        let landed = begun.into_iter().map(|begun| {
            let (begun, image) = begun?;
            let verdicts = begun.wait(&image, until)?;
            Ok(Judged { image, verdicts })
        });
        landed.collect()
    }

    /// Whether an image, named by its digest, is signed, or attested, as a policy wants it; its
    /// signatures may be elsewhere.
    pub(super) fn verify(
        &self,
        wanted: &WantedImage,
        image: &Reference,
        elsewhere: Option<&Reference>,
        measure: &Arc<Measure>,
        until: Patience<'_>,
    ) -> Result<VerifiedImage, Why> {
        let key = Key { image: format!("{image} {wanted:?}"), generation: measure.generation };
        let (shared, measure) = (Arc::clone(&self.shared), Arc::clone(measure));
        let (asked, pinned, elsewhere) = (wanted.clone(), image.clone(), elsewhere.cloned());
        let keep = |found: &Result<_, _>| if found.is_ok() { Keep::Good } else { Keep::Bad };
        let look = move || shared.check(&asked, &pinned, elsewhere.as_ref(), &measure);
        self.shared
            .ask(|shared| &shared.signatures, key, keep, look)
            .wait(image, until)?
            .map_err(Why::from)
    }

    /// What policies are told of an image with this digest.
    pub(super) fn facts(
        &self,
        image: &Reference,
        digest: &Digest,
        measure: &Arc<Measure>,
        until: Patience<'_>,
    ) -> Result<Value, Why> {
        let key = Key { image: format!("{image} {digest}"), generation: measure.generation };
        let (shared, asked, digest) = (Arc::clone(&self.shared), image.clone(), digest.clone());
        let look = move || {
            let place = shared.world.registry.image(&asked).map_err(|error| (error, false))?;
            facts(&asked, &digest, &place.repository()).map(Arc::new)
        };
        let found = self.shared.ask(|shared| &shared.facts, key, |_| Keep::Good, look);
        found.wait(image, until).map(|facts| Value::clone(&facts))
    }
}

/// What is known, or will be.
enum Begun<V> {
    Known(V),
    UnderWay(Arc<Flight<Result<V, String>>>),
}

impl<V: Clone> Begun<V> {
    fn wait(self, image: &Reference, until: Patience<'_>) -> Result<V, Why> {
        match self {
            Self::Known(value) => Ok(value),
            Self::UnderWay(flight) => {
                let landed = flight.wait(until).map_err(|error| Why {
                    text: format!("{image}: {error}"),
                    is_late: error == NotYet::Late,
                })?;
                landed.map_err(Why::from)
            }
        }
    }
}

impl Shared {
    fn resolve(self: &Arc<Self>, image: &Reference, then: Option<&Arc<Measure>>) -> Begun<Digest> {
        if let Some(digest) = image.digest() {
            return Begun::Known(digest.clone());
        }
        let (shared, asked, then) = (Arc::clone(self), image.clone(), then.cloned());
        let work = move || {
            let found = retried(|| shared.fetch_digest(&asked));
            if let (Ok(digest), Some(measure)) = (&found, then) {
                // Whoever asked may not wait any more; who asks next finds it done.
                let _ = shared.judge(&asked.at_digest(digest.clone()), &measure);
            }
            found
        };
        Begun::UnderWay(self.tags.join(image.to_string(), work).0)
    }

    /// What a tag names now; whether to ask again may help.
    fn fetch_digest(&self, image: &Reference) -> Result<Digest, (String, bool)> {
        let place = self.world.registry.image(image).map_err(|error| (error, false))?;
        let found = place.repository().find_manifest(&ManifestName::of(image));
        match found {
            Ok(Some(manifest)) => Ok(manifest.descriptor.digest),
            Ok(None) => Err((format!("{image} is not in the registry"), false)),
            Err(error) => Err((Chain(&error).to_string(), true)),
        }
    }

    fn judge(self: &Arc<Self>, image: &Reference, measure: &Arc<Measure>) -> Begun<Verdicts> {
        let key = Key { image: image.to_string(), generation: measure.generation };
        if measure.gate.rules().about(image).next().is_none() {
            return Begun::Known(Arc::new([]));
        }
        let (shared, measure, image) = (Arc::clone(self), Arc::clone(measure), image.clone());
        let look = move || shared.look_at(&image, &measure);
        self.ask(|shared| &shared.verdicts, key, Keep::of, look)
    }

    /// What is kept under a key, else what `ask` finds, once for all who want it.
    fn ask<V: Clone + Send + 'static>(
        self: &Arc<Self>,
        of: fn(&Self) -> &Asked<V>,
        key: Key,
        keep: fn(&V) -> Keep,
        ask: impl Fn() -> Result<V, (String, bool)> + Send + 'static,
    ) -> Begun<V> {
        if let Some(value) = of(self).cache.get(&key, Instant::now()) {
            self.world.tally.asked(How::Kept);
            return Begun::Known(value);
        }
        let (shared, kept) = (Arc::clone(self), key.clone());
        let work = move || {
            let found = retried(ask);
            if let Ok(value) = &found {
                let entries = of(&shared).cache.put(kept, value, keep(value), Instant::now());
                shared.world.tally.kept(entries);
            }
            found
        };
        let (flight, is_new) = of(self).flights.join(key, work);
        self.world.tally.asked(if is_new { How::Made } else { How::Joined });
        Begun::UnderWay(flight)
    }

    fn check(
        &self,
        wanted: &WantedImage,
        image: &Reference,
        elsewhere: Option<&Reference>,
        measure: &Measure,
    ) -> Result<Result<VerifiedImage, String>, (String, bool)> {
        let failed = |error| (error, false);
        let mut place = self.world.registry.image(image).map_err(failed)?;
        if let Some(elsewhere) = elsewhere {
            let other = self.world.registry.image(elsewhere).map_err(failed)?;
            place = place.with_signatures_in(other.repository());
        }
        let until = Until(Instant::now() + LONGEST);
        let root = measure.root.for_wanted(wanted);
        // The failure is kept for longer than anybody would ask again.
        let root = root.map_err(|why| (format!("the trusted root: {why}"), false))?;
        match verify_wanted(wanted, &place, &root, (self.world.now)(), &until) {
            Ok(verified) => Ok(Ok(verified)),
            Err(error) => {
                let text = format!("{image}: {}", Chain(&error));
                if error.is_open() { Err((text, true)) } else { Ok(Err(text)) }
            }
        }
    }

    fn look_at(&self, image: &Reference, measure: &Measure) -> Result<Verdicts, (String, bool)> {
        let place = self.world.registry.image(image).map_err(|error| (error, false))?;
        let Measure { gate, scanner, options, .. } = measure;
        let until = Until(Instant::now() + LONGEST);
        match gate.judge(&place, scanner, options, (self.world.now)(), &until) {
            Ok(verdicts) if verdicts.iter().any(|it: &RuleVerdict| it.is_open) => {
                let why = verdicts.iter().filter(|it| it.is_open).flat_map(|it| &it.failures);
                let why: Vec<&str> = why.map(String::as_str).collect();
                Err((format!("{image}: {}", why.join(", ")), true))
            }
            Ok(verdicts) => Ok(verdicts.into()),
            Err(Error::Cancelled) => {
                Err((format!("{image} took longer than {} s", LONGEST.as_secs()), false))
            }
            Err(error) => Err((format!("{image}: {}", Chain(&error)), false)),
        }
    }
}

/// Asks again where that may help.
fn retried<V>(ask: impl Fn() -> Result<V, (String, bool)>) -> Result<V, String> {
    let mut pause = PAUSE;
    for _ in 1..ATTEMPTS {
        match ask() {
            Ok(value) => return Ok(value),
            Err((why, false)) => return Err(why),
            Err(_) => std::thread::sleep(pause),
        }
        pause *= 2;
    }
    ask().map_err(|(why, _)| why)
}

/// Ends what takes too long.
struct Until(Instant);

impl Observer for Until {
    fn is_cancelled(&self) -> bool {
        Instant::now() >= self.0
    }
}
