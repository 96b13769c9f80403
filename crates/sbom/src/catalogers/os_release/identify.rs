//! Identifies the distribution from all the files that name it.

use sealift_layers::TreePath;
use sealift_model::{Diagnostic, Distribution, Impact};

use super::{FILES, NAME};
use crate::{Fact, MergedFile};

/// Identifies the distribution from the files of the cataloger `os-release`, and reports faults in
/// them. The best file decides; others that name the same distribution add a missing version or the
/// point release.
#[must_use]
pub fn identify(files: &[MergedFile<'_>]) -> (Option<Distribution>, Vec<Diagnostic>) {
    let mut files: Vec<&MergedFile<'_>> = files.iter().collect();
    files.sort_by_key(|file| rank(file));
    let mut named = files.iter().filter_map(|file| distribution_in(file));
    let mut distribution = named.next().cloned();
    if let Some(distribution) = &mut distribution {
        named.for_each(|other| complete(distribution, other));
    }
    let impact = if distribution.is_some() { Impact::Note } else { Impact::Incomplete };
    let diagnostics = files.iter().flat_map(|file| {
        let said = file.facts.problems.iter().chain(&file.facts.notes);
        said.map(|problem| file.diagnostic(problem, NAME, impact))
    });
    let diagnostics = diagnostics.collect();
    (distribution, diagnostics)
}

/// The place in [`FILES`] of the best of a file's names.
fn rank(file: &MergedFile<'_>) -> usize {
    let names = std::iter::once(&file.path).chain(&file.aliases);
    let ranks = names.filter_map(|name| {
        let path = TreePath::from(name.as_str());
        FILES.iter().position(|(known, _)| path == TreePath::from(*known))
    });
    ranks.min().unwrap_or(FILES.len())
}

fn distribution_in<'f>(file: &MergedFile<'f>) -> Option<&'f Distribution> {
    file.facts.facts.iter().find_map(|fact| match fact {
        Fact::Distribution(distribution) => Some(&**distribution),
        _ => None,
    })
}

/// Adds what another file knows of the same distribution.
fn complete(distribution: &mut Distribution, other: &Distribution) {
    if distribution.id != other.id {
        return;
    }
    if distribution.version_id.is_none() {
        distribution.version_id.clone_from(&other.version_id);
        distribution.full_version.clone_from(&other.full_version);
        return;
    }
    let known = distribution.full_version.as_deref().unwrap_or_default();
    let fuller = other.full_version.as_deref().and_then(|full| full.strip_prefix(known));
    if fuller.is_some_and(|rest| rest.starts_with('.')) {
        distribution.full_version.clone_from(&other.full_version);
    }
}

#[cfg(test)]
mod tests {
    use sealift_layers::{File, Limits};

    use super::super::Release;
    use super::*;
    use crate::{Cataloger, Facts};

    /// Reads files given as path and content, and identifies.
    fn identified(files: &[(&str, &str)]) -> (Option<Distribution>, Vec<Diagnostic>) {
        let limits = Limits::default();
        let read = |(path, content): &(&'static str, &str)| {
            let mut facts = Facts::default();
            let mut file = File::from_bytes((*path).into(), content.as_bytes().to_vec(), &limits);
            Release.read(&mut file, &mut facts).unwrap();
            facts
        };
        let paths: Vec<&'static str> =
            files.iter().map(|(path, _)| FILES.iter().find(|f| f.0 == *path).unwrap().0).collect();
        let facts: Vec<Facts> = paths.iter().zip(files).map(|(p, f)| read(&(p, f.1))).collect();
        let merged: Vec<MergedFile<'_>> = paths
            .iter()
            .zip(&facts)
            .map(|(path, facts)| MergedFile {
                path: (*path).to_owned(),
                aliases: Vec::new(),
                layer: None,
                facts,
            })
            .collect();
        identify(&merged)
    }

