//! The rows of a long array, written by several threads.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::thread;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::object::Writer;

/// Rows that a thread writes before all are handed on: memory is bounded, and a thread lasts
/// longer than it takes to start.
const ROWS_AT_ONCE: usize = 512;

/// Writes each of `entries` as `row` makes it, inside an array that has begun. The bytes are the
/// same whatever the number of threads.
pub(super) fn write<T: Sync, R: Serialize, W: Write + ?Sized>(
    entries: &[T],
    threads: NonZeroUsize,
    writer: &mut Writer<'_, W>,
    row: impl Fn(&T) -> R + Sync,
) -> io::Result<()> {
    let format = &writer.format;
    let text = |part: &[T], has_first: bool| -> io::Result<Vec<u8>> {
        let (mut text, mut own) = (Vec::new(), format.clone());
        for (at, entry) in part.iter().enumerate() {
            own.begin_array_value(&mut text, has_first && at == 0)?;
            row(entry).serialize(&mut Serializer::with_formatter(&mut text, format.clone()))?;
        }
        Ok(text)
    };
    let text = &text;
    let round = ROWS_AT_ONCE.saturating_mul(threads.get());
    for (at, entries) in entries.chunks(round).enumerate() {
        let share = entries.len().div_ceil(threads.get()).max(ROWS_AT_ONCE / 4);
        let (own, others) = entries.split_at_checked(share).unwrap_or((entries, &[]));
        thread::scope(|scope| {
            let others = others.chunks(share).map(|part| scope.spawn(move || text(part, false)));
            let others: Vec<_> = others.collect();
            writer.out.write_all(&text(own, at == 0)?)?;
            for other in others {
                let text = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                writer.out.write_all(&text?)?;
            }
            io::Result::Ok(())
        })?;
    }
    writer.format.end_array_value(writer.out)
}
