//! Epochs of source RPMs.
//!
//! Packages name their source RPM by its file name, and `NAME-VERSION-RELEASE.src.rpm` lacks the
//! epoch. For rpm a missing epoch is 0, older than all others (rpm-version(7)), so the epoch is
//! taken from the packages that were built from the source.

use std::collections::HashMap;

use sealift_model::SourcePackage;

/// The epochs of sources whose versions lack it.
#[derive(Debug, Default)]
pub(crate) struct SourceEpochs(HashMap<SourcePackage, (Kinship, u32)>);

/// How closely a package's epoch indicates that of its source, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kinship {
    /// The main package: its preamble is the source's own.
    Main,
    /// A package of the same version and release. Some set an epoch of their own: `mod_ssl` 1, of
    /// `httpd` without.
    SameVersion,
    /// A package that sets a version of its own. Its epoch is the source's unless it sets that,
    /// too: `device-mapper` has 9 from `lvm2`, `perl-Errno` none, though `perl` has 4.
    OwnVersion,
}

impl SourceEpochs {
    /// The epochs as far as the packages, by name and version, with their sources tell them. The
    /// packages closest to the source decide, and of those the lowest epoch: too low a one makes
    /// a finding too many, too high a one hides findings.
    pub(crate) fn of<'p>(
        packages: impl IntoIterator<Item = (&'p str, &'p str, Option<&'p SourcePackage>)>,
    ) -> Self {
        let mut epochs = HashMap::new();
        for (name, version, source) in packages {
            let Some(source) = source.filter(|source| !source.version.contains(':')) else {
                continue;
            };
            let (epoch, version) = version.split_once(':').unwrap_or(("0", version));
            let Ok(epoch) = epoch.parse::<u32>() else { continue };
            let kinship = match (version == source.version, name == source.name) {
                (true, true) => Kinship::Main,
                (true, false) => Kinship::SameVersion,
                (false, _) => Kinship::OwnVersion,
            };
            let told = (kinship, epoch);
            match epochs.get_mut(source) {
                Some(known) => *known = told.min(*known),
                None => _ = epochs.insert(source.clone(), told),
            }
        }
        Self(epochs)
    }

    /// Puts the epoch in front of a source's version, where it is not there and not 0.
    pub(crate) fn complete(&self, source: &mut SourcePackage) {
        if let Some((_, epoch)) = self.0.get(source).filter(|(_, epoch)| *epoch != 0) {
            source.version.insert_str(0, &format!("{epoch}:"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The version of the first package's source, with all of them installed.
    fn completed(packages: &[(&str, &str, (&str, &str))]) -> String {
        let sources: Vec<_> = packages
            .iter()
            .map(|(_, _, (name, version))| SourcePackage::new(*name, *version))
            .collect();
        let all = packages.iter().zip(&sources);
        let epochs = SourceEpochs::of(
            all.map(|((name, version, _), source)| (*name, *version, Some(source))),
        );
        let mut source = sources[0].clone();
        epochs.complete(&mut source);
        source.version
    }

    #[test]
    fn a_source_has_the_epoch_of_its_main_package() {
        let openssl = ("openssl", "3.0.7-24.el9");
        assert_eq!(completed(&[("openssl", "1:3.0.7-24.el9", openssl)]), "1:3.0.7-24.el9");
        let httpd = ("httpd", "2.4.57-5.el9");
        let mod_ssl = ("mod_ssl", "1:2.4.57-5.el9", httpd);
        assert_eq!(completed(&[mod_ssl, ("httpd", "2.4.57-5.el9", httpd)]), "2.4.57-5.el9");
        assert_eq!(completed(&[mod_ssl, ("httpd-core", "0:2.4.57-5.el9", httpd)]), "2.4.57-5.el9");
    }

    #[test]
    fn without_it_that_of_a_package_of_the_same_version() {
        let openssl = ("openssl", "3.0.7-24.el9");
        assert_eq!(completed(&[("openssl-libs", "1:3.0.7-24.el9", openssl)]), "1:3.0.7-24.el9");
        let perl = ("perl", "5.32.1-481.el9");
        let errno = ("perl-Errno", "1.30-481.el9", perl);
        assert_eq!(
            completed(&[errno, ("perl-libs", "4:5.32.1-481.el9", perl)]),
            "4:5.32.1-481.el9"
        );
        assert_eq!(completed(&[errno]), "5.32.1-481.el9");
    }

    #[test]
    fn else_that_which_packages_of_other_versions_inherit() {
        let lvm2 = ("lvm2", "2.03.21-3.el9");
        let mapper = ("device-mapper", "9:1.02.195-3.el9", lvm2);
        assert_eq!(completed(&[mapper]), "9:2.03.21-3.el9");
    }

    #[test]
    fn what_is_stated_or_of_another_source_stays() {
        assert_eq!(completed(&[("a", "1:2-3", ("a", "0:2-3"))]), "0:2-3");
        assert_eq!(completed(&[("a", "2-3", ("a", "2-3")), ("a", "1:2-4", ("a", "2-4"))]), "2-3");
        assert_eq!(completed(&[("a", "x:2-3", ("a", "2-3"))]), "2-3");
    }
}