    fn printed(files: &[(&str, &str)]) -> Option<(String, String)> {
        identified(files).0.map(|found| (found.qualifier(), found.to_string()))
    }

    #[test]
    fn the_best_file_decides_and_others_add_the_point_release() {
        let debian = "ID=debian\nVERSION_ID=\"12\"\n";
        for (files, qualifier, shown) in [
            (
                vec![("etc/debian_version", "12.15\n"), ("etc/os-release", debian)],
                "debian-12",
                "debian 12.15",
            ),
            (
                vec![("etc/debian_version", "11.1\n"), ("usr/lib/os-release", debian)],
                "debian-12",
                "debian 12",
            ),
            (
                vec![("etc/debian_version", "trixie/sid\n"), ("etc/os-release", "ID=debian\n")],
                "debian",
                "debian",
            ),
            (
                vec![("usr/lib/os-release", debian), ("etc/os-release", "ID=wolfi\n")],
                "wolfi",
                "wolfi",
            ),
            (
                vec![
                    ("etc/debian_version", "bookworm/sid\n"),
                    ("etc/os-release", "ID=ubuntu\nVERSION_ID=22.04\n"),
                ],
                "ubuntu-22.04",
                "ubuntu 22.04",
            ),
            (
                vec![
                    ("etc/centos-release", "CentOS Linux release 7.5.1804 (Core)\n"),
                    ("etc/os-release", "ID=\"centos\"\nVERSION_ID=\"7\"\n"),
                ],
                "centos-7",
                "centos 7.5.1804",
            ),
            (
                vec![
                    (
                        "etc/redhat-release",
                        "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n",
                    ),
                    ("etc/oracle-release", "Oracle Linux Server release 6.10\n"),
                ],
                "ol-6.10",
                "oracle 6.10",
            ),
            (vec![("etc/alpine-release", "3.2.3\n")], "alpine-3.2.3", "alpine 3.2.3"),
        ] {
            let expected = Some((qualifier.to_owned(), shown.to_owned()));
            assert_eq!(printed(&files), expected, "{files:?}");
        }
    }

    #[test]
    fn a_broken_file_leaves_the_decision_to_the_next() {
        let (found, diagnostics) = identified(&[
            ("etc/os-release", "ID=\"a b\"\n"),
            ("usr/lib/os-release", "ID=alpine\n"),
        ]);
        assert_eq!(found.unwrap().id, "alpine");
        assert_eq!((diagnostics.len(), diagnostics[0].impact), (1, Impact::Note));
        let (found, diagnostics) = identified(&[("etc/os-release", "\0\u{1b}[2J\n")]);
        assert_eq!(found, None);
        assert_eq!((diagnostics[0].line, diagnostics[0].impact), (Some(1), Impact::Incomplete));
    }

    #[test]
    fn every_family_is_identified_by_its_id() {
        for id in [
            "almalinux",
            "alpine",
            "amzn",
            "arch",
            "azurelinux",
            "mariner",
            "centos",
            "chainguard",
            "debian",
            "fedora",
            "opensuse-leap",
            "opensuse-tumbleweed",
            "ol",
            "photon",
            "rhel",
            "rocky",
            "sles",
            "ubuntu",
            "wolfi",
        ] {
            let (found, diagnostics) =
                identified(&[("etc/os-release", &format!("ID=\"{id}\"\nVERSION_ID=\"1\"\n"))]);
            assert!(found.is_some_and(|found| found.family.is_some()), "{id}");
            assert!(diagnostics.is_empty());
        }
    }

    #[test]
    fn a_huge_file_is_read_in_part() {
        let text = format!("ID=debian\n{}", "#".repeat(1 << 20));
        let (found, diagnostics) = identified(&[("etc/os-release", &text)]);
        assert_eq!(found.unwrap().id, "debian");
        assert_eq!(diagnostics[0].message, "limit exceeded: bytes of a release file (65536)");
    }
}
