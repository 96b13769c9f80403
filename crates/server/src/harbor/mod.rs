//! A scanner for Harbor, by its pluggable scanner API, versions 1.1 and 1.2.
//!
//! ```text
//! POST /scan ── written down ──> 202, queue ── Scanner ──> reports on the disk
//! GET /scan/ID/report ──> 302 and when to ask again, 200, or 500 and why
//! ```
//!
//! A scan is on disk before Harbor is told that it was accepted, so a restart loses nothing, and no
//! other service is needed.

mod access;
mod adapter;
mod database;
mod media;
mod metadata;
mod queue;
mod report;
mod request;
mod store;
mod work;

pub use access::Access;
pub use adapter::{Adapter, AdapterOptions};
pub use queue::QueueOptions;
