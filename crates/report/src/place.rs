//! The place of a finding: names and paths that stay the same from scan to scan.

use crate::json::file_path;
use crate::report::Report;
use crate::sections::Entry;

/// The target's name without its parts that change from build to build: tag, digest, and the folder
/// of an archive that names its image itself.
pub(crate) fn repository(report: &Report) -> &str {
    let tags = report.artifact.image.iter().flat_map(|image| &image.tags);
    // A layout may know an image by a bare tag, which names no repository.
    let named = tags.filter(|tag| tag.contains(':')).min();
    without_tag(named.map_or(report.artifact.name.as_str(), String::as_str))
}

/// A repository without its registry, as a relative path.
pub(crate) fn repository_path(repository: &str) -> &str {
    let path = repository.trim_start_matches(['.', '/']);
    match path.split_once('/') {
        // What tells a registry from a folder (distribution's reference grammar, `domain`).
        Some((host, rest)) if path == repository && is_host(host) => rest,
        _ => path,
    }
}

/// The path of a package in the target, else the target's: packages of the operating system have
/// none of their own.
pub(crate) fn path_of(report: &Report, entry: &Entry<'_>) -> String {
    let path = file_path(entry).filter(|path| !path.is_empty());
    path.map_or_else(|| repository_path(repository(report)).to_owned(), |path| path.into_owned())
}

/// A path as a relative URI reference (RFC 3986, 4.2): its first segment must have no colon, so
/// none has.
pub(crate) fn relative_uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' | b'@' | b'+' | b'=' | b',' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

fn is_host(text: &str) -> bool {
    text.contains(['.', ':']) || text == "localhost"
}

fn without_tag(name: &str) -> &str {
    let name = match name.rsplit_once('@') {
        Some((name, digest)) if digest.starts_with("sha256:") || digest.starts_with("sha512:") => {
            name
        }
        _ => name,
    };
    match name.rsplit_once(':') {
        Some((repository, tag)) if !repository.is_empty() && is_tag(tag) => repository,
        _ => name,
    }
}

/// OCI distribution specification 1.1, "Pulling manifests": what a tag may be.
fn is_tag(text: &str) -> bool {
    const MAX_BYTES: usize = 128;
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let permitted = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    starts_well && text.len() <= MAX_BYTES && text.bytes().all(permitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_and_digest_are_no_part_of_the_name() {
        let digest = format!("@sha256:{}", "0".repeat(64));
        for (name, repository) in [
            ("shop", "shop"),
            ("shop:1.4", "shop"),
            ("localhost:5000/shop", "localhost:5000/shop"),
            ("example.org/shop:1.4", "example.org/shop"),
            ("/srv/images:shop", "/srv/images"),
            ("./shop.tar", "./shop.tar"),
            (":1.4", ":1.4"),
        ] {
            assert_eq!(without_tag(name), repository);
            assert_eq!(without_tag(&format!("{name}{digest}")), repository);
        }
    }

    #[test]
    fn a_registry_is_no_part_of_the_path() {
        for (repository, path) in [
            ("shop", "shop"),
            ("example.org/team/shop", "team/shop"),
            ("localhost:5000/shop", "shop"),
            ("team/shop", "team/shop"),
            ("/srv/images", "srv/images"),
            ("./a.d/images", "a.d/images"),
            ("../images", "images"),
        ] {
            assert_eq!(repository_path(repository), path);
        }
    }

    #[test]
    fn paths_are_relative_uris() {
        assert_eq!(relative_uri("/a b/c:d/é%.jar"), "a%20b/c%3Ad/%C3%A9%25.jar");
        assert_eq!(relative_uri("usr/lib/@scope/x.json"), "usr/lib/@scope/x.json");
    }
}
