//! The trusted root, read when it is first needed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sealift_policy::admission::{Attestor, Cause, WantedImage};

use super::sources::RootSource;
use crate::Chain;
use crate::verify::{TrustError, TrustedRoot, trusted_root};

/// How long an error is cached: asking more often would not help.
const KEPT_ERROR: Duration = Duration::from_secs(5);

/// A trusted root, or its source. A failed source is queried again after some seconds.
pub(in crate::admission) struct Root {
    /// Locked while the source is queried: callers who wait for it get the same answer.
    known: Mutex<Option<Known>>,
    source: Option<Arc<RootSource>>,
}

/// The answer of the source.
enum Known {
    Root(Arc<TrustedRoot>),
    Failed { why: RootError, since: Instant },
}

/// Why there is no trusted root.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(in crate::admission) enum RootError {
    /// The source failed.
    #[error("{}", Chain(.0))]
    Source(Cause),
    /// The source's answer is not a trusted root.
    #[error("{}", Chain(.0))]
    Unusable(TrustError),
}

impl Root {
    /// A root that is already loaded.
    pub(in crate::admission) fn known(root: TrustedRoot) -> Self {
        Self { known: Mutex::new(Some(Known::Root(Arc::new(root)))), source: None }
    }

    /// The root that a source gives; without a source, a root that trusts nobody.
    pub(in crate::admission) fn of(source: Option<Arc<RootSource>>) -> Self {
        Self { known: Mutex::default(), source }
    }

    /// Returns the root.
    pub(in crate::admission) fn get(&self) -> Result<Arc<TrustedRoot>, RootError> {
        self.get_by(Instant::now)
    }

    fn get_by(&self, now: impl Fn() -> Instant) -> Result<Arc<TrustedRoot>, RootError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.as_ref() {
            Some(Known::Root(root)) => return Ok(Arc::clone(root)),
            Some(Known::Failed { why, since })
                if now().saturating_duration_since(*since) < KEPT_ERROR =>
            {
                return Err(why.clone());
            }
            _ => {}
        }
        let answer = self.ask().map(Arc::new);
        *known = Some(match &answer {
            Ok(root) => Known::Root(Arc::clone(root)),
            Err(why) => Known::Failed { why: why.clone(), since: now() },
        });
        answer
    }

    fn ask(&self) -> Result<TrustedRoot, RootError> {
        match &self.source {
            None => Ok(TrustedRoot::default()),
            Some(source) => {
                let json = source().map_err(RootError::Source)?;
                trusted_root(&json).map_err(RootError::Unusable)
            }
        }
    }

    /// Returns the root that a policy's check needs; a key's signature without a log entry needs
    /// none.
    pub(in crate::admission) fn for_wanted(
        &self,
        wanted: &WantedImage,
    ) -> Result<Arc<TrustedRoot>, RootError> {
        match wanted.attestor {
            Attestor::Key { .. } if wanted.log.no_entry => Ok(Arc::default()),
            _ => self.get(),
        }
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Root(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    use super::*;

    fn away(count: u32) -> Cause {
        Cause::of(std::io::Error::other(format!("away, {count}")))
    }

    #[test]
    fn who_waits_is_told_the_same_failure() {
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let root = Root::of(Some(Arc::new(move || {
            thread::sleep(Duration::from_millis(20));
            Err(away(count.fetch_add(1, Ordering::Relaxed)))
        })));
        let start = Instant::now();
        thread::scope(|scope| {
            let waiting: Vec<_> = (0..4).map(|_| scope.spawn(|| root.get_by(|| start))).collect();
            for waiting in waiting {
                assert_eq!(waiting.join().unwrap().unwrap_err(), RootError::Source(away(0)));
            }
        });
        let later = root.get_by(|| start + KEPT_ERROR).unwrap_err();
        assert_eq!(later.to_string(), "away, 1");
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
