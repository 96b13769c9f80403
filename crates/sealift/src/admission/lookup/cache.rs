//! A cache of answers with an end.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The most that a cache holds: the number of answers, and about how many bytes of them. An answer
/// of more than a quarter of the bytes is not cached.
#[derive(Clone, Copy, Debug)]
pub(in crate::admission) struct Bounds {
    pub(in crate::admission) entries: usize,
    pub(in crate::admission) bytes: usize,
}

/// About how many bytes a value takes.
pub(in crate::admission) trait Weight {
    fn weight(&self) -> usize;
}

/// The bytes of a JSON node, or of the entry itself.
const NODE: usize = 32;

impl Weight for Value {
    fn weight(&self) -> usize {
        NODE + match self {
            Self::String(text) => text.len(),
            Self::Array(items) => items.iter().map(Weight::weight).sum(),
            Self::Object(fields) => {
                fields.iter().map(|(name, value)| NODE + name.len() + value.weight()).sum()
            }
            _ => 0,
        }
    }
}

impl Weight for str {
    fn weight(&self) -> usize {
        NODE + self.len()
    }
}

impl Weight for String {
    fn weight(&self) -> usize {
        self.as_str().weight()
    }
}

impl<T: Weight + ?Sized> Weight for &T {
    fn weight(&self) -> usize {
        (**self).weight()
    }
}

impl<T: Weight + ?Sized> Weight for Arc<T> {
    fn weight(&self) -> usize {
        (**self).weight()
    }
}

/// An error weighs as much as its message.
impl<T: Weight, E: Display> Weight for Result<T, E> {
    fn weight(&self) -> usize {
        match self {
            Ok(found) => found.weight(),
            Err(why) => NODE + why.to_string().len(),
        }
    }
}

#[derive(Debug)]
pub(in crate::admission) struct Cache<K, V> {
    bounds: Bounds,
    entries: Mutex<Entries<K, V>>,
}

#[derive(Debug)]
struct Entries<K, V> {
    by_key: HashMap<K, Entry<V>>,
    bytes: usize,
    /// A counter that orders entries by their last use.
    uses: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    until: Instant,
    used: u64,
}

impl<K: Eq + Hash + Weight, V: Clone + Weight> Cache<K, V> {
    pub(in crate::admission) fn new(bounds: Bounds) -> Self {
        let entries = Entries { by_key: HashMap::new(), bytes: 0, uses: 0 };
        Self { bounds, entries: Mutex::new(entries) }
    }

    pub(in crate::admission) fn get(&self, key: &K, now: Instant) -> Option<V> {
        let mut entries = self.lock();
        entries.uses += 1;
        let uses = entries.uses;
        let entry = entries.by_key.get_mut(key).filter(|entry| entry.until > now)?;
        entry.used = uses;
        Some(entry.value.clone())
    }

    /// Caches an answer for a time; returns how many answers are cached.
    pub(in crate::admission) fn put(
        &self,
        key: K,
        value: V,
        time: Duration,
        now: Instant,
    ) -> usize {
        let bytes = key.weight() + value.weight();
        let mut entries = self.lock();
        if bytes <= self.bounds.bytes / 4 {
            if !entries.has_room(self.bounds, bytes) {
                entries.make_room(self.bounds, bytes, now);
            }
            entries.uses += 1;
            let entry = Entry { value, bytes, until: now + time, used: entries.uses };
            entries.bytes += bytes;
            if let Some(old) = entries.by_key.insert(key, entry) {
                entries.bytes -= old.bytes;
            }
        }
        entries.by_key.len()
    }

    fn lock(&self) -> MutexGuard<'_, Entries<K, V>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Entries<K, V> {
    fn has_room(&self, bounds: Bounds, bytes: usize) -> bool {
        self.by_key.len() < bounds.entries && self.bytes + bytes <= bounds.bytes
    }

    /// Removes expired answers; then the least recently used ones, until a tenth is free.
    fn make_room(&mut self, bounds: Bounds, bytes: usize, now: Instant) {
        self.retain(|entry| entry.until > now);
        if self.has_room(bounds, bytes) {
            return;
        }
        let mut uses: Vec<_> = self.by_key.values().map(|own| (own.used, own.bytes)).collect();
        uses.sort_unstable();
        let free = Bounds { entries: bounds.entries / 10 * 9, bytes: bounds.bytes / 10 * 9 };
        let (mut entries, mut left, mut oldest) = (self.by_key.len(), self.bytes, 0);
        for (used, own) in uses {
            if entries < free.entries && left + bytes <= free.bytes {
                break;
            }
            (entries, left, oldest) = (entries - 1, left - own, used);
        }
        self.retain(|entry| entry.used > oldest);
    }

    fn retain(&mut self, is_kept: impl Fn(&Entry<V>) -> bool) {
        self.by_key.retain(|_, entry| is_kept(entry));
        self.bytes = self.by_key.values().map(|entry| entry.bytes).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { entries: 1000, bytes: 100_000 };
    const TIME: Duration = Duration::from_secs(5);

    fn text(bytes: usize) -> Value {
        "a".repeat(bytes).into()
    }

    impl Weight for usize {
        fn weight(&self) -> usize {
            0
        }
    }

    #[test]
    fn answers_are_kept_for_their_time() {
        let (cache, now) = (Cache::new(BOUNDS), Instant::now());
        assert_eq!(cache.put("a", text(1), TIME, now), 1);
        assert_eq!(cache.get(&"a", now), Some(text(1)));
        assert_eq!(cache.get(&"a", now + TIME), None);
        assert_eq!(cache.get(&"b", now), None);
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let (cache, now) = (Cache::new(BOUNDS), Instant::now());
        for at in 0..BOUNDS.entries {
            cache.put(at.to_string(), text(1), TIME, now);
        }
        let is_kept = |key: &str| cache.get(&key.to_owned(), now).is_some();
        assert!(is_kept("0"));
        let left = cache.put("new".to_owned(), text(1), TIME, now);
        assert!(left < BOUNDS.entries && left > BOUNDS.entries / 2, "{left}");
        assert!(is_kept("0") && !is_kept("1"));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (cache, now) = (Cache::new(BOUNDS), Instant::now());
        cache.put(usize::MAX, text(BOUNDS.bytes), TIME, now);
        assert_eq!(cache.get(&usize::MAX, now), None);
        for at in 0..3 * BOUNDS.entries {
            cache.put(at, text(1), TIME, now);
            cache.put(at, text(1), TIME, now);
        }
        let bytes = || cache.lock().bytes;
        assert_eq!(bytes(), cache.lock().by_key.len() * text(1).weight());
        for at in 0..20 {
            cache.put(at, text(BOUNDS.bytes / 4 - NODE), TIME, now);
            assert!(cache.get(&at, now).is_some());
            assert!(bytes() <= BOUNDS.bytes, "{}", bytes());
        }
    }
}
