//! Declared licences as SPDX expressions (SPDX 2.3, Annex A and D).

use std::collections::{HashMap, HashSet};

use spdx::{Expression, ParseMode};

/// What a declared licence is to SPDX.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum License<'a> {
    /// An identifier of the SPDX licence list.
    Id(&'static str),
    /// An expression of identifiers of the list.
    Expression(String),
    /// Anything else, as written.
    Name(&'a str),
}

/// The SPDX licence list, by the names that licences go by.
#[derive(Debug)]
pub(crate) struct LicenseList {
    /// Identifier and plain form of the full name of each licence, in lower case.
    by_name: HashMap<String, &'static str>,
}

impl LicenseList {
    pub(crate) fn new() -> Self {
        let known = spdx::identifiers::LICENSES.iter().filter(|license| is_listed(license.name));
        let (old, current): (Vec<_>, Vec<_>) = known.partition(|license| {
            spdx::license_id(license.name).is_some_and(spdx::LicenseId::is_deprecated)
        });
        let mut by_name = HashMap::new();
        // A current licence keeps a full name that it shares with a deprecated one.
        for license in current.iter().chain(&old) {
            by_name.insert(license.name.to_ascii_lowercase(), license.name);
            by_name.entry(plain(license.full_name)).or_insert(license.name);
        }
        for (name, id) in OTHER_NAMES {
            by_name.entry((*name).to_owned()).or_insert(id);
        }
        Self { by_name }
    }

    /// What `text` is. Identifiers are compared without case (Annex D.2), and full names and the
    /// short names of Debian and Fedora are known; nothing is guessed.
    pub(crate) fn classify<'a>(&self, text: &'a str) -> License<'a> {
        let text = text.trim();
        match self.id(text) {
            Some(id) => License::Id(id),
            None => self.expression(text).map_or(License::Name(text), License::Expression),
        }
    }

    /// What the licences of one package are, each once.
    pub(crate) fn classify_all<'a>(&self, texts: &'a [String]) -> Vec<License<'a>> {
        let mut seen = HashSet::new();
        let stated = texts.iter().filter(|text| !text.trim().is_empty());
        stated
            .map(|text| self.classify(text))
            .filter(|license| seen.insert(license.clone()))
            .collect()
    }

    fn id(&self, text: &str) -> Option<&'static str> {
        // No name of a licence is as long; a licence field may hold the whole text.
        if text.len() > 200 {
            return None;
        }
        let find = |name: &str| self.by_name.get(name).copied();
        find(&text.to_ascii_lowercase())
            .or_else(|| find(&plain(text)))
            .or_else(|| find(&gnu_short_name(text)?))
    }

    /// An expression whose terms are all on the list, operators and identifiers in the case that
    /// the specification has.
    fn expression(&self, text: &str) -> Option<String> {
        let mut spelled = String::with_capacity(text.len());
        for (at, part) in text.split_inclusive([' ', '(', ')']).enumerate() {
            let word = part.trim_end_matches([' ', '(', ')']);
            let operator = ["AND", "OR", "WITH"].into_iter().find(|o| o.eq_ignore_ascii_case(word));
            match operator.filter(|_| at > 0).or_else(|| self.id(word)) {
                Some(known) => spelled.push_str(known),
                None => spelled.push_str(word),
            }
            spelled.push_str(part.get(word.len()..)?);
        }
        let mode = ParseMode {
            allow_deprecated: true,
            allow_postfix_plus_on_gpl: true,
            ..ParseMode::STRICT
        };
        let expression = Expression::parse_mode(&spelled, mode).ok()?;
        let listed = |name: &str| self.by_name.contains_key(&name.to_ascii_lowercase());
        expression
            .requirements()
            .all(|term| term.req.license.id().is_some_and(|id| listed(id.name)))
            .then_some(spelled)
    }
}

