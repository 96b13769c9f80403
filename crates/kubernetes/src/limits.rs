//! Bounds on answers.

use std::time::Duration;

/// Bounds on what a cluster's answers may cost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one object. Default: 8 MiB; etcd keeps none above 1.5 MiB.
    pub max_object_bytes: u64,
    /// Bytes of all pages of a list, or of the answer of a path. Default: 64 MiB.
    pub max_list_bytes: u64,
    /// Objects in one page. Default: 500, as kubectl does.
    pub page_objects: u32,
    /// Pages of a list. Default: 200, which are 100,000 objects.
    pub max_pages: u32,
    /// The least time until an unknown kind is looked up again. Default: 10 s.
    pub unknown_kind: Duration,
    /// The time for which known kinds are remembered. Default: 10 minutes.
    pub known_kind: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_object_bytes: 8 << 20,
            max_list_bytes: 64 << 20,
            page_objects: 500,
            max_pages: 200,
            unknown_kind: Duration::from_secs(10),
            known_kind: Duration::from_secs(600),
        }
    }
}
