//! Applying suppressions to a report.

use std::collections::HashMap;

use sealift_matcher::Finding;
use sealift_misconfig::Status;
use sealift_model::{Evidence, Timestamp};
use sealift_policy::{Place, Scanned, Suppressed, SuppressedBy, Suppressions, Unused};
use sealift_report::{Modified, Report, sections};

use super::identity;

/// Takes findings that do not count at the time `now` out of a report. Returns the rules and
/// statements that take nothing out.
pub fn apply(report: &mut Report, suppressions: &Suppressions, now: Timestamp) -> Vec<Unused> {
    let mut unused = taken_out(report, suppressions, now).1;
    ignore_checks(report, suppressions, now, &mut unused);
    ask_policies(report, suppressions, now, &mut unused);
    unused
}

/// Marks failures of configuration files as not counting where an ignore policy says so.
fn ask_policies(
    report: &mut Report,
    suppressions: &Suppressions,
    now: Timestamp,
    unused: &mut Vec<Unused>,
) {
    let Some(configuration) = &mut report.configuration else { return };
    let mut ignored = Vec::new();
    for (at, file) in configuration.files.iter().enumerate() {
        let failing = file.misconfigurations.iter().enumerate();
        for (index, found) in failing.filter(|(_, found)| matches!(found.status, Status::Fail(_))) {
            let form = sealift_report::json::misconfiguration(configuration, file, found);
            let asked = form.and_then(|form| suppressions.policy_for(&found.check.id, &form, now));
            match asked {
                Some(Ok(policy)) => ignored.push((at, index, policy.name().to_owned())),
                Some(Err(undecided)) if !unused.contains(&undecided) => unused.push(undecided),
                Some(Err(_)) | None => {}
            }
        }
    }
    for (at, index, by) in ignored {
        let file = configuration.files.get_mut(at);
        if let Some(found) = file.and_then(|file| file.misconfigurations.get_mut(index)) {
            found.ignore(by);
        }
    }
}

/// Marks failures of configuration files as not counting where a rule says so; such a rule is used.
fn ignore_checks(
    report: &mut Report,
    suppressions: &Suppressions,
    now: Timestamp,
    unused: &mut Vec<Unused>,
) {
    let files = report.configuration.iter_mut().flat_map(|all| &mut all.files);
    for file in files {
        for found in &mut file.misconfigurations {
            let check = found.check.clone();
            let names = |text: &str| check.is_named(text);
            let Some(accepted) = suppressions.accepts_misconfiguration(&names, &file.path, now)
            else {
                continue;
            };
            if matches!(found.status, Status::Fail(_)) {
                unused.retain(|rule| !rule.is(&accepted));
                let why = accepted.rule.statement.as_deref();
                let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                found.ignore(format!("{} ({}){why}", accepted.rule.source, accepted.place));
            }
        }
    }
}

/// The same, with what was taken out.
pub(super) fn taken_out(
    report: &mut Report,
    suppressions: &Suppressions,
    now: Timestamp,
) -> (Vec<Suppressed>, Vec<Unused>) {
    if suppressions.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let places = places(report);
    let mut forms: HashMap<(usize, String), Vec<serde_json::Value>> = HashMap::new();
    if !suppressions.policies.is_empty() {
        for (finding, form) in sealift_report::json::findings(report) {
            forms.entry((finding.package, finding.id.clone())).or_default().push(form);
        }
    }
    let form_of = |finding: &Finding| {
        forms.get(&(finding.package, finding.id.clone())).cloned().unwrap_or_default()
    };
    let findings = match &mut report.matches {
        Some(matches) => std::mem::take(&mut matches.findings),
        None => Vec::new(),
    };
    let of_package = |package: usize| places.get(&package).cloned().unwrap_or_default();
    let mut scanned = Scanned::new(&report.inventory, &of_package);
    scanned.forms = &form_of;
    scanned.purls = identity::purls(report);
    scanned.digests = identity::digests(report);
    scanned.link.clone_from(&report.artifact.link);
    let applied = suppressions.apply(findings, &scanned, now);
    if let Some(matches) = &mut report.matches {
        matches.findings = applied.kept;
    }
    report.suppressed = applied.suppressed.iter().map(modified).collect();
    (applied.suppressed, applied.unused)
}

fn modified(suppressed: &Suppressed) -> Modified {
    let place = suppressed.place.clone().unwrap_or_default();
    // Of VEX, Trivy names the form; the document stands beside it.
    let (source, place) = match suppressed.by {
        SuppressedBy::Vex { format, .. } => {
            (format.name().to_owned(), format!("{}: {place}", suppressed.source))
        }
        _ => (suppressed.source.clone(), place),
    };
    let mut modified = Modified::new(suppressed.finding.clone(), suppressed.by.status(), source);
    modified.statement = suppressed.statement.clone().unwrap_or_default();
    modified.place = place;
    modified.expires = suppressed.expires;
    modified
}

/// Where each package stands in the report: a lockfile is a place of its own, and so is each path
/// of what is installed.
fn places(report: &Report) -> HashMap<usize, Vec<Place>> {
    let packages = report.inventory.packages.iter().enumerate();
    let index: HashMap<*const _, usize> =
        packages.map(|(at, package)| (std::ptr::from_ref(package), at)).collect();
    let mut places: HashMap<usize, Vec<Place>> = HashMap::new();
    for section in sections(report) {
        for entry in &section.packages {
            let Some(at) = index.get(&std::ptr::from_ref(entry.package)) else { continue };
            let known = places.entry(*at).or_default();
            let target = section.target.as_str();
            match entry.package.evidence {
                Evidence::Declared => {
                    known.extend(entry.path().map(|path| Place::new(target, path)))
                }
                Evidence::Installed => {
                    known.extend(entry.paths().map(|path| Place::new(target, path)));
                }
            }
            if known.is_empty() {
                known.push(Place::new(target, ""));
            }
        }
    }
    places
}
