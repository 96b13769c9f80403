//! The one HTTP client of sealift.
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
//! Every request gets the same protection:
//!
//! - TLS with the platform's roots or those of a PEM file ([`Roots`]). Plain HTTP is used only for
//!   loopback and for hosts that are configured so ([`Config::insecure_hosts`],
//!   [`Config::plain_hosts`]).
//! - Bounds on headers, body, redirects and connections to a host; on the times to connect, between
//!   bytes, until the answer and in all; and a least speed, against servers that drip
//!   ([`Timeouts`]).
//! - Retries with growing waits where a request may be repeated. `Retry-After` is obeyed up to
//!   [`Retry::longest_wait`]; beyond that, the answer is returned at once.
//! - Credentials stay with their host: a redirect to another origin loses them, and a redirect into
//!   the machine's own network is refused. Neither `Debug` nor any error shows the value of a
//!   header or the query of a URL.
//!
//! The client is blocking and has no global state. Nothing here reads the environment, except for
//! the platform's variables that name its roots (`SSL_CERT_FILE`, `SSL_CERT_DIR`); the caller
//! passes in proxies ([`Proxies`]).
//!
//! HTTP is `ureq`'s work, and TLS that of `rustls` on AWS-LC. The command has AWS-LC anyway for
//! signatures, so this adds less to it than a second library of primitives would.
#![forbid(unsafe_code)]

mod agents;
mod client;
mod config;
mod connection_limit;
mod error;
mod headers;
mod hosts;
mod meter;
mod proxies;
mod redirect;
mod request;
mod response;
mod retry;
mod server_name;
#[cfg(test)]
mod test_server;
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
