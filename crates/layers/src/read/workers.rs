//! Threads that share out work.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::Error;

/// Says when work need not go on: it was cancelled, or a piece of lower rank has failed.
///
/// Pieces of lower rank than a failed one are always finished, so the error that is returned is
/// the same whatever the number of threads: that of the lowest rank.
#[derive(Debug)]
pub(crate) struct Halt<'a> {
    failed: AtomicUsize,
    cancelled: Option<&'a AtomicBool>,
}

impl<'a> Halt<'a> {
    pub(crate) fn new(cancelled: Option<&'a AtomicBool>) -> Self {
        Self { failed: AtomicUsize::new(usize::MAX), cancelled }
    }

    /// Whether work on a piece of this rank need not go on.
    pub(crate) fn stops(&self, rank: usize) -> bool {
        self.is_cancelled() || self.failed.load(Ordering::Relaxed) < rank
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.is_some_and(|cancelled| cancelled.load(Ordering::Relaxed))
    }

    fn fail(&self, rank: usize) {
        self.failed.fetch_min(rank, Ordering::Relaxed);
    }
}

/// Does all pieces of work, given by their ranks in the order in which to start them, and returns
/// what each gave, by rank.
pub(crate) fn run<T: Send>(
    threads: NonZeroUsize,
    ranks: &[usize],
    halt: &Halt<'_>,
    work: impl Fn(usize) -> Result<T, Error> + Sync,
) -> Result<Vec<(usize, T)>, Error> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let take_turns = || {
        while let Some(rank) = ranks.get(next.fetch_add(1, Ordering::Relaxed)) {
            if halt.stops(*rank) {
                continue;
            }
            let result = work(*rank);
            if result.is_err() {
                halt.fail(*rank);
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).push((*rank, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.get().min(ranks.len()) {
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
            let halt = Halt::new(None);
            let result = run(threads, &[5, 4, 3, 2, 1, 0], &halt, |rank| match rank {
                2..=4 => Err(LimitExceeded::new("rank", u64::try_from(rank).unwrap()).into()),
                rank => Ok(rank),
            });
            assert!(matches!(result, Err(Error::Limit(LimitExceeded { max: 2, .. }))));
        }
    }
}
