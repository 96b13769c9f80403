//! HTTP/1.1 on threads, bounded in bytes and time.
//!
//! The clients are an API server, a registry, a scraper: some tens of connections that stay. A
//! thread for each is the least machinery, `httparse` reads the heads, `rustls` speaks TLS as in
//! the rest of the workspace; a runtime and its HTTP stack would be more code than all of this.

mod chunked;
mod connection;
mod head;
mod limits;
mod request;
mod response;
mod server;
mod socket;

pub use limits::Limits;
pub use request::{Method, Request};
pub use response::Response;
pub use server::{Handler, Server};
