//! Checks that the operating system's packages were found: an image whose packages were not read
//! looks like one without faults.

use sealift_model::{Diagnostic, Distribution, Ecosystem, Family, Impact, Package};

use crate::Cataloger;

/// [`Diagnostic::origin`] for diagnostics about the operating system's packages as a whole. Callers
/// that only want other packages can ignore them.
pub const SYSTEM_ORIGIN: &str = "system-packages";

/// The catalogers of package managers, with what those install and how they are called.
const MANAGERS: &[(&str, Ecosystem, &str)] = &[
    ("apk-installed", Ecosystem::Apk, "apk"),
    ("dpkg-status", Ecosystem::Deb, "dpkg"),
    ("rpm-database", Ecosystem::Rpm, "rpm"),
];

/// Adds to the diagnostics of a tree what its distribution makes of them: that its packages cannot
/// be matched, that there are none, or that a database is not a regular file.
pub(crate) fn judge(
    packages: &[Package],
    distribution: Option<&Distribution>,
    catalogers: &[&dyn Cataloger],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let asked = |name: &str| catalogers.iter().find(|cataloger| cataloger.name() == name);
    let readers = MANAGERS.iter().filter_map(|(name, ..)| asked(name));
    let databases: Vec<&str> = readers.flat_map(|reader| reader.fixed_paths()).copied().collect();
    if databases.is_empty() {
        return;
    }
    let is_database = |path: &str| databases.contains(&path);
    for diagnostic in diagnostics.iter_mut() {
        if diagnostic.impact == Impact::Partial
            && diagnostic.path.as_deref().is_some_and(is_database)
        {
            diagnostic.impact = Impact::Incomplete;
            SYSTEM_ORIGIN.clone_into(&mut diagnostic.origin);
        }
    }
    // Packages of another manager, which may be installed beside it, are none of the distribution's.
    let own = distribution.and_then(|known| known.family).and_then(Family::packages);
    let is_own = |its: Ecosystem| own.map_or(its.is_operating_system(), |own| own == its);
    let installed = packages.iter().find(|package| is_own(package.ecosystem));
    let message = match (installed, distribution) {
        (Some(_), None) => "the distribution is not identified: no os-release was found".to_owned(),
        (Some(_), Some(known)) if known.family.is_none() => {
            format!("the distribution {} is not known", known.id)
        }
        (Some(_), Some(_)) | (None, None) => return,
        (None, Some(distribution)) => lacking(distribution),
    };
    let diagnostic = Diagnostic::new(SYSTEM_ORIGIN, message, Impact::Incomplete);
    let place = installed.and_then(|package| package.locations.first());
    diagnostics.push(match place {
        Some(place) => diagnostic.at(place.path.clone(), place.layer.clone()),
        None => diagnostic,
    });
}

/// The message for a distribution without any package found.
fn lacking(distribution: &Distribution) -> String {
    let manager = distribution.family.and_then(Family::packages).and_then(|ecosystem| {
        MANAGERS.iter().find(|(_, own, _)| *own == ecosystem).map(|(.., manager)| manager)
    });
    match manager {
        Some(manager) => format!(
            "no package of {distribution} was found: the database of {manager} is missing, empty \
             or no file"
        ),
        None => format!(
            "no package of {distribution} was found: the package databases of apk, dpkg and rpm \
             are read, no others"
        ),
    }
}

#[cfg(test)]
mod tests {
    use sealift_model::Purl;

    use super::*;
    use crate::ALL;

    fn told(
        packages: &[Package],
        distribution: Option<&Distribution>,
        before: Vec<Diagnostic>,
    ) -> Vec<(String, Impact)> {
        let mut diagnostics = before;
        judge(packages, distribution, ALL, &mut diagnostics);
        let told = diagnostics.iter().map(|it| (it.to_string(), it.impact));
        told.collect()
    }

    fn package(ecosystem: Ecosystem) -> Package {
        let purl = Purl::builder(ecosystem.purl_type(), "a").build().unwrap();
        Package::new(ecosystem, "a", "1", purl)
    }

    #[test]
    fn a_distribution_without_packages_is_told() {
        for (id, reason) in [
            ("debian", "debian 12 was found: the database of dpkg is missing, empty or no file"),
            ("almalinux", "alma 12 was found: the database of rpm is missing, empty or no file"),
            ("wolfi", "wolfi 12 was found: the database of apk is missing, empty or no file"),
            (
                "arch",
                "arch 12 was found: the package databases of apk, dpkg and rpm are read, no others",
            ),
            (
                "openwrt",
                "openwrt 12 was found: the package databases of apk, dpkg and rpm are read, no others",
            ),
        ] {
            let distribution = Distribution::new(id, Some("12"));
            let expected = [(format!("no package of {reason}"), Impact::Incomplete)];
            assert_eq!(told(&[], Some(&distribution), vec![]), expected);
            // Packages of languages are none of its own.
            assert_eq!(told(&[package(Ecosystem::Npm)], Some(&distribution), vec![]), expected);
        }
    }

    #[test]
    fn packages_of_another_manager_are_not_those_of_the_distribution() {
        let debian = Distribution::new("debian", Some("12"));
        let reason = "no package of debian 12 was found: the database of dpkg is missing, empty \
                      or no file";
        for other in [Ecosystem::Apk, Ecosystem::Rpm] {
            let expected = [(reason.to_owned(), Impact::Incomplete)];
            assert_eq!(told(&[package(other)], Some(&debian), vec![]), expected);
            let both = [package(other), package(Ecosystem::Deb)];
            assert_eq!(told(&both, Some(&debian), vec![]), []);
        }
    }

    #[test]
    fn what_has_no_distribution_or_its_packages_is_whole() {
        let debian = Distribution::new("debian", Some("12"));
        assert_eq!(told(&[], None, vec![]), []);
        assert_eq!(told(&[package(Ecosystem::Npm)], None, vec![]), []);
        assert_eq!(told(&[package(Ecosystem::Deb)], Some(&debian), vec![]), []);
        let mut diagnostics = Vec::new();
        judge(&[], Some(&debian), &[], &mut diagnostics);
        assert_eq!(diagnostics, [], "nobody asked for packages of the system");
    }

    #[test]
    fn a_database_that_is_no_file_leaves_the_scan_incomplete() {
        let debian = Distribution::new("debian", Some("12"));
        let at = |path: &str, impact| Diagnostic::new("layers", "is a FIFO", impact).at(path, None);
        let before = vec![
            at("var/lib/dpkg/status", Impact::Partial),
            at("var/lib/rpm/Packages", Impact::Note),
            at("app/package-lock.json", Impact::Partial),
        ];
        let mut diagnostics = before;
        judge(&[package(Ecosystem::Deb)], Some(&debian), ALL, &mut diagnostics);
        let impacts: Vec<Impact> = diagnostics.iter().map(|it| it.impact).collect();
        assert_eq!(impacts, [Impact::Incomplete, Impact::Note, Impact::Partial]);
        let origins: Vec<&str> = diagnostics.iter().map(|it| it.origin.as_str()).collect();
        assert_eq!(origins, [SYSTEM_ORIGIN, "layers", "layers"]);
    }
}
