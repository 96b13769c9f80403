//! Distributions of which no package was matched.

use sealift_matcher::{Coverage, EcosystemCoverage};
use sealift_model::{Diagnostic, Distribution, Family, Impact};

/// Told one by one; an SBOM may name any number of distributions.
const NAMED: usize = 20;

/// A diagnostic for each distribution without advisories: that its packages were not matched, why,
/// and what may cover them. Finding no vulnerability means nothing then, so the result is
/// incomplete.
pub(crate) fn diagnostics(coverage: &Coverage) -> Vec<Diagnostic> {
    let rows = || coverage.without.iter().filter(|row| row.is_system);
    let said = |message: String| Diagnostic::new("matcher", message, Impact::Incomplete);
    let mut told: Vec<_> = rows().take(NAMED).map(|row| said(sentence(row))).collect();
    if let Some(more) = rows().count().checked_sub(NAMED).filter(|more| *more > 0) {
        told.push(said(format!("packages of {more} more distributions were not matched")));
    }
    told
}

fn sentence(row: &EcosystemCoverage) -> String {
    let EcosystemCoverage { name, packages, .. } = row;
    format!("not matched: {packages} packages of {name}: {}", reason(name))
}

/// Why there are no advisories for this name: OSV's name, or that in reports with the version.
fn reason(name: &str) -> String {
    if Family::from_osv(name).is_some() {
        let export = name.split(':').next().unwrap_or(name);
        return format!(
            "this database has no advisories for it; where OSV publishes some, one built or updated \
             with {export} has them"
        );
    }
    let (id, version) =
        name.split_once(' ').map_or((name, None), |(id, version)| (id, Some(version)));
    if Distribution::from_name(id, version.or(Some("12.04"))).osv_ecosystem().is_some() {
        let words = "its release is not known; an SBOM names it in the qualifier `distro` of package \
                     URLs or as the version of its operating system";
        return words.to_owned();
    }
    match Family::from_report_name(id) {
        Some(_) => "OSV publishes no advisories for this distribution; a scanner that reads those \
                    of its vendor covers it"
            .to_owned(),
        None => "no advisories are known for this distribution".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_told() {
        for (name, words) in [
            ("Debian:99", "updated with Debian has them"),
            ("alpine", "its release is not known"),
            ("debian", "its release is not known"),
            ("centos 7", "OSV publishes no advisories"),
            ("amazon 2023", "OSV publishes no advisories"),
            ("oracle 9.3", "OSV publishes no advisories"),
            ("fedora", "OSV publishes no advisories"),
            ("rpm packages of an unknown distribution", "no advisories are known"),
            ("somelinux 1", "no advisories are known"),
        ] {
            let told = reason(name);
            assert!(told.contains(words), "{name}: {told}");
        }
    }
}
