//! What was found of images, kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sealift::policy::RuleVerdict;

/// Verdicts that are kept at most; each is some hundred bytes.
const MAX_ENTRIES: usize = 10_000;
/// How long what holds is taken to hold: advisories come, keys are withdrawn.
const GOOD: Duration = Duration::from_secs(3600);
/// How long what does not hold is: it may be signed the next moment.
const BAD: Duration = Duration::from_secs(30);

/// An image by its digest, under the rules, the trusted root and the database of one generation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// `registry/repository@digest`: who may sign goes by the name.
    pub(super) image: String,
    pub(super) generation: u64,
}

/// What each rule says of an image.
pub(super) type Verdicts = Arc<[RuleVerdict]>;

#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    by_key: HashMap<Key, Entry>,
    /// Counts who was used last.
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    verdicts: Verdicts,
    until: Instant,
    used: u64,
}

impl Cache {
    pub(super) fn get(&self, key: &Key, now: Instant) -> Option<Verdicts> {
        let mut entries = self.lock();
        entries.uses += 1;
        let uses = entries.uses;
        let entry = entries.by_key.get_mut(key).filter(|entry| entry.until > now)?;
        entry.used = uses;
        Some(Arc::clone(&entry.verdicts))
    }

    /// Keeps what was found out. What could not be is asked anew the next time.
    pub(super) fn put(&self, key: Key, verdicts: &Verdicts, now: Instant) -> usize {
        let mut entries = self.lock();
        if verdicts.iter().any(|verdict| verdict.is_open) {
            return entries.by_key.len();
        }
        if entries.by_key.len() >= MAX_ENTRIES {
            entries.make_room(key.generation, now);
        }
        let holds = verdicts.iter().all(|verdict| verdict.failures.is_empty());
        entries.uses += 1;
        let entry = Entry {
            verdicts: Arc::clone(verdicts),
            until: now + if holds { GOOD } else { BAD },
            used: entries.uses,
        };
        entries.by_key.insert(key, entry);
        entries.by_key.len()
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    /// Forgets what has ended and what was of other rules; then what was used longest ago, a tenth
    /// at a time.
    fn make_room(&mut self, generation: u64, now: Instant) {
        self.by_key.retain(|key, entry| key.generation == generation && entry.until > now);
        if self.by_key.len() < MAX_ENTRIES {
            return;
        }
        let mut uses: Vec<u64> = self.by_key.values().map(|entry| entry.used).collect();
        let (_, oldest, _) = uses.select_nth_unstable(MAX_ENTRIES / 10);
        let oldest = *oldest;
        self.by_key.retain(|_, entry| entry.used > oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(image: usize) -> Key {
        Key { image: image.to_string(), generation: 1 }
    }

    fn verdicts(failure: Option<&str>, is_open: bool) -> Verdicts {
        let mut verdict = RuleVerdict::default();
        verdict.failures.extend(failure.map(str::to_owned));
        verdict.is_open = is_open;
        [verdict].into()
    }

    #[test]
    fn what_does_not_hold_is_soon_asked_again() {
        let (cache, now) = (Cache::default(), Instant::now());
        cache.put(key(1), &verdicts(None, false), now);
        cache.put(key(2), &verdicts(Some("unsigned"), false), now);
        cache.put(key(3), &verdicts(Some("no answer"), true), now);
        let found =
            |after: Duration| [1, 2, 3].map(|it| cache.get(&key(it), now + after).is_some());
        assert_eq!(found(Duration::ZERO), [true, true, false]);
        assert_eq!(found(BAD), [true, false, false]);
        assert_eq!(found(GOOD), [false, false, false]);
        assert!(cache.get(&Key { generation: 2, ..key(1) }, now).is_none());
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let (cache, now) = (Cache::default(), Instant::now());
        let good = verdicts(None, false);
        for image in 0..MAX_ENTRIES {
            cache.put(key(image), &good, now);
        }
        assert!(cache.get(&key(0), now).is_some());
        let left = cache.put(key(MAX_ENTRIES), &good, now);
        assert!(left < MAX_ENTRIES && left > MAX_ENTRIES / 2, "{left}");
        assert!(cache.get(&key(0), now).is_some());
        assert!(cache.get(&key(1), now).is_none());
    }
}
