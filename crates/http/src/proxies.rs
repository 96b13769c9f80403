//! Proxies, and the requests that go through them.

use std::fmt;
use std::net::IpAddr;

use crate::{Reach, Scheme, Url};

/// Proxies as the variables `http_proxy`, `https_proxy` and `no_proxy` name them. Loopback is
/// always reached directly.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Proxies {
    /// For `http` URLs.
    pub http: Option<String>,
    /// For `https` URLs.
    pub https: Option<String>,
    /// The destinations without a proxy: a list, separated by commas, of hosts, of domains with
    /// everything in them (`example.com`, `.example.com`, `*.example.com`), addresses and networks
    /// (`10.0.0.0/8`), each with or without a port, or `*`.
    pub direct: String,
}

impl Proxies {
    /// One proxy for all URLs, except those that are reached directly; no proxy where none is
    /// given.
    #[must_use]
    pub fn all(proxy: Option<String>, direct: impl Into<String>) -> Self {
        Self { http: proxy.clone(), https: proxy, direct: direct.into() }
    }
}

impl fmt::Debug for Proxies {
    /// Without the URLs, which may have passwords in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxies")
            .field("http", &self.http.is_some())
            .field("https", &self.https.is_some())
            .field("direct", &self.direct)
            .finish()
    }
}

impl Proxies {
    /// The proxy for a URL.
    pub(crate) fn proxy(&self, url: &Url) -> Option<&str> {
        if url.reach() == Reach::Loopback || self.is_direct(url) {
            return None;
        }
        let proxy = match url.scheme() {
            Scheme::Http => self.http.as_deref(),
            Scheme::Https => self.https.as_deref(),
        };
        proxy.filter(|proxy| !proxy.is_empty())
    }

    fn is_direct(&self, url: &Url) -> bool {
        let host = url.host().trim_matches(['[', ']']);
        self.direct.split(',').map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
            let entry = entry.to_ascii_lowercase();
            let (entry, port) = match entry.rsplit_once(':') {
                Some((host, port)) if !host.contains(':') => {
                    (host.to_owned(), Some(port.to_owned()))
                }
                _ => (entry, None),
            };
            port.is_none_or(|port| port == url.port().to_string()) && matches(&entry, host)
        })
    }
}

fn matches(entry: &str, host: &str) -> bool {
    if entry == "*" {
        return true;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return match entry.split_once('/') {
            Some((network, bits)) => is_in(address, network, bits),
            None => entry.trim_matches(['[', ']']).parse() == Ok(address),
        };
    }
    let domain = entry.trim_start_matches('*').trim_start_matches('.');
    let within = host.strip_suffix(domain).is_some_and(|front| front.ends_with('.'));
    !domain.is_empty() && (host == domain || within)
}

fn is_in(address: IpAddr, network: &str, bits: &str) -> bool {
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            (u32::from(address) ^ u32::from(network)) & mask == 0
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            (u128::from(address) ^ u128::from(network)) & mask == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_asked_directly() {
        let proxies = Proxies {
            http: Some("http://h:1".to_owned()),
            https: Some("http://s:1".to_owned()),
            direct: "a.example, .b.example,*.c.example,10.0.0.0/8,d.example:5000,[fd00::1]".into(),
        };
        for (url, proxy) in [
            ("https://x.example/", Some("http://s:1")),
            ("http://x.example/", Some("http://h:1")),
            ("http://localhost:5000/", None),
            ("https://a.example/", None),
            ("https://x.a.example/", None),
            ("https://xa.example/", Some("http://s:1")),
            ("https://b.example/", None),
            ("https://x.c.example/", None),
            ("https://10.1.2.3/", None),
            ("https://11.1.2.3/", Some("http://s:1")),
            ("https://d.example:5000/", None),
            ("https://d.example/", Some("http://s:1")),
            ("https://[fd00::1]/", None),
        ] {
            assert_eq!(proxies.proxy(&url.parse().unwrap()), proxy, "{url}");
        }
        let all = Proxies { direct: "*".to_owned(), ..proxies };
        assert_eq!(all.proxy(&"https://x.example".parse().unwrap()), None);
    }
}
