//! Addresses of Git repositories.

use std::borrow::Cow;

/// `host/owner/name` of an address, `https://host/owner/name.git` or `git@host:owner/name.git`;
/// none for a path. User and port make no difference: they do not change the repository (the Swift
/// Package Manager's `CanonicalPackageLocation`).
#[must_use]
pub fn repository_of(address: &str) -> Option<String> {
    let rest = match address.split_once("://") {
        Some((_, rest)) => Cow::Borrowed(rest),
        None => Cow::Owned(address.strip_prefix("git@")?.replacen(':', "/", 1)),
    };
    let rest = rest.rsplit_once('@').map_or(&*rest, |(_, host)| host);
    let rest = without_suffix(rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_port = |port: &str| port.bytes().all(|it| it.is_ascii_digit());
    Some(match host.rsplit_once(':').filter(|(_, port)| is_port(port)) {
        Some((host, _)) => format!("{host}/{path}"),
        None => rest.to_owned(),
    })
}

/// The same for an address without a scheme, or for its last part.
pub(crate) fn repository_named(name: &str) -> String {
    repository_of(name).unwrap_or_else(|| without_suffix(name).to_owned())
}

fn without_suffix(address: &str) -> &str {
    let address = address.trim_end_matches('/');
    address.strip_suffix(".git").unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories() {
        for (address, name) in [
            ("https://host.example/o/a.git", "host.example/o/a"),
            ("https://user:secret@host.example/o/a/", "host.example/o/a"),
            ("git@host.example:o/a.git", "host.example/o/a"),
            ("ssh://git@host.example:22/o/a.git", "host.example/o/a"),
            ("https://[::1]:80/o/a", "[::1]/o/a"),
        ] {
            assert_eq!(repository_of(address).as_deref(), Some(name), "{address}");
        }
        assert_eq!(repository_of("../folder"), None);
        assert_eq!(repository_named("host.example/o/a.git"), "host.example/o/a");
        assert_eq!(repository_named("a"), "a");
    }
}
