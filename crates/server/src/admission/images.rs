//! Images, looked at in their registries.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sealift::policy::{ImageGate, RuleVerdict};
use sealift::registry::ManifestName;
use sealift::{Chain, Digest, Error, Observer, Reference, RegistryImage, ScanOptions, Scanner};

use super::cache::{Cache, Key, Verdicts};
use super::flight::{Flight, Flights};
use crate::crew::Crew;
use crate::{Clock, Metrics};

/// Says how an image's registry is asked.
pub trait Registry: Send + Sync + 'static {
    /// The image in its registry.
    ///
    /// # Errors
    /// When that registry cannot be asked at all.
    fn image(&self, reference: &Reference) -> Result<RegistryImage, String>;
}

impl<F> Registry for F
where
    F: Fn(&Reference) -> Result<RegistryImage, String> + Send + Sync + 'static,
{
    fn image(&self, reference: &Reference) -> Result<RegistryImage, String> {
        self(reference)
    }
}

/// What images are judged by.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) gate: ImageGate,
    pub(super) scanner: Scanner,
    pub(super) options: ScanOptions,
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

/// Resolves and judges images; what takes longer than a request goes on by itself.
pub(super) struct Images {
    shared: Arc<Shared>,
}

struct Shared {
    registry: Box<dyn Registry>,
    tags: Flights<String, Result<Digest, String>>,
    verdicts: Flights<Key, Result<Verdicts, String>>,
    cache: Cache,
    clock: Clock,
    metrics: Metrics,
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
    pub(super) fn new(registry: impl Registry, clock: Clock, metrics: Metrics) -> Self {
        let crew = Crew::new("image", MAX_FETCHED, MAX_WAITING, STACK_BYTES);
        let shared = Shared {
            registry: Box::new(registry),
            tags: Flights::new(crew.clone()),
            verdicts: Flights::new(crew),
            cache: Cache::default(),
            clock,
            metrics,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Each image with its digest. A tag is resolved whenever it is asked for.
    pub(super) fn resolve(
        &self,
        images: &[Reference],
        then: Option<&Arc<Measure>>,
        until: Instant,
    ) -> Vec<Result<Reference, String>> {
        let begun: Vec<_> = images.iter().map(|image| self.shared.resolve(image, then)).collect();
        let landed = begun.into_iter().zip(images).map(|(begun, image)| match begun {
            Begun::Known(digest) => Ok(image.at_digest(digest)),
            Begun::UnderWay(flight) => {
                let digest = flight.wait(until).map_err(|error| format!("{image}: {error}"))?;
                digest.map(|digest| image.at_digest(digest))
            }
        });
        landed.collect()
    }

    /// What the rules say of each image; nothing is asked of one that no rule is about. All are
    /// begun before any is waited for.
    pub(super) fn judge(
        &self,
        images: &[Reference],
        measure: &Arc<Measure>,
        until: Instant,
    ) -> Vec<Result<Judged, String>> {
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
                Ok::<_, String>((self.shared.judge(&image, measure), image))
            })
            .collect();
        let landed = begun.into_iter().map(|begun| {
            let (begun, image) = begun?;
            let verdicts = match begun {
                Begun::Known(verdicts) => verdicts,
                Begun::UnderWay(flight) => {
                    flight.wait(until).map_err(|error| format!("{image}: {error}"))??
                }
            };
            Ok(Judged { image, verdicts })
        });
        landed.collect()
    }
}

/// What is known, or will be.
enum Begun<V> {
    Known(V),
    UnderWay(Arc<Flight<Result<V, String>>>),
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
        let place = self.registry.image(image).map_err(|error| (error, false))?;
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
        if let Some(verdicts) = self.cache.get(&key, Instant::now()) {
            self.metrics.count("sealift_image_cache_total", &[("outcome", "kept")]);
            return Begun::Known(verdicts);
        }
        let (shared, measure) = (Arc::clone(self), Arc::clone(measure));
        let (image, kept) = (image.clone(), key.clone());
        let work = move || {
            let verdicts = retried(|| shared.look_at(&image, &measure));
            if let Ok(verdicts) = &verdicts {
                let entries = shared.cache.put(kept, verdicts, Instant::now());
                shared.metrics.set("sealift_image_cache_entries", &[], entries);
            }
            verdicts
        };
        let (flight, is_new) = self.verdicts.join(key, work);
        let outcome = if is_new { "made" } else { "joined" };
        self.metrics.count("sealift_image_cache_total", &[("outcome", outcome)]);
        Begun::UnderWay(flight)
    }

    fn look_at(&self, image: &Reference, measure: &Measure) -> Result<Verdicts, (String, bool)> {
        let place = self.registry.image(image).map_err(|error| (error, false))?;
        let Measure { gate, scanner, options, .. } = measure;
        let until = Until(Instant::now() + LONGEST);
        match gate.judge(&place, scanner, options, self.clock.now(), &until) {
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
