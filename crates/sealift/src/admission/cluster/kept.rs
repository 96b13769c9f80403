//! What a cluster said, for a moment.

use std::collections::HashMap;
use std::time::Instant;

use sealift_kubernetes::Bound;
use serde_json::Value;

/// What is kept at most: so many answers, and about so many bytes of them.
const MAX_ENTRIES: usize = 2000;
const MAX_BYTES: usize = 64 << 20;
/// A larger answer is not kept.
const MAX_ENTRY_BYTES: usize = MAX_BYTES / 4;

/// About how many bytes something takes.
pub(super) trait Weight {
    fn weight(&self) -> usize;
}

impl Weight for Value {
    fn weight(&self) -> usize {
        const NODE: usize = 32;
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

/// There is one of them.
impl Weight for Bound {
    fn weight(&self) -> usize {
        0
    }
}

#[derive(Debug)]
pub(super) struct Kept<A> {
    entries: HashMap<String, Entry<A>>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry<A> {
    answer: A,
    weight: usize,
    until: Instant,
}

impl<A> Default for Kept<A> {
    fn default() -> Self {
        Self { entries: HashMap::new(), bytes: 0 }
    }
}

impl<A: Clone> Kept<A> {
    pub(super) fn get(&self, what: &str, now: Instant) -> Option<A> {
        let entry = self.entries.get(what).filter(|entry| entry.until > now)?;
        Some(entry.answer.clone())
    }

    pub(super) fn put(&mut self, what: String, answer: A, weight: usize, until: Instant) {
        if weight > MAX_ENTRY_BYTES {
            return;
        }
        if self.entries.len() >= MAX_ENTRIES || self.bytes + weight > MAX_BYTES {
            let now = Instant::now();
            self.entries.retain(|_, entry| entry.until > now);
            self.bytes = self.entries.values().map(|entry| entry.weight).sum();
        }
        if self.entries.len() >= MAX_ENTRIES || self.bytes + weight > MAX_BYTES {
            // All of it is some seconds old at most.
            self.entries.clear();
            self.bytes = 0;
        }
        self.bytes += weight;
        if let Some(old) = self.entries.insert(what, Entry { answer, weight, until }) {
            self.bytes -= old.weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn answers_are_kept_for_their_time() {
        let (mut kept, now) = (Kept::default(), Instant::now());
        kept.put("a".to_owned(), 1, 10, now + Duration::from_secs(5));
        assert_eq!(kept.get("a", now), Some(1));
        assert_eq!(kept.get("a", now + Duration::from_secs(5)), None);
        assert_eq!(kept.get("b", now), None);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (mut kept, later) = (Kept::default(), Instant::now() + Duration::from_secs(60));
        kept.put("large".to_owned(), 0, MAX_ENTRY_BYTES + 1, later);
        assert_eq!(kept.get("large", Instant::now()), None);
        for at in 0..3 * MAX_ENTRIES {
            kept.put(at.to_string(), at, 1, later);
            kept.put(at.to_string(), at, 1, later);
        }
        assert!(kept.entries.len() <= MAX_ENTRIES);
        assert_eq!(kept.bytes, kept.entries.len());
        for at in 0..20 {
            kept.put(at.to_string(), at, MAX_ENTRY_BYTES, later);
            assert!(kept.bytes <= MAX_BYTES, "{}", kept.bytes);
        }
    }
}
