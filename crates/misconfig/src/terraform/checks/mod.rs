//! The checks of resources.
//!
//! # How a check is written
//!
//! Each provider has a folder, each service a file. A file contains a table of [`Rule`]s: the id of
//! the check, its severity, its texts, the types of resource that it applies to, and a function
//! that is called once for each of them. A new file adds a line to its provider's `RULES`, a new
//! provider one to [`PROVIDERS`].
//!
//! ```ignore
//! pub(super) const RULES: &[Rule] = &[Rule {
//!     id: "AWS-0026",
//!     severity: High,
//!     title: "EBS volume is not encrypted",
//!     why: "Who gets hold of the disk or a snapshot of it reads the data.",
//!     fix: "Set `encrypted = true`.",
//!     kinds: &["aws_ebs_volume"],
//!     run: |look| look.must_be_true("encrypted", false),
//! }];
//! ```
//!
//! The function reads attributes with [`Block::get`] and [`Block::at`], nested blocks with
//! [`Block::blocks`], other resources with `look.all`, and reports failures with [`Look::fail`], at
//! a [`Field`] or a [`Block`]. A missing field has the lines of its block. An unknown value is not
//! a failure: the methods of a [`Field`] that take a default return none for it.
//!
//! [`Block`]: super::model::Block
//! [`Block::at`]: super::model::Block::at
//! [`Block::blocks`]: super::model::Block::blocks
//! [`Block::get`]: super::model::Block::get
//! [`Field`]: super::model::Field

mod address;
mod aws;
mod azure;
mod certificate;
mod cloudstack;
mod comments;
mod digitalocean;
mod github;
mod google;
mod kubernetes;
mod look;
mod network;
mod nifcloud;
mod openstack;
mod oracle;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};

use sealift_model::{Severity, Timestamp};

use self::comments::Comments;
pub(crate) use self::look::Look;
use super::model::{Place, Resource, Resources};
use crate::ignore::Ignores;
use crate::{Check, Failure, FileResult, Misconfiguration, Status};

/// A check of resources.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) severity: Severity,
    /// What is wrong where it fails, in a few words.
    pub(crate) title: &'static str,
    /// Why that matters.
    pub(crate) why: &'static str,
    /// What to do.
    pub(crate) fix: &'static str,
    /// The types of resource that it looks at; one that begins with `data.` is read as data.
    pub(crate) kinds: &'static [&'static str],
    pub(crate) run: fn(&mut Look<'_>),
}

impl Rule {
    fn check(&self) -> Check {
        Check::new(self.id, self.severity, self.title, self.why, self.fix)
    }
}

/// A provider: the prefix of its types, and its checks, service by service.
#[derive(Debug)]
pub(super) struct Provider {
    prefix: &'static str,
    rules: &'static [&'static [Rule]],
}

/// Every provider with checks. Adding one adds a line here.
static PROVIDERS: &[Provider] = &[
    Provider { prefix: "aws_", rules: aws::RULES },
    Provider { prefix: "azurerm_", rules: azure::RULES },
    Provider { prefix: "cloudstack_", rules: cloudstack::RULES },
    Provider { prefix: "digitalocean_", rules: digitalocean::RULES },
    Provider { prefix: "github_", rules: github::RULES },
    Provider { prefix: "google_", rules: google::RULES },
    Provider { prefix: "kubernetes_", rules: kubernetes::RULES },
    Provider { prefix: "nifcloud_", rules: nifcloud::RULES },
    Provider { prefix: "opc_", rules: oracle::RULES },
    Provider { prefix: "openstack_", rules: openstack::RULES },
];

/// The input of checks besides the resources.
#[derive(Debug, Default)]
pub(super) struct Case<'a> {
    /// The present time, where it is known.
    pub(super) now: Option<Timestamp>,
    /// Why not every resource is there: a limit that stopped the evaluation.
    pub(super) stopped: Option<String>,
    /// The comments of each file.
    pub(super) comments: &'a [Ignores],
}

