//! What policies rely on of Go's standard library, as `time` reads and writes it.

mod duration;
mod time;

pub(crate) use duration::Duration;
pub use duration::go_duration;
pub(crate) use time::Moment;
