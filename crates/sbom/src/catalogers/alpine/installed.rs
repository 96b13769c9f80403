//! The `installed` database of `apk`: records of one-letter fields, separated by empty lines
//! (apk-tools, `apk-installed` and `apk-v2`(5)).

use std::io::Read;

use sealift_layers::File;
use sealift_model::SourcePackage;

use crate::license_names::spdx;
use crate::lines::{Line, Lines};
use crate::os_package::{MAX_DATABASE_BYTES, MAX_LINE_BYTES, OsPackage, Records, check_size};
use crate::owned_files::may_hold_packages;
use crate::{Fact, Facts, Requirements};

/// The description that `apk` gives a virtual package, which has neither origin nor content.
const VIRTUAL: &str = "virtual meta package";

/// Paths kept of one package.
const MAX_PATHS: usize = 100_000;

/// Reads the packages with content.
pub(super) fn read(file: &mut File<'_>, facts: &mut Facts) {
    read_records(file.stream().take(MAX_DATABASE_BYTES), facts);
    check_size(file.metadata().size, facts);
}

fn read_records(input: impl Read, facts: &mut Facts) {
    let mut lines = Lines::new(input, MAX_LINE_BYTES);
    let mut open: Option<Record> = None;
    let mut records = Records::default();
    while let Some(line) = lines.next(facts) {
        if !line.is_ended && !line.bytes.is_empty() {
            let message = "the file ends within this line: what followed is lost";
            facts.problem(Some(line.number), message);
        }
        if line.bytes.is_empty() {
            close(open.take(), &mut records, facts);
        } else {
            open.get_or_insert_with(|| Record::new(line.number)).take_line(line, facts);
        }
    }
    close(open, &mut records, facts);
}

/// Keeps the package of a record that is complete.
fn close(record: Option<Record>, records: &mut Records, facts: &mut Facts) {
    let Some(mut record) = record.filter(|record| !record.is_virtual) else { return };
    let line = record.lines.0;
    let paths = std::mem::take(&mut record.paths);
    match record.into_package() {
        Ok(package) => {
            let owner = package.name.clone();
            records.add(package, facts);
            if !paths.is_empty() {
                facts.facts.push(Fact::Owns { owner, paths });
            }
        }
        Err(message) => facts.problem(Some(line), message),
    }
}

/// One record in the making.
#[derive(Default)]
struct Record {
    lines: (u64, u64),
    name: String,
    version: String,
    architecture: Option<String>,
    origin: Option<String>,
    licenses: Vec<String>,
    maintainer: Option<String>,
    requires: Requirements,
    provides: Requirements,
    is_virtual: bool,
    /// The folder that the files after it lie in.
    folder: String,
    paths: Vec<String>,
}

impl Record {
    fn new(line: u64) -> Self {
        Self { lines: (line, line), ..Self::default() }
    }

    fn take_line(&mut self, line: Line<'_>, facts: &mut Facts) {
        self.lines.1 = line.number;
        let [field, b':', value @ ..] = line.bytes else {
            return facts.problem(Some(line.number), "a line that is no field");
        };
        if line.is_cut {
            let message = format!("longer than {MAX_LINE_BYTES} bytes, its end is left out");
            facts.problem(Some(line.number), message);
        }
        if matches!(field, b'P' | b'V') && std::str::from_utf8(value).is_err() {
            facts.note(Some(line.number), "a name or version that is not UTF-8");
        }
        let value = String::from_utf8_lossy(value);
        let text = || Some(value.trim_ascii().to_owned()).filter(|text| !text.is_empty());
        match field {
            b'P' => self.name = text().unwrap_or_default(),
            b'V' => self.version = text().unwrap_or_default(),
            b'A' => self.architecture = text(),
            b'o' => self.origin = text(),
            b'm' => self.maintainer = text(),
            b'L' => self.licenses = licenses(&value),
            b'T' => self.is_virtual = value.trim_ascii() == VIRTUAL,
            b'D' => add_names(&value, &mut self.requires),
            b'p' => add_names(&value, &mut self.provides),
            b'F' => self.folder = text().unwrap_or_default(),
            b'R' => self.take_path(&value),
            _ => {}
        }
    }

    fn take_path(&mut self, name: &str) {
        let path = match self.folder.as_str() {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        };
        if self.paths.len() < MAX_PATHS && may_hold_packages(&path) {
            self.paths.push(path);
        }
    }

    fn into_package(self) -> Result<OsPackage, String> {
        let named = if self.name.len() < 256 { self.name.clone() } else { String::new() };
        let mut package = OsPackage::new(self.name, self.version)
            .map_err(|message| format!("{named}: {message}").trim_start_matches(": ").to_owned())?;
        let origin = self.origin.unwrap_or_else(|| package.name.clone());
        package.source = Some(SourcePackage::new(origin, &package.version));
        package.architecture = self.architecture;
        package.licenses = self.licenses;
        package.maintainer = self.maintainer;
        package.requires = self.requires;
        package.provides = self.provides;
        package.lines = Some(self.lines);
        Ok(package)
    }
}

/// An SPDX expression as it is; the names of older releases, parted by spaces, one by one.
fn licenses(text: &str) -> Vec<String> {
    let words = || text.split_ascii_whitespace();
    let is_expression = words().any(|word| matches!(word, "AND" | "OR" | "WITH"));
    let mut licenses: Vec<String> = if is_expression {
        vec![text.trim_ascii().to_owned()]
    } else {
        words().map(|word| spdx(word).into_owned()).collect()
    };
    licenses.dedup();
    licenses
}

