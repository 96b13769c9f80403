//! The pages of a b-tree, and of a record that does not fit on one.

use std::collections::HashSet;
use std::ops::Range;

use super::SqliteError;
use super::page::{Cell, Layout};

/// Visits the pages of a tree from `root` on, each once, in the order of their records. `visit`
/// gives the pages that a page leads to.
pub(super) fn walk(
    root: u32,
    mut visit: impl FnMut(u32) -> Result<Vec<u32>, SqliteError>,
) -> Vec<SqliteError> {
    let (mut seen, mut open, mut errors) = (HashSet::new(), vec![root], Vec::new());
    while let Some(page) = open.pop() {
        if !seen.insert(page) {
            errors.push(SqliteError::Loop(page));
            continue;
        }
        match visit(page) {
            Ok(children) => open.extend(children.into_iter().rev()),
            Err(error) => errors.push(error),
        }
    }
    errors
}

/// Overflow pages that belong to a record already.
#[derive(Debug, Default)]
pub(super) struct Used(HashSet<u32>);

/// A record with the overflow pages that it takes, in runs of numbers that follow each other.
#[derive(Debug, Default)]
pub(super) struct Whole {
    pub(super) record: Vec<u8>,
    pub(super) chain: Vec<Range<u32>>,
}

impl Used {
    /// The bytes of a record that goes on at page `first`; `page` gives pages by number, or why
    /// there is none.
    pub(super) fn follow<'p>(
        &mut self,
        layout: Layout,
        cell: &Cell<'_>,
        first: u32,
        page: impl Fn(u32) -> Result<&'p [u8], SqliteError>,
    ) -> Result<Whole, SqliteError> {
        let mut whole = Whole { record: cell.local.to_vec(), chain: Vec::new() };
        let mut next = first;
        loop {
            let there = whole.record.len();
            let left = cell.bytes.saturating_sub(u64::try_from(there).unwrap_or(u64::MAX));
            if left == 0 {
                return Ok(whole);
            }
            if next == 0 {
                let (record, promised) = (cell.rowid, cell.bytes);
                return Err(SqliteError::ShortRecord { record, promised, there });
            }
            if !self.0.insert(next) {
                return Err(SqliteError::UsedTwice(next));
            }
            whole.push(next);
            let content = layout.overflow_page(page(next)?);
            let (after, content) = content.ok_or(SqliteError::Cut(next))?;
            let taken = usize::try_from(left).unwrap_or(usize::MAX).min(content.len());
            whole.record.extend(content.get(..taken).unwrap_or_default());
            next = after;
        }
    }
}

impl Whole {
    fn push(&mut self, page: u32) {
        let after = page.saturating_add(1);
        match self.chain.last_mut() {
            Some(run) if run.end == page => run.end = after,
            _ => self.chain.push(page..after),
        }
    }
}
