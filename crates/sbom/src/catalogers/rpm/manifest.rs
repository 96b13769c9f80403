//! The list of packages in images of Azure Linux without rpm: the output of `rpm --query --all
//! --queryformat` for name, version-release, times of installing and building, vendor, epoch, size,
//! architecture, epoch as a number and source RPM, separated by tabs.

use std::io::Read;

use sealift_layers::File;

use super::package::source;
use crate::Facts;
use crate::lines::Lines;
use crate::os_package::{MAX_DATABASE_BYTES, MAX_LINE_BYTES, OsPackage, Records, check_size};

/// The text for a missing value.
const NONE: &str = "(none)";

/// Reads the list.
pub(super) fn read(file: &mut File<'_>, facts: &mut Facts) {
    read_lines(file.stream().take(MAX_DATABASE_BYTES), facts);
    check_size(file.metadata().size, facts);
}

fn read_lines(input: impl Read, facts: &mut Facts) {
    let mut lines = Lines::new(input, MAX_LINE_BYTES);
    let mut records = Records::default();
    while let Some(line) = lines.next(facts) {
        if line.bytes.is_empty() {
            continue;
        }
        let number = line.number;
        let text = String::from_utf8_lossy(line.bytes);
        match package(&text) {
            Ok(mut package) => {
                package.lines = Some((number, number));
                records.add(package, facts);
            }
            Err(message) => facts.problem(Some(number), message),
        }
    }
}

fn package(line: &str) -> Result<OsPackage, String> {
    let mut fields = line.split('\t').map(|field| Some(field).filter(|field| *field != NONE));
    let mut next = || fields.next().ok_or("fewer than the ten fields of a package");
    let (name, version) = (next()?.unwrap_or_default(), next()?.unwrap_or_default());
    let (_installed, _built, vendor) = (next()?, next()?, next()?);
    let (_epoch, _size, architecture) = (next()?, next()?, next()?);
    let (epoch, source_rpm) = (next()?, next()?);
    let epoch = epoch.and_then(|epoch| epoch.parse().ok()).filter(|epoch: &u32| *epoch != 0);
    let prefix = epoch.map(|epoch| format!("{epoch}:")).unwrap_or_default();
    let version = match version {
        "" => String::new(),
        version => format!("{prefix}{version}"),
    };
    let mut package = OsPackage::new(name.to_owned(), version)?;
    package.epoch = epoch;
    package.maintainer = vendor.map(str::to_owned);
    package.architecture = architecture.map(str::to_owned);
    package.source_rpm = source_rpm.map(str::to_owned);
    package.source = source_rpm.and_then(source);
    Ok(package)
}

#[cfg(test)]
mod tests {
    use sealift_model::SourcePackage;

    use super::super::testing::packages_of;
    use super::*;

    #[test]
    fn takes_a_package_of_each_line() {
        let mut facts = Facts::default();
        let text = "openssl\t1.1.1k-17.cm2\t1661\t1654\tMicrosoft Corporation\t(none)\t9\tx86_64\t0\topenssl-1.1.1k-17.cm2.src.rpm\n\
                    bind-libs\t9.16-1.cm2\t1\t1\t(none)\t32\t9\taarch64\t32\tbind-9.16-1.cm2.src.rpm\n\nshort\t1\n";
        read_lines(text.as_bytes(), &mut facts);
        let [openssl, bind] = packages_of(&facts).try_into().unwrap();
        assert_eq!((openssl.name.as_str(), openssl.version.as_str()), ("openssl", "1.1.1k-17.cm2"));
        assert_eq!(openssl.maintainer.as_deref(), Some("Microsoft Corporation"));
        assert_eq!(openssl.source, Some(SourcePackage::new("openssl", "1.1.1k-17.cm2")));
        assert_eq!((bind.version.as_str(), bind.epoch), ("32:9.16-1.cm2", Some(32)));
        assert_eq!((bind.architecture.as_deref(), bind.maintainer), (Some("aarch64"), None));
        assert_eq!(bind.lines, Some((2, 2)));
        let problem = &facts.problems[0];
        assert_eq!((problem.line, facts.problems.len()), (Some(4), 1));
        assert_eq!(problem.message, "fewer than the ten fields of a package");
    }
}
