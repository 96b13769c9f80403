//! Work on threads of its own, while the calling thread answers signals and reports progress.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;
use sealift::Observer;

use crate::error;

/// How often the calling thread checks for signals.
const TICK: Duration = Duration::from_millis(40);

/// How long the calling thread waits for cancelled work. Work that hangs (a registry that does not
/// answer) is abandoned then: it ends by itself, and its result is dropped.
const GRACE: Duration = Duration::from_millis(100);

/// Cancels the call that it was passed to, from any thread.
#[pyclass(frozen, module = "sealift._native")]
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancel {
    inner: sealift::Cancel,
}

#[pymethods]
impl Cancel {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Cancels the call, which raises `CancelledError`.
    fn cancel(&self) {
        self.inner.cancel();
    }

    /// Whether `cancel` was called.
    #[getter]
    fn cancelled(&self) -> bool {
        self.inner.is_cancelled()
    }

    fn __repr__(&self) -> String {
        let cancelled = if self.inner.is_cancelled() { "True" } else { "False" };
        format!("Cancel(cancelled={cancelled})")
    }
}

/// The progress of a call.
#[pyclass(frozen, eq, hash, module = "sealift._native")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Progress {
    /// Bytes of layers read so far.
    #[pyo3(get)]
    bytes: u64,
    /// Bytes of all layers begun so far.
    #[pyo3(get)]
    total_bytes: u64,
    /// Layers read completely.
    #[pyo3(get)]
    layers: u64,
    /// Files of a folder read so far.
    #[pyo3(get)]
    files: u64,
    /// All files of the folder.
    #[pyo3(get)]
    total_files: u64,
}

#[pymethods]
impl Progress {
    fn __repr__(&self) -> String {
        let Self { bytes, total_bytes, layers, files, total_files } = self;
        format!(
            "Progress(bytes={bytes}, total_bytes={total_bytes}, layers={layers}, files={files}, \
             total_files={total_files})"
        )
    }
}

/// The observer on the calling thread.
#[derive(Default)]
pub(crate) struct Watcher {
    callback: Option<Py<PyAny>>,
    cancel: Option<Cancel>,
}

impl Watcher {
    /// From the arguments `progress` and `cancel`.
    pub(crate) fn of(arguments: &crate::arguments::Arguments<'_>) -> PyResult<Self> {
        let callback = arguments.object("progress")?;
        if callback.as_ref().is_some_and(|callback| !callback.is_callable()) {
            return Err(arguments.refused("progress", "it cannot be called"));
        }
        let cancel = arguments.object("cancel")?.map(|cancel| cancel.cast_into::<Cancel>());
        let cancel = cancel.transpose()?.map(|cancel| cancel.get().clone());
        Ok(Self { callback: callback.map(Bound::unbind), cancel })
    }

    /// A watcher without progress, ended by `cancel`.
    pub(crate) fn of_cancel(cancel: Option<Cancel>) -> Self {
        Self { callback: None, cancel }
    }

    /// Does work on another thread and waits for it. A signal whose handler raises, a callback
    /// that raises, or `cancel` end it.
    pub(crate) fn run<T, E>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&dyn Observer) -> Result<T, E> + Send + 'static,
    ) -> PyResult<Result<T, E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let outer = self.cancel.as_ref().map(|cancel| cancel.inner.clone());
        let seen = Arc::new(Seen { outer, ..Seen::default() });
        let (sender, receiver) = mpsc::sync_channel(1);
        let receiver = Mutex::new(receiver);
        let observer = Arc::clone(&seen);
        let builder = thread::Builder::new().name("sealift".to_owned());
        // The receiver is gone if the caller was interrupted.
        let worker = move || drop(sender.send(work(observer.as_ref())));
        builder.spawn(worker)?;
        let done = self.wait(py, &seen, &receiver);
        if done.is_err() {
            seen.is_cancelled.store(true, Ordering::Relaxed);
            // Its result is not wanted any more.
            py.detach(|| drop(within(&receiver, GRACE)));
        }
        done
    }

    fn wait<T: Send>(
        &self,
        py: Python<'_>,
        seen: &Seen,
        receiver: &Mutex<Receiver<T>>,
    ) -> PyResult<T> {
        let mut told = Progress::default();
        loop {
            let received = py.detach(|| within(receiver, TICK));
            let now = seen.progress();
            if let Some(callback) =
                self.callback.as_ref().filter(|_| now != told || received.is_ok())
            {
                told = now.clone();
                callback.call1(py, (now,))?;
            }
            match received {
                Ok(done) => return Ok(done),
                Err(RecvTimeoutError::Timeout) => py.check_signals()?,
                // The thread ended without a result: it panicked, with a message on stderr.
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(error::plain(
                        "the work ended unexpectedly; this is a bug of sealift",
                    ));
                }
            }
        }
    }
}

/// Receives what arrives in time. Only this thread takes the mutex; it allows waiting without the
/// interpreter's lock.
fn within<T>(receiver: &Mutex<Receiver<T>>, time: Duration) -> Result<T, RecvTimeoutError> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(time)
}

/// What the working threads report, and what they check.
#[derive(Default)]
struct Seen {
    is_cancelled: AtomicBool,
    outer: Option<sealift::Cancel>,
    layers: Mutex<Vec<u64>>,
    total_bytes: AtomicU64,
    finished: AtomicU64,
    files: AtomicU64,
    total_files: AtomicU64,
}

impl Seen {
    fn progress(&self) -> Progress {
        let layers = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
        Progress {
            bytes: layers.iter().sum(),
            total_bytes: self.total_bytes.load(Ordering::Relaxed),
            layers: self.finished.load(Ordering::Relaxed),
            files: self.files.load(Ordering::Relaxed),
            total_files: self.total_files.load(Ordering::Relaxed),
        }
    }
}

impl Observer for Seen {
    fn progress(&self, progress: sealift::Progress) {
        match progress {
            sealift::Progress::LayerStarted { bytes, .. } => {
                self.total_bytes.fetch_add(bytes, Ordering::Relaxed);
            }
            sealift::Progress::LayerRead { layer, bytes } => {
                let mut layers = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
                if layers.len() <= layer {
                    layers.resize(layer + 1, 0);
                }
                if let Some(read) = layers.get_mut(layer) {
                    *read = bytes.max(*read);
                }
            }
            sealift::Progress::LayerFinished { .. } => {
                self.finished.fetch_add(1, Ordering::Relaxed);
            }
            sealift::Progress::DirectoryStarted { files } => {
                self.total_files.store(files, Ordering::Relaxed);
            }
            sealift::Progress::FileRead => {
                self.files.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
            || self.outer.as_ref().is_some_and(Observer::is_cancelled)
    }
}
