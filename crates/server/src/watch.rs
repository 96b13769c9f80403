//! Things that are checked regularly while a server runs: certificates, policies.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sealift::admission::{Rules, Sources};
use sealift::{Digest, Timestamp};
use serde_json::json;

use crate::{Clock, Log, Metrics, Tls};

/// A check. The argument is true if everything is to be read again, changed or not.
pub type Look = Box<dyn FnMut(bool) + Send>;

/// Runs checks regularly, until it is dropped.
#[derive(Debug)]
pub struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_over: bool,
    is_asked: bool,
}

impl Watch {
    /// Runs the checks at this interval.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(every: Duration, mut looks: Vec<Look>) -> std::io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let watching = Arc::clone(&shared);
        let builder = thread::Builder::new().name("watch".to_owned());
        let thread = builder.spawn(move || {
            while let Some(is_asked) = watching.wait(every) {
                for look in &mut looks {
                    // If one check panics, the others continue, and it runs again the next time.
                    let _ = catch_unwind(AssertUnwindSafe(|| look(is_asked)));
                }
            }
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Runs the checks now, and reads everything again.
    pub fn look(&self) {
        self.shared.tell(|state| state.is_asked = true);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.tell(|state| state.is_over = true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn tell(&self, what: impl FnOnce(&mut State)) {
        what(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    /// Returns whether a check was requested; none at the end.
    fn wait(&self, every: Duration) -> Option<bool> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(state, every, |state| !state.is_over && !state.is_asked);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (!state.is_over).then(|| std::mem::take(&mut state.is_asked))
    }
}

/// With fewer days left, the end of a certificate is logged: its renewal has failed so far.
const SOON_DAYS: i64 = 7;

/// Policies are read again after this time at the latest, since a trusted root may have been
/// refreshed.
const RELOAD: Duration = Duration::from_secs(3600);

/// Loads a certificate when its files change, and logs when it is about to end.
#[must_use]
pub fn certificate(tls: Arc<Tls>, clock: Clock, log: Log, metrics: Metrics) -> Look {
    let mut complaint = String::new();
    let mut spoken_of: Option<(Timestamp, String)> = None;
    metrics.set_time("sealift_certificate_not_after_seconds", tls.not_after());
    Box::new(move |_| {
        let outcome = match tls.reload() {
            Ok(false) => {
                complaint.clear();
                None
            }
            Ok(true) => {
                complaint.clear();
                let fields = [("not_after", json!(tls.not_after()))];
                log.info("the certificate has changed", &fields);
                Some("changed")
            }
            // Logged once: the files of a renewal are not replaced in one step.
            Err(error) if error.to_string() == complaint => None,
            Err(error) => {
                complaint = error.to_string();
                let fields = [("error", json!(complaint))];
                log.error("the certificate is kept: the new one cannot be used", &fields);
                Some("refused")
            }
        };
        if let Some(outcome) = outcome {
            let labels = [("what", "certificate"), ("outcome", outcome)];
            metrics.count("sealift_reloads_total", &labels);
        }
        let (now, end) = (clock.now(), tls.not_after());
        metrics.set_time("sealift_certificate_not_after_seconds", end);
        let today = Some((end, now.day()));
        if end.days_since(now) < SOON_DAYS && spoken_of != today {
            let message = if end < now {
                "the certificate has expired"
            } else {
                "the certificate expires soon"
            };
            log.warn(message, &[("not_after", json!(end))]);
            spoken_of = today;
        }
    })
}

/// Loads policies when they change; if they cannot be loaded, the previous ones stay in use.
#[must_use]
pub fn policies(sources: Sources, rules: Arc<Rules>, log: Log, metrics: Metrics) -> Look {
    let mut known: Option<Digest> = None;
    let mut loaded_at = Instant::now();
    let mut complaint = String::new();
    Box::new(move |is_asked| {
        let seen = Some(sources.fingerprint());
        if seen == known && !is_asked && loaded_at.elapsed() < RELOAD {
            return;
        }
        // A policy that cannot be loaded is tried again at each check: the cause may lie outside
        // the files.
        known = None;
        let outcome = match sources.load_into(&rules) {
            Ok(told) => {
                (known, loaded_at) = (seen, Instant::now());
                complaint.clear();
                let fields = [
                    ("policies", json!(told.policies)),
                    ("image_rules", json!(told.rules)),
                    ("notes", json!(told.notes)),
                ];
                log.info("policies are loaded", &fields);
                "changed"
            }
            Err(error) if !is_asked && error.to_string() == complaint => return,
            Err(error) => {
                complaint = error.to_string();
                let fields = [("error", json!(complaint))];
                log.error("policies are kept: the new ones cannot be used", &fields);
                "refused"
            }
        };
        metrics.count("sealift_reloads_total", &[("what", "policies"), ("outcome", outcome)]);
    })
}
