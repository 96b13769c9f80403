//! The remaining limits for reading one archive, including nested ones.

use std::io::{self, Read};

use sealift_layers::{LimitExceeded, Limits};

/// Unpacked bytes up to which the ratio is not looked at.
const RATIO_FREE_BYTES: u64 = 1 << 20;

/// The bounds of one outermost archive, counted over everything nested in it.
#[derive(Debug)]
pub(in crate::catalogers) struct Budget<'l> {
    limits: &'l Limits,
    /// The bytes that may be unpacked in view of the archive's own size.
    room_by_ratio: u64,
    entries: u64,
    unpacked_bytes: u64,
    held_bytes: u64,
}

/// Why something could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub(in crate::catalogers) enum UnpackError {
    /// A limit of this one entry, or of what is held at one time.
    #[error(transparent)]
    TooLarge(LimitExceeded),
    /// A bound of the archive as a whole; nothing more is to be read of it.
    #[error(transparent)]
    Exhausted(LimitExceeded),
    /// The compressed data is broken.
    #[error("cannot be inflated: {0}")]
    Broken(io::Error),
}

impl<'l> Budget<'l> {
    /// The budget of the archive `bytes`.
    pub(in crate::catalogers) fn new(limits: &'l Limits, bytes: &[u8]) -> Self {
        let room_by_ratio = room_by_ratio(bytes, limits.max_archive_ratio);
        Self { limits, room_by_ratio, entries: 0, unpacked_bytes: 0, held_bytes: 0 }
    }

    /// Whether an archive may be opened inside `depth` others.
    pub(in crate::catalogers) fn open(&self, depth: u32) -> Result<(), LimitExceeded> {
        let max = self.limits.max_archive_depth;
        if depth < max { Ok(()) } else { Err(LimitExceeded::new("max_archive_depth", max.into())) }
    }

    /// Counts one entry of a central directory.
    pub(in crate::catalogers) fn entry(&mut self) -> Result<(), LimitExceeded> {
        let max = self.limits.max_archive_entries;
        if self.entries >= max {
            return Err(LimitExceeded::new("max_archive_entries", max));
        }
        self.entries += 1;
        Ok(())
    }

    /// The most that a metadata file (a manifest, a pom) may hold.
    pub(in crate::catalogers) fn document_limit(&self) -> LimitExceeded {
        LimitExceeded::new("max_document_bytes", self.limits.max_document_bytes)
    }

    /// The most that is held unpacked at one time, nested archives within nested archives.
    pub(in crate::catalogers) fn held_limit(&self) -> LimitExceeded {
        LimitExceeded::new("max_file_bytes", self.limits.max_file_bytes)
    }

    /// Refuses an entry that says itself that it inflates too far: it costs nothing, and those
    /// beside it are read as if it were not there.
    pub(in crate::catalogers) fn admit(
        &self,
        compressed: &[u8],
        stated: u64,
    ) -> Result<(), UnpackError> {
        let max = self.limits.max_archive_ratio;
        if stated <= room_by_ratio(compressed, max) {
            return Ok(());
        }
        Err(UnpackError::TooLarge(LimitExceeded::new("max_archive_ratio", max)))
    }

