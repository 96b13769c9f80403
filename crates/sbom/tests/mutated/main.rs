//! Every cataloger reads a good file of its format, and whatever becomes of it when it is changed,
//! cut or doubled in parts: it is refused, or gives facts that hold together.
//!
//! `samples.txt` has a small good file for each cataloger, with a path where it is wanted. Bytes that
//! are merely arbitrary end in the first line of a parser; a file that was good gets far.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod check;
mod mutation;

use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};
use sealift_layers::{Metadata, TreePath};
use sealift_sbom::{ALL, Cataloger, Error, Facts};

const SAMPLES: &str = include_str!("samples.txt");

/// Catalogers of files that are no text; each has tests of its own with such files.
const BINARY: [&str; 5] =
    ["go-program", "java-archive", "python-archive", "rpm-database", "rust-program"];

#[test]
fn good_files_are_read() {
    for sample in Sample::all() {
        let facts = sample.read().unwrap_or_else(|error| panic!("{sample}: {error}"));
        assert!(!facts.facts.is_empty(), "{sample}: {facts:?}");
        assert_eq!((&facts.problems, &facts.notes), (&Vec::new(), &Vec::new()), "{sample}");
    }
}

#[test]
fn changed_files_are_refused_or_give_facts_that_hold_together() {
    let wrong: Vec<String> = Sample::all().iter().filter_map(Sample::counterexample).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A good file of a cataloger.
struct Sample {
    cataloger: &'static dyn Cataloger,
    path: String,
    bytes: Vec<u8>,
}

impl std::fmt::Display for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.cataloger.name(), self.path)
    }
}

impl Sample {
    /// One or more for each cataloger that reads text.
    fn all() -> Vec<Self> {
        let samples: Vec<_> = SAMPLES.split("\n=== ").skip(1).map(Self::of).collect();
        for cataloger in ALL {
            let has_one = samples.iter().any(|it| it.cataloger.name() == cataloger.name());
            let is_binary = BINARY.contains(&cataloger.name());
            assert!(has_one != is_binary, "{}: has it a sample?", cataloger.name());
        }
        samples
    }

    fn of(text: &str) -> Self {
        let (head, text) = text.split_once('\n').unwrap();
        let (name, path) = head.split_once(' ').unwrap();
        let cataloger = ALL.iter().copied().find(|cataloger| cataloger.name() == name);
        let cataloger = cataloger.unwrap_or_else(|| panic!("no cataloger {name}"));
        Self { cataloger, path: path.to_owned(), bytes: format!("{text}\n").into_bytes() }
    }

    fn read(&self) -> Result<Facts, Error> {
        let path = TreePath::from(self.path.as_str());
        let metadata = Metadata::new(self.bytes.len().try_into().unwrap(), 0o644);
        let head = &self.bytes[..self.bytes.len().min(512)];
        assert!(self.cataloger.wants(path, &metadata, head), "{self}: is not wanted");
        check::read(self.cataloger, &self.path, &self.bytes)
    }

    /// The smallest change with which something does not hold, if one is found.
    fn counterexample(&self) -> Option<String> {
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
        let check = |bytes: Vec<u8>| check::holds(self.cataloger, &self.path, bytes);
        match TestRunner::new(config).run(&mutation::of(&self.bytes), check) {
            Ok(()) => None,
            Err(TestError::Fail(why, bytes)) => {
                Some(format!("{self}: {why}:\n{}", String::from_utf8_lossy(&bytes)))
            }
            Err(TestError::Abort(why)) => Some(format!("{self}: {why}")),
        }
    }
}
