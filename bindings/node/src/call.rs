//! A call from JavaScript: its cancellation and progress.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use sealift::{Cancel, Observer, Progress};
use serde_json::{Value, json};

use crate::time::Clock;

/// Milliseconds between two reports of bytes or files. More frequent ones would load the event
/// loop, and nobody could see them.
const REPORT_EVERY_MS: u64 = 50;
/// The most reports that wait for the event loop; further ones are dropped.
const WAITING: usize = 64;

/// The callback of progress: it gets a report as JSON.
pub(crate) type Callback = ThreadsafeFunction<String, (), String, Status, false, false, WAITING>;

/// A call from JavaScript: when it was made, and whether it is cancelled.
#[napi(js_name = "Call")]
#[derive(Debug)]
pub struct NodeCall {
    cancel: Cancel,
    pub(crate) clock: Clock,
}

#[napi]
impl NodeCall {
    /// A call made at `now`, as `Date.now()` gives it.
    #[napi(constructor)]
    #[must_use]
    pub fn new(now: f64) -> Self {
        Self { cancel: Cancel::default(), clock: Clock::at(now) }
    }

    /// Ends the call.
    #[napi]
    pub fn cancel(&self) {
        self.cancel.cancel();
    }
}

/// Observes the work of a call from JavaScript.
pub(crate) struct Watch {
    cancel: Cancel,
    progress: Option<Callback>,
    started: Instant,
    /// When bytes or files were last reported, in milliseconds since the start.
    reported_ms: AtomicU64,
    files: AtomicU64,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("cancel", &self.cancel).finish_non_exhaustive()
    }
}

impl Watch {
    pub(crate) fn new(call: &NodeCall, progress: Option<Callback>) -> Self {
        Self {
            cancel: call.cancel.clone(),
            progress,
            started: Instant::now(),
            reported_ms: AtomicU64::new(0),
            files: AtomicU64::new(0),
        }
    }

    /// Whether it is time for another report.
    fn is_due(&self) -> bool {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let last = self.reported_ms.load(Ordering::Relaxed);
        let is_due = now >= last.saturating_add(REPORT_EVERY_MS);
        let order = Ordering::Relaxed;
        is_due && self.reported_ms.compare_exchange(last, now, order, order).is_ok()
    }

    fn told(&self, progress: Progress) -> Option<Value> {
        Some(match progress {
            Progress::LayerStarted { layer, bytes } => {
                json!({ "kind": "layer-started", "layer": layer, "bytes": bytes })
            }
            Progress::LayerRead { layer, bytes } => {
                return self
                    .is_due()
                    .then(|| json!({ "kind": "layer-read", "layer": layer, "bytes": bytes }));
            }
            Progress::LayerFinished { layer } => {
                json!({ "kind": "layer-finished", "layer": layer })
            }
            Progress::DirectoryStarted { files } => {
                json!({ "kind": "directory-started", "files": files })
            }
            Progress::FileRead => {
                let files = self.files.fetch_add(1, Ordering::Relaxed).saturating_add(1);
                return self.is_due().then(|| json!({ "kind": "files-read", "files": files }));
            }
            _ => return None,
        })
    }
}

impl Observer for Watch {
    fn progress(&self, progress: Progress) {
        let Some(callback) = &self.progress else { return };
        if let Some(told) = self.told(progress) {
            callback.call(told.to_string(), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
