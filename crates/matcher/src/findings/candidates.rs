//! Finds the records that name a package, and their verdicts about its version.

use std::borrow::Cow;

use sealift_model::{Ecosystem, Package};

use super::query::Query;
use super::{Records, module};
use crate::database::list::Malformed;
use crate::database::value::Affected;
use crate::database::{Leaf, key};
use crate::evaluate::{Installed, Reason, Schemes, Verdict};
use crate::{Database, Error};

/// A record that affects a package, with its entries about the package.
#[derive(Debug)]
pub(super) struct Hit<'d> {
    pub(super) record: &'d str,
    pub(super) entries: Vec<Affected<'d>>,
    /// Whether its fixes belong to another module than the package: with [`Records::All`] it is
    /// listed, but without a fix for the package.
    pub(super) foreign: bool,
}

/// The records about one package, each list sorted by record.
#[derive(Debug, Default)]
pub(super) struct Candidates<'d> {
    pub(super) hits: Vec<Hit<'d>>,
    pub(super) open: Vec<(&'d str, Reason)>,
}

/// Looks up a package in the database, `near` the previous one; `installed` is its version.
pub(super) fn candidates<'d>(
    database: &'d Database,
    near: &mut Option<Leaf<'d>>,
    package: &Package,
    query: &Query<'_, '_>,
    installed: &Installed<'_>,
    records: Records,
) -> Result<Candidates<'d>, Error> {
    let mut entries = Vec::new();
    for ecosystem in query.ecosystems.iter() {
        let extended = ecosystem.starts_with("Ubuntu:Pro:");
        for entry in database.affected(near, ecosystem, query.name)?.iter() {
            let entry = entry.map_err(|Malformed| malformed(ecosystem, query.name))?;
            entries.push(Affected { extended, ..entry });
        }
        keep_same_name(&mut entries, ecosystem, query.name);
    }
    entries.retain(|entry| module::may_be(package, entry));
    // They are sorted within each ecosystem only.
    entries.sort_by_key(|entry| entry.record);
    let unreadable = |Malformed| malformed(query.first(), query.name);
    let mut candidates = Candidates::default();
    for entries in entries.chunk_by(|a, b| a.record == b.record) {
        let Some(Affected { record, .. }) = entries.first() else { continue };
        let split = by_module(database, package, query, entries)?;
        let (own, foreign) = match &split {
            Some((own, foreign)) => (own.as_slice(), foreign.as_slice()),
            None => (entries, [].as_slice()),
        };
        let own_verdict = verdict(installed, own).map_err(unreadable)?;
        let is_listed = records == Records::All && own_verdict != Verdict::Affected;
        if is_listed && verdict(installed, foreign).map_err(unreadable)? == Verdict::Affected {
            candidates.hits.push(Hit { record, entries: foreign.to_vec(), foreign: true });
            continue;
        }
        match own_verdict {
            Verdict::Affected => {
                candidates.hits.push(Hit { record, entries: own.to_vec(), foreign: false });
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

/// The version of a package in the spelling of its advisories, and the schemes to read it.
pub(super) fn version<'q>(query: &Query<'q, '_>) -> (Cow<'q, str>, Schemes) {
    let schemes = Schemes::of(query.first());
    (schemes.spelled(query.version), schemes)
}

/// The entries of a record that apply to a package, and those that do not.
type Split<'d> = (Vec<Affected<'d>>, Vec<Affected<'d>>);

/// Splits the entries of a record into those whose fixes apply to the package, and those whose
/// fixes belong to another module, or to a module if the package has none. None if no entry has
/// such fixes.
fn by_module<'d>(
    database: &'d Database,
    package: &Package,
    query: &Query<'_, '_>,
    entries: &[Affected<'d>],
) -> Result<Option<Split<'d>>, Error> {
    if package.ecosystem != Ecosystem::Rpm {
        return Ok(None);
    }
    let (mut own, mut foreign) = (Vec::new(), Vec::new());
    for entry in entries {
        let builds =
            module::builds(entry).map_err(|Malformed| malformed(query.first(), query.name))?;
        if builds.is_empty() || builds_hold(database, package, query, entry, &builds)? {
            own.push(entry.clone());
        } else {
            foreign.push(entry.clone());
        }
    }
    Ok((!foreign.is_empty()).then_some((own, foreign)))
}

fn builds_hold(
    database: &Database,
    package: &Package,
    query: &Query<'_, '_>,
    entry: &Affected<'_>,
    builds: &[&str],
) -> Result<bool, Error> {
    if !module::is_of_one(package, query.version) {
        return Ok(false);
    }
    let streams = match entry.module {
        Some(module) => vec![module],
        None => {
            let record = database.record(entry.record)?;
            record.map(|record| module::streams(record.summary)).unwrap_or_default()
        }
    };
    Ok(module::same_stream(module::label(package), query.version, &streams, builds))
}

/// The verdict of all applicable entries of a record: one that affects the version is enough.
fn verdict(installed: &Installed<'_>, entries: &[Affected<'_>]) -> Result<Verdict, Malformed> {
    let mut verdict = Verdict::NotAffected;
    for entry in judging(installed, entries) {
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

/// The entries of a record that apply to a version: for one built for extended support, those of
/// extended support; for any other, the rest, if there are any.
pub(super) fn judging<'e, 'd>(
    version: &Installed<'_>,
    entries: &'e [Affected<'d>],
) -> impl Iterator<Item = &'e Affected<'d>> {
    let extended = version.is_extended();
    let any = entries.iter().any(|entry| entry.extended == extended);
    entries.iter().filter(move |entry| !any || entry.extended == extended)
}

/// Keeps the entries with the exact path of a Go module, if there are any: modules may differ in
/// case alone, which the key ignores. A path in lower case may come from a purl that lost its case,
/// and then matches any.
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
}
