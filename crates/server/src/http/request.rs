//! Requests of clients.

/// A request, read completely.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The parameters of the query, decoded.
    pub query: Vec<(String, String)>,
    /// Headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// `GET`.
    Get,
    /// `HEAD`: as `GET`, without the body.
    Head,
    /// `POST`.
    Post,
    /// Any other.
    Other,
}

impl Method {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            _ => Self::Other,
        }
    }

    /// Whether the method only reads.
    #[must_use]
    pub fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }
}

impl Request {
    /// A header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter of the query.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The media type of the body, in lower case and without parameters; empty if there is none.
    #[must_use]
    pub fn media_type(&self) -> String {
        let said = self.header("content-type").unwrap_or_default();
        said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// Splits the target of a request into path and parameters. From a target in absolute form (RFC
/// 9112 section 3.2.2), the path is used.
pub(super) fn split_target(target: &str) -> (String, Vec<(String, String)>) {
    let local = match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => {
            rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
        }
        _ => target,
    };
    let (path, query) = local.split_once('?').unwrap_or((local, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let query = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect();
    (path.to_owned(), query)
}

/// Decodes text of a query: `%2B` is a plus sign. A literal plus sign is kept, since media types
/// contain it and clients forget to encode it.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let pair = digit(ahead.next()).zip(digit(ahead.next()));
        match pair {
            Some((high, low)) if byte == b'%' => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_split() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (target, path, query) in [
            ("/validate?timeout=10s", "/validate", vec![pair("timeout", "10s")]),
            ("/", "/", vec![]),
            ("https://host:8443/a?b", "/a", vec![pair("b", "")]),
            ("http://host", "/", vec![]),
            ("/a?x=application%2Fspdx%2Bjson", "/a", vec![pair("x", "application/spdx+json")]),
            ("/a?x=spdx+json&y=%4", "/a", vec![pair("x", "spdx+json"), pair("y", "%4")]),
            ("/a?next=http://b/c", "/a", vec![pair("next", "http://b/c")]),
        ] {
            assert_eq!(split_target(target), (path.to_owned(), query), "{target}");
        }
    }
}
