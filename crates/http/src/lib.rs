//! The HTTP client that everything in sealift shares which asks the network.
//!
//! ```no_run
//! use sealift_http::{Client, Config, Request, Url};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(Config::default())?;
//! let url: Url = "https://registry.example/v2/".parse()?;
//! let response = client.send(Request::get(&url).header("accept", "application/json"))?;
//! println!("{}: {} bytes", response.status(), response.bytes(1 << 20)?.len());
//! # Ok(())
//! # }
//! ```
//!
//! What every request gets, whoever makes it:
//!
//! - TLS by the platform's roots or by those of a PEM file ([`Roots`]). Plain HTTP goes to loopback
//!   and to hosts that are named insecure ([`Config::insecure_hosts`]), nowhere else.
//! - Bounds: headers, body, redirects, connections a host; times to connect, between bytes, until
//!   the answer, in all, and a least speed, against servers that drip ([`Timeouts`]).
//! - Retries with growing waits where a request may be repeated; `Retry-After` is obeyed or the
//!   answer handed on, and never waited for longer than [`Retry::longest_wait`].
//! - Credentials stay with the host that they were made for: a redirect to another origin loses
//!   them, and a redirect into the machine's own network is refused. Neither `Debug` nor any error
//!   shows the value of a header or the query of a URL.
//!
//! Blocking, without global state. Nothing here reads the environment, but for the platform's own
//! way of naming its roots (`SSL_CERT_FILE`, `SSL_CERT_DIR`); proxies are handed in ([`Proxies`]).
//!
//! The protocol itself is `ureq`'s and TLS is `rustls` on AWS-LC, which the command has anyway for
//! signatures: that adds less to it than a second library of primitives would.
#![forbid(unsafe_code)]

mod agents;
mod client;
mod config;
mod error;
mod gate;
mod headers;
mod meter;
mod named;
mod names;
mod proxies;
mod redirect;
mod request;
mod response;
mod retry;
#[cfg(test)]
mod server;
#[cfg(test)]
mod tests;
mod unreached;
mod url;

pub use client::Client;
pub use config::{ClientIdentity, Config, OwnTls, Retry, Roots, Timeouts};
pub use error::{Error, ErrorKind, Phase};
pub use headers::Headers;
pub use proxies::Proxies;
pub use request::{Body, Method, Request};
pub use response::Response;
pub use url::{Reach, Scheme, Url, UrlError, form};
