//! The content of one entry, holes filled.

use std::io::{self, BufRead, Read};

use super::Malformed;
use super::reader::{Skip, TarReader};

/// Reads the reader's present entry.
pub(crate) struct Content<'a, R>(pub(super) &'a mut TarReader<R>);

impl<R: BufRead + Skip> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let reader = &mut *self.0;
        let left = reader.real_left();
        if left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let (hole, run) = reader.run();
        let most = usize::try_from(run.min(left)).unwrap_or(usize::MAX).min(buffer.len());
        let room = buffer.get_mut(..most).unwrap_or_default();
        let read = if hole {
            room.fill(0);
            most
        } else {
            let read = reader.input.read(room)?;
            if read == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, Malformed::Cut));
            }
            reader.took(read);
            read
        };
        reader.passed(read);
        Ok(read)
    }
}
