//! sealift as a service: the [admission] webhook of Kubernetes, and the scanner of Harbor.
//!
//! ```no_run
//! use std::net::TcpListener;
//! use std::sync::Arc;
//!
//! use sealift::admission::{Rules, Sources, World};
//! use sealift::http::{Client, Config};
//! use sealift::registry::{Keychain, Registries};
//! use sealift::{Reference, RegistryImage, Timestamp};
//! use sealift_server::admission::{OnTimeout, Webhook};
//! use sealift_server::http::{Limits, Server};
//! use sealift_server::{CertificateFiles, Clock, Log, Metrics, Tls};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = Clock::new(|| Timestamp::from(std::time::SystemTime::now()));
//! let log = Log::new(std::io::stderr(), clock.clone());
//! let metrics = Metrics::default();
//!
//! let registries = Registries::new(Client::new(Config::default())?, Keychain::default());
//! let registry = move |image: &Reference| Ok(RegistryImage::new(registries.clone(), image.clone()));
//! let now = clock.clone();
//! let world = World::new(registry, move || now.now()).with_tally(metrics.clone());
//! let rules = Arc::new(Rules::new(world));
//! let mut sources = Sources::default();
//! sources.rules = Some("sealift.toml".into());
//! sources.load_into(&rules)?;
//!
//! let files = CertificateFiles { certificate: "tls.crt".into(), key: "tls.key".into() };
//! let tls = Some(Arc::new(Tls::open(files)?));
//! let webhook = Webhook::new(rules, OnTimeout::Deny, tls.clone(), clock, log.clone(), metrics.clone());
//! let listener = TcpListener::bind("[::]:8443")?;
//! let server = Server::start(listener, tls, Limits::default(), Arc::new(webhook), log, metrics)?;
//! println!("at {}", server.address());
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//! sockets ── http: heads, bodies, times ── tls ──> Handler ─┬─ admission: Webhook ── Judge ── facade
//!                                                           └─ harbor: Adapter ── queue ── facade
//! ```
//!
//! This crate adds nothing to the decisions of the facade, only connections, deadlines and queues.
//! A server reads the clock that it is given, and not the environment.
#![forbid(unsafe_code)]

pub mod admission;
mod clock;
pub mod harbor;
pub mod http;
mod log;
mod metrics;
pub mod signals;
mod tls;
pub mod watch;

pub use clock::Clock;
pub use log::Log;
pub use metrics::Metrics;
pub use tls::{CertificateFiles, Tls, TlsError};
pub use watch::Watch;
