//! Who decides.

use std::time::Instant;

use sealift::admission::{Decision, ImageRefusal, Request, Rules};

/// Decides on requests, from many threads at once.
///
/// What takes time asks `until` how long it may take, and goes on by itself afterwards where the
/// next request of the kind profits. A judge that does not answer in time has decided nothing:
/// the webhook answers by its own setting. One that panics has refused.
pub trait Judge: Send + Sync + 'static {
    /// Whether the object may be.
    fn validate(&self, request: &Request, until: Instant) -> Decision;

    /// What is changed in the object before anybody validates it.
    fn mutate(&self, request: &Request, until: Instant) -> Decision;

    /// Images by their names: each with its digest where it may run, else why not.
    fn images(&self, names: &[String], until: Instant) -> Vec<Result<String, ImageRefusal>>;

    /// Why requests cannot be decided on yet; none when they can.
    fn not_ready(&self) -> Option<String> {
        None
    }
}

impl Judge for Rules {
    fn validate(&self, request: &Request, until: Instant) -> Decision {
        Self::validate(self, request, until)
    }

    fn mutate(&self, request: &Request, until: Instant) -> Decision {
        Self::mutate(self, request, until)
    }

    fn images(&self, names: &[String], until: Instant) -> Vec<Result<String, ImageRefusal>> {
        Self::images(self, names, until)
    }

    fn not_ready(&self) -> Option<String> {
        (!self.is_loaded()).then(|| "no policies are loaded".to_owned())
    }
}
