//! The files of a package: `info/NAME.list` and `status.d/NAME.md5sums`.

use std::io::Read;

use crate::lines::Lines;
use crate::owned_files::may_hold_packages;
use crate::{Fact, Facts};

/// Bytes of one path, `PATH_MAX` of Linux, with the checksum before it.
const MAX_LINE_BYTES: usize = 4096 + 64;

/// Paths kept of one package.
const MAX_PATHS: usize = 100_000;

/// Reads `info/NAME.list`, one absolute path a line, folders too.
pub(super) fn read_list(owner: &[u8], input: impl Read, facts: &mut Facts) {
    read_paths(owner, input, facts, |line| line.strip_prefix(b"/"));
}

/// Reads `status.d/NAME.md5sums`: 32 digits, two spaces, a path without leading slash.
pub(super) fn read_sums(owner: &[u8], input: impl Read, facts: &mut Facts) {
    read_paths(owner, input, facts, |line| {
        let space = line.iter().position(|byte| *byte == b' ')?;
        let path = line.get(space..)?.trim_ascii_start();
        Some(path.strip_prefix(b"./").unwrap_or(path))
    });
}

fn read_paths(
    owner: &[u8],
    input: impl Read,
    facts: &mut Facts,
    path_of: impl Fn(&[u8]) -> Option<&[u8]>,
) {
    let mut lines = Lines::new(input, MAX_LINE_BYTES);
    let mut paths = Vec::new();
    while let Some(line) = lines.next(facts) {
        let path = path_of(line.bytes).filter(|_| !line.is_cut);
        let path = path.and_then(|path| std::str::from_utf8(path).ok());
        paths.extend(path.filter(|path| may_hold_packages(path)).map(str::to_owned));
        if paths.len() == MAX_PATHS {
            facts.note(Some(line.number), format!("of its files only {MAX_PATHS} are kept"));
            break;
        }
    }
    if !paths.is_empty() {
        facts.facts.push(Fact::Owns { owner: package_name(owner), paths });
    }
}

/// The name in `NAME` or `NAME:ARCHITECTURE`.
fn package_name(owner: &[u8]) -> String {
    let name = owner.split(|byte| *byte == b':').next().unwrap_or(owner);
    String::from_utf8_lossy(name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owns(owner: &str, paths: &[&str]) -> Vec<Fact> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        vec![Fact::Owns { owner: owner.to_owned(), paths }]
    }

    #[test]
    fn keeps_the_paths_that_may_hold_packages() {
        let mut facts = Facts::default();
        let list = b"/.\n/usr\n/usr/bin\n/usr/bin/tool\n/usr/share/doc/a/copyright\n/usr/share/java/a.jar\n";
        read_list(b"a:amd64", &list[..], &mut facts);
        assert_eq!(facts.facts, owns("a", &["usr/bin/tool", "usr/share/java/a.jar"]));
    }

    #[test]
    fn reads_checksum_lists() {
        let mut facts = Facts::default();
        let sums = b"0123  usr/lib/a.dist-info/METADATA\nshort\n0123  ./usr/share/x.war";
        read_sums(b"a", &sums[..], &mut facts);
        assert_eq!(facts.facts, owns("a", &["usr/lib/a.dist-info/METADATA", "usr/share/x.war"]));
    }

    #[test]
    fn says_nothing_of_a_package_without_such_files() {
        let mut facts = Facts::default();
        read_list(b"a", &b"/etc/a.conf\n\xff\n"[..], &mut facts);
        assert!(facts.is_empty());
    }
}
