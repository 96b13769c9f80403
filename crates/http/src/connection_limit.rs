//! How many connections to one host are in use.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Lets so many through to each host at a time.
#[derive(Debug)]
pub(crate) struct Gate {
    max: usize,
    open: Mutex<BTreeMap<String, usize>>,
    freed: Condvar,
}

/// The right to a connection, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    gate: Arc<Gate>,
    host: String,
}

impl Gate {
    pub(crate) fn new(max: usize) -> Arc<Self> {
        let open = Mutex::new(BTreeMap::new());
        Arc::new(Self { max: max.max(1), open, freed: Condvar::new() })
    }

    pub(crate) fn max(&self) -> usize {
        self.max
    }

    /// Waits for a place; none when there is none until `deadline`.
    pub(crate) fn enter(self: &Arc<Self>, host: &str, deadline: Instant) -> Option<Permit> {
        let mut open = self.open();
        loop {
            let places = open.entry(host.to_owned()).or_default();
            if *places < self.max {
                *places += 1;
                return Some(Permit { gate: Arc::clone(self), host: host.to_owned() });
            }
            let left = deadline.checked_duration_since(Instant::now()).filter(|d| !d.is_zero())?;
            let waited = self.freed.wait_timeout(open, left);
            open = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut open = self.gate.open();
        if let Some(places) = open.get_mut(&self.host) {
            *places = places.saturating_sub(1);
            if *places == 0 {
                open.remove(&self.host);
            }
        }
        self.gate.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_host_has_so_many_places() {
        let gate = Gate::new(2);
        let soon = || Instant::now() + Duration::from_millis(20);
        let first = gate.enter("a", soon()).unwrap();
        let _second = gate.enter("a", soon()).unwrap();
        assert!(gate.enter("a", soon()).is_none());
        assert!(gate.enter("b", soon()).is_some());
        drop(first);
        assert!(gate.enter("a", soon()).is_some());
    }
}
