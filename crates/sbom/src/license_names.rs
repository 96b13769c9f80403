//! The licence names of distributions as SPDX identifiers.

use std::borrow::Cow;

/// Names without a pattern, in lower case, and the SPDX identifier of each (SPDX licence list
/// 3.25; Debian copyright format 1.0, "Short names"). Artistic is what Debian keeps under
/// `/usr/share/common-licenses/Artistic`: Perl's.
const NAMES: &[(&str, &str)] = &[
    ("apache-2", "Apache-2.0"),
    ("apache-2.0", "Apache-2.0"),
    ("apache2", "Apache-2.0"),
    ("artistic", "Artistic-1.0-Perl"),
    ("artistic-1", "Artistic-1.0-Perl"),
    ("artistic-2", "Artistic-2.0"),
    ("artistic-2.0", "Artistic-2.0"),
    ("beerware", "Beerware"),
    ("boost-1.0", "BSL-1.0"),
    ("bsd", "BSD-3-Clause"),
    ("bsd-2-clause", "BSD-2-Clause"),
    ("bsd-3-clause", "BSD-3-Clause"),
    ("bsd-4-clause", "BSD-4-Clause"),
    ("bsd-4-clause-uc", "BSD-4-Clause-UC"),
    ("bsl-1", "BSL-1.0"),
    ("bzip", "bzip2-1.0.6"),
    ("cc0", "CC0-1.0"),
    ("cc0-1.0", "CC0-1.0"),
    ("curl", "curl"),
    ("expat", "MIT"),
    ("fsfap", "FSFAP"),
    ("fsful", "FSFUL"),
    ("fsfullr", "FSFULLR"),
    ("isc", "ISC"),
    ("latex2e", "Latex2e"),
    ("mit", "MIT"),
    ("mit/x11", "MIT"),
    ("mpl-1.1", "MPL-1.1"),
    ("mpl-2.0", "MPL-2.0"),
    ("ms-pl", "MS-PL"),
    ("ofl-1.1", "OFL-1.1"),
    ("openssl", "OpenSSL"),
    ("psf", "PSF-2.0"),
    ("psf-2", "PSF-2.0"),
    ("sleepycat", "Sleepycat"),
    ("wtfpl", "WTFPL"),
    ("x11", "X11"),
    ("zlib", "Zlib"),
];

/// The GNU licences: prefix in lower case, SPDX prefix, versions that there are.
const GNU: &[(&str, &str, &[&str])] = &[
    ("agpl", "AGPL", &["1.0", "3.0"]),
    ("gfdl", "GFDL", &["1.1", "1.2", "1.3"]),
    ("gpl", "GPL", &["1.0", "2.0", "3.0"]),
    ("lgpl", "LGPL", &["2.0", "2.1", "3.0"]),
];

/// The SPDX identifier of a licence's short name; the name as written if none is known.
pub(crate) fn spdx(name: &str) -> Cow<'_, str> {
    let lower = name.to_ascii_lowercase();
    if let Some((_, id)) = NAMES.iter().find(|(known, _)| *known == lower) {
        return Cow::Borrowed(id);
    }
    gnu(&lower).map_or(Cow::Borrowed(name), Cow::Owned)
}

/// `GPL-2+`, `GPLv2+`, `GPL-2.0-or-later`, `GFDL-NIV-1.3`; a name without a version is any
/// version (GPL 3.0, section 14).
fn gnu(name: &str) -> Option<String> {
    let (prefix, spdx, versions) = GNU.iter().find(|row| name.starts_with(row.0))?;
    let rest = name.strip_prefix(prefix)?;
    let (rest, invariants) = match rest.strip_prefix("-niv") {
        Some(rest) => (rest, "-no-invariants"),
        None => (rest, ""),
    };
    let (rest, later) = ["+", "-or-later"]
        .iter()
        .find_map(|suffix| rest.strip_suffix(suffix))
        .map_or((rest.strip_suffix("-only").unwrap_or(rest), false), |rest| (rest, true));
    let number = rest.trim_start_matches(['-', 'v']);
    let version = match number {
        "" => versions.first(),
        number => versions
            .iter()
            .find(|version| **version == number || version.strip_suffix(".0") == Some(number)),
    }?;
    let which = if later || number.is_empty() { "or-later" } else { "only" };
    Some(format!("{spdx}-{version}{invariants}-{which}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_names_that_distributions_use() {
        for (name, id) in [
            ("GPL-2+", "GPL-2.0-or-later"),
            ("GPL-2", "GPL-2.0-only"),
            ("GPL-2.0", "GPL-2.0-only"),
            ("GPL2+", "GPL-2.0-or-later"),
            ("GPLv3+", "GPL-3.0-or-later"),
            ("GPL-3.0-or-later", "GPL-3.0-or-later"),
            ("GPL-2.0-only", "GPL-2.0-only"),
            ("GPL", "GPL-1.0-or-later"),
            ("LGPL-2.1", "LGPL-2.1-only"),
            ("LGPL", "LGPL-2.0-or-later"),
            ("GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later"),
            ("GFDL-3", "GFDL-3"),
            ("GPL-3+ with Bison exception", "GPL-3+ with Bison exception"),
            ("Expat", "MIT"),
            ("bsd-3-clause", "BSD-3-Clause"),
            ("public-domain", "public-domain"),
        ] {
            assert_eq!(spdx(name), id);
        }
    }
}
