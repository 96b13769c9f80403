//! The parts of Go's package `time` that policies rely on.

mod duration;
mod time;

pub(crate) use duration::Duration;
pub use duration::go_duration;
pub(crate) use time::Moment;
