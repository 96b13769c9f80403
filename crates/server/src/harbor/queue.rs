//! The queue of waiting and running scans.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use sealift::{Cancel, Timestamp};
use serde_json::json;

use super::request::Asked;
use super::store::{Done, Found, ScanId, Store, Waiting};
use super::work::{ScanError, Work};
use crate::{Clock, Log, Metrics};

/// The limits of the queue.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QueueOptions {
    /// The folder of accepted scans and their reports.
    pub folder: PathBuf,
    /// Scans that run at once. Default: 2.
    pub workers: usize,
    /// Scans that may wait. Default: 1000, enough for scanning a whole project of Harbor.
    pub max_waiting: usize,
    /// Retention time of reports. Default: a day.
    pub keep: Duration,
    /// Most reports that are kept. Default: 10,000.
    pub max_kept: usize,
    /// Longest duration of one scan. Default: 10 minutes.
    pub longest_scan: Duration,
}

impl QueueOptions {
    /// The default limits.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            workers: 2,
            max_waiting: 1000,
            keep: Duration::from_secs(24 * 3600),
            max_kept: 10_000,
            longest_scan: Duration::from_secs(600),
        }
    }
}

/// Why a scan was not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum NotAccepted {
    #[error("{max} scans wait already; try again in {} s", retry_after.as_secs())]
    Full { max: usize, retry_after: Duration },
    #[error("the server is ending")]
    Ending,
    #[error("the request cannot be kept: {0}")]
    Io(#[from] io::Error),
}

/// The state of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Waiting or running, with the time after which to ask again.
    Open(Duration),
    Done(Done),
}

/// Runs the accepted scans in order.
#[derive(Debug)]
pub(super) struct Queue {
    shared: Arc<Shared>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug)]
pub(super) struct Shared {
    options: QueueOptions,
    store: Store,
    state: Mutex<State>,
    changed: Condvar,
    clock: Clock,
    log: Log,
    metrics: Metrics,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Waiting>,
    running: BTreeMap<ScanId, Cancel>,
    done: BTreeMap<ScanId, Done>,
    next: u64,
    /// Requests that are being written to disk.
    arriving: usize,
    is_ending: bool,
}

/// When a waiting client is to ask again: soon, so that a short scan is noticed, and before the
/// client gives up.
const SOON: Duration = Duration::from_secs(2);
const LATER: Duration = Duration::from_secs(30);
/// When a rejected client may try again.
const RETRY_AFTER: Duration = Duration::from_secs(60);
const STACK_BYTES: usize = 8 << 20;

impl Queue {
    pub(super) fn open(
        options: QueueOptions,
        work: Arc<dyn Work>,
        clock: Clock,
        log: Log,
        metrics: Metrics,
    ) -> io::Result<Self> {
        let (store, found) = Store::open(&options.folder)?;
        let Found { waiting, done, next } = found;
        if !waiting.is_empty() {
            log.info(
                "scans that were accepted before are taken up",
                &[("scans", json!(waiting.len()))],
            );
        }
        let state = State {
            waiting: waiting.into(),
            done: done.into_iter().collect(),
            next,
            ..State::default()
        };
        let (state, changed) = (Mutex::new(state), Condvar::new());
        let shared = Arc::new(Shared { options, store, state, changed, clock, log, metrics });
        let mut workers = Vec::new();
        for _ in 0..shared.options.workers.max(1) {
            let (shared, work) = (Arc::clone(&shared), Arc::clone(&work));
            let builder = thread::Builder::new().name("scan".to_owned()).stack_size(STACK_BYTES);
            workers.push(builder.spawn(move || shared.run(&*work))?);
        }
        Ok(Self { shared, workers: Mutex::new(workers) })
    }

    /// Accepts a scan, which is on disk when this returns.
    pub(super) fn accept(&self, request: &Asked) -> Result<ScanId, NotAccepted> {
        let shared = &self.shared;
        let mut state = shared.lock();
        if state.is_ending {
            return Err(NotAccepted::Ending);
        }
        let max = shared.options.max_waiting;
        if state.waiting.len() + state.arriving >= max {
            return Err(NotAccepted::Full { max, retry_after: RETRY_AFTER });
        }
        let number = state.next;
        state.next += 1;
        state.arriving += 1;
        drop(state);
        let kept = shared.store.accept(number, request);
        let mut state = shared.lock();
        state.arriving -= 1;
        let id = kept?;
        state.waiting.push_back(Waiting { id: id.clone(), request: request.clone() });
        shared.tell(&state);
        shared.changed.notify_one();
        Ok(id)
    }

