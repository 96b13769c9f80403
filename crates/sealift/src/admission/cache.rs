//! What was found of images, kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::policy::RuleVerdict;

/// What is kept at most of a kind; each is some hundred bytes.
const MAX_ENTRIES: usize = 10_000;
/// How long what holds is taken to hold: advisories come, keys are withdrawn.
const GOOD: Duration = Duration::from_secs(3600);
/// How long what does not hold is: it may be signed the next moment.
const BAD: Duration = Duration::from_secs(30);

/// How long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// It holds.
    Good,
    /// It does not.
    Bad,
    /// It could not be found out, and is asked anew the next time.
    Not,
}

/// An image by its digest, under the rules, the trusted root and the database of one generation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// `registry/repository@digest`, for who may sign goes by the name; and what is asked of it.
    pub(super) image: String,
    pub(super) generation: u64,
}

/// What each rule says of an image.
pub(super) type Verdicts = Arc<[RuleVerdict]>;

impl Keep {
    pub(super) fn of(verdicts: &Verdicts) -> Self {
        if verdicts.iter().any(|verdict| verdict.is_open) {
            return Self::Not;
        }
        let holds = verdicts.iter().all(|verdict| verdict.failures.is_empty());
        if holds { Self::Good } else { Self::Bad }
    }
}

#[derive(Debug)]
pub(super) struct Cache<V>(Mutex<Entries<V>>);

impl<V> Default for Cache<V> {
    fn default() -> Self {
        Self(Mutex::new(Entries { by_key: HashMap::new(), uses: 0 }))
    }
}

#[derive(Debug)]
struct Entries<V> {
    by_key: HashMap<Key, Entry<V>>,
    /// Counts who was used last.
    uses: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    until: Instant,
    used: u64,
}

impl<V: Clone> Cache<V> {
    pub(super) fn get(&self, key: &Key, now: Instant) -> Option<V> {
        let mut entries = self.lock();
        entries.uses += 1;
        let uses = entries.uses;
        let entry = entries.by_key.get_mut(key).filter(|entry| entry.until > now)?;
        entry.used = uses;
        Some(entry.value.clone())
    }

    /// Keeps what was found out; how much is kept.
    pub(super) fn put(&self, key: Key, value: &V, keep: Keep, now: Instant) -> usize {
        let mut entries = self.lock();
        let time = match keep {
            Keep::Good => GOOD,
            Keep::Bad => BAD,
            Keep::Not => return entries.by_key.len(),
        };
        if entries.by_key.len() >= MAX_ENTRIES {
            entries.make_room(key.generation, now);
        }
        entries.uses += 1;
        let entry = Entry { value: value.clone(), until: now + time, used: entries.uses };
        entries.by_key.insert(key, entry);
        entries.by_key.len()
    }

    fn lock(&self) -> MutexGuard<'_, Entries<V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> Entries<V> {
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

    fn put(cache: &Cache<Verdicts>, key: Key, verdicts: &Verdicts, now: Instant) -> usize {
        cache.put(key, verdicts, Keep::of(verdicts), now)
    }

    #[test]
    fn what_does_not_hold_is_soon_asked_again() {
        let (cache, now) = (Cache::default(), Instant::now());
        put(&cache, key(1), &verdicts(None, false), now);
        put(&cache, key(2), &verdicts(Some("unsigned"), false), now);
        put(&cache, key(3), &verdicts(Some("no answer"), true), now);
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
            put(&cache, key(image), &good, now);
        }
        assert!(cache.get(&key(0), now).is_some());
        let left = put(&cache, key(MAX_ENTRIES), &good, now);
        assert!(left < MAX_ENTRIES && left > MAX_ENTRIES / 2, "{left}");
        assert!(cache.get(&key(0), now).is_some());
        assert!(cache.get(&key(1), now).is_none());
    }
}
