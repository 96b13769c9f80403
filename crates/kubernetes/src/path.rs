//! Paths of the API, and which of them may be requested.

use crate::Error;

/// Parts of objects by which a request does something, or goes on to somebody else, whatever its
/// method (kubernetes.io, API concepts: connect).
const DOES: [&str; 4] = ["attach", "exec", "portforward", "proxy"];
/// Parameters that make an answer endless.
const ENDLESS: [&str; 2] = ["follow", "watch"];
/// Resources that answer what is posted, and keep nothing of it.
const ANSWERS: [(&str, &str); 5] = [
    ("/apis/authorization.k8s.io/v1/", "subjectaccessreviews"),
    ("/apis/authorization.k8s.io/v1/", "selfsubjectaccessreviews"),
    ("/apis/authorization.k8s.io/v1/", "selfsubjectrulesreviews"),
    ("/apis/authorization.k8s.io/v1/namespaces/", "localsubjectaccessreviews"),
    ("/apis/authentication.k8s.io/v1/", "selfsubjectreviews"),
];

/// Where a group's version is served: `/api/v1`, `/apis/apps/v1`.
pub(crate) fn of_version(api_version: &str) -> Result<String, Error> {
    let parts: Vec<&str> = api_version.split('/').collect();
    for part in &parts {
        name(part)?;
    }
    match parts.as_slice() {
        [version] => Ok(format!("/api/{version}")),
        [group, version] => Ok(format!("/apis/{group}/{version}")),
        _ => Err(refused(api_version, "it is no group and version")),
    }
}

/// A name as one part of a path; what is more than that leads elsewhere.
pub(crate) fn name(text: &str) -> Result<&str, Error> {
    // The API's own rule is about `/`, `%` and dots; its names have no other letters than these.
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:@".contains(&byte);
    match text {
        "" | "." | ".." => Err(refused(text, "it is no name")),
        text if !text.bytes().all(is_of_name) => Err(refused(text, "it is no name")),
        text => Ok(text),
    }
}

/// A path that a policy names, to be read.
pub(crate) fn read(path: &str) -> Result<&str, Error> {
    let (place, query) = path.split_once('?').unwrap_or((path, ""));
    let parts = parts(place)?;
    let Asked { is_watch, of_object } = asked(&parts);
    if let Some(part) = of_object.iter().find(|part| DOES.contains(part)) {
        return Err(refused(part, "it does more than to read"));
    }
    if is_watch {
        return Err(refused(path, "it has no end"));
    }
    let mut names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    if names.any(|name| ENDLESS.contains(&name) || name.contains('%')) {
        return Err(refused(path, "it has no end"));
    }
    if query.contains(|next: char| next.is_control() || next.is_whitespace() || next == '#') {
        return Err(refused(path, "it is no query"));
    }
    Ok(path)
}

/// The meaning of the parts of a path.
struct Asked<'a> {
    /// The old way to watch: `/api/v1/watch/pods`.
    is_watch: bool,
    /// The parts after the name of an object: a subresource.
    of_object: &'a [&'a str],
}

