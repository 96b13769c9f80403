//! URLs (Kubernetes, urls): an absolute URI, or an absolute path.

use std::collections::BTreeMap;

use super::{Function, global, member, mismatch, opaque};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::value::{Key, Opaque, Text, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    global("isURL", 1, |_, arguments| match arguments {
        [Value::String(text)] => Ok(Value::Bool(Url::read(text).is_ok())),
        _ => Err(mismatch("isURL", arguments)),
    }),
    global("url", 1, |_, arguments| match arguments {
        [Value::String(text)] => opaque(Opaque::Url(Url::read(text)?.into())),
        _ => Err(mismatch("url", arguments)),
    }),
    member("getScheme", 1, |_, arguments| part("getScheme", arguments, |url| url.scheme.clone())),
    member("getHost", 1, |_, arguments| part("getHost", arguments, |url| url.host.clone())),
    member("getHostname", 1, |_, arguments| {
        part("getHostname", arguments, |url| url.host_and_port().0)
    }),
    member("getPort", 1, |_, arguments| part("getPort", arguments, |url| url.host_and_port().1)),
    member("getEscapedPath", 1, |_, arguments| {
        part("getEscapedPath", arguments, |url| url.path.clone())
    }),
    member("getQuery", 1, |run, arguments| match arguments {
        [Value::Opaque(Opaque::Url(url))] => {
            run.spend(url.query.len())?;
            Ok(url.query_values())
        }
        _ => Err(mismatch("getQuery", arguments)),
    }),
];

fn part<'a>(name: &str, arguments: &[Value<'a>], part: fn(&Url) -> String) -> Result<Value<'a>> {
    match arguments {
        [Value::Opaque(Opaque::Url(url))] => Ok(Value::text(part(url))),
        _ => Err(mismatch(name, arguments)),
    }
}

/// The parts of a URL (RFC 3986, 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(in crate::admission::cel) text: String,
    scheme: String,
    host: String,
    path: String,
    query: String,
}

impl Url {
    pub(super) fn read(text: &str) -> Result<Self> {
        Self::parts(text).ok_or_else(|| Error::invalid(format!("{text:?} is no URL")))
    }

    fn parts(text: &str) -> Option<Self> {
        let plain = |c: char| !c.is_control() && c != ' ';
        if !text.chars().all(plain) || !escapes_hold(text) {
            return None;
        }
        let (rest, _fragment) = text.split_once('#').unwrap_or((text, ""));
        let (scheme, rest) = if rest.starts_with('/') {
            ("", rest)
        } else {
            let (scheme, rest) = rest.split_once(':')?;
            let first = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
            let others = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
            (first && scheme.chars().all(others)).then_some((scheme, rest))?
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match rest.strip_prefix("//") {
            // An authority without a scheme is allowed, too (Go's `url.Parse`).
            Some(rest) if !rest.starts_with('/') => {
                rest.find('/').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""))
            }
            _ => ("", rest),
        };
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let url = Self {
            text: text.to_owned(),
            scheme: scheme.to_ascii_lowercase(),
            host: host.to_owned(),
            // The text after `mailto:` is not a path.
            path: if path.starts_with('/') { path.to_owned() } else { String::new() },
            query: query.to_owned(),
        };
        let (_, port) = url.host_and_port();
        let plain = host
            .chars()
            .all(|c| !matches!(c, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}'));
        (plain && port.chars().all(|c| c.is_ascii_digit())).then_some(url)
    }

    fn host_and_port(&self) -> (String, String) {
        let after_bracket = self.host.rfind(']').unwrap_or(0);
        let colon = self.host.rfind(':').filter(|colon| *colon >= after_bracket);
        let (host, port) = match colon.and_then(|colon| self.host.split_at_checked(colon)) {
            Some((host, port)) => (host, port.trim_start_matches(':')),
            None => (&*self.host, ""),
        };
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        (inner.unwrap_or(host).to_owned(), port.to_owned())
    }

    fn query_values<'a>(&self) -> Value<'a> {
        let mut values: BTreeMap<String, Vec<Value<'a>>> = BTreeMap::new();
        for pair in self.query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';')) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if let (Some(name), Some(value)) = (decoded(name), decoded(value)) {
                values.entry(name).or_default().push(Value::text(value));
            }
        }
        let entry = |(name, values)| (Key::String(Text::from(name)), Value::list(values));
        Value::map(values.into_iter().map(entry))
    }
}

fn escapes_hold(text: &str) -> bool {
    let mut parts = text.split('%');
    parts.next();
    parts.all(|part| {
        part.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

/// Decodes the escapes in a part of a query.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}
