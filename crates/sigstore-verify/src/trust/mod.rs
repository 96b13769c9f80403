//! The trusted authorities and transparency logs, each with the time in which it is trusted.

mod error;
mod log;
mod parse;
mod root;
mod time;
mod window;

pub use error::TrustError;
pub use log::TransparencyLog;
pub use root::{TrustedPart, TrustedPartKind, TrustedRoot, UnsupportedLog};
pub use window::{EmptyWindow, Window};
