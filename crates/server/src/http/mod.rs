//! HTTP/1.1 on threads, with limits on bytes and time.
//!
//! The clients are an API server, a registry, a scraper: some tens of long-lived connections. A
//! thread for each is the simplest solution; `httparse` reads the heads, and `rustls` does TLS as
//! in the rest of the workspace. An async runtime with an HTTP stack would be more code than all of
//! this.

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
