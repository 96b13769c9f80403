//! Distributes work on many packages among threads.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Packages that a thread takes at once: enough that taking costs little, few enough that the
/// threads end at about the same time.
const SHARE: usize = 256;

/// Calls `work` for shares of `all`; the results are in the order of the shares.
///
/// Shares are taken in order, so the first error among the results is the same for any number of
/// threads.
pub(super) fn shared_out<T: Sync, R: Send>(
    all: &[T],
    threads: NonZeroUsize,
    work: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    let shares: Vec<&[T]> = all.chunks(SHARE).collect();
    let taken = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = taken.fetch_add(1, Ordering::Relaxed);
            let Some(share) = shares.get(index) else { return done };
            done.push((index, work(share)));
        }
    };
    let mut done = thread::scope(|scope| {
        let others = threads.get().min(shares.len()).saturating_sub(1);
        let others: Vec<_> = (0..others).map(|_| scope.spawn(worker)).collect();
        let mut done = worker();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_shares() {
        let all: Vec<usize> = (0..10_000).collect();
        for threads in [1, 2, 8, 100] {
            let threads = NonZeroUsize::new(threads).unwrap();
            let copies = shared_out(&all, threads, <[usize]>::to_vec);
            assert_eq!(copies.concat(), all);
        }
        assert!(shared_out(&[0; 0], NonZeroUsize::MIN, <[usize]>::to_vec).is_empty());
    }
}
