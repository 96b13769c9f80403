//! URLs (RFC 3986) of the two schemes that are supported.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An absolute `http` or `https` URL: `scheme://host[:port][/path][?query]`.
///
/// User names and passwords are refused, a fragment is dropped, and characters that a URL must not
/// have are percent-encoded. `Debug` and `Display` leave out the query, because those of storage
/// services hold credentials; [`Url::full`] has it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Url {
    scheme: Scheme,
    host: String,
    port: u16,
    path: String,
    query: Option<String>,
}

/// The scheme of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum Scheme {
    /// Without TLS.
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    /// The scheme as written before the colon.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// How near a host is, by its literal address or by a name that always means this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reach {
    /// This machine: `localhost`, 127.0.0.0/8, `::1`, or no address at all (0.0.0.0, `::`).
    Loopback,
    /// The link: 169.254.0.0/16, fe80::/10. Clouds hand out secrets of machines there.
    Link,
    /// A private network (RFC 1918, RFC 4193, RFC 6598).
    Private,
    /// Anything else, and every other name.
    Elsewhere,
}

/// Longer ones than any server takes.
const MAX_BYTES: usize = 16 << 10;

impl Url {
    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host in lower case; an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The host, with the port where that is not the scheme's own.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.port == self.scheme.default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The path, which begins with a slash.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole URL, with the query and its credentials.
    #[must_use]
    pub fn full(&self) -> String {
        let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}://{}{}{query}", self.scheme.name(), self.authority(), self.path)
    }

    /// Whether both have the same scheme, host and port.
    #[must_use]
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.host == other.host && self.port == other.port
    }

    /// How near the host is.
    #[must_use]
    pub fn reach(&self) -> Reach {
        reach(&self.host)
    }

    /// The URL with pairs added to the query, percent-encoded.
    #[must_use]
    pub fn with_query(&self, pairs: &[(&str, &str)]) -> Self {
        let mut url = self.clone();
        let query = url.query.get_or_insert_default();
        for (name, value) in pairs {
            if !query.is_empty() {
                query.push('&');
            }
            encode(name, query);
            query.push('=');
            encode(value, query);
        }
        url
    }

    /// The URL of a reference in a document at this URL (RFC 3986 section 5.2).
    ///
    /// # Errors
    /// When the result is no URL of the two schemes.
    pub fn join(&self, reference: &str) -> Result<Self, UrlError> {
        let reference = reference.trim();
        if has_scheme(reference) {
            return reference.parse();
        }
        let origin = format!("{}://{}", self.scheme.name(), self.authority());
        if let Some(rest) = reference.strip_prefix("//") {
            return format!("{}://{rest}", self.scheme.name()).parse();
        }
        if reference.starts_with('/') {
            return format!("{origin}{reference}").parse();
        }
        if reference.is_empty() || reference.starts_with(['?', '#']) {
            return format!("{origin}{}{reference}", self.path).parse();
        }
        let folder = self.path.rfind('/').and_then(|end| self.path.get(..=end)).unwrap_or("/");
        format!("{origin}{folder}{reference}").parse()
    }
}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text.len() > MAX_BYTES {
            return Err(UrlError::TooLong { max: MAX_BYTES });
        }
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Scheme)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(UrlError::Scheme),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).ok_or(UrlError::Host)?;
        let (host, port) = split_authority(authority)?;
        let port = match port {
            None | Some("") => scheme.default_port(),
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or(UrlError::Port)?,
        };
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(allowed(query))),
            None => (rest, None),
        };
        Ok(Self { scheme, host, port, path: without_dots(&allowed(path)), query })
    }
}

fn has_scheme(reference: &str) -> bool {
    let scheme = reference.split(['/', '?', '#']).next().unwrap_or_default();
    scheme.split_once(':').is_some_and(|(name, _)| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

fn split_authority(authority: &str) -> Result<(String, Option<&str>), UrlError> {
    if authority.contains('@') {
        return Err(UrlError::Credentials);
    }
    if let Some(rest) = authority.strip_prefix('[') {
        let (address, port) = rest.split_once(']').ok_or(UrlError::Host)?;
        let address: Ipv6Addr = address.parse().map_err(|_| UrlError::Host)?;
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            None => return Err(UrlError::Host),
            port => port,
        };
        return Ok((format!("[{address}]"), port));
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if host.is_empty() || host.len() > 253 || !host.bytes().all(allowed) {
        return Err(UrlError::Host);
    }
    // `127.1` and `0x7f000001` are addresses to some resolvers: what looks like a number must be
    // an address as everybody reads it (URL standard, "ends in a number").
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit())
        || last
            .strip_prefix("0x")
            .or(last.strip_prefix("0X"))
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_number && host.parse::<Ipv4Addr>().is_err() {
        return Err(UrlError::Host);
    }
    Ok((host.to_ascii_lowercase(), port))
}

fn reach(host: &str) -> Reach {
    let name = host.trim_end_matches('.');
    if name == "localhost" || name.ends_with(".localhost") {
        return Reach::Loopback;
    }
    let literal = name.trim_start_matches('[').trim_end_matches(']');
    literal.parse().map_or(Reach::Elsewhere, reach_of)
}

/// How near an address is.
pub(crate) fn reach_of(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_of_v4(address),
        IpAddr::V6(address) => reach_of_v6(address),
    }
}

