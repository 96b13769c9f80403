//! Merges simultaneous queries for the same key into one.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::deadline::Patience;
use crate::ThreadPool;

/// The running work, by key.
pub(in crate::admission) struct Flights<K, V> {
    open: Arc<Open<K, V>>,
    pool: ThreadPool,
}

type Open<K, V> = Mutex<HashMap<K, Arc<Flight<V>>>>;

/// One piece of work that callers can wait for.
pub(in crate::admission) struct Flight<V> {
    state: Mutex<State<V>>,
    landed: Condvar,
}

enum State<V> {
    UnderWay,
    Done(V),
    /// The work panicked, or could not begin.
    Lost,
}

/// Why there is no answer yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::admission) enum NotYet {
    #[error("it takes longer than the request may; it goes on, ask again")]
    Late,
    #[error("it failed; see the log")]
    Lost,
}

impl<K: Clone + Eq + Hash + Send + 'static, V: Clone + Send + 'static> Flights<K, V> {
    pub(in crate::admission) fn new(pool: ThreadPool) -> Self {
        Self { open: Arc::default(), pool }
    }

    /// Joins the running work for `key`, or begins `work`; the flag is whether it was begun.
    pub(in crate::admission) fn join(
        &self,
        key: K,
        work: impl FnOnce() -> V + Send + 'static,
    ) -> (Arc<Flight<V>>, bool) {
        let mut open = lock(&self.open);
        if let Some(flight) = open.get(&key) {
            return (Arc::clone(flight), false);
        }
        let state = Mutex::new(State::UnderWay);
        let flight = Arc::new(Flight { state, landed: Condvar::new() });
        open.insert(key.clone(), Arc::clone(&flight));
        drop(open);
        let landing =
            Landing { open: Arc::clone(&self.open), key, flight: Arc::clone(&flight), made: None };
        // When the pool is full the job is dropped, and the drop lands the flight without a result.
        let _ = self.pool.run(move || {
            let mut landing = landing;
            landing.made = Some(work());
        });
        (flight, true)
    }
}

impl<V: Clone> Flight<V> {
    pub(in crate::admission) fn wait<'o>(
        &self,
        until: impl Into<Patience<'o>>,
    ) -> Result<V, NotYet> {
        let until = until.into();
        let mut state = lock(&self.state);
        loop {
            match &*state {
                State::Done(value) => return Ok(value.clone()),
                State::Lost => return Err(NotYet::Lost),
                State::UnderWay => {}
            }
            let left = until.left().ok_or(NotYet::Late)?;
            let waited = self.landed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Wakes the waiting callers, however the work ends. The next caller begins anew.
struct Landing<K: Eq + Hash, V> {
    open: Arc<Open<K, V>>,
    key: K,
    flight: Arc<Flight<V>>,
    made: Option<V>,
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        lock(&self.open).remove(&self.key);
        *lock(&self.flight.state) = self.made.take().map_or(State::Lost, State::Done);
        self.flight.landed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    #[test]
    fn many_who_ask_at_once_cost_one_fetch() {
        let flights = Flights::new(ThreadPool::new("test", 4, 10, 64 << 10));
        let (go, gate) = mpsc::channel::<()>();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let (first, begun) = flights.join("a", move || {
            gate.recv().unwrap();
            counted.fetch_add(1, Ordering::Relaxed)
        });
        assert!(begun);
        let (second, begun) = flights.join("a", || 7);
        assert!(!begun);
        assert_eq!(second.wait(Instant::now()), Err(NotYet::Late));
        go.send(()).unwrap();
        assert_eq!((first.wait(soon()), second.wait(soon())), (Ok(0), Ok(0)));
        // Landed work no longer counts as running.
        assert_eq!(flights.join("a", || 7).0.wait(soon()), Ok(7));
    }

    #[test]
    fn who_wants_no_more_does_not_wait() {
        let flights = Flights::<_, ()>::new(ThreadPool::new("test", 1, 0, 64 << 10));
        let (go, gate) = mpsc::channel::<()>();
        let (flight, _) = flights.join("a", move || {
            let _ = gate.recv();
        });
        let cancel = crate::Cancel::default();
        let told = cancel.clone();
        let telling = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(60));
            told.cancel();
        });
        let begun = Instant::now();
        assert_eq!(flight.wait(Patience::new(soon(), &cancel)), Err(NotYet::Late));
        assert!(begun.elapsed() < Duration::from_secs(5));
        telling.join().unwrap();
        drop(go);
    }

    #[test]
    fn who_waits_for_what_fails_is_told() {
        let flights = Flights::<_, ()>::new(ThreadPool::new("test", 1, 0, 64 << 10));
        let (go, gate) = mpsc::channel::<()>();
        let (failing, _) = flights.join("a", move || {
            let _ = gate.recv();
            panic!("work")
        });
        let (refused, _) = flights.join("b", || ());
        assert_eq!(refused.wait(soon()), Err(NotYet::Lost));
        drop(go);
        assert_eq!(failing.wait(soon()), Err(NotYet::Lost));
    }
}
