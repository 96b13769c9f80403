//! `usr/share/doc/NAME/copyright`: Debian Policy 12.5, and the machine-readable format 1.0.

use std::io::Read;

use memchr::memmem::Finder;

use crate::license_names::spdx;
use crate::lines::Lines;
use crate::{Fact, Facts};

/// Where the texts of common licences lie.
const COMMON: &str = "/usr/share/common-licenses/";

/// Bytes of one line; licence texts are folded near column 80.
const MAX_LINE_BYTES: usize = 4096;

/// Bytes of one file that are read. The largest in Debian, of browsers, have about 2 MiB.
const MAX_BYTES: u64 = 8 << 20;

/// Licences kept of one package.
const MAX_LICENSES: usize = 200;

/// Reads the short names in `License` fields; in a file without such a field, which licences of
/// [`COMMON`] it refers to.
pub(super) fn read(package: &[u8], input: impl Read, facts: &mut Facts) {
    let mut lines = Lines::new(input.take(MAX_BYTES), MAX_LINE_BYTES);
    let mut fields = Names::default();
    let mut references = Names::default();
    let mut says_later = false;
    // Hundreds of lines for each that says something, so they are searched as bytes.
    let (common, later) = (Finder::new(COMMON), Finder::new("any later"));
    while let Some(line) = lines.next(facts) {
        if let Some(names) = line.bytes.strip_prefix(b"License:") {
            fields.add_field(&String::from_utf8_lossy(names));
        }
        says_later |= later.find(line.bytes).is_some();
        let reference = common.find(line.bytes).map(|at| at + COMMON.len());
        if let Some(reference) = reference.and_then(|at| line.bytes.get(at..)) {
            references.add_reference(&String::from_utf8_lossy(reference), says_later);
            says_later = false;
        }
    }
    let Names(licenses) = if fields.0.is_empty() { references } else { fields };
    if !licenses.is_empty() {
        let package = String::from_utf8_lossy(package).into_owned();
        facts.facts.push(Fact::Licenses { package, licenses });
    }
}

/// Licences, each once, in the order of the file.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    /// `GPL-2+ or Artistic, and BSD-3-clause`: format 1.0, "License field", first line.
    fn add_field(&mut self, names: &str) {
        let mut rest = names.trim_ascii();
        while !rest.is_empty() {
            let (name, after) = SEPARATORS
                .iter()
                .filter_map(|separator| rest.split_once(separator))
                .min_by_key(|(name, _)| name.len())
                .unwrap_or((rest, ""));
            self.add(name.trim_ascii());
            rest = after.trim_ascii();
        }
    }

    /// `GPL-2'.`: what follows the folder. Written for a licence of which any later version may be
    /// taken, when the text before says so.
    fn add_reference(&mut self, reference: &str, says_later: bool) {
        let is_end = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.' | '+');
        let name = reference.split(is_end).next().unwrap_or_default().trim_end_matches('.');
        let is_gnu = name.contains("GPL") || name.contains("GFDL");
        if says_later && is_gnu && name.ends_with(|c: char| c.is_ascii_digit()) {
            self.add(&format!("{name}+"));
        } else {
            self.add(name);
        }
    }

    fn add(&mut self, name: &str) {
        // A sentence, as "The main library is licensed under", is no name.
        let is_name = name.len() <= 64 && (name.contains(" with ") || !name.contains(' '));
        if name.is_empty() || !is_name || self.0.len() == MAX_LICENSES {
            return;
        }
        let license = spdx(name);
        if !self.0.iter().any(|known| *known == license) {
            self.0.push(license.into_owned());
        }
    }
}

/// Separators between names.
const SEPARATORS: &[&str] = &[" and/or ", ", and ", " or ", " and ", ",", "_or_", "|"];

#[cfg(test)]
mod tests {
    use super::*;

    fn licenses(text: &str) -> Vec<String> {
        let mut facts = Facts::default();
        read(b"a", text.as_bytes(), &mut facts);
        match facts.facts.pop() {
            Some(Fact::Licenses { package, licenses }) => {
                assert_eq!(package, "a");
                licenses
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn reads_short_names() {
        let text = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n\
                    Files: *\nLicense: GPL-2+ or Artistic, and BSD-3-clause\n see /usr/share/common-licenses/GPL-2\n\
                    License: Expat\nLicense: GPL-3+ with Bison exception\nLicense:\nLicense: The whole of it\n";
        let expected = [
            "GPL-2.0-or-later",
            "Artistic-1.0-Perl",
            "BSD-3-Clause",
            "MIT",
            "GPL-3+ with Bison exception",
        ];
        assert_eq!(licenses(text), expected);
    }

    #[test]
    fn reads_references_where_there_are_no_fields() {
        let text = "version 2, or (at your option) any later\nversion. See `/usr/share/common-licenses/GPL-2'.\n\
                    Parts: /usr/share/common-licenses/Apache-2.0.\nand /usr/share/common-licenses/LGPL-2.1\n";
        assert_eq!(licenses(text), ["GPL-2.0-or-later", "Apache-2.0", "LGPL-2.1-only"]);
        assert_eq!(licenses("Do as you like.\n"), [""; 0]);
    }
}
