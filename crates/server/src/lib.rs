//! sealift as a service.
#![forbid(unsafe_code)]

pub mod admission;
mod clock;
mod crew;
pub mod http;
mod log;
mod metrics;
mod tls;

pub use clock::Clock;
pub use log::Log;
pub use metrics::Metrics;
pub use tls::{CertificateFiles, Tls, TlsError};
