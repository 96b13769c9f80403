//! Makes a package and its list of files from a header.

use std::borrow::Cow;

use sealift_model::SourcePackage;

use super::files::OwnedFiles;
use super::header::{Header, HeaderError, Tag};
use crate::document::source_rpm;
use crate::os_package::{OsPackage, Records};
use crate::{Facts, Requirements};

/// Keys that were imported are kept as packages of this name; they have no files and no source.
const PUBLIC_KEY: &str = "gpg-pubkey";

/// What `rpm --query` prints for a tag that is not there; some builders write it as the value.
const NONE: &str = "(none)";

/// The packages of one database while it is read.
#[derive(Debug)]
pub(super) struct Packages<'f> {
    facts: &'f mut Facts,
    records: Records,
    files: OwnedFiles,
    /// Packages that were kept.
    count: usize,
}

impl<'f> Packages<'f> {
    pub(super) fn new(facts: &'f mut Facts) -> Self {
        Self { facts, records: Records::default(), files: OwnedFiles::default(), count: 0 }
    }

    /// Takes up the package of a header. `record` is its number in the database.
    /// Returns its place among the packages kept, unless it is no package or is there already.
    pub(super) fn add(&mut self, record: u64, header: &[u8]) -> Option<usize> {
        let header = match Header::parse(header) {
            Ok(header) => header,
            Err(error) => {
                self.problem(format!("record {record}: {error}"));
                return None;
            }
        };
        let package = match read(header, self.facts) {
            Ok(package) => package?,
            Err(message) => {
                self.problem(format!("record {record}: {message}"));
                return None;
            }
        };
        let before = self.facts.facts.len();
        let owner = package.name.clone();
        self.records.add(package, self.facts);
        let is_kept = self.facts.facts.len() > before;
        if is_kept && let Some(owned) = self.files.take(header, &owner, self.facts) {
            self.facts.facts.push(owned);
        }
        is_kept.then(|| {
            self.count += 1;
            self.count - 1
        })
    }

    /// Reports that something could not be read.
    pub(super) fn problem(&mut self, message: impl Into<String>) {
        self.facts.problem(None, message);
    }
}

/// The package of a header; none of a public key. What is missing beside name, version and
/// release is a problem and leaves the package as it is.
fn read(header: Header<'_>, facts: &mut Facts) -> Result<Option<OsPackage>, String> {
    let name = text(header, Tag::NAME).map_err(|error| error.to_string())?.unwrap_or_default();
    if name == PUBLIC_KEY {
        return Ok(None);
    }
    let named = |message: &str| match name.len() {
        1..256 => format!("{name}: {message}"),
        _ => message.to_owned(),
    };
    let (epoch, version) = version(header).map_err(|message| named(&message))?;
    let mut package = OsPackage::new(name.clone(), version).map_err(|message| named(&message))?;
    package.epoch = epoch;
    let mut complaints = Vec::new();
    let mut read_text = |tag| match text(header, tag) {
        Ok(text) => text.filter(|text| !text.is_empty() && text != NONE),
        Err(error) => {
            complaints.push(error);
            None
        }
    };
    package.architecture = read_text(Tag::ARCH);
    package.maintainer = read_text(Tag::VENDOR);
    package.licenses = read_text(Tag::LICENSE).into_iter().collect();
    package.module_label = read_text(Tag::MODULARITY_LABEL);
    package.source_rpm = read_text(Tag::SOURCE_RPM);
    package.source = package.source_rpm.as_deref().and_then(source);
    for (tag, names) in
        [(Tag::REQUIRE_NAME, &mut package.requires), (Tag::PROVIDE_NAME, &mut package.provides)]
    {
        complaints.extend(read_names(header, tag, names).err());
    }
    for complaint in complaints {
        facts.problem(None, named(&complaint.to_string()));
    }
    if package.name.contains('\u{fffd}') || package.version.contains('\u{fffd}') {
        facts.note(None, "a name or version that is not UTF-8");
    }
    Ok(Some(package))
}

/// Epoch and `[epoch:]version-release`. Epoch 0 is the same as none (rpm-version(7)).
fn version(header: Header<'_>) -> Result<(Option<u32>, String), String> {
    let part = |tag, what| match text(header, tag) {
        Ok(Some(text)) if !text.is_empty() => Ok(text),
        Ok(_) => Err(format!("a package without {what}")),
        Err(error) => Err(error.to_string()),
    };
    let (version, release) = (part(Tag::VERSION, "version")?, part(Tag::RELEASE, "release")?);
    let mut epochs = header.numbers(Tag::EPOCH).map_err(|error| error.to_string())?;
    let epoch = epochs.next().filter(|epoch| *epoch != 0);
    let prefix = epoch.map(|epoch| format!("{epoch}:")).unwrap_or_default();
    Ok((epoch, format!("{prefix}{version}-{release}")))
}

