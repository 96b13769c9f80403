//! Where a person reads more about a vulnerability.

/// Prefixes of ids and the page that tells of them; the first that fits counts. Sources: the
/// "Data sources" table of osv.dev and the NVD's own URLs.
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
