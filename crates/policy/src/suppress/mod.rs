//! Applies ignore rules and VEX statements to findings.

mod ancestors;
mod misconfigurations;
mod rules;
mod statements;

use std::collections::BTreeSet;

use sealift_matcher::Finding;
use sealift_model::{Inventory, Purl, Timestamp};

use crate::ignore::{IgnoreFile, Rule};
use crate::rego::IgnorePolicy;
use crate::vex::{Statement, VexDocument, VexFormat, VexStatus};
pub use misconfigurations::Accepted;
use rules::Rules;
use serde::Serialize;
use statements::Verdicts;

/// The files that suppress findings.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Suppressions {
    /// Ignore files, and the exceptions of a policy as one of them.
    pub ignore: Vec<IgnoreFile>,
    /// VEX documents.
    pub vex: Vec<VexDocument>,
    /// Trivy's ignore policies.
    pub policies: Vec<IgnorePolicy>,
}

/// The scanned image or project, as far as rules and statements can name it.
#[non_exhaustive]
pub struct Scanned<'s> {
    /// The scanned inventory.
    pub inventory: &'s Inventory,
    /// Its own names: the `pkg:oci` purls of an image.
    pub purls: Vec<Purl>,
    /// Its SHA-256 digests in hexadecimal.
    pub digests: Vec<String>,
    /// Its link in statements, where it is a CycloneDX document:
    /// `urn:cdx:<serial number>/<version>`, in lower case.
    pub link: Option<String>,
    /// Returns the places of a package, by its index, in a report. For a package without a place,
    /// the paths of its locations are used.
    pub places: &'s dyn Fn(usize) -> Vec<Place>,
    /// Returns a finding in the form of Trivy's JSON report, once for each of its places, for
    /// ignore policies. A finding without a form counts.
    pub forms: &'s dyn Fn(&Finding) -> Vec<serde_json::Value>,
}

impl<'s> Scanned<'s> {
    /// A project without a name of its own, with the places of its packages.
    #[must_use]
    pub fn new(inventory: &'s Inventory, places: &'s dyn Fn(usize) -> Vec<Place>) -> Self {
        let forms = &|_: &Finding| Vec::new();
        let (purls, digests) = (Vec::new(), Vec::new());
        Self { inventory, purls, digests, link: None, places, forms }
    }
}

impl std::fmt::Debug for Scanned<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scanned").field("purls", &self.purls).finish_non_exhaustive()
    }
}

/// The place of a package in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The report's name for it: a lockfile's path, `Node.js`, `nginx:1 (debian 12)`.
    pub target: String,
    /// The package's path; empty where it has none.
    pub path: String,
}

impl Place {
    /// Makes a place.
    #[must_use]
    pub fn new(target: impl Into<String>, path: impl Into<String>) -> Self {
        Self { target: target.into(), path: path.into() }
    }
}

/// A suppressed finding.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// The kind of rule that suppresses it.
    pub by: SuppressedBy,
    /// The reason, in the author's words.
    pub statement: Option<String>,
    /// The file or document with the rule or statement.
    pub source: String,
    /// The place in that file: `line 3`, `statements[4]`.
    pub place: Option<String>,
    /// The instant at which the suppression expires.
    pub expires: Option<Timestamp>,
}

/// The kind of rule that suppresses a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SuppressedBy {
    /// A rule of an ignore file, or an ignore policy.
    Rule,
    /// A statement of a VEX document.
    Vex {
        /// The statement's status.
        status: VexStatus,
        /// The document's form.
        format: VexFormat,
    },
}

impl SuppressedBy {
    /// Returns the word of Trivy's `Status`: `ignored`, `not_affected`, `fixed`.
    #[must_use]
    pub fn status(self) -> &'static str {
        match self {
            Self::Rule => "ignored",
            Self::Vex { status, .. } => status.name(),
        }
    }
}

/// A rule or statement that suppresses nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unused {
    /// The file or document.
    pub source: String,
    /// The place in it.
    pub place: String,
    /// The vulnerability that it names; empty when it names none.
    pub id: String,
    /// Why it suppresses nothing.
    pub reason: UnusedReason,
}

/// Why a rule or statement suppresses nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnusedReason {
    /// There is no such finding.
    NoFinding,
    /// There is such a finding, but in another package or product.
    OtherProduct {
        /// The product that is named.
        product: String,
    },
    /// The same package has such a finding, but differs from the statement in something.
    Near {
        /// The product that is named.
        product: String,
        /// The difference: `the version is 1.2 and not 1.3`.
        difference: String,
    },
    /// The rule holds in some of a package's places, but not in all.
    SomePlaces {
        /// The first place in which it does not hold.
        other: String,
    },
    /// A newer statement counts instead.
    Overruled,
    /// It has expired.
    Expired {
        /// The instant of expiry.
        at: Timestamp,
        /// The number of findings that show again.
        findings: usize,
    },
    /// Whether it suppresses something could not be decided.
    NotRun(String),
    /// It can never suppress anything.
    Unusable {
        /// Why.
        why: String,
        /// Whether there is such a finding, or it names no vulnerability at all.
        is_about_findings: bool,
    },
}

impl UnusedReason {
    /// Whether a user should look at it: it was surely meant to suppress something.
    #[must_use]
    pub fn is_remarkable(&self) -> bool {
        match self {
            Self::Near { .. } | Self::SomePlaces { .. } | Self::NotRun(_) => true,
            Self::Expired { findings, .. } => *findings > 0,
            Self::Unusable { is_about_findings, .. } => *is_about_findings,
            _ => false,
        }
    }
}

