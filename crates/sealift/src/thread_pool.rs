//! A pool whose threads start when there is work and end when there is none.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// A thread without work ends after this time.
const PATIENCE: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

/// Runs jobs on threads of its own, up to a number of threads.
#[derive(Clone)]
pub struct ThreadPool {
    name: &'static str,
    /// Threads.
    max: usize,
    /// Jobs that wait for one.
    max_waiting: usize,
    stack_bytes: usize,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ThreadPool").field("name", &self.name).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    /// Jobs that threads are at.
    running: usize,
    threads: usize,
}

/// All threads have work, and no more jobs may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all threads have work, and no more may wait")]
#[expect(clippy::exhaustive_structs, reason = "complete by definition")]
pub struct PoolFull;

impl ThreadPool {
    /// A pool of at most `max` threads with stacks of `stack` bytes; at most `max_waiting` jobs
    /// wait for a thread.
    #[must_use]
    pub fn new(name: &'static str, max: usize, max_waiting: usize, stack: usize) -> Self {
        Self { name, max, max_waiting, stack_bytes: stack, shared: Arc::default() }
    }

    /// Runs the job on a thread. A panic ends that job alone.
    ///
    /// # Errors
    /// When all threads have work, and no more jobs may wait.
    pub fn run(&self, job: impl FnOnce() + Send + 'static) -> Result<(), PoolFull> {
        let mut state = self.shared.lock();
        let jobs = state.running + state.waiting.len();
        if jobs >= state.threads && state.threads < self.max {
            let shared = Arc::clone(&self.shared);
            let builder = thread::Builder::new().name(self.name.to_owned());
            match builder.stack_size(self.stack_bytes).spawn(move || shared.work()) {
                Ok(_) => state.threads += 1,
                // The system has no more; a thread that there is takes it when it can.
                Err(_) if state.threads > 0 => {}
                Err(_) => return Err(PoolFull),
            }
        } else if jobs >= self.max.saturating_add(self.max_waiting) {
            return Err(PoolFull);
        }
        state.waiting.push_back(Box::new(job));
        drop(state);
        self.shared.work.notify_one();
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.waiting.pop_front() {
                state.running += 1;
                drop(state);
                // Whoever waits for what it makes sees that nothing comes.
                let _ = catch_unwind(AssertUnwindSafe(job));
                state = self.lock();
                state.running -= 1;
                continue;
            }
            let waited = self.work.wait_timeout(state, PATIENCE);
            let (woken, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if timeout.timed_out() && state.waiting.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn jobs_are_done_and_more_than_is_allowed_refused() {
        let pool = ThreadPool::new("test", 2, 1, 64 << 10);
        let (go, gate) = mpsc::channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        let (done, told) = mpsc::channel();
        for _ in 0..3 {
            let (gate, done) = (Arc::clone(&gate), done.clone());
            let job = move || {
                let _ = gate.lock().unwrap().recv();
                done.send(()).unwrap();
            };
            assert_eq!(pool.run(job), Ok(()));
        }
        assert_eq!(pool.run(|| {}), Err(PoolFull));
        for _ in 0..3 {
            go.send(()).unwrap();
            told.recv().unwrap();
        }
        // A panic costs no thread.
        pool.run(|| panic!("a job")).unwrap();
        let done = done.clone();
        pool.run(move || done.send(()).unwrap()).unwrap();
        told.recv().unwrap();
    }
}
