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

mod mutation;

use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};
use sealift_layers::{File, Limits, Metadata, TreePath};
use sealift_sbom::{ALL, Catalog, Cataloger, Error, Facts, MergedFacts, MergedFile};

const SAMPLES: &str = include_str!("samples.txt");

/// Catalogers of files that are no text; each has tests of its own with such files.
const BINARY: [&str; 5] =
    ["go-program", "java-archive", "python-archive", "rpm-database", "rust-program"];

#[test]
fn good_files_are_read() {
    for sample in Sample::all() {
        let facts = sample.read(&sample.bytes).unwrap_or_else(|error| panic!("{sample}: {error}"));
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

    fn read(&self, bytes: &[u8]) -> Result<Facts, Error> {
        let path = TreePath::from(self.path.as_str());
        let metadata = Metadata::new(bytes.len().try_into().unwrap(), 0o644);
        if bytes == self.bytes {
            let head = &bytes[..bytes.len().min(512)];
            assert!(self.cataloger.wants(path, &metadata, head), "{self}: is not wanted");
        }
        let mut facts = Facts::default();
        let limits = Limits::default();
        self.cataloger.read(&mut File::from_bytes(path, bytes.to_vec(), &limits), &mut facts)?;
        Ok(facts)
    }

    /// The smallest change with which something does not hold, if one is found.
    fn counterexample(&self) -> Option<String> {
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
        let check = |bytes: Vec<u8>| self.check(&bytes, &self.read(&bytes).unwrap_or_default());
        match TestRunner::new(config).run(&mutation::of(&self.bytes), check) {
            Ok(()) => None,
            Err(TestError::Fail(why, bytes)) => {
                Some(format!("{self}: {why}:\n{}", String::from_utf8_lossy(&bytes)))
            }
            Err(TestError::Abort(why)) => Some(format!("{self}: {why}")),
        }
    }

    /// What holds for all facts: they are the same every time and when they come from the cache,
    /// their lines are lines of the file, and what they are turned into has names.
    fn check(&self, bytes: &[u8], facts: &Facts) -> Result<(), TestCaseError> {
        prop_assert_eq!(&self.read(bytes).unwrap_or_default(), facts, "read again");
        let kept = postcard::from_bytes(&postcard::to_stdvec(facts).unwrap()).ok();
        prop_assert_eq!(kept.as_ref(), Some(facts), "from the cache");

        let last = bytes.split(|&byte| byte == b'\n').count();
        let last = u64::try_from(last).unwrap();
        for problem in facts.problems.iter().chain(&facts.notes) {
            prop_assert!(problem.line.is_none_or(|line| (1..=last).contains(&line)), "{problem:?}");
            prop_assert!(!problem.message.is_empty());
        }
        let mut catalog = Catalog::default();
        let files = vec![MergedFile::new(&self.path, facts)];
        self.cataloger.assemble(&MergedFacts::new(self.cataloger.name(), files), &mut catalog);
        for package in catalog.packages() {
            prop_assert!(!package.name.is_empty(), "{package:?}");
            let lines = package.locations.iter().filter_map(|location| location.lines);
            for (first, end) in lines {
                prop_assert!(1 <= first && first <= end && end <= last, "{package:?}");
            }
        }
        Ok(())
    }
}
