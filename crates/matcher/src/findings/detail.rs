//! Makes a finding from the records of a vulnerability.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sealift_model::{Package, Severity, Timestamp};

use super::candidates::judging;
use super::data_source::data_source;
use super::finding::{EpssScore, Finding, Kev, Status};
use super::group::{Group, Match};
use super::severity::{Judgement, Opinion};
use crate::database::list::Malformed;
use crate::database::value::{Affected, Epss, Exploited, Record};
use crate::evaluate::{Installed, Verdict};
use crate::identity::is_malicious;
use crate::{Database, Error};

/// Characters of a title that is made from the first line of a description.
const MAX_TITLE_CHARS: usize = 120;

/// The subscription that versions with `+esm` require.
const UBUNTU_PRO: &str = "Ubuntu Pro";

/// The finding of a group about a package, which is number `index` in its inventory.
pub(super) fn finding<'d>(
    database: &'d Database,
    texts: &mut Texts<'d>,
    (index, package): (usize, &Package),
    installed: &Installed<'_>,
    group: &Group<'_, 'd>,
) -> Result<Finding, Error> {
    let members = &group.members;
    let records = || members.iter().map(|found| &found.record);
    let aliases = aliases(package, group);
    let malicious = records().any(|record| is_malicious(record.id));
    let judgement = judge(database, group, &aliases, malicious)?;
    let fixes = fixes(installed, members)
        .map_err(|Malformed| Error::MalformedValue { key: group.id.to_owned() })?;
    let first = records().next();
    Ok(Finding {
        package: index,
        id: group.id.to_owned(),
        record_ids: records().map(|record| record.id.to_owned()).collect(),
        title: title(members, malicious),
        description: texts.first_of(records()),
        severity: judgement.severity,
        severity_source: judgement.source,
        vendor_severity: judgement.vendors,
        cvss: judgement.cvss,
        status: if fixes.versions.is_empty() { Status::Affected } else { Status::Fixed },
        fixed_versions: fixes.versions,
        fix_needs: fixes.needs,
        references: unique(records().flat_map(|record| record.references.iter().copied())),
        cwe_ids: sorted(records().flat_map(|record| record.cwe_ids.iter().copied())),
        published: first.and_then(|record| time(record.published)),
        modified: first.and_then(|record| time(record.modified)),
        kev: database.exploited(group.id)?.map(Kev::from),
        epss: database.epss(group.id)?.map(EpssScore::from),
        data_source: first.map_or_else(
            || data_source(group.id, &[]),
            |record| data_source(record.id, &record.ecosystems),
        ),
        malicious,
        aliases,
    })
}

/// The descriptions of findings, each stored once: an advisory of a kernel is a finding for
/// hundreds of CVEs in dozens of packages.
#[derive(Debug, Default)]
pub(super) struct Texts<'d>(BTreeMap<&'d str, Arc<str>>);

impl<'d> Texts<'d> {
    /// The text of the first record that has one.
    fn first_of<'r>(&mut self, mut records: impl Iterator<Item = &'r Record<'d>>) -> Arc<str>
    where
        'd: 'r,
    {
        match records.find(|record| !record.details.trim().is_empty()) {
            Some(record) => {
                self.0.entry(record.id).or_insert_with(|| record.details.into()).clone()
            }
            None => "".into(),
        }
    }
}

/// The other ids of a vulnerability. A record that covers several contributes none, and the id of a
/// distribution's record is that of an advisory, not of a vulnerability.
fn aliases(package: &Package, group: &Group<'_, '_>) -> Vec<String> {
    let of_one = group.members.iter().filter(|found| found.names.cves.len() <= 1);
    let advisory = |id: &str, found: &Match<'_>| {
        package.ecosystem.is_operating_system() && id == found.record.id
    };
    let names = of_one.flat_map(|found| {
        let names = found.names.cves.iter().chain(&found.names.others);
        names.copied().filter(move |id| *id != group.id && !advisory(id, found))
    });
    sorted(names)
}

