//! Diagnostics of a build, limited in number and in an order that is independent of threads.

use std::collections::BTreeMap;

use sealift_model::{Diagnostic, Impact};

use super::Limits;

/// The place of a diagnostic: number of the source, number of the item in it, and number of the
/// diagnostic for that item.
type Place = (usize, usize, usize);

/// The first diagnostics by place, and the number of the others.
#[derive(Debug)]
pub(super) struct Log {
    kept: BTreeMap<Place, Diagnostic>,
    left_out: u64,
    max: usize,
}

impl Log {
    pub(super) fn new(limits: &Limits) -> Self {
        let max = usize::try_from(limits.max_diagnostics).unwrap_or(usize::MAX);
        Self { kept: BTreeMap::new(), left_out: 0, max }
    }

    /// Adds a diagnostic about an item of a source.
    pub(super) fn push(
        &mut self,
        item: (usize, usize),
        path: &str,
        message: impl Into<String>,
        impact: Impact,
    ) {
        self.add(item, Diagnostic::new("db-build", message, impact).at(path, None));
    }

    /// Merges the log of another thread, which covers other items.
    pub(super) fn merge(&mut self, other: Self) {
        self.left_out += other.left_out;
        for ((source, item, _), diagnostic) in other.kept {
            self.add((source, item), diagnostic);
        }
    }

    /// Merges the log of another build's first source, as that of `source`.
    pub(super) fn merge_as(&mut self, source: usize, other: Self) {
        self.left_out += other.left_out;
        for ((_, item, _), diagnostic) in other.kept {
            self.add((source, item), diagnostic);
        }
    }

    /// The number of parts that could not be read, and the first diagnostic about one.
    pub(super) fn missing(&self) -> Option<(u64, &Diagnostic)> {
        let missing = || self.kept.values().filter(|it| it.impact != Impact::Note);
        let count = u64::try_from(missing().count()).unwrap_or(u64::MAX);
        missing().next().map(|first| (count.saturating_add(self.left_out), first))
    }

    /// The diagnostics, and the number of omitted ones.
    pub(super) fn finish(self) -> (Vec<Diagnostic>, u64) {
        (self.kept.into_values().collect(), self.left_out)
    }

    fn add(&mut self, (source, item): (usize, usize), diagnostic: Diagnostic) {
        let last = self.kept.range(..=(source, item, usize::MAX)).next_back();
        let number = match last {
            Some(((s, i, number), _)) if (*s, *i) == (source, item) => number.saturating_add(1),
            _ => 0,
        };
        self.kept.insert((source, item, number), diagnostic);
        if self.kept.len() > self.max {
            self.kept.pop_last();
            self.left_out += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_does_not_depend_on_who_saw_it() {
        let limits = Limits { max_diagnostics: 3, ..Limits::default() };
        let seen = [(0, 4), (1, 0), (0, 1), (0, 1), (2, 9)];
        let mut alone = Log::new(&limits);
        let mut shared = [Log::new(&limits), Log::new(&limits)];
        for (number, place) in seen.into_iter().enumerate() {
            alone.push(place, "file", "odd", Impact::Note);
            shared[usize::from(number % 3 != 0)].push(place, "file", "odd", Impact::Note);
        }
        let [mut first, second] = shared;
        first.merge(second);
        let (kept, left_out) = first.finish();
        assert_eq!((kept.len(), left_out), (3, 2));
        assert_eq!(alone.finish(), (kept, left_out));
    }
}
