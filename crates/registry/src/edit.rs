//! Changing the manifest of a tag while others may do the same.
//!
//! The specification has no conditional push, so the last writer wins: when two clients read the
//! same manifest and each adds to it, only one addition stays. Another look after the push shows
//! this, once all who had read before it have written.
//! those that had read before it have written.

use std::thread::sleep;
use std::time::{Duration, Instant};

use sealift_model::Digest;

use crate::{Error, ErrorKind, Manifest, ManifestName, Repository};

/// Pushes at most: a round of those that write at once has at least one that stays.
const ATTEMPTS: u32 = 40;
/// Before the next look. Others take about as long from their look to their push as this client does.
const LEAST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The new content of a tag.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "that is what is pushed")]
pub struct Edited {
    /// The manifest or index.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: String,
}

impl Repository {
    /// Changes the manifest of a tag until it is as `edit` wants it. `edit` receives what is there
    /// and returns the manifest to push instead, or none where nothing is missing. It is called
    /// again after each push, some time later, because another client may have pushed a manifest
    /// without the change.
    ///
    /// # Errors
    /// Those of `edit` and of the registry; [`ErrorKind::Contended`] when others undo the change
    /// each time.
    pub fn edit_tag<E: From<Error>>(
        &self,
        tag: &str,
        mut edit: impl FnMut(Option<&Manifest>) -> Result<Option<Edited>, E>,
    ) -> Result<(), E> {
        let name = ManifestName::Tag(tag.to_owned());
        for _ in 0..ATTEMPTS {
            let begun = Instant::now();
            let there = self.find_manifest(&name)?;
            let Some(Edited { bytes, media_type }) = edit(there.as_ref())? else {
                return Ok(());
            };
            let pushed = self.push_manifest(&bytes, &media_type, &name)?;
            sleep(wait(begun.elapsed(), &pushed.descriptor.digest));
        }
        Err(self.error(ErrorKind::Contended { tag: tag.to_owned() }).into())
    }
}

/// Twice as long as the own change took, and up to half as long again by what was pushed: those that
/// write at once then do not look at once.
fn wait(took: Duration, pushed: &Digest) -> Duration {
    let wait = took.saturating_mul(2).clamp(LEAST_WAIT, LONGEST_WAIT);
    let spread =
        pushed.hex().bytes().take(4).fold(0, |sum, digit| (sum * 5 + u32::from(digit)) % 64);
    wait + wait * spread / 128
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_spread_and_bounded() {
        let digests: Vec<Digest> = (0..50_u8).map(|n| Digest::sha256_of(&[n])).collect();
        let waits =
            |took| digests.iter().map(move |digest| wait(Duration::from_millis(took), digest));
        let mut short: Vec<Duration> = waits(1).collect();
        short.sort();
        short.dedup();
        assert!(short.len() > 20, "{short:?}");
        assert!(short.iter().all(|wait| (200..=300).contains(&wait.as_millis())));
        assert!(waits(60_000).all(|wait| (2000..=3000).contains(&wait.as_millis())));
    }
}
