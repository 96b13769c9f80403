//! From text to components, right to left (ECMA-427, How to parse a purl string).

use std::borrow::Cow;
use std::str::FromStr;

use super::Purl;
use super::error::{PurlComponent, PurlError};
use super::parts::{Parts, Strictness};

impl FromStr for Purl {
    type Err = PurlError;

    /// Reads a purl that follows the specification and the definition of its type.
    ///
    /// Details without meaning need not be canonical: the case of the type, extra slashes, the
    /// order of the qualifiers, characters that should have been encoded.
    fn from_str(text: &str) -> Result<Self, PurlError> {
        parse(text, Strictness::Strict)
    }
}

impl TryFrom<&str> for Purl {
    type Error = PurlError;

    fn try_from(text: &str) -> Result<Self, PurlError> {
        text.parse()
    }
}

impl Purl {
    /// Reads a purl that another tool wrote, as long as its meaning is clear.
    ///
    /// Beyond [`FromStr`], keys of qualifiers may begin in upper case, a `%` may stand for itself,
    /// and the definition of the type decides only the spelling: components that it requires may be
    /// missing, and components that it prohibits may be there.
    ///
    /// # Errors
    /// When the text breaks the general rules of the specification.
    pub fn parse_lenient(text: &str) -> Result<Self, PurlError> {
        parse(text, Strictness::Lenient)
    }
}

fn parse(text: &str, strictness: Strictness) -> Result<Purl, PurlError> {
    let (rest, subpath) = text.rsplit_once('#').unwrap_or((text, ""));
    let (rest, qualifiers) = rest.rsplit_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = rest.split_once(':').ok_or(PurlError::MissingScheme)?;
    if !scheme.eq_ignore_ascii_case("pkg") {
        return Err(PurlError::MissingScheme);
    }
    let rest = rest.trim_start_matches('/');
    let (kind, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let (rest, version) = split_version(rest);
    let rest = rest.trim_end_matches('/');
    let (namespace, name) = rest.rsplit_once('/').unwrap_or(("", rest));

    let mut parts = Parts {
        kind,
        name: decode(name, PurlComponent::Name, strictness)?,
        namespace: decode_path(namespace, PurlComponent::Namespace, strictness)?,
        version: decode(version, PurlComponent::Version, strictness)?,
        subpath: decode_path(subpath, PurlComponent::Subpath, strictness)?,
        qualifiers: Vec::new(),
    };
    for pair in qualifiers.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        // The specification says lower case; its suite reads `repositorY_url` and refuses
        // `Platform` and `Arch`. What tells them apart is the first letter.
        if strictness == Strictness::Strict && key.starts_with(|c: char| c.is_ascii_uppercase()) {
            let key = key.to_owned();
            return Err(PurlError::InvalidQualifierKey { key });
        }
        parts.qualifiers.push((key, decode(value, PurlComponent::Qualifier, strictness)?));
    }
    parts.finish(strictness)
}

/// Splits at the last `@`. One that opens a segment with another behind it opens a scope that
/// should have been encoded, as in `@babel/core`; a version may have a `/` of its own.
fn split_version(path: &str) -> (&str, &str) {
    path.rmatch_indices('@')
        .filter_map(|(at, _)| Some((path.get(..at)?, path.get(at + 1..)?)))
        .find(|(before, after)| {
            let opens_segment = before.is_empty() || before.ends_with('/');
            !(opens_segment && after.contains('/'))
        })
        .unwrap_or((path, ""))
}

/// Segments decoded one by one, none of which has a `/` of its own then.
fn decode_path(
    path: &str,
    component: PurlComponent,
    strictness: Strictness,
) -> Result<Cow<'_, str>, PurlError> {
    if !path.contains('%') {
        return Ok(Cow::Borrowed(path));
    }
    let mut decoded = String::with_capacity(path.len());
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let segment = decode(segment, component, strictness)?;
        if segment.contains('/') {
            let segment = segment.into_owned();
            return Err(PurlError::SlashInSegment { component, segment });
        }
        if !decoded.is_empty() {
            decoded.push('/');
        }
        decoded.push_str(&segment);
    }
    Ok(Cow::Owned(decoded))
}

/// Undoes percent-encoding (RFC 3986, 2.1). A `+` is a plus sign.
fn decode(
    text: &str,
    component: PurlComponent,
    strictness: Strictness,
) -> Result<Cow<'_, str>, PurlError> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        match after {
            [high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(hex(*high) << 4 | hex(*low));
                rest = after;
            }
            _ if strictness == Strictness::Lenient => bytes.push(b'%'),
            _ => {
                let text = text.to_owned();
                return Err(PurlError::InvalidEncoding { component, text });
            }
        }
    }
    let decoded = String::from_utf8(bytes);
    let not_utf8 = |_| PurlError::NotUtf8 { component, text: text.to_owned() };
    decoded.map(Cow::Owned).map_err(not_utf8)
}

/// The value of a hexadecimal digit.
fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit - b'A' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> PurlError {
        text.parse::<Purl>().unwrap_err()
    }

    #[test]
    fn a_version_may_have_a_slash_and_a_scope_an_at() {
        let purl: Purl = "pkg:opam/git@3/16.1".parse().unwrap();
        assert_eq!((purl.name(), purl.version()), ("git", Some("3/16.1")));
        let purl: Purl = "pkg:npm/@babel/core@7.0".parse().unwrap();
        assert_eq!(purl.to_string(), "pkg:npm/%40babel/core@7.0");
        let purl: Purl = "pkg:npm/@babel/core".parse().unwrap();
        assert_eq!(purl.version(), None);
    }

    #[test]
    fn a_subpath_never_climbs() {
        let purl: Purl = "pkg:generic/x#/../a/%2E%2E/./b/".parse().unwrap();
        assert_eq!(purl.subpath(), Some("a/b"));
        let segment = "../a".to_owned();
        let component = PurlComponent::Subpath;
        assert_eq!(error("pkg:generic/x#..%2Fa"), PurlError::SlashInSegment { component, segment });
    }

    #[test]
    fn errors_say_what_is_wrong() {
        assert_eq!(error("generic/x"), PurlError::MissingScheme);
        assert_eq!(error("pkg:generic/@1"), PurlError::MissingName);
        let key = "a".to_owned();
        assert_eq!(error("pkg:generic/x?a=1&a=2"), PurlError::DuplicateQualifier { key });
        let (component, text) = (PurlComponent::Name, "x%4".to_owned());
        assert_eq!(error("pkg:generic/x%4"), PurlError::InvalidEncoding { component, text });
        let (component, text) = (PurlComponent::Version, "%ff".to_owned());
        assert_eq!(error("pkg:generic/x@%ff"), PurlError::NotUtf8 { component, text });
    }

    #[test]
    fn lenient_takes_what_is_clear() {
        for (text, canonical) in [
            ("pkg:gem/x?Platform=java", "pkg:gem/x?platform=java"),
            ("pkg:julia/Dates@1.9.0", "pkg:julia/Dates@1.9.0"),
            ("pkg:swift/Alamofire", "pkg:swift/Alamofire"),
            ("pkg:cargo/registry/Rand", "pkg:cargo/registry/Rand"),
            ("pkg:generic/50%", "pkg:generic/50%25"),
        ] {
            assert!(text.parse::<Purl>().is_err(), "{text}");
            assert_eq!(Purl::parse_lenient(text).unwrap().to_string(), canonical);
        }
    }
}
