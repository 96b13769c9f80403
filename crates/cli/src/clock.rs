//! The one place where the command reads the clock.

use sealift::Timestamp;

#[expect(clippy::disallowed_methods, reason = "the command is where the clock is read")]
pub(crate) fn now() -> Timestamp {
    Timestamp::from(std::time::SystemTime::now())
}
