//! The records that name a package, and what each says of its version.

use sealift_model::Package;

use super::query::Query;
use crate::database::list::Malformed;
use crate::database::value::Affected;
use crate::database::{Leaf, key};
use crate::evaluate::{Installed, Reason, Schemes, Verdict};
use crate::{Database, Error};

/// A record that affects a package, with its entries that name the package.
#[derive(Debug)]
pub(super) struct Hit<'d> {
    pub(super) record: &'d str,
    pub(super) entries: Vec<Affected<'d>>,
}

/// What the records say of one package, each list sorted by record.
#[derive(Debug, Default)]
pub(super) struct Candidates<'d> {
    pub(super) hits: Vec<Hit<'d>>,
    pub(super) open: Vec<(&'d str, Reason)>,
}

/// Asks the database about a package, `near` the one before; `installed` is its version.
pub(super) fn candidates<'d>(
    database: &'d Database,
    near: &mut Option<Leaf<'d>>,
    package: &Package,
    query: &Query<'_>,
    installed: &Installed<'_>,
) -> Result<Candidates<'d>, Error> {
    let mut entries = Vec::new();
    let known = query.ecosystems.iter().filter(|name| database.info().ecosystem(name).is_some());
    for ecosystem in known {
        for entry in database.affected(near, ecosystem, query.name)?.iter() {
            entries.push(entry.map_err(|Malformed| malformed(ecosystem, query.name))?);
        }
        keep_same_name(&mut entries, ecosystem, query.name);
    }
    entries.retain(|entry| same_module(package.module_label.as_deref(), entry.module));
    // In each ecosystem they are sorted.
    entries.sort_by_key(|entry| entry.record);
    let ecosystem = query.ecosystems.first().map_or("", String::as_str);
    let unreadable = |Malformed| malformed(ecosystem, query.name);
    let mut candidates = Candidates::default();
    for entries in entries.chunk_by(|a, b| a.record == b.record) {
        let Some(Affected { record, .. }) = entries.first() else { continue };
        match verdict(installed, entries).map_err(unreadable)? {
            Verdict::Affected => {
                candidates.hits.push(Hit { record, entries: entries.to_vec() });
            }
            Verdict::Undetermined(reason) => candidates.open.push((record, reason)),
            Verdict::NotAffected => {}
        }
    }
    Ok(candidates)
}

fn malformed(ecosystem: &str, name: &str) -> Error {
    let key = key::package(ecosystem, name);
    Error::MalformedValue { key: key.escape_ascii().to_string() }
}

/// The version of a package as its schemes read it.
pub(super) fn installed<'q>(query: &Query<'q>) -> Installed<'q> {
    let ecosystem = query.ecosystems.first().map_or("", String::as_str);
    Installed::new(query.version, Schemes::of(ecosystem))
}

/// The verdict of all entries of a record: one that affects is enough.
fn verdict(installed: &Installed<'_>, entries: &[Affected<'_>]) -> Result<Verdict, Malformed> {
    let mut verdict = Verdict::NotAffected;
    for entry in entries {
        match installed.verdict(entry)? {
            Verdict::Affected => return Ok(Verdict::Affected),
            Verdict::Undetermined(reason) if verdict == Verdict::NotAffected => {
                verdict = Verdict::Undetermined(reason);
            }
            _ => {}
        }
    }
    Ok(verdict)
}

/// Two Go modules may differ by case alone, and the key does not tell them apart: a path means
/// the module of exactly that path, where there is one. A path all in lower case may come from a
/// purl that lost its case, and then means any.
fn keep_same_name(entries: &mut Vec<Affected<'_>>, ecosystem: &str, name: &str) {
    if ecosystem != "Go" {
        return;
    }
    let is_lower = !name.contains(char::is_uppercase);
    let written = |entry: &Affected<'_>| entry.name.map_or(is_lower, |written| written == name);
    if entries.iter().any(written) || !is_lower {
        entries.retain(written);
    }
}

/// A module narrows a match only when package and record both state one: `nodejs:16` of
/// `nodejs:16:8070020230301:abcd`.
fn same_module(package: Option<&str>, record: Option<&str>) -> bool {
    let stream = |label: &str| label.splitn(3, ':').take(2).collect::<Vec<_>>().join(":");
    match (package.filter(|label| !label.is_empty()), record) {
        (Some(package), Some(record)) => stream(package) == stream(record),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept<'a>(names: &[Option<&'a str>], name: &str) -> Vec<Option<&'a str>> {
        let affected = |name: &Option<&'a str>| Affected { name: *name, ..Affected::default() };
        let mut entries = names.iter().map(affected).collect();
        keep_same_name(&mut entries, "Go", name);
        entries.into_iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn a_lower_case_path_finds_what_no_other_path_claims() {
        let both = [Some("x/Logrus"), None];
        assert_eq!(kept(&both, "x/Logrus"), [Some("x/Logrus")]);
        assert_eq!(kept(&both, "x/logrus"), [None]);
        assert_eq!(kept(&both[..1], "x/logrus"), [Some("x/Logrus")]);
        assert!(kept(&both, "x/LOGRUS").is_empty());
    }

    #[test]
    fn modules_narrow_only_when_both_state_one() {
        assert!(same_module(None, Some("nodejs:16")));
        assert!(same_module(Some("nodejs:16"), None));
        assert!(same_module(Some("nodejs:16:8070:abc"), Some("nodejs:16")));
        assert!(!same_module(Some("nodejs:18"), Some("nodejs:16")));
    }
}
