//! Queries that run once for all callers, with cached answers.

use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cache::{Bounds, Cache, Weight};
use super::deadline::Patience;
use super::single_flight::{Flight, Flights, NotYet};
use crate::ThreadPool;
use crate::admission::world::Asked;

/// Running queries and cached answers, by key.
pub(in crate::admission) struct Once<K, V> {
    flights: Flights<K, V>,
    kept: Arc<Cache<K, V>>,
    told: Arc<dyn Fn(usize) + Send + Sync>,
}

/// An answer that is known, or is being made.
pub(in crate::admission) enum Begun<V> {
    Known(V),
    UnderWay(Arc<Flight<V>>),
}

impl<V: Clone> Begun<V> {
    pub(in crate::admission) fn wait<'o>(
        self,
        until: impl Into<Patience<'o>>,
    ) -> Result<V, NotYet> {
        match self {
            Self::Known(value) => Ok(value),
            Self::UnderWay(flight) => flight.wait(until),
        }
    }
}

impl<K, V> Once<K, V>
where
    K: Clone + Eq + Hash + Weight + Send + 'static,
    V: Clone + Weight + Send + 'static,
{
    pub(in crate::admission) fn new(pool: ThreadPool, bounds: Bounds) -> Self {
        let kept = Arc::new(Cache::new(bounds));
        Self { flights: Flights::new(pool), kept, told: Arc::new(|_| {}) }
    }

    /// The same, where `told` receives the number of cached answers.
    pub(in crate::admission) fn telling(
        self,
        told: impl Fn(usize) + Send + Sync + 'static,
    ) -> Self {
        Self { told: Arc::new(told), ..self }
    }

    /// Returns the cached answer, else that of `ask`, which runs once for all callers; and where
    /// the answer comes from. `keep` returns how long an answer is cached, if at all.
    pub(in crate::admission) fn ask(
        &self,
        key: K,
        keep: impl FnOnce(&V) -> Option<Duration> + Send + 'static,
        ask: impl FnOnce() -> V + Send + 'static,
    ) -> (Begun<V>, Asked) {
        if let Some(value) = self.kept.get(&key, Instant::now()) {
            return (Begun::Known(value), Asked::Kept);
        }
        let (kept, told, name) = (Arc::clone(&self.kept), Arc::clone(&self.told), key.clone());
        let (flight, is_new) = self.flights.join(key, move || {
            let value = ask();
            if let Some(time) = keep(&value) {
                told(kept.put(name, value.clone(), time, Instant::now()));
            }
            value
        });
        (Begun::UnderWay(flight), if is_new { Asked::Made } else { Asked::Joined })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_kept_is_not_asked_again() {
        let bounds = Bounds { entries: 10, bytes: 1 << 20 };
        let once = Once::<&str, Result<Arc<Value>, String>>::new(
            ThreadPool::new("test", 1, 10, 64 << 10),
            bounds,
        );
        let ask = |key, answer: Result<i64, &str>| {
            let answer = answer.map(|it| Arc::new(json!(it))).map_err(str::to_owned);
            let keep = |found: &Result<_, _>| found.is_ok().then_some(Duration::from_secs(60));
            let (begun, asked) = once.ask(key, keep, move || answer);
            (begun.wait(Instant::now() + Duration::from_secs(10)).unwrap(), asked)
        };
        let one = Ok(Arc::new(json!(1)));
        assert_eq!(ask("a", Ok(1)), (one.clone(), Asked::Made));
        assert_eq!(ask("a", Ok(2)), (one, Asked::Kept));
        assert_eq!(ask("b", Err("no")), (Err("no".to_owned()), Asked::Made));
        assert_eq!(ask("b", Ok(3)), (Ok(Arc::new(json!(3))), Asked::Made));
    }
}
