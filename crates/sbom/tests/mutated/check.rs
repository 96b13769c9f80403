//! What holds for the facts of any file, however broken. Unit tests of the catalogers use it, too.

use proptest::prelude::*;
use sealift_layers::{File, Limits, TreePath};
use sealift_sbom::{Catalog, Cataloger, Error, Facts, MergedFacts, MergedFile};

/// What a cataloger takes out of a file at a path.
pub(crate) fn read(cataloger: &dyn Cataloger, path: &str, bytes: &[u8]) -> Result<Facts, Error> {
    let mut facts = Facts::default();
    let limits = Limits::default();
    let mut file = File::from_bytes(TreePath::from(path), bytes.to_vec(), &limits);
    cataloger.read(&mut file, &mut facts)?;
    Ok(facts)
}

/// The facts of a file are the same every time and when they come from the cache, their lines are
/// lines of the file, and what they are turned into has names.
pub(crate) fn holds(
    cataloger: &dyn Cataloger,
    path: &str,
    bytes: impl AsRef<[u8]>,
) -> Result<(), TestCaseError> {
    let bytes = bytes.as_ref();
    let facts = &read(cataloger, path, bytes).unwrap_or_default();
    prop_assert_eq!(&read(cataloger, path, bytes).unwrap_or_default(), facts, "read again");
    let kept = postcard::from_bytes(&postcard::to_stdvec(facts).unwrap()).ok();
    prop_assert_eq!(kept.as_ref(), Some(facts), "from the cache");

    let last = bytes.split(|&byte| byte == b'\n').count();
    let last = u64::try_from(last).unwrap();
    for problem in facts.problems.iter().chain(&facts.notes) {
        prop_assert!(problem.line.is_none_or(|line| (1..=last).contains(&line)), "{problem:?}");
        prop_assert!(!problem.message.is_empty());
    }
    let mut catalog = Catalog::default();
    let files = vec![MergedFile::new(path, facts)];
    cataloger.assemble(&MergedFacts::new(cataloger.name(), files), &mut catalog);
    for package in catalog.packages() {
        prop_assert!(!package.name.is_empty(), "{package:?}");
        let lines = package.locations.iter().filter_map(|location| location.lines);
        for (first, end) in lines {
            prop_assert!(1 <= first && first <= end && end <= last, "{package:?}");
        }
    }
    Ok(())
}