    pub(super) fn standing(&self, id: &ScanId) -> Option<Standing> {
        let state = self.shared.lock();
        if let Some(done) = state.done.get(id) {
            return Some(Standing::Done(done.clone()));
        }
        if state.running.contains_key(id) {
            return Some(Standing::Open(SOON));
        }
        let ahead = state.waiting.iter().position(|waiting| waiting.id == *id)?;
        let rounds = u32::try_from(ahead / self.shared.options.workers.max(1)).unwrap_or(u32::MAX);
        Some(Standing::Open(SOON.saturating_mul(rounds.saturating_add(1)).min(LATER)))
    }

    pub(super) fn store(&self) -> &Store {
        &self.shared.store
    }

    /// Deletes reports that are older than the retention time.
    pub(super) fn sweep(&self) {
        self.shared.sweep();
    }

    /// Stops the running scans. They and the waiting ones are resumed at the next start.
    pub(super) fn end(&self) {
        let mut state = self.shared.lock();
        state.is_ending = true;
        state.running.values().for_each(Cancel::cancel);
        drop(state);
        self.shared.changed.notify_all();
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        for worker in workers.drain(..) {
            let _ = worker.join();
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, state: &State) {
        self.metrics.set("sealift_scans_queued", &[], state.waiting.len());
        self.metrics.set("sealift_scans_running", &[], state.running.len());
    }

    /// Waits for a scan; none if the queue ends.
    fn next(&self) -> Option<(Waiting, Cancel)> {
        let state = self.lock();
        let waited =
            self.changed.wait_while(state, |state| state.waiting.is_empty() && !state.is_ending);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.is_ending {
            return None;
        }
        let waiting = state.waiting.pop_front()?;
        let cancel = Cancel::default();
        state.running.insert(waiting.id.clone(), cancel.clone());
        self.tell(&state);
        Some((waiting, cancel))
    }

    fn run(&self, work: &dyn Work) {
        while let Some((waiting, cancel)) = self.next() {
            let began = std::time::Instant::now();
            let outcome = work.run(&waiting, &self.store, &cancel, self.options.longest_scan);
            let is_cancelled = matches!(outcome, Err(ScanError::Cancelled));
            let is_over = !self.lock().is_ending || !is_cancelled;
            if is_over {
                self.finish(&waiting.id, outcome, began.elapsed());
            } else {
                self.lock().running.remove(&waiting.id);
            }
        }
    }

    fn finish(&self, id: &ScanId, outcome: Result<(), ScanError>, took: Duration) {
        let error = outcome.err().map(|why| why.to_string());
        let done = Done { at: self.clock.now().unix_seconds(), error };
        let word = if done.error.is_none() { "done" } else { "failed" };
        self.metrics.count("sealift_scans_total", &[("outcome", word)]);
        self.metrics.took("sealift_scan_seconds", took);
        let fields = [
            ("id", json!(id.text())),
            ("milliseconds", json!(took.as_millis())),
            ("error", json!(done.error)),
        ];
        self.log.info("scanned", &fields);
        if let Err(error) = self.store.finish(id, &done) {
            // The scan is finished nevertheless; after a restart it runs again.
            self.log.error("a result is not kept", &[("error", json!(error.to_string()))]);
        }
        let mut state = self.lock();
        state.running.remove(id);
        state.done.insert(id.clone(), done);
        self.tell(&state);
        drop(state);
        self.sweep();
    }

    fn sweep(&self) {
        let now: Timestamp = self.clock.now();
        let keep = i64::try_from(self.options.keep.as_secs()).unwrap_or(i64::MAX);
        let oldest = now.unix_seconds().saturating_sub(keep);
        let mut state = self.lock();
        let mut ages: Vec<i64> = state.done.values().map(|done| done.at).collect();
        let surplus = ages.len().saturating_sub(self.options.max_kept);
        ages.sort_unstable();
        let oldest = match surplus.checked_sub(1).and_then(|last| ages.get(last)) {
            Some(last) => oldest.max(last.saturating_add(1)),
            None => oldest,
        };
        let mut gone: Vec<ScanId> = Vec::new();
        state.done.retain(|id, done| {
            let stays = done.at >= oldest;
            gone.extend((!stays).then(|| id.clone()));
            stays
        });
        drop(state);
        gone.iter().for_each(|id| self.store.forget(id));
    }
}