fn judge(
    database: &Database,
    group: &Group<'_, '_>,
    aliases: &[String],
    malicious: bool,
) -> Result<Judgement, Error> {
    let opinions: Vec<_> = group.members.iter().map(|found| Opinion::of(found)).collect();
    let mut judgement = Judgement::among(&opinions);
    if malicious {
        let malice = group.members.iter().find(|found| is_malicious(found.record.id));
        judgement.severity = Severity::Critical;
        judgement.source = malice.map(|found| data_source(found.record.id, &[]).id);
    }
    let ids = std::iter::once(group.id).chain(aliases.iter().map(String::as_str));
    judgement.ask_others(database, ids)?;
    Ok(judgement)
}

/// The fixes of a vulnerability.
#[derive(Debug, Default)]
struct Fixes {
    versions: Vec<String>,
    /// The subscription that they require.
    needs: Option<&'static str>,
}

/// The fixes of a vulnerability; those that require Ubuntu Pro only if there are no others.
fn fixes(installed: &Installed<'_>, members: &[&Match<'_>]) -> Result<Fixes, Malformed> {
    let own: Vec<_> = members.iter().copied().filter(|found| !found.hit.foreign).collect();
    let versions = fixed_versions(installed, if own.is_empty() { members } else { &own })?;
    if installed.is_extended() {
        return Ok(Fixes { versions, needs: None });
    }
    let (sold, free): (Vec<_>, Vec<_>) =
        versions.into_iter().partition(|version| installed.other(version).is_extended());
    Ok(match (free.is_empty(), sold.is_empty()) {
        (true, false) => Fixes { versions: sold, needs: Some(UBUNTU_PRO) },
        _ => Fixes { versions: free, needs: None },
    })
}

/// The fixes above the installed version that no record of the vulnerability contradicts; if every
/// fix is contradicted, all fixes.
fn fixed_versions(
    installed: &Installed<'_>,
    members: &[&Match<'_>],
) -> Result<Vec<String>, Malformed> {
    let fixes = installed.fixes(members.iter().flat_map(|found| &found.hit.entries))?;
    let (mut agreed, mut named) = (Vec::new(), Vec::new());
    for fix in &fixes {
        let other = installed.other(fix.text());
        let mut holding = 0;
        for found in members {
            holding += usize::from(holds(&other, &found.hit.entries)?);
        }
        if holding == members.len() {
            agreed.push(fix.text().to_owned());
        } else if holding > 0 {
            named.push(fix.text().to_owned());
        }
    }
    Ok(if agreed.is_empty() { named } else { agreed })
}

/// Whether no entry declares a fix itself as affected.
fn holds(fix: &Installed<'_>, entries: &[Affected<'_>]) -> Result<bool, Malformed> {
    for entry in judging(fix, entries) {
        if fix.verdict(entry)? == Verdict::Affected {
            return Ok(false);
        }
    }
    Ok(true)
}

fn title(members: &[&Match<'_>], malicious: bool) -> String {
    let summary = first_text(members.iter().map(|found| found.record.summary));
    let mut title = summary.to_owned();
    if title.is_empty() {
        let details = first_text(members.iter().map(|found| found.record.details));
        let line = details.trim().lines().next().unwrap_or_default();
        title = line.chars().take(MAX_TITLE_CHARS).collect();
        if title.len() < line.len() {
            title.push('…');
        }
    }
    match malicious {
        true => format!("malicious package: {title}"),
        false => title,
    }
}

fn first_text<'t>(mut texts: impl Iterator<Item = &'t str>) -> &'t str {
    texts.find(|text| !text.trim().is_empty()).unwrap_or_default()
}

fn unique<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.filter(|text| seen.insert(*text)).map(str::to_owned).collect()
}

fn sorted<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    texts.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

impl From<Exploited<'_>> for Kev {
    fn from(value: Exploited<'_>) -> Self {
        Self {
            date_added: value.date_added.to_owned(),
            due_date: value.due_date.map(str::to_owned),
            ransomware: value.ransomware,
            name: value.name.map(str::to_owned),
            required_action: value.action.map(str::to_owned),
        }
    }
}

impl From<Epss> for EpssScore {
    fn from(value: Epss) -> Self {
        Self { score: value.score, percentile: value.percentile }
    }
}