fn reach_of_v4(address: Ipv4Addr) -> Reach {
    // RFC 6598: between a carrier's customers and its network.
    let is_shared = matches!(address.octets(), [100, 64..=127, _, _]);
    match address.octets() {
        [0 | 127, ..] => Reach::Loopback,
        _ if address.is_link_local() => Reach::Link,
        _ if address.is_private() || is_shared => Reach::Private,
        _ => Reach::Elsewhere,
    }
}

fn reach_of_v6(address: Ipv6Addr) -> Reach {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return reach_of_v4(mapped);
    }
    match address.segments() {
        _ if address.is_loopback() || address.is_unspecified() => Reach::Loopback,
        [0xfe80..=0xfebf, ..] => Reach::Link,
        [0xfc00..=0xfdff, ..] => Reach::Private,
        _ => Reach::Elsewhere,
    }
}

/// Pairs as the body of a form (URL standard, `application/x-www-form-urlencoded`).
#[must_use]
pub fn form(pairs: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in pairs {
        if !form.is_empty() {
            form.push('&');
        }
        encode(name, &mut form);
        form.push('=');
        encode(value, &mut form);
    }
    form
}

/// Percent-encodes what is not unreserved (RFC 3986 section 2.3).
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            percent(byte, into);
        }
    }
}

/// The text with what may not stand in a path or query percent-encoded.
fn allowed(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            percent(byte, &mut encoded);
        }
    }
    encoded
}

fn percent(byte: u8, into: &mut String) {
    into.push_str(&format!("%{byte:02X}"));
}

/// The path without `.` and `..` (RFC 3986 section 5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme.name(), self.authority(), self.path)?;
        if self.query.is_some() { f.write_str("?...") } else { Ok(()) }
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no URL of the two schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// The text does not begin with `http://` or `https://`.
    #[error("a URL begins with http:// or https://")]
    Scheme,
    /// The text has a user name or a password.
    #[error("a URL must have no user name or password")]
    Credentials,
    /// The host is invalid.
    #[error("the URL has no host, or a malformed one")]
    Host,
    /// The port is invalid.
    #[error("the URL's port is not between 1 and 65535")]
    Port,
    /// The text is too long.
    #[error("the URL has more than {max} bytes")]
    TooLong {
        /// The most bytes.
        max: usize,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn reads_urls() {
        for (text, full) in [
            ("https://a", "https://a/"),
            ("HTTPS://A:443/x?y#z", "https://a/x?y"),
            ("http://[::1]:5000/v2/", "http://[::1]:5000/v2/"),
            ("https://a/ü b?{", "https://a/%C3%BC%20b?%7B"),
            ("https://a/b/../c/./d", "https://a/c/d"),
            ("https://a/..", "https://a/"),
        ] {
            assert_eq!(url(text).full(), full);
        }
        for text in [
            "a/b",
            "ftp://a",
            "https://",
            "https://u:p@a",
            "https://a:0",
            "https://a:x",
            "https://a b/",
            "https://[::1",
            "https://[a]",
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433",
            "https://a.0x1/",
        ] {
            assert!(text.parse::<Url>().is_err(), "{text}");
        }
    }

    #[test]
    fn joins_references() {
        let base = url("https://a:5000/v2/b?q=1");
        for (reference, full) in [
            ("https://c/d", "https://c/d"),
            ("//c/d", "https://c/d"),
            ("/d?e", "https://a:5000/d?e"),
            ("d/../e", "https://a:5000/v2/e"),
            ("?f", "https://a:5000/v2/b?f"),
            ("d?next=http://x", "https://a:5000/v2/d?next=http://x"),
        ] {
            assert_eq!(base.join(reference).unwrap().full(), full);
        }
        assert_eq!(base.join("javascript:1"), Err(UrlError::Scheme));
    }

    #[test]
    fn queries_are_encoded_and_not_shown() {
        let url = url("https://a/b?c").with_query(&[("digest", "sha256:0&f")]);
        assert_eq!(url.full(), "https://a/b?c&digest=sha256%3A0%26f");
        assert_eq!(format!("{url} {url:?}"), "https://a/b?... https://a/b?...");
    }

    #[test]
    fn tells_how_near_a_host_is() {
        for (host, reach) in [
            ("localhost", Reach::Loopback),
            ("x.localhost.", Reach::Loopback),
            ("127.8.0.1", Reach::Loopback),
            ("0.0.0.0", Reach::Loopback),
            ("[::ffff:127.0.0.1]", Reach::Loopback),
            ("169.254.169.254", Reach::Link),
            ("[fe80::1]", Reach::Link),
            ("10.0.0.1", Reach::Private),
            ("100.64.0.1", Reach::Private),
            ("[fd00::1]", Reach::Private),
            ("8.8.8.8", Reach::Elsewhere),
            ("localhost.example", Reach::Elsewhere),
        ] {
            assert_eq!(url(&format!("https://{host}/")).reach(), reach, "{host}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(https?://)?\\PC{0,40}") {
            if let Ok(url) = text.parse::<Url>() {
                prop_assert_eq!(url.full().parse::<Url>(), Ok(url));
            }
        }
    }
}
