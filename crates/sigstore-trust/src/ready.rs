//! Futures that are ready when they are made.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The outcome of a future all of whose parts are ready at once: the repository is asked blocking,
/// so there is nothing to wait for and no runtime. None if something waits after all.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}
