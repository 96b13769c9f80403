//! The scanner of Harbor: its pluggable scanner API, versions 1.1 and 1.2.
//!
//! ```text
//! POST /scan ── written down ──> 202, queue ── Scanner ──> reports on the disk
//! GET /scan/ID/report ──> 302 and when to ask again, 200, or 500 and why
//! ```
//!
//! What was accepted is on the disk before Harbor hears of it, so that a restart loses nothing; no
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