/// Names as in `so:libc.musl-x86_64.so.1=1 busybox>=1.2 !conflict /bin/sh`, without versions, and
/// without what must not be installed.
fn add_names(text: &str, names: &mut Requirements) {
    for word in text.split_ascii_whitespace().filter(|word| !word.starts_with('!')) {
        let name = word.split(['=', '<', '>', '~', '@']).next().unwrap_or(word);
        names.push([name].into_iter().filter(|name| !name.is_empty()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_text(text: &[u8]) -> (Vec<OsPackage>, Facts) {
        let mut facts = Facts::default();
        read_records(text, &mut facts);
        let packages = facts.facts.iter().filter_map(|fact| match fact {
            Fact::OsPackage(package) => Some((**package).clone()),
            _ => None,
        });
        (packages.collect(), facts)
    }

    const CURL: &[u8] = b"C:Q1abc=\nP:curl\nV:7.63.0-r0\nA:x86_64\nS:1\nT:a tool\nL:MIT GPL2+\n\
        o:curl-src\nm:A B <a@example.org>\nD:so:libc.musl-x86_64.so.1 ca-certificates>2019 !x\n\
        p:cmd:curl=7.63.0-r0\nF:usr/bin\nR:curl\na:0:0:755\nZ:Q1x=\nF:usr/share\nR:readme\nF:\nR:a.jar\n\n";

    #[test]
    fn takes_what_a_record_says() {
        let (packages, facts) = read_text(CURL);
        let [package] = packages.as_slice() else { panic!("{packages:?}") };
        assert_eq!((package.name.as_str(), package.version.as_str()), ("curl", "7.63.0-r0"));
        assert_eq!(package.source, Some(SourcePackage::new("curl-src", "7.63.0-r0")));
        assert_eq!(package.architecture.as_deref(), Some("x86_64"));
        assert_eq!(package.licenses, ["MIT", "GPL-2.0-or-later"]);
        assert_eq!(package.maintainer.as_deref(), Some("A B <a@example.org>"));
        let needs: Vec<_> = package.requires.names().collect();
        assert_eq!(needs, ["so:libc.musl-x86_64.so.1", "ca-certificates"]);
        assert_eq!(package.provides.names().collect::<Vec<_>>(), ["cmd:curl"]);
        assert_eq!(package.lines, Some((1, 19)));
        let paths = vec!["usr/bin/curl".to_owned(), "a.jar".to_owned()];
        assert_eq!(facts.facts.get(1), Some(&Fact::Owns { owner: "curl".to_owned(), paths }));
        assert!(facts.problems.is_empty() && facts.notes.is_empty());
    }

    #[test]
    fn leaves_out_virtual_packages_alone() {
        let text = b"P:.build-deps\nV:2019\nA:noarch\nT:virtual meta package\nD:a\n\n\
            P:build-base\nV:0.5-r3\nT:Meta package for build base\nL:none\n\n";
        let (packages, facts) = read_text(text);
        assert_eq!(packages.len(), 1);
        assert_eq!(packages[0].name, "build-base");
        assert_eq!(packages[0].source, Some(SourcePackage::new("build-base", "0.5-r3")));
        assert!(facts.problems.is_empty());
    }

    #[test]
    fn a_cut_database_names_the_line_and_keeps_what_was_before() {
        let (packages, facts) = read_text(b"P:a\nV:1\n\nP:b\nV:2\n\nP:c\nA:x86");
        assert_eq!(packages.len(), 2);
        let problems: Vec<_> =
            facts.problems.iter().map(|p| (p.line, p.message.as_str())).collect();
        let expected = [
            (Some(8), "the file ends within this line: what followed is lost"),
            (Some(7), "c: a package without version"),
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn names_the_line_of_what_is_no_field() {
        let (packages, facts) = read_text(b"P:a\r\nV:1\r\nrubbish\r\n\r\nV:2\r\n");
        assert_eq!((packages.len(), facts.problems[0].line), (1, Some(3)));
        assert_eq!((facts.problems[1].line, facts.problems.len()), (Some(5), 2));
    }

    #[test]
    fn keeps_expressions_whole() {
        assert_eq!(licenses("GPL-2.0-only AND MIT"), ["GPL-2.0-only AND MIT"]);
        assert_eq!(licenses(""), [""; 0]);
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "([PVALomTDpFR]:|[a-z:=<> ]{0,5}|\n){0,60}") {
            crate::check::holds(&crate::catalogers::alpine::Installed, "lib/apk/db/installed", text)?;
        }

        #[test]
        fn reads_what_is_printed(records in prop::collection::vec(
            ("[a-z0-9.+-]{1,9}", "[0-9][0-9.]{0,5}-r[0-9]"), 0..6,
        )) {
            let text: String =
                records.iter().map(|(name, version)| format!("P:{name}\nV:{version}\n\n")).collect();
            let (packages, facts) = read_text(text.as_bytes());
            let again: Vec<_> = packages.into_iter().map(|p| (p.name, p.version)).collect();
            prop_assert_eq!(again, records);
            prop_assert!(facts.problems.is_empty());
        }
    }
}
