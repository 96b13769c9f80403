//! Links to pages about vulnerabilities.

/// Prefixes of ids, each with the page for them; the first that fits counts. Sources: the "Data
/// sources" table of osv.dev and the NVD's own URLs.
const PAGES: &[(&str, &str)] = &[
    ("CVE-", "https://nvd.nist.gov/vuln/detail/"),
    ("GHSA-", "https://github.com/advisories/"),
    ("RUSTSEC-", "https://rustsec.org/advisories/"),
    ("GO-", "https://pkg.go.dev/vuln/"),
    ("DSA-", "https://security-tracker.debian.org/tracker/"),
    ("DLA-", "https://security-tracker.debian.org/tracker/"),
    ("", "https://osv.dev/vulnerability/"),
];

/// The page of an id.
pub(crate) fn primary(id: &str) -> String {
    let page = PAGES.iter().find(|(prefix, _)| id.starts_with(prefix));
    let safe = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    page.filter(|_| safe).map_or_else(String::new, |(_, address)| format!("{address}{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape::is_safe_link;

    #[test]
    fn an_id_leads_to_the_page_of_its_source() {
        for (id, page) in [
            ("CVE-2021-44228", "https://nvd.nist.gov/vuln/detail/CVE-2021-44228"),
            ("GHSA-jfh8-c2jp-5v3q", "https://github.com/advisories/GHSA-jfh8-c2jp-5v3q"),
            ("GO-2024-2887", "https://pkg.go.dev/vuln/GO-2024-2887"),
            ("ALSA-2024:1", "https://osv.dev/vulnerability/ALSA-2024:1"),
        ] {
            assert_eq!(primary(id), page);
            assert!(is_safe_link(page), "{page}");
        }
    }

    #[test]
    fn an_id_that_is_more_than_an_id_leads_nowhere() {
        for id in ["CVE-1?x=y", "CVE-1/../..", "CVE-1\u{1b}]8;;", "CVE-1 2", "CVE-1#x", "\u{e9}"] {
            assert_eq!(primary(id), "", "{id}");
        }
    }
}
