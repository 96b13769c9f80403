//! Changes accepted documents byte by byte and field by field, and asks whether they still are.
//!
//! None may be, unless the exceptions list it with the reason why that byte does not matter.

mod change;
mod exceptions;
mod part;
mod place;
mod subjects;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

pub use change::{Changes, Mutation};
pub use exceptions::Exceptions;
pub use subjects::{of_data, own};

type Verify = Box<dyn Fn(&[u8]) -> bool + Send + Sync>;

/// An accepted document, and what accepts it.
#[non_exhaustive]
pub struct Accepted {
    /// Says which one it is.
    pub name: String,
    /// The document.
    pub document: Value,
    /// What is special about it, for the exceptions.
    pub tags: BTreeSet<String>,
    /// Starts the label of each change.
    pub prefix: &'static str,
    verify: Verify,
}

impl Accepted {
    /// A document that `verify` accepts.
    pub fn new(
        name: &str,
        document: Value,
        verify: impl Fn(&[u8]) -> bool + Send + Sync + 'static,
    ) -> Self {
        let verify = Box::new(verify);
        let name = name.to_owned();
        Self { name, document, tags: BTreeSet::new(), prefix: "", verify }
    }

    fn accepts(&self, document: &Value) -> bool {
        (self.verify)(document.to_string().as_bytes())
    }
}

impl fmt::Debug for Accepted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Accepted").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Which changes to try.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Share {
    /// All of them.
    All,
    /// About as many, chosen by a seed.
    Sample {
        /// How many.
        size: u64,
        /// Another seed chooses others.
        seed: u64,
    },
}

/// What came out.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Tally {
    /// Changes tried.
    pub tried: usize,
    /// Changes accepted that are listed, by line of the exceptions.
    pub listed: BTreeMap<usize, usize>,
    /// Changes accepted that are not: how many, and one document where it was.
    pub unlisted: BTreeMap<String, (usize, String)>,
    /// Documents that are not accepted as they are.
    pub refused: Vec<String>,
}

impl Tally {
    /// Exceptions that no change needed.
    #[must_use]
    pub fn unused(&self, exceptions: &Exceptions) -> Vec<String> {
        exceptions.unused(&self.listed)
    }

    /// Whether every document was accepted as it is, and no change that is not listed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.unlisted.is_empty() && self.refused.is_empty()
    }

    fn add(&mut self, other: Self) {
        self.tried += other.tried;
        self.refused.extend(other.refused);
        for (line, count) in other.listed {
            *self.listed.entry(line).or_default() += count;
        }
        for (label, (count, name)) in other.unlisted {
            self.unlisted.entry(label).or_insert((0, name)).0 += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed: usize = self.listed.values().sum();
        let unlisted: usize = self.unlisted.values().map(|(count, _)| count).sum();
        let accepted = listed + unlisted;
        write!(
            formatter,
            "{} mutations tried, {accepted} accepted, {listed} of them listed",
            self.tried
        )?;
        for (label, (count, name)) in &self.unlisted {
            write!(formatter, "\naccepted {count} times, in {name}: {label}")?;
        }
        for name in &self.refused {
            write!(formatter, "\nnot accepted as it is: {name}")?;
        }
        Ok(())
    }
}

/// Tries the changes of all documents, on several threads.
///
/// # Panics
/// When the verification does.
#[must_use]
pub fn run(all: &[Accepted], exceptions: &Exceptions, share: Share, threads: usize) -> Tally {
    let changes: Vec<Changes<'_>> = (0..all.len()).map(|number| changes(all, number)).collect();
    let total = changes.iter().map(Changes::count).sum();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut tally = Tally::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let (Some(accepted), Some(changes)) = (all.get(number), changes.get(number)) else {
                return tally;
            };
            try_all(accepted, changes, all, exceptions, (share, total, number), &mut tally);
        }
    };
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            tally.add(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
    });
    tally
}

/// The changes of one document; the ones after it lend their values first.
fn changes(all: &[Accepted], number: usize) -> Changes<'_> {
    let (before, rest) = all.split_at(number);
    let (accepted, after) = match rest {
        [accepted, after @ ..] => (accepted, after),
        [] => return Changes::new(&Value::Null, &[]),
    };
    let others: Vec<&Value> = after
        .iter()
        .chain(before)
        .filter(|other| other.prefix == accepted.prefix)
        .map(|other| &other.document)
        .collect();
    Changes::new(&accepted.document, &others)
}

fn try_all(
    accepted: &Accepted,
    changes: &Changes<'_>,
    all: &[Accepted],
    exceptions: &Exceptions,
    (share, total, salt): (Share, usize, usize),
    tally: &mut Tally,
) {
    if !accepted.accepts(&accepted.document) {
        tally.refused.push(accepted.name.clone());
        return;
    }
    for number in 0..changes.count() {
        if !share.takes(number, salt, total) {
            continue;
        }
        let Some(change) = changes.get(number) else { continue };
        // Two bundles of one signature can differ in what is swapped alone.
        if all.iter().any(|other| other.document == change.document) {
            continue;
        }
        tally.tried += 1;
        if !accepted.accepts(&change.document) {
            continue;
        }
        let label = format!("{}{}", accepted.prefix, change.label);
        match exceptions.find(&label, &accepted.tags) {
            Some(line) => *tally.listed.entry(line).or_default() += 1,
            None => tally.unlisted.entry(label).or_insert((0, accepted.name.clone())).0 += 1,
        }
    }
}

impl Share {
    /// About `size` changes; another seed chooses others.
    #[must_use]
    pub fn sample(size: u64, seed: u64) -> Self {
        Self::Sample { size, seed }
    }

    /// Whether a change of a document is tried.
    fn takes(self, number: usize, salt: usize, total: usize) -> bool {
        match self {
            Self::All => true,
            Self::Sample { size, seed } => {
                let mixed = scramble(seed ^ scramble(as_u64(salt)) ^ as_u64(number));
                mixed % as_u64(total).max(1) < size
            }
        }
    }
}

fn as_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The output function of `SplitMix64`.
fn scramble(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accepted(name: &str, document: Value) -> Accepted {
        Accepted::new(name, document, |bytes| {
            serde_json::from_slice::<Value>(bytes).is_ok_and(|value| value["sig"] == "AAEC")
        })
    }

    #[test]
    fn what_no_check_covers_is_counted() {
        let document = json!({"sig": "AAEC", "note": "x", "rest": 1});
        let all = [accepted("first", document), accepted("second", json!({"sig": "AAAA"}))];
        let exceptions = Exceptions::new("flip note: nobody reads it\nswap sig: never\n");
        let tally = run(&all, &exceptions, Share::All, 2);
        assert_eq!(tally.listed, BTreeMap::from([(0, 1)]));
        let labels: Vec<_> = tally.unlisted.keys().map(String::as_str).collect();
        assert_eq!(labels, ["drop note", "drop rest", "shift rest"]);
        assert_eq!(tally.refused, ["second"]);
        assert_eq!(tally.unused(&exceptions), ["swap sig"]);
    }

    #[test]
    fn a_sample_is_about_as_large_as_asked() {
        let taken = (0..10_000).filter(|at| Share::sample(500, 1).takes(*at, 3, 10_000));
        assert!((400..600).contains(&taken.count()));
    }
}