/// Runs every check over the resources; a file of a provider's resources that one finds nothing
/// in passes it.
pub(super) fn run(resources: &Resources, case: &Case<'_>, results: &mut [FileResult]) {
    for provider in PROVIDERS {
        let files: BTreeSet<usize> = resources
            .iter()
            .filter(|resource| resource.kind.starts_with(provider.prefix))
            .map(|resource| resource.place.file)
            .collect();
        if files.is_empty() {
            continue;
        }
        for rule in provider.rules.iter().copied().flatten() {
            run_rule(rule, (resources, case), &files, results);
        }
    }
}

fn run_rule(
    rule: &Rule,
    (resources, case): (&Resources, &Case<'_>),
    files: &BTreeSet<usize>,
    results: &mut [FileResult],
) {
    let check = rule.check();
    let mut comments = Comments::new(case.comments, rule.id);
    let mut failed: BTreeMap<Place, Misconfiguration> = BTreeMap::new();
    for kind in rule.kinds {
        let found: Vec<_> = match kind.strip_prefix("data.") {
            Some(kind) => resources.data(kind).collect(),
            None => resources.of(kind).collect(),
        };
        for resource in found {
            let mut look = Look::new(resource, resources, case.now, rule.title);
            (rule.run)(&mut look);
            for (place, message) in look.into_failures() {
                // Instances of one block fail for one cause; a comment may mean some of them.
                let known = failed.get(&place).map(|known| &known.status);
                if matches!(known, Some(Status::Fail(_))) {
                    continue;
                }
                let failure = failure(message, place, resource, resources);
                let is_ignored = comments.cover(place, &failure, resource);
                let mut found = Misconfiguration::new(&check, Status::Fail(failure));
                if is_ignored {
                    found.ignore("a comment");
                }
                failed.insert(place, found);
            }
        }
    }
    let failing: BTreeSet<usize> = failed.keys().map(|place| place.file).collect();
    for (place, found) in failed {
        if let Some(result) = results.get_mut(place.file) {
            result.misconfigurations.push(found);
        }
    }
    for file in files {
        if !failing.contains(file)
            && let Some(result) = results.get_mut(*file)
        {
            // A part that was not evaluated might have failed.
            let status = case.stopped.clone().map_or(Status::Pass, Status::NotRun);
            result.misconfigurations.push(Misconfiguration::new(&check, status));
        }
    }
}

fn failure(message: String, place: Place, about: &Resource, all: &Resources) -> Failure {
    let mut failure = Failure::new(message, Some(place.lines));
    failure.resource = Some(about.address.to_string());
    // Its cause may stand in another resource: the one that says more of a bucket.
    let holder = if about.encloses(place) { Some(about) } else { all.holding(place) };
    if let Some(holder) = holder {
        holder.block.enclosing(place, &mut failure.enclosing);
    }
    failure
}

/// Orders the results by check and line. A check that fails in one tree of modules and passes in
/// another fails; a cause shared by two trees is reported once.
pub(super) fn finish(results: &mut [FileResult]) {
    for result in results {
        let failing: BTreeSet<String> = result
            .misconfigurations
            .iter()
            .filter(|found| matches!(found.status, Status::Fail(_)))
            .map(|found| found.check.id.to_string())
            .collect();
        // Not having run in one tree outweighs passing in another.
        result.misconfigurations.sort_by_key(|found| !matches!(found.status, Status::NotRun(_)));
        let mut seen = BTreeSet::new();
        result.misconfigurations.retain(|found| {
            let id = found.check.id.to_string();
            let lines = match &found.status {
                Status::Fail(failure) => failure.lines,
                _ if failing.contains(&id) => return false,
                _ => None,
            };
            seen.insert((id, lines))
        });
        result.misconfigurations.sort_by(|a, b| order(a).cmp(&order(b)));
    }
}

fn order(found: &Misconfiguration) -> (&str, Option<crate::Lines>) {
    let lines = match &found.status {
        Status::Fail(failure) => failure.lines,
        _ => None,
    };
    (&found.check.id, lines)
}
