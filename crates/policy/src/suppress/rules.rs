//! Finds the rule that suppresses a finding.

use std::collections::{BTreeSet, HashMap};

use sealift_matcher::Finding;
use sealift_model::{Package, Timestamp};

use super::{Place, Scanned, Unused, UnusedReason};
use crate::ignore::{IgnoreFile, List, Rule, Scope, Subject};
use crate::vex::Statement;

/// The rules of all files; those with an id are indexed by it.
pub(super) struct Rules<'r> {
    rules: Vec<Tried<'r>>,
    by_id: HashMap<String, Vec<usize>>,
    general: Vec<usize>,
}

/// A rule and its results so far.
struct Tried<'r> {
    rule: &'r Rule,
    /// The list, by file, in which the first rule that matches decides.
    list: Option<(usize, List)>,
    at: usize,
    counts: bool,
    findings: usize,
    /// The first place in which it does not hold, though it does in another.
    elsewhere: Option<String>,
}

impl<'r> Rules<'r> {
    pub(super) fn of(files: &'r [IgnoreFile], now: Timestamp) -> Self {
        let mut rules = Self { rules: Vec::new(), by_id: HashMap::new(), general: Vec::new() };
        for (number, file) in files.iter().enumerate() {
            for (at, rule) in file.rules.iter().enumerate() {
                let index = rules.rules.len();
                match rule.id() {
                    Some(id) => {
                        rules.by_id.entry(id.to_ascii_lowercase()).or_default().push(index);
                    }
                    None => rules.general.push(index),
                }
                let counts = rule.counts_at(now);
                let list = rule.list.map(|list| (number, list));
                rules.rules.push(Tried { rule, list, at, counts, findings: 0, elsewhere: None });
            }
        }
        rules
    }

    /// Returns the rule that suppresses a finding: each place of its package needs a rule that
    /// holds, and the rule of the first place is returned.
    pub(super) fn first(
        &mut self,
        finding: &Finding,
        scanned: &Scanned<'_>,
        said: Option<&Statement>,
    ) -> Option<&'r Rule> {
        let package = scanned.inventory.packages.get(finding.package)?;
        let candidates = self.candidates(finding);
        if candidates.is_empty() {
            return None;
        }
        let places = places(finding.package, package, scanned);
        let vex = said.map(|it| (it.status, it.justification.as_deref()));
        let mut holds_in: Vec<Option<usize>> = vec![None; places.len()];
        let mut decided: Vec<BTreeSet<(usize, List)>> = vec![BTreeSet::new(); places.len()];
        for index in candidates {
            let Some(tried) = self.rules.get_mut(index) else { continue };
            let mut elsewhere = None;
            let mut held = 0;
            for ((place, holder), decided) in places.iter().zip(&mut holds_in).zip(&mut decided) {
                let subject = Subject {
                    finding,
                    package,
                    distribution: scanned.inventory.distribution.as_ref(),
                    target: &place.target,
                    path: &place.path,
                    vex,
                };
                if tried.rule.matches(&subject) {
                    if tried.list.is_some_and(|list| !decided.insert(list)) {
                        continue;
                    }
                    held += 1;
                    if tried.counts {
                        holder.get_or_insert(index);
                    }
                } else {
                    elsewhere.get_or_insert_with(|| place.name().to_owned());
                }
            }
            if held == places.len() {
                tried.findings += 1;
            } else if held > 0 {
                tried.elsewhere = tried.elsewhere.take().or(elsewhere);
            }
        }
        let holders: Option<Vec<usize>> = holds_in.into_iter().collect();
        let holders = holders?;
        // Several rules may share the places: then each of them counts as used.
        for index in &holders {
            if let Some(tried) = self.rules.get_mut(*index) {
                tried.findings = tried.findings.max(1);
            }
        }
        self.rules.get(*holders.first()?).map(|tried| tried.rule)
    }

    fn candidates(&self, finding: &Finding) -> Vec<usize> {
        let ids = std::iter::once(&finding.id).chain(&finding.record_ids).chain(&finding.aliases);
        let named = ids.filter_map(|id| self.by_id.get(&id.to_ascii_lowercase()));
        let mut candidates: Vec<usize> = named.flatten().chain(&self.general).copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// Returns the rules about vulnerabilities that suppress nothing.
    pub(super) fn unused(&self) -> Vec<Unused> {
        let about = |tried: &&Tried<'_>| {
            matches!(tried.rule.scope, Scope::Anything | Scope::Vulnerabilities)
        };
        let unused = self.rules.iter().filter(about).filter_map(|tried| {
            let reason = match (tried.rule.expires.filter(|_| !tried.counts), &tried.elsewhere) {
                (Some(at), _) => UnusedReason::Expired { at, findings: tried.findings },
                (None, _) if tried.findings > 0 => return None,
                (None, Some(other)) => UnusedReason::SomePlaces { other: other.clone() },
                (None, None) => UnusedReason::NoFinding,
            };
            Some(Unused {
                source: tried.rule.source.clone(),
                place: tried.rule.place(tried.at),
                id: tried.rule.id().unwrap_or_default().to_owned(),
                reason,
            })
        });
        unused.collect()
    }
}

impl Place {
    fn name(&self) -> &str {
        if self.path.is_empty() { &self.target } else { &self.path }
    }
}

fn places(index: usize, package: &Package, scanned: &Scanned<'_>) -> Vec<Place> {
    let places = (scanned.places)(index);
    if !places.is_empty() {
        return places;
    }
    let places: Vec<Place> =
        package.locations.iter().map(|place| Place::new(&*place.path, &*place.path)).collect();
    if places.is_empty() { vec![Place::new("", "")] } else { places }
}
