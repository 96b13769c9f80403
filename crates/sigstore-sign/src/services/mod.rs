//! Services that vouch for signatures.

mod ask;
mod client;
mod config;
mod error;
mod fulcio;
mod rekor;
mod search;
mod timestamp;

pub use client::{IssuedSigner, ServiceClient, ToSign};
pub use config::{LogService, LogVersion, Services};
pub use error::{ConfigError, Service, ServiceError};
pub use search::LogSearch;