impl std::fmt::Display for UnusedReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoFinding => f.write_str("no such finding"),
            Self::OtherProduct { product } => write!(f, "found, but not in {product}"),
            Self::Near { product, difference } => {
                write!(f, "nearly {product}, but {difference}")
            }
            Self::SomePlaces { other } => {
                write!(f, "found in {other}, too, where it does not hold")
            }
            Self::Overruled => f.write_str("a newer statement counts"),
            Self::Expired { at, findings: 0 } => write!(f, "expired on {}", at.day()),
            Self::Expired { at, findings } => {
                write!(f, "expired on {}, {findings} findings show again", at.day())
            }
            Self::NotRun(reason) => write!(f, "not decided: {reason}"),
            Self::Unusable { why, .. } => f.write_str(why),
        }
    }
}

impl std::fmt::Display for Unused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: ", self.source, self.place)?;
        if !self.id.is_empty() {
            write!(f, "{}: ", self.id)?;
        }
        write!(f, "{}", self.reason)
    }
}

/// The findings after suppression, and all that was suppressed.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Applied {
    /// The findings that count, in their order.
    pub kept: Vec<Finding>,
    /// The suppressed findings, in their order.
    pub suppressed: Vec<Suppressed>,
    /// Rules and statements that suppress nothing, by file.
    pub unused: Vec<Unused>,
}

impl Suppressions {
    /// Whether there is no file that could suppress anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ignore.is_empty() && self.vex.is_empty() && self.policies.is_empty()
    }

    /// Returns the first ignore policy that suppresses a result in Trivy's JSON form; a policy that
    /// cannot decide ends the search with that error.
    #[must_use]
    pub fn policy_for(
        &self,
        id: &str,
        form: &serde_json::Value,
        now: Timestamp,
    ) -> Option<Result<&IgnorePolicy, Unused>> {
        self.policies.iter().find_map(|policy| match policy.ignores(form, now) {
            Ok(true) => Some(Ok(policy)),
            Ok(false) => None,
            Err(error) => Some(Err(Unused {
                source: policy.name().to_owned(),
                place: policy.rule().to_owned(),
                id: id.to_owned(),
                reason: UnusedReason::NotRun(error.to_string()),
            })),
        })
    }

    /// Suppresses findings at the time `now`: by ignore rules first, then VEX, then ignore
    /// policies. Of the statements on a finding the newest counts, of equally new ones the last.
    #[must_use]
    pub fn apply(&self, findings: Vec<Finding>, scanned: &Scanned<'_>, now: Timestamp) -> Applied {
        let mut applied = Applied::default();
        let verdicts = Verdicts::of(&self.vex, &findings, scanned);
        let mut rules = Rules::of(&self.ignore, now);
        let mut asked = Asked { policies: &self.policies, failed: BTreeSet::new() };
        for (at, finding) in findings.into_iter().enumerate() {
            let verdict = verdicts.of_finding(at);
            let said = verdict.map(|(_, statement)| statement);
            if let Some(rule) = rules.first(&finding, scanned, said) {
                applied.suppressed.push(by_rule(finding, rule));
            } else if let Some((document, statement)) =
                verdict.filter(|(_, statement)| statement.status.suppresses())
            {
                applied.suppressed.push(by_statement(finding, document, statement));
            } else if let Some(policy) = asked.first(&finding, scanned, now) {
                applied.suppressed.push(by_policy(finding, policy));
            } else {
                applied.kept.push(finding);
            }
        }
        applied.unused = rules.unused();
        applied.unused.extend(verdicts.unused);
        applied.unused.extend(asked.unused());
        applied
    }
}

fn by_rule(finding: Finding, rule: &Rule) -> Suppressed {
    Suppressed {
        finding,
        by: SuppressedBy::Rule,
        statement: rule.statement.clone(),
        source: rule.source.clone(),
        place: rule.line.map(|line| format!("line {line}")),
        expires: rule.expires,
    }
}

fn by_statement(finding: Finding, document: &VexDocument, statement: &Statement) -> Suppressed {
    Suppressed {
        finding,
        by: SuppressedBy::Vex { status: statement.status, format: document.format },
        statement: statement.reason(),
        source: document.name.clone(),
        place: Some(statement.place.clone()),
        expires: None,
    }
}

fn by_policy(finding: Finding, policy: &IgnorePolicy) -> Suppressed {
    Suppressed {
        finding,
        by: SuppressedBy::Rule,
        statement: None,
        source: policy.name().to_owned(),
        place: Some(policy.rule().to_owned()),
        expires: None,
    }
}

/// The ignore policies, and their failures.
struct Asked<'p> {
    policies: &'p [IgnorePolicy],
    /// The policy, the vulnerability, and the reason.
    failed: BTreeSet<(String, String, String)>,
}

impl<'p> Asked<'p> {
    /// Returns the first policy that ignores a finding in each of its places.
    fn first(
        &mut self,
        finding: &Finding,
        scanned: &Scanned<'_>,
        now: Timestamp,
    ) -> Option<&'p IgnorePolicy> {
        if self.policies.is_empty() {
            return None;
        }
        let forms = (scanned.forms)(finding);
        self.policies.iter().find(|policy| {
            !forms.is_empty()
                && forms.iter().all(|form| match policy.ignores(form, now) {
                    Ok(ignored) => ignored,
                    Err(error) => {
                        let (name, id) = (policy.name().to_owned(), finding.id.clone());
                        self.failed.insert((name, id, error.to_string()));
                        false
                    }
                })
        })
    }

    fn unused(self) -> impl Iterator<Item = Unused> {
        let rule = |name: &str| {
            let policy = self.policies.iter().find(|policy| policy.name() == name);
            policy.map_or_else(String::new, |policy| policy.rule().to_owned())
        };
        self.failed.into_iter().map(move |(source, id, why)| Unused {
            place: rule(&source),
            source,
            id,
            reason: UnusedReason::NotRun(why),
        })
    }
}