    /// Unpacks `source` until it ends, `limit` is passed or the archive's budget is used up.
    /// What it gives is held until [`Budget::release`].
    pub(in crate::catalogers) fn unpack(
        &mut self,
        source: impl Read,
        capacity: usize,
        limit: LimitExceeded,
    ) -> Result<Vec<u8>, UnpackError> {
        let held = self.held_limit();
        let total = LimitExceeded::new("max_archive_bytes", self.limits.max_archive_bytes);
        let ratio = LimitExceeded::new("max_archive_ratio", self.limits.max_archive_ratio);
        let left = |all: u64| all.saturating_sub(self.unpacked_bytes);
        let rooms = [
            (limit.max, UnpackError::TooLarge(limit)),
            (held.max.saturating_sub(self.held_bytes), UnpackError::TooLarge(held)),
            (left(total.max), UnpackError::Exhausted(total)),
            (left(self.room_by_ratio), UnpackError::Exhausted(ratio)),
        ];
        let room = rooms.iter().map(|(room, _)| *room).min().unwrap_or_default();
        let mut bytes = Vec::with_capacity(capacity.min(usize::try_from(room).unwrap_or(0)));
        let outcome = source.take(room.saturating_add(1)).read_to_end(&mut bytes);
        let unpacked = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.unpacked_bytes = self.unpacked_bytes.saturating_add(unpacked);
        outcome.map_err(UnpackError::Broken)?;
        if unpacked > room {
            let passed = rooms.into_iter().find(|(most, _)| unpacked > *most);
            return Err(passed.map_or(UnpackError::TooLarge(limit), |(_, passed)| passed));
        }
        self.held_bytes = self.held_bytes.saturating_add(unpacked);
        Ok(bytes)
    }

    /// Gives back what was unpacked and is no longer held.
    pub(in crate::catalogers) fn release(&mut self, bytes: Vec<u8>) {
        let freed = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.held_bytes = self.held_bytes.saturating_sub(freed);
    }
}

fn room_by_ratio(packed: &[u8], ratio: u64) -> u64 {
    let size = u64::try_from(packed.len()).unwrap_or(u64::MAX);
    size.saturating_mul(ratio).max(RATIO_FREE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(file: u64, total: u64) -> Limits {
        let mut limits = Limits::default();
        (limits.max_file_bytes, limits.max_archive_bytes) = (file, total);
        limits
    }

    #[test]
    fn holds_up_to_the_limit_and_again_after_release() {
        let limits = limits(10, 100);
        let mut budget = Budget::new(&limits, &[]);
        let limit = budget.held_limit();
        let bytes = budget.unpack(&[0; 10][..], 0, limit).expect("ten are allowed");
        let more = budget.unpack(&[0; 1][..], 0, limit).expect_err("eleven are not");
        assert_eq!(more.to_string(), "limit exceeded: max_file_bytes (10)");
        budget.release(bytes);
        assert!(budget.unpack(&[0; 10][..], 0, limit).is_ok());
    }

    #[test]
    fn bounds_the_sum() {
        let limits = limits(10, 25);
        let mut budget = Budget::new(&limits, &[]);
        for _ in 0..2 {
            let bytes = budget.unpack(&[0; 10][..], 0, budget.held_limit()).expect("in bounds");
            budget.release(bytes);
        }
        let third = budget.unpack(&[0; 10][..], 0, budget.held_limit());
        assert!(matches!(third, Err(UnpackError::Exhausted(limit)) if limit.max == 25));
    }

    #[test]
    fn an_entry_that_says_that_it_inflates_too_far_is_refused() {
        let limits = Limits::default();
        let budget = Budget::new(&limits, &[0; 20_000]);
        assert!(budget.admit(&[0; 10], RATIO_FREE_BYTES).is_ok());
        assert!(budget.admit(&[0; 20_000], 2_000_000).is_ok());
        let refused = budget.admit(&[0; 20_000], 2_000_001);
        assert!(matches!(refused, Err(UnpackError::TooLarge(limit)) if limit.max == 100));
    }

    #[test]
    fn bounds_what_a_small_archive_becomes() {
        let limits = Limits::default();
        let mut budget = Budget::new(&limits, &[0; 20_000]);
        let most = vec![0; 2_000_000];
        let bytes = budget.unpack(&most[..], 0, budget.held_limit()).expect("a hundredfold");
        budget.release(bytes);
        let more = budget.unpack(&[0; 1][..], 0, budget.held_limit());
        assert!(matches!(more, Err(UnpackError::Exhausted(limit)) if limit.max == 100));
    }
}
