//! Combines a database and the write-ahead log beside it, which are read separately.

use std::collections::{BTreeSet, HashMap};

use super::LOG;
use super::package::Packages;
use super::sqlite::{Log, Pages, Tree, merge};
use crate::{Fact, Facts, MergedFacts, MergedFile};

/// By its place among the files, what a file tells with the one beside it.
pub(super) fn put_together(merged: &MergedFacts<'_>) -> HashMap<usize, Facts> {
    let mut put_together = HashMap::new();
    for (log_place, log_file) in merged.files.iter().enumerate() {
        let Some(Pages::Log(log)) = pages(log_file.facts) else { continue };
        let mut databases = merged.files.iter().enumerate();
        let found = databases.find_map(|(place, file)| match pages(file.facts) {
            Some(Pages::Database(tree)) if is_beside(log_file, file) => Some((place, file, tree)),
            _ => None,
        });
        let (log_facts, database) = match found {
            // SQLite deletes a log without a database.
            None => (orphan(log_file.facts), None),
            Some((place, file, tree)) => {
                let (log_facts, database) = merge_facts(file.facts, tree, log_file.facts, log);
                (log_facts, Some((place, database)))
            }
        };
        put_together.insert(log_place, log_facts);
        put_together.extend(database);
    }
    put_together
}

/// The files, some with other facts.
pub(super) fn files<'a>(
    merged: &MergedFacts<'a>,
    put_together: &'a HashMap<usize, Facts>,
) -> Vec<MergedFile<'a>> {
    let files = merged.files.iter().enumerate();
    files
        .map(|(place, file)| {
            let facts = put_together.get(&place).unwrap_or(file.facts);
            MergedFile { facts, ..file.clone() }
        })
        .collect()
}

fn pages(facts: &Facts) -> Option<&Pages> {
    facts.facts.iter().find_map(|fact| match fact {
        Fact::RpmPages(pages) => Some(&pages.0),
        _ => None,
    })
}

/// Whether a name of the log is a name of the database with its ending.
fn is_beside(log: &MergedFile<'_>, database: &MergedFile<'_>) -> bool {
    names(log)
        .filter_map(|name| name.strip_suffix(LOG))
        .any(|of| names(database).any(|name| name == of))
}

fn names<'f>(file: &'f MergedFile<'_>) -> impl Iterator<Item = &'f str> {
    std::iter::once(&file.path).chain(&file.aliases).map(String::as_str)
}

fn orphan(log: &Facts) -> Facts {
    let mut facts = log.clone();
    facts.note(None, "a write-ahead log without its database, not used");
    facts
}

/// What the log tells, and what of the database is left with it.
fn merge_facts(database: &Facts, tree: &Tree, log: &Facts, pages: &Log) -> (Facts, Facts) {
    let mut told = Facts { facts: Vec::new(), ..log.clone() };
    let left = merge(tree, pages, &mut Packages::new(&mut told));
    // Its problems are found again where the log did not mend them.
    let mut kept = Facts { notes: database.notes.clone(), ..Facts::default() };
    kept.facts = packages(database, &left);
    (told, kept)
}

/// The packages at the places `left`.
fn packages(database: &Facts, left: &BTreeSet<usize>) -> Vec<Fact> {
    let packages = database.facts.iter().filter(|fact| matches!(fact, Fact::OsPackage(_)));
    let numbered = packages.enumerate().filter(|(place, _)| left.contains(place));
    numbered.map(|(_, package)| package.clone()).collect()
}
