//! Reads from the API of a Kubernetes cluster, and changes nothing there.
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
//! - It reads: by `GET`, and by `POST` to the few resources that answer and keep nothing
//!   (SubjectAccessReviews). Paths on which a `GET` has an effect, as `pods/exec` and the proxies,
//!   are refused.
//! - Names come from objects that strangers write: an invalid name never becomes part of a path.
//! - Answers, pages and times are bounded ([`Limits`]). A failure is an error with its reason, in
//!   the words of the cluster, and never an empty answer.
//!
//! Blocking, without global state. The environment is not read, and the only files that are read
//! are those that the caller names, and those that Kubernetes mounts for a service account.
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
