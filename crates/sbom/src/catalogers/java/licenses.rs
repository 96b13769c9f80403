//! Licences in the forms of manifests and poms.

/// What common spellings mean as SPDX identifiers (SPDX License List 3.27). Left: the name in lower
/// case, or the address without scheme, `www.` and extension.
const KNOWN: &[(&str, &str)] = &[
    ("apache 2", "Apache-2.0"),
    ("apache 2.0", "Apache-2.0"),
    ("apache license 2.0", "Apache-2.0"),
    ("apache license, version 2.0", "Apache-2.0"),
    ("apache software license - version 2.0", "Apache-2.0"),
    ("apache-2.0", "Apache-2.0"),
    ("apache.org/licenses/license-2.0", "Apache-2.0"),
    ("eclipse distribution license - v 1.0", "BSD-3-Clause"),
    ("eclipse public license - v 1.0", "EPL-1.0"),
    ("eclipse public license - v 2.0", "EPL-2.0"),
    ("eclipse public license v2.0", "EPL-2.0"),
    ("eclipse.org/legal/epl-2.0", "EPL-2.0"),
    ("eclipse.org/legal/epl-v10", "EPL-1.0"),
    ("eclipse.org/legal/epl-v20", "EPL-2.0"),
    ("mit", "MIT"),
    ("mit license", "MIT"),
    ("opensource.org/licenses/mit", "MIT"),
    ("opensource.org/licenses/mit-license", "MIT"),
    ("the apache license, version 2.0", "Apache-2.0"),
    ("the apache software license, version 2.0", "Apache-2.0"),
    ("the mit license", "MIT"),
];

/// The SPDX identifier of a common spelling; anything else as it is.
pub(super) fn normalize(declared: &str) -> String {
    let lower = declared.trim().to_lowercase();
    let key = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")).map_or(
        lower.as_str(),
        |address| {
            let address = address.strip_prefix("www.").unwrap_or(address).trim_end_matches('/');
            [".txt", ".html", ".htm", ".php"]
                .iter()
                .find_map(|extension| address.strip_suffix(extension))
                .unwrap_or(address)
        },
    );
    let known = KNOWN.iter().find(|(spelling, _)| *spelling == key);
    known.map_or_else(|| declared.trim().to_owned(), |(_, id)| (*id).to_owned())
}

/// The licences of a `Bundle-License` attribute (OSGi Core 8, 3.2.1.10): clauses separated by
/// commas, each a name with parameters after semicolons. `<<EXTERNAL>>` says that the licence is
/// stated elsewhere.
pub(super) fn of_bundle(attribute: &str) -> Vec<String> {
    // A licence's own name may hold a comma: `Apache License, Version 2.0`.
    if KNOWN.iter().any(|(spelling, _)| attribute.trim().eq_ignore_ascii_case(spelling)) {
        return vec![normalize(attribute)];
    }
    let mut licenses = Vec::new();
    for clause in split_outside_quotes(attribute, ',') {
        let name = split_outside_quotes(clause, ';').next().unwrap_or_default();
        let name = name.trim().trim_matches('"').trim();
        if !name.is_empty() && name != "<<EXTERNAL>>" {
            licenses.push(normalize(name));
        }
    }
    licenses
}

fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |c: char| {
        is_quoted ^= c == '"';
        c == separator && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ordered() {
        assert!(KNOWN.is_sorted_by(|(a, _), (b, _)| a < b));
    }

    #[test]
    fn knows_names_and_addresses() {
        assert_eq!(normalize("http://www.apache.org/licenses/LICENSE-2.0.txt"), "Apache-2.0");
        assert_eq!(normalize("The Apache Software License, Version 2.0"), "Apache-2.0");
        assert_eq!(normalize(" Own License "), "Own License");
    }

    #[test]
    fn reads_clauses() {
        assert_eq!(
            of_bundle("\"MIT\";link=\"https://a,b\", https://www.eclipse.org/legal/epl-v10.html"),
            ["MIT", "EPL-1.0"],
        );
        assert_eq!(of_bundle("<<EXTERNAL>>"), [""; 0]);
        assert_eq!(of_bundle("Apache License, Version 2.0"), ["Apache-2.0"]);
    }
}
