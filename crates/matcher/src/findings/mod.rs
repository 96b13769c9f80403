//! Makes findings from an inventory.

mod candidates;
mod coverage;
pub(crate) mod data_source;
mod detail;
mod finding;
mod group;
mod module;
mod owners;
mod query;
mod severity;
mod work;

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroUsize;

use sealift_model::{Inventory, Package};

pub use coverage::{Coverage, EcosystemCoverage};
pub use finding::{CvssEntry, DataSource, EpssScore, Finding, Kev, Status, Undetermined};

use crate::database::Leaf;
use crate::evaluate::Installed;
use crate::identity::{Names, is_security};
use crate::{Database, Error};
use candidates::Candidates;
use coverage::Counter;
use detail::Texts;
use group::Match;
pub use query::distribution_of;
use query::{Query, Questions};
use serde::Serialize;

/// Options for matching.
#[non_exhaustive]
pub struct MatchOptions<'o> {
    /// The packages to match. Default: all.
    pub packages: &'o dyn Fn(&Package) -> bool,
    /// Which records count. Default: [`Records::Security`].
    pub records: Records,
    /// Number of threads. The result is the same for any number. Default: one.
    pub threads: NonZeroUsize,
    /// Called before each package; if it returns true, matching ends with [`Error::Cancelled`].
    /// Default: never.
    pub cancelled: &'o (dyn Fn() -> bool + Sync),
}

/// Which records count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "those that concern security, or all")]
pub enum Records {
    /// Those about security.
    #[default]
    Security,
    /// Also those about bug fixes and enhancements (ALBA, ALEA), and those that name the package
    /// and a later version, but in another stream of an RPM module.
    All,
}

impl Default for MatchOptions<'_> {
    fn default() -> Self {
        Self {
            packages: &|_| true,
            records: Records::default(),
            threads: NonZeroUsize::MIN,
            cancelled: &|| false,
        }
    }
}

impl fmt::Debug for MatchOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MatchOptions")
            .field("records", &self.records)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// The result of matching an inventory.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Matches {
    /// Findings, by package and id.
    pub findings: Vec<Finding>,
    /// The records for which it is undetermined whether a package is affected, by package and
    /// record.
    pub undetermined: Vec<Undetermined>,
    /// For which packages there are advisories at all.
    pub coverage: Coverage,
}

/// Finds the vulnerabilities of an inventory's packages.
///
/// A finding is a package and a vulnerability: records that name the same CVE form one finding, and
/// a record of several CVEs forms one for each. A package of a programming language that belongs to
/// a package of the operating system is left to the distribution's advisories, if the distribution
/// tracks that package.
///
/// # Errors
/// When a part of the database that is read is damaged, or matching is cancelled.
pub fn match_inventory(
    database: &Database,
    inventory: &Inventory,
    options: &MatchOptions<'_>,
) -> Result<Matches, Error> {
    let tracked = owners::tracked(database, inventory)?;
    let is_tracked = |owner: &String| tracked.contains(owner.as_str());
    let packages = inventory.packages.iter().enumerate();
    let asked: Vec<_> = packages
        .filter(|(_, package)| {
            (options.packages)(package) && !package.owned_by.as_ref().is_some_and(is_tracked)
        })
        .collect();
    let (records, cancelled) = (options.records, options.cancelled);
    let parts = work::shared_out(&asked, options.threads, |packages| {
        let mut matching = Matching {
            database,
            near: None,
            questions: Questions::new(database),
            records,
            texts: Texts::default(),
            counter: Counter::default(),
            matches: Matches::default(),
        };
        for (index, package) in packages {
            if cancelled() {
                return Err(Error::Cancelled);
            }
            matching.package((*index, *package), inventory)?;
        }
        Ok((matching.matches, matching.counter))
    });
    let mut counter = Counter::default();
    let mut matches = Matches::default();
    for part in parts {
        let (found, counted) = part?;
        matches.findings.extend(found.findings);
        matches.undetermined.extend(found.undetermined);
        counter.add(counted);
    }
    matches.coverage = counter.finish();
    Ok(matches)
}

/// The exports with the advisories of an inventory's packages: OSV's ecosystems without release,
/// `Debian`, sorted. Only packages that pass `asked` count; ecosystems without an OSV name are
/// omitted.
#[must_use]
pub fn ecosystems_of(inventory: &Inventory, asked: &dyn Fn(&Package) -> bool) -> BTreeSet<String> {
    let packages = inventory.packages.iter().filter(|package| asked(package));
    packages.filter_map(|package| query::export(package, inventory)).collect()
}

/// Matches some of the packages.
struct Matching<'d> {
    database: &'d Database,
    /// The leaf of the previous lookup.
    near: Option<Leaf<'d>>,
    questions: Questions<'d>,
    records: Records,
    texts: Texts<'d>,
    counter: Counter,
    matches: Matches,
}

impl Matching<'_> {
    fn package(&mut self, package: (usize, &Package), inventory: &Inventory) -> Result<(), Error> {
        let is_system = package.1.ecosystem.is_operating_system();
        match self.questions.of(package.1, inventory) {
            Ok(query) => {
                self.counter.count(query.first(), is_system, self.database);
                self.known(package, &query)
            }
            Err(unknown) => {
                self.counter.count(&unknown, is_system, self.database);
                Ok(())
            }
        }
    }

    /// Matches a package of an ecosystem with advisories.
    fn known(&mut self, package: (usize, &Package), query: &Query<'_, '_>) -> Result<(), Error> {
        let database = self.database;
        let counts = |id: &str| self.records == Records::All || is_security(id);
        let (version, schemes) = candidates::version(query);
        let installed = Installed::new(&version, schemes);
        let near = &mut self.near;
        let Candidates { hits, open } =
            candidates::candidates(database, near, package.1, query, &installed, self.records)?;
        let open = open.into_iter().filter(|(record, _)| counts(record));
        self.matches.undetermined.extend(open.map(|(record, reason)| Undetermined {
            package: package.0,
            record_id: record.to_owned(),
            reason,
        }));
        let mut found = Vec::new();
        for hit in hits.into_iter().filter(|hit| counts(hit.record)) {
            // A missing record is a fault of the database's builder.
            let missing =
                || Error::MalformedValue { key: format!("r{}", hit.record.escape_debug()) };
            let record = database.record(hit.record)?.ok_or_else(missing)?;
            found.push(Match { names: Names::of(&record), record, hit });
        }
        for group in group::groups(&found) {
            let finding = detail::finding(database, &mut self.texts, package, &installed, &group)?;
            self.matches.findings.push(finding);
        }
        Ok(())
    }
}