/// Joins licences that all hold (Annex D.4, `AND`); `name` writes one that is not on the list.
pub(crate) fn all_of<'a>(
    licenses: &[License<'a>],
    mut name: impl FnMut(&'a str) -> String,
) -> Option<String> {
    let term = |license: &License<'a>| match license {
        License::Id(id) => (*id).to_owned(),
        License::Expression(text) if licenses.len() > 1 && binds_weaker(text) => {
            format!("({text})")
        }
        License::Expression(text) => text.clone(),
        License::Name(text) => name(text),
    };
    let terms: Vec<String> = licenses.iter().map(term).collect();
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

/// Whether an expression has an `OR` outside parentheses, as far as it can be seen at a glance.
fn binds_weaker(expression: &str) -> bool {
    let within = expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let wrapped = within.is_some_and(|within| !within.contains(['(', ')']));
    expression.contains(" OR ") && !wrapped
}

/// The crate's list has some names of its own for looser matching.
fn is_listed(id: &str) -> bool {
    id != "NOASSERTION" && !id.ends_with("-invariants")
}

/// The words of a name: `The Apache License, Version 2.0` as `apache license 2.0`.
fn plain(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let words = lower.split([' ', ',']).filter(|word| !matches!(*word, "" | "the" | "version"));
    let words = words.map(|word| match word.strip_prefix('v') {
        Some(number) if number.starts_with(|c: char| c.is_ascii_digit()) => number,
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Debian's `GPL-2+` (copyright-format 1.0, "License specification") and Fedora's `GPLv2+`, as the
/// identifier `gpl-2.0-or-later` in lower case.
fn gnu_short_name(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let family = ["agpl", "lgpl", "gpl", "gfdl"].into_iter().find(|f| lower.starts_with(f))?;
    let rest = lower.strip_prefix(family)?;
    let rest = rest.strip_prefix(['-', 'v'])?;
    let (version, which) = match rest.strip_suffix('+') {
        Some(version) => (version, "or-later"),
        None => (rest, "only"),
    };
    let zero = if version.contains('.') { "" } else { ".0" };
    Some(format!("{family}-{version}{zero}-{which}"))
}

/// Names that are neither identifier nor full name, and mean one licence: from Maven Central's
/// usual `pom.xml`, Debian's copyright-format 1.0, Fedora's list before SPDX.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("apache 2.0", "Apache-2.0"),
    ("apache 2.0 license", "Apache-2.0"),
    ("apache software license 2.0", "Apache-2.0"),
    ("asl 2.0", "Apache-2.0"),
    ("bsd-2-clause license", "BSD-2-Clause"),
    ("bsd-3-clause license", "BSD-3-Clause"),
    ("eclipse public license 1.0", "EPL-1.0"),
    ("eclipse public license 2.0", "EPL-2.0"),
    ("eclipse public license - 1.0", "EPL-1.0"),
    ("eclipse public license - 2.0", "EPL-2.0"),
    ("expat", "MIT"),
    ("mozilla public license 2.0 (mpl 2.0)", "MPL-2.0"),
    ("mplv2.0", "MPL-2.0"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_identifiers() {
        let list = LicenseList::new();
        for (text, id) in [
            ("MIT", "MIT"),
            ("mit", "MIT"),
            ("MIT License", "MIT"),
            ("The MIT License", "MIT"),
            ("Expat", "MIT"),
            ("Apache License, Version 2.0", "Apache-2.0"),
            ("The Apache Software License, Version 2.0", "Apache-2.0"),
            ("GPL-2+", "GPL-2.0-or-later"),
            ("GPL-2", "GPL-2.0-only"),
            ("LGPLv2.1+", "LGPL-2.1-or-later"),
            ("GPL-2.0", "GPL-2.0"),
            ("GNU General Public License v2.0 only", "GPL-2.0-only"),
        ] {
            assert_eq!(list.classify(text), License::Id(id), "{text}");
        }
    }

    #[test]
    fn expressions_are_spelled_as_specified() {
        let list = LicenseList::new();
        for (text, expression) in [
            ("(MIT OR Apache-2.0)", "(MIT OR Apache-2.0)"),
            (
                "mit or GPL-2+ with Bison-exception-2.2",
                "MIT OR GPL-2.0-or-later WITH Bison-exception-2.2",
            ),
            ("MPL-2.0 and (ISC and (mit))", "MPL-2.0 AND (ISC AND (MIT))"),
        ] {
            assert_eq!(list.classify(text), License::Expression(expression.to_owned()), "{text}");
        }
    }

    #[test]
    fn anything_else_stays_as_written() {
        let list = LicenseList::new();
        for text in [
            "",
            "public-domain",
            "GPL",
            "apache",
            "MIT OR",
            "(MIT",
            "MIT Apache-2.0",
            "NOASSERTION",
            "LicenseRef-mine AND MIT",
            "or",
            "gpl-",
            "MIT/BSD",
        ] {
            assert_eq!(list.classify(text), License::Name(text), "{text}");
        }
        let deep = "(".repeat(100_000);
        assert_eq!(list.classify(&deep), License::Name(&deep));
        let long = "MIT AND ".repeat(20_000);
        assert!(matches!(list.classify(&long), License::Name(_)));
    }

    #[test]
    fn all_licences_hold_together() {
        let list = LicenseList::new();
        let texts = ["MIT", "ISC OR Zlib", "mit", "odd"].map(str::to_owned);
        let licenses = list.classify_all(&texts);
        let joined = all_of(&licenses, |name| format!("LicenseRef-{name}"));
        assert_eq!(joined.unwrap(), "MIT AND (ISC OR Zlib) AND LicenseRef-odd");
        assert_eq!(all_of(&[], str::to_owned), None);
    }
}