/// Behind the version stands a resource, in a namespace or outside of them, then the name of an
/// object. Names may be words that mean something elsewhere.
fn asked<'a>(parts: &'a [&'a str]) -> Asked<'a> {
    let behind = match parts {
        ["api", _, behind @ ..] | ["apis", _, _, behind @ ..] => behind,
        // No path of resources: none of its parts is a name.
        parts => return Asked { is_watch: parts.contains(&"watch"), of_object: parts },
    };
    let is_watch = behind.first() == Some(&"watch");
    // The parts that a namespace has itself are no resources in it, and do nothing.
    let of_object = match behind {
        ["namespaces", _, _resource, _name, of_object @ ..] => of_object,
        ["namespaces", ..] => &[],
        // The old way to go on: `/api/v1/proxy/nodes/one`.
        ["proxy", ..] => behind,
        [_resource, _name, of_object @ ..] => of_object,
        _ => &[],
    };
    Asked { is_watch, of_object }
}

/// A path that a policy posts to.
pub(crate) fn post(path: &str) -> Result<&str, Error> {
    parts(path)?;
    let asks = ANSWERS.iter().any(|(before, resource)| {
        let rest = path.strip_prefix(before).unwrap_or_default();
        let namespaced = before.ends_with("namespaces/");
        match rest.split_once('/') {
            Some((_, rest)) => namespaced && rest == *resource,
            None => !namespaced && rest == *resource,
        }
    });
    if asks { Ok(path) } else { Err(refused(path, "it might change the cluster")) }
}

fn parts(path: &str) -> Result<Vec<&str>, Error> {
    let rest = path.strip_prefix('/').ok_or_else(|| refused(path, "it is no path of the API"))?;
    let parts: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
    for part in &parts {
        name(part).map_err(|_| refused(path, "it is no path of the API"))?;
    }
    Ok(parts)
}

fn refused(what: &str, why: &'static str) -> Error {
    Error::Refused { what: what.chars().take(200).collect(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        for good in ["web", "web-1.2", "system:node", "a_b"] {
            assert_eq!(name(good).unwrap(), good);
        }
        for bad in ["", ".", "..", "a/b", "a%2fb", "a?b", "a#b", "a b", "\u{e9}", "a\\b"] {
            assert!(name(bad).is_err(), "{bad}");
        }
        assert_eq!(of_version("apps/v1").unwrap(), "/apis/apps/v1");
        assert_eq!(of_version("v1").unwrap(), "/api/v1");
        for bad in ["", "/v1", "a/b/c", "../v1"] {
            assert!(of_version(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_only_reads_is_asked() {
        for good in [
            "/api/v1/namespaces/shop/pods",
            "/api/v1/namespaces/shop/pods/web/status",
            "/api/v1/namespaces/exec/pods/proxy?labelSelector=a%3Db&limit=1",
            "/api/v1/namespaces/watch/pods/watch",
            "/api/v1/nodes/proxy",
            "/apis/apps/v1/namespaces/proxy/deployments/exec/scale",
            "/apis/apps/v1/deployments",
            "/version",
        ] {
            assert!(read(good).is_ok(), "{good}: {:?}", read(good));
        }
        for bad in [
            "api/v1",
            "/api/v1/../../x",
            "/api//v1",
            "/api/v1/namespaces/shop/pods/web/exec?command=ls",
            "/api/v1/namespaces/shop/services/web/proxy/delete",
            "/api/v1/namespaces/shop/pods/web:80/proxy/",
            "/api/v1/nodes/one/proxy",
            "/api/v1/nodes/one/proxy/logs",
            "/apis/subresources.kubevirt.io/v1/namespaces/shop/virtualmachines/one/portforward",
            "/proxy/api/v1/pods",
            "/api/v1/proxy/nodes/one",
            "/api/v1/watch/pods",
            "/apis/apps/v1/watch/namespaces/shop/deployments",
            "/api/v1/pods?watch=true",
            "/api/v1/pods?%77atch=1",
            "/api/v1/pods?a b",
            "https://elsewhere.example/x",
            "//elsewhere.example/x",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_posted_keeps_nothing() {
        let v1 = "/apis/authorization.k8s.io/v1";
        assert!(post(&format!("{v1}/subjectaccessreviews")).is_ok());
        assert!(post(&format!("{v1}/namespaces/shop/localsubjectaccessreviews")).is_ok());
        for bad in [
            "/api/v1/namespaces/shop/pods".to_owned(),
            format!("{v1}/namespaces/shop/subjectaccessreviews"),
            format!("{v1}/localsubjectaccessreviews"),
            format!("{v1}/../../../api/v1/pods"),
        ] {
            assert!(post(&bad).is_err(), "{bad}");
        }
    }
}
