//! Threads that share work, and help each other with the rest.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::Error;

/// Decides when work can stop: it was cancelled, or a piece of lower rank has failed.
///
/// Pieces of lower rank than a failed one are always finished, so the returned error is the same
/// for any number of threads: that of the lowest rank.
pub(crate) struct Halt<'a> {
    failed: AtomicUsize,
    cancelled: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> Halt<'a> {
    pub(crate) fn new(cancelled: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self { failed: AtomicUsize::new(usize::MAX), cancelled }
    }

    /// Whether work on a piece of this rank can stop.
    pub(crate) fn stops(&self, rank: usize) -> bool {
        self.is_cancelled() || self.failed.load(Ordering::Relaxed) < rank
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        (self.cancelled)()
    }

    fn fail(&self, rank: usize) {
        self.failed.fetch_min(rank, Ordering::Relaxed);
    }
}

impl fmt::Debug for Halt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Halt").field("failed", &self.failed).finish_non_exhaustive()
    }
}

/// A task that one worker does for another.
type Job<'env> = Box<dyn FnOnce() + Send + 'env>;

/// The workers of one [`run`]: those with nothing left to start help those that still work.
pub(crate) struct Workers<'env> {
    board: Mutex<Board<'env>>,
    changed: Condvar,
    /// The number on the board, readable without its lock.
    waiting: AtomicUsize,
}

struct Board<'env> {
    jobs: Vec<Job<'env>>,
    /// Workers that are waiting for a job.
    waiting: usize,
    /// Workers that may still hand out a job.
    busy: usize,
}

impl<'env> Workers<'env> {
    fn new(count: usize) -> Self {
        let board = Board { jobs: Vec::new(), waiting: 0, busy: count };
        Self { board: Mutex::new(board), changed: Condvar::new(), waiting: AtomicUsize::new(0) }
    }

    /// Whether a worker seems to wait for a job.
    pub(crate) fn waits(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Makes a job for a waiting worker, if there is one. It starts at once.
    pub(crate) fn hand(&self, job: impl FnOnce() -> Job<'env>) {
        let mut board = self.board();
        if board.waiting > board.jobs.len() {
            board.jobs.push(job());
            self.changed.notify_one();
        }
    }

    /// Does jobs for other workers until all are done.
    fn help(&self) {
        let mut board = self.board();
        loop {
            if let Some(job) = board.jobs.pop() {
                drop(board);
                job();
                board = self.board();
            } else if board.busy == 0 {
                return;
            } else {
                board.waiting += 1;
                self.waiting.store(board.waiting, Ordering::Relaxed);
                board = self.changed.wait(board).unwrap_or_else(PoisonError::into_inner);
                board.waiting -= 1;
                self.waiting.store(board.waiting, Ordering::Relaxed);
            }
        }
    }

    fn board(&self) -> MutexGuard<'_, Board<'env>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks that a worker has left, even by a panic, so that nobody waits for its jobs for ever.
struct Leaving<'c, 'env>(&'c Workers<'env>);

impl Drop for Leaving<'_, '_> {
    fn drop(&mut self) {
        self.0.board().busy -= 1;
        self.0.changed.notify_all();
    }
}

/// Does all pieces of work, given by rank in starting order, and returns the result of each, by
/// rank. Work may hand jobs to workers that have nothing left to start.
pub(crate) fn run<'env, T: Send>(
    threads: NonZeroUsize,
    ranks: &[usize],
    halt: &Halt<'_>,
    work: impl Fn(usize, &Workers<'env>) -> Result<T, Error> + Sync,
) -> Result<Vec<(usize, T)>, Error> {
    // For each piece, one worker and one helper.
    let count = threads.get().min(2 * ranks.len()).max(1);
    let workers = Workers::new(count);
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let take_turns = || {
        let leaving = Leaving(&workers);
        while let Some(rank) = ranks.get(next.fetch_add(1, Ordering::Relaxed)) {
            if halt.stops(*rank) {
                continue;
            }
            let result = work(*rank, &workers);
            if result.is_err() {
                halt.fail(*rank);
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).push((*rank, result));
        }
        drop(leaving);
        workers.help();
    };
    std::thread::scope(|scope| {
        for _ in 1..count {
            scope.spawn(take_turns);
        }
        take_turns();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(rank, _)| *rank);
    if halt.is_cancelled() {
        return Err(Error::Cancelled);
    }
    done.into_iter().map(|(rank, result)| result.map(|value| (rank, value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LimitExceeded;

    #[test]
    fn the_error_of_the_lowest_rank_wins() {
        for threads in 1..5 {
            let threads = NonZeroUsize::new(threads).unwrap();
            let halt = Halt::new(&|| false);
            let result = run(threads, &[5, 4, 3, 2, 1, 0], &halt, |rank, _| match rank {
                2..=4 => Err(LimitExceeded::new("rank", u64::try_from(rank).unwrap()).into()),
                rank => Ok(rank),
            });
            assert!(matches!(result, Err(Error::Limit(LimitExceeded { max: 2, .. }))));
        }
    }

    #[test]
    fn a_worker_without_work_takes_a_job() {
        let threads = NonZeroUsize::new(2).unwrap();
        let here = std::thread::current().id();
        let there = run(threads, &[0], &Halt::new(&|| false), |_, workers| {
            let (sender, receiver) = std::sync::mpsc::channel();
            let mut handed = false;
            while !handed {
                if workers.waits() {
                    workers.hand(|| {
                        handed = true;
                        let sender = sender.clone();
                        Box::new(move || sender.send(std::thread::current().id()).unwrap())
                    });
                }
                std::thread::yield_now();
            }
            Ok((std::thread::current().id(), receiver.recv().unwrap()))
        });
        let [(0, (worker, helper))] = there.unwrap()[..] else { panic!("one rank") };
        assert_ne!(worker, helper);
        assert!(worker == here || helper == here);
    }

    #[test]
    fn alone_nobody_waits() {
        let waits =
            run(
                NonZeroUsize::MIN,
                &[0, 1],
                &Halt::new(&|| false),
                |_, workers| Ok(workers.waits()),
            );
        assert_eq!(waits.unwrap(), [(0, false), (1, false)]);
    }
}
