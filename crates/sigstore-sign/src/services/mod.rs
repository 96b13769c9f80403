//! Services that vouch for signatures.

mod ask;
mod config;
mod error;
mod fulcio;
mod rekor;
mod search;
mod timestamp;
mod witness;

pub use config::{LogService, LogVersion, Services};
pub use error::{ConfigError, Service, WitnessError};
pub use search::LogSearch;
pub use witness::{IssuedSigner, ToSign, Witnesses};
