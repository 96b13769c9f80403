//! The interface to whatever decides on requests.

use std::time::Instant;

use sealift::admission::{Decision, ImageRefusal, Request, Rules};

/// Decides on requests, from many threads at once.
///
/// A slow operation must end by `until`; it may continue in the background if later requests of the
/// same kind profit. If a judge does not answer in time, the webhook answers by its own setting; if
/// it panics, the request is refused.
pub trait Judge: Send + Sync + 'static {
    /// Decides whether the object is admitted.
    fn validate(&self, request: &Request, until: Instant) -> Decision;

    /// Decides how the object is changed before it is validated.
    fn mutate(&self, request: &Request, until: Instant) -> Decision;

    /// Checks images by name: each yields its digest if it may run, else the reason why not.
    fn images(&self, names: &[String], until: Instant) -> Vec<Result<String, ImageRefusal>>;

    /// Why requests cannot be decided on yet; none if they can.
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