/// The source of a package, by the file name of the source RPM.
pub(super) fn source(file_name: &str) -> Option<SourcePackage> {
    source_rpm(file_name)
}

fn text(header: Header<'_>, tag: Tag) -> Result<Option<String>, HeaderError> {
    let text = header.text(tag)?.map(String::from_utf8_lossy);
    Ok(text.map(Cow::into_owned))
}

/// Names of capabilities. Conditions such as `(a if b)` and what rpm itself must be able to do
/// name no package.
fn read_names(header: Header<'_>, tag: Tag, names: &mut Requirements) -> Result<(), HeaderError> {
    let mut previous: &[u8] = &[];
    for name in header.texts(tag)? {
        let name = name?;
        // A name is listed once for each bound on its version.
        if name == std::mem::replace(&mut previous, name) {
            continue;
        }
        let is_plain = !name.is_empty()
            && !name.starts_with(b"(")
            && !name.starts_with(b"rpmlib(")
            && !name.iter().any(|byte| matches!(byte, b' ' | b'|'));
        if let (true, Ok(name)) = (is_plain, std::str::from_utf8(name)) {
            names.push([name]);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HeaderWriter, packages_of};
    use super::*;

    fn add(header: &HeaderWriter) -> Facts {
        let mut facts = Facts::default();
        Packages::new(&mut facts).add(7, &header.bytes());
        facts
    }

    fn bash() -> HeaderWriter {
        HeaderWriter::package("bash", "5.1.8", "6.el9")
    }

    #[test]
    fn takes_what_a_header_says() {
        let facts = add(&bash()
            .numbers(1003, &[2])
            .text(1022, "x86_64")
            .text(1011, "Example Inc.")
            .i18n(1014, &["GPLv3+"])
            .text(1044, "bash-src-5.1.8-6.el9.src.rpm")
            .text(5096, "shells:5:20220504:e1a9e7")
            .texts(1047, &["bash", "bash(x86-64)", "config(bash)", "a b"])
            .texts(
                1049,
                &["/bin/sh", "libc.so.6()(64bit)", "rpmlib(X)", "(a if b)", "glibc", "glibc"],
            ));
        let [package] = packages_of(&facts).try_into().unwrap();
        assert_eq!((package.name.as_str(), package.version.as_str()), ("bash", "2:5.1.8-6.el9"));
        assert_eq!(package.epoch, Some(2));
        assert_eq!(package.architecture.as_deref(), Some("x86_64"));
        assert_eq!(package.maintainer.as_deref(), Some("Example Inc."));
        assert_eq!(package.licenses, ["GPLv3+"]);
        assert_eq!(package.source, Some(SourcePackage::new("bash-src", "5.1.8-6.el9")));
        assert_eq!(package.module_label.as_deref(), Some("shells:5:20220504:e1a9e7"));
        let provides: Vec<_> = package.provides.names().collect();
        assert_eq!(provides, ["bash", "bash(x86-64)", "config(bash)"]);
        let requires: Vec<_> = package.requires.names().collect();
        assert_eq!(requires, ["/bin/sh", "libc.so.6()(64bit)", "glibc"]);
        assert!(facts.problems.is_empty() && facts.notes.is_empty());
    }

    #[test]
    fn epoch_zero_is_none() {
        let facts = add(&bash().numbers(1003, &[0]).text(1044, "(none)"));
        let [package] = packages_of(&facts).try_into().unwrap();
        assert_eq!((package.version.as_str(), package.epoch), ("5.1.8-6.el9", None));
        assert_eq!((package.source, package.source_rpm), (None, None));
    }

    #[test]
    fn public_keys_are_no_packages() {
        assert!(add(&HeaderWriter::package("gpg-pubkey", "1", "2")).is_empty());
    }

    #[test]
    fn what_is_missing_is_told() {
        for (header, message) in [
            (HeaderWriter::default(), "record 7: a package without version"),
            (
                HeaderWriter::default().text(1000, "a").text(1001, "1"),
                "record 7: a: a package without release",
            ),
            (
                HeaderWriter::default().text(1001, "1").text(1002, "1"),
                "record 7: a package without name",
            ),
            (bash().numbers(1000, &[1]), "record 7: its tag 1000 has type 4"),
        ] {
            let facts = add(&header);
            assert_eq!((facts.problems[0].message.as_str(), facts.facts.len()), (message, 0));
        }
        let facts = add(&bash().numbers(1049, &[1]));
        assert_eq!(facts.problems[0].message, "bash: its tag 1049 has type 4");
        assert_eq!(packages_of(&facts).len(), 1);
    }
}
