//! From an inventory to findings.

mod candidates;
mod coverage;
mod data_source;
mod detail;
mod finding;
mod group;
mod query;
mod severity;

use std::fmt;

use sealift_model::{Inventory, Package};

pub use coverage::{Coverage, EcosystemCoverage};
pub use finding::{CvssEntry, DataSource, EpssScore, Finding, Kev, Status, Undetermined};

use crate::identity::{Names, is_security};
use crate::{Database, Error};
use candidates::Candidates;
use coverage::Counter;
use group::Match;
use query::Query;

/// What to match.
#[non_exhaustive]
pub struct MatchOptions<'o> {
    /// The packages to ask about. Default: all.
    pub packages: &'o dyn Fn(&Package) -> bool,
    /// Which records count. Default: [`Records::Security`].
    pub records: Records,
}

/// Which records count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "those that concern security, or all")]
pub enum Records {
    /// Those about security.
    #[default]
    Security,
    /// Also those about bug fixes and enhancements (ALBA, ALEA).
    All,
}

impl Default for MatchOptions<'_> {
    fn default() -> Self {
        Self { packages: &|_| true, records: Records::default() }
    }
}

impl fmt::Debug for MatchOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MatchOptions").field("records", &self.records).finish_non_exhaustive()
    }
}

/// What the advisories say of an inventory.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Matches {
    /// Findings, by package and id.
    pub findings: Vec<Finding>,
    /// Where it stays open whether a package is affected, by package and record.
    pub undetermined: Vec<Undetermined>,
    /// For which of the packages there are advisories at all.
    pub coverage: Coverage,
}

/// Finds the vulnerabilities of an inventory's packages.
///
/// A finding is a package and a vulnerability: records that name the same CVE are one finding,
/// and a record that covers several is one for each. A package of a language that the operating
/// system's package manager installed is left to the distribution's advisories, where there are
/// any.
///
/// # Errors
/// The database is damaged where it was read.
pub fn match_inventory(
    database: &Database,
    inventory: &Inventory,
    options: &MatchOptions<'_>,
) -> Result<Matches, Error> {
    let tracked = inventory.distribution.as_ref().is_some_and(|distribution| {
        let mut names = query::ecosystems(distribution).into_iter();
        names.any(|name| database.info().ecosystem(&name).is_some())
    });
    let mut matches = Matches::default();
    let mut counter = Counter::default();
    for (index, package) in inventory.packages.iter().enumerate() {
        if !(options.packages)(package) || (tracked && package.owned_by.is_some()) {
            continue;
        }
        match Query::of(package, inventory) {
            Ok(query) => {
                let known = query.known(database);
                let name = known.or_else(|| query.ecosystems.first().map(String::as_str));
                counter.count(name.unwrap_or_default(), database);
                if known.is_some() {
                    match_package(database, (index, package), &query, options, &mut matches)?;
                }
            }
            Err(unknown) => counter.count(&unknown, database),
        }
    }
    matches.coverage = counter.finish();
    Ok(matches)
}

fn match_package(
    database: &Database,
    (index, package): (usize, &Package),
    query: &Query<'_>,
    options: &MatchOptions<'_>,
    matches: &mut Matches,
) -> Result<(), Error> {
    let counts = |id: &str| options.records == Records::All || is_security(id);
    let installed = candidates::installed(query);
    let Candidates { hits, open } = candidates::candidates(database, package, query, &installed)?;
    let open = open.into_iter().filter(|(record, _)| counts(record));
    matches.undetermined.extend(open.map(|(record, reason)| Undetermined {
        package: index,
        record_id: record.to_owned(),
        reason,
    }));
    let mut found = Vec::new();
    for hit in hits.into_iter().filter(|hit| counts(hit.record)) {
        // A record that is named but not there is a fault of whoever built the database.
        let missing = || Error::MalformedValue { key: format!("r{}", hit.record.escape_debug()) };
        let record = database.record(hit.record)?.ok_or_else(missing)?;
        found.push(Match { names: Names::of(&record), record, hit });
    }
    for group in group::groups(&found) {
        matches.findings.push(detail::finding(database, (index, package), &installed, &group)?);
    }
    Ok(())
}
