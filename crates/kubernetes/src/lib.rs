//! Asks the API of a Kubernetes cluster, and changes nothing there.
//!
//! ```no_run
//! use std::path::Path;
//! use std::time::{Duration, Instant};
//!
//! use sealift_kubernetes::{Access, Client, Limits};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let access = Access::of_kubeconfig(Path::new("/home/me/.kube/config"), None)?;
//! let client = Client::new(access, sealift_http::Config::default(), Limits::default())?;
//! let until = Instant::now() + Duration::from_secs(2);
//! if let Some(map) = client.object("v1", "ConfigMap", "shop", "limits", until)? {
//!     println!("{}", map["data"]);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//! service account ─┐
//! kubeconfig ──────┴─> Access ──> Client ─┬─ discovery: kind <-> resource, kept
//!                                         ├─ object, objects: GET, LIST in pages
//!                                         ├─ call: GET of a path, POST of what only asks
//!                                         └─ roles: the bindings of a user
//! ```
//!
//! - It reads: `GET`, and `POST` to the few resources that answer and keep nothing
//!   (SubjectAccessReviews). Paths by which a `GET` does something, as `pods/exec` and the proxies,
//!   are refused.
//! - Names come from objects that strangers write: one that is no name leads nowhere.
//! - Answers, pages and times are bounded ([`Limits`]). What cannot be had is an error with its
//!   reason, as the cluster words it, and never an empty answer.
//!
//! Blocking, without global state; the environment is not read, and of files those that the caller
//! names, or that Kubernetes mounts for a service account.
#![forbid(unsafe_code)]

mod access;
mod client;
mod discovery;
mod error;
mod kubeconfig;
mod limits;
mod list;
mod path;
mod roles;
mod token;

pub use access::{Access, AccessError};
pub use client::{Client, Outcome};
pub use error::Error;
pub use limits::Limits;
pub use roles::{Bound, Who};
