//! Zstandard (RFC 8878) with any number of frames, skippable ones among them.

use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, get_error_name};

use super::decode::{Fault, Step};
use super::length;
use crate::{LimitExceeded, Limits};

// `ZSTD_ErrorCode` of zstd_errors.h; zstd keeps these numbers stable.
const PREFIX_UNKNOWN: usize = 10;
const WINDOW_TOO_LARGE: usize = 16;

/// A decoder for a sequence of frames. Bytes after the last frame that do not form one are counted
/// and left out.
pub(super) struct Zstd {
    context: DCtx<'static>,
    window: LimitExceeded,
    /// Whether the next byte starts a frame.
    between: bool,
    frames: u64,
    behind: bool,
    trailing: u64,
}

impl Zstd {
    pub(super) fn new(limits: &Limits) -> Result<Self, Fault> {
        let max = limits.max_zstd_window_bytes;
        let mut context = DCtx::try_create().ok_or_else(|| Fault::corrupt("out of memory"))?;
        // The library supports powers of two from 2^10 on.
        let log = max.checked_ilog2().unwrap_or_default().clamp(10, 31);
        context
            .set_parameter(DParameter::WindowLogMax(log))
            .map_err(|code| Fault::corrupt(get_error_name(code)))?;
        let window = LimitExceeded::new("max_zstd_window_bytes", max);
        Ok(Self { context, window, between: true, frames: 0, behind: false, trailing: 0 })
    }

    pub(super) fn may_end(&self) -> bool {
        self.between
    }

    pub(super) fn trailing(&self) -> u64 {
        self.trailing
    }

    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        // If called without input between two frames, the library would start the next one.
        if input.is_empty() && self.between {
            return Ok(Step::default());
        }
        if self.behind {
            self.trailing += length(input.len());
            return Ok(Step { consumed: input.len(), produced: 0 });
        }
        let mut from = InBuffer::around(input);
        let mut to = OutBuffer::around(output);
        match self.context.decompress_stream(&mut to, &mut from) {
            Ok(hint) => {
                let step = Step { consumed: from.pos(), produced: to.pos() };
                // Zero: a frame is completely decoded and returned.
                self.between = hint == 0;
                self.frames += u64::from(hint == 0);
                Ok(step)
            }
            Err(code) => self.fault(code, input),
        }
    }

    fn fault(&mut self, code: usize, input: &[u8]) -> Result<Step, Fault> {
        // Errors are the negated number (zstd.h, ZSTD_isError).
        match code.wrapping_neg() {
            WINDOW_TOO_LARGE => Err(Fault::Limit(self.window)),
            PREFIX_UNKNOWN if self.frames > 0 => {
                self.behind = true;
                self.between = true;
                self.trailing = length(input.len());
                Ok(Step { consumed: input.len(), produced: 0 })
            }
            _ => Err(Fault::corrupt(get_error_name(code))),
        }
    }
}
