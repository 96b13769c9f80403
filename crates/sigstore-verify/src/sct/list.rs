//! The timestamps in a certificate: RFC 6962 3.2 and 3.3, in the presentation language of TLS
//! (RFC 5246 4): lengths before contents, big-endian.

use super::DetachedSct;
use super::error::SctError;
use crate::der::{Cursor, tag};

/// Certificates on the web have up to five.
const MAX_TIMESTAMPS: usize = 16;

/// `SignedCertificateTimestamp` of version v1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timestamp<'a> {
    /// SHA-256 of the log's key.
    pub(super) log_id: &'a [u8; 32],
    /// Milliseconds since 1970, without leap seconds.
    pub(super) milliseconds: u64,
    /// For later versions of the protocol; signed unchanged.
    pub(super) extensions: &'a [u8],
    /// `SignatureAndHashAlgorithm`: hash, then signature.
    pub(super) algorithm: [u8; 2],
    pub(super) signature: &'a [u8],
}

/// The timestamps in the value of the extension:
///
/// ```text
/// SignedCertificateTimestampList ::= OCTET STRING
/// opaque SerializedSCT<1..2^16-1>;
/// struct {
///     SerializedSCT sct_list <1..2^16-1>;
/// } SignedCertificateTimestampList;
/// ```
///
/// Timestamps of other versions are listed as errors, since RFC 6962 3.3 requires skipping them.
pub(super) fn parse(value: &[u8]) -> Result<Vec<Result<Timestamp<'_>, SctError>>, SctError> {
    let list = Cursor::new(value).only(tag::OCTET_STRING).map_err(|_| SctError::MalformedList)?;
    let mut outer = Bytes(list.bytes());
    let mut list = Bytes(outer.vector().ok_or(SctError::MalformedList)?);
    if !outer.is_empty() {
        return Err(SctError::MalformedList);
    }
    let mut timestamps = Vec::new();
    while !list.is_empty() {
        if timestamps.len() >= MAX_TIMESTAMPS {
            return Err(SctError::TooMany { max: MAX_TIMESTAMPS });
        }
        let serialized = list.vector().ok_or(SctError::MalformedList)?;
        match timestamp(serialized) {
            Err(error @ SctError::Version { .. }) => timestamps.push(Err(error)),
            timestamp => timestamps.push(Ok(timestamp?)),
        }
    }
    Ok(timestamps)
}

/// ```text
/// struct {
///     Version sct_version;
///     LogID id;
///     uint64 timestamp;
///     CtExtensions extensions;
///     digitally-signed struct { .. };
/// } SignedCertificateTimestamp;
/// ```
fn timestamp(serialized: &[u8]) -> Result<Timestamp<'_>, SctError> {
    let mut bytes = Bytes(serialized);
    let [version] = *bytes.array().ok_or(SctError::Malformed)?;
    if version != 0 {
        return Err(SctError::Version { version });
    }
    let mut fields = || {
        Some(Timestamp {
            log_id: bytes.array()?,
            milliseconds: u64::from_be_bytes(*bytes.array()?),
            extensions: bytes.vector()?,
            algorithm: *bytes.array()?,
            signature: bytes.vector()?,
        })
    };
    let timestamp = fields().ok_or(SctError::Malformed)?;
    if bytes.is_empty() { Ok(timestamp) } else { Err(SctError::Malformed) }
}

/// A timestamp that came beside the certificate.
pub(super) fn detached(sct: &DetachedSct) -> Option<Timestamp<'_>> {
    let mut bytes = Bytes(&sct.signature);
    let (algorithm, signature) = (*bytes.array()?, bytes.vector()?);
    bytes.is_empty().then_some(Timestamp {
        log_id: &sct.log_id,
        milliseconds: sct.milliseconds,
        extensions: &sct.extensions,
        algorithm,
        signature,
    })
}

/// The bytes that are left to be read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(array)
    }

    /// A vector with a length of two bytes.
    fn vector(&mut self) -> Option<&'a [u8]> {
        let length = u16::from_be_bytes(*self.array()?);
        let (vector, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        Some(vector)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vector(content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap();
        [&length.to_be_bytes()[..], content].concat()
    }

    fn list(serialized: &[Vec<u8>]) -> Vec<u8> {
        let content: Vec<u8> = serialized.iter().flat_map(|one| vector(one)).collect();
        let content = vector(&content);
        let mut der = vec![0x04, 0x82];
        der.extend(vector(&content));
        if content.len() < 0x80 {
            der = vec![0x04, u8::try_from(content.len()).unwrap()];
            der.extend(content);
        }
        der
    }

    fn serialized() -> Vec<u8> {
        [&[0][..], &[7; 32], &5_u64.to_be_bytes(), &vector(b"x"), &[4, 3], &vector(b"sig")].concat()
    }

    #[test]
    fn a_list_is_read_whole() {
        let der = list(&[serialized(), vec![1, 2, 3]]);
        let read = parse(&der).unwrap();
        let expected = Timestamp {
            log_id: &[7; 32],
            milliseconds: 5,
            extensions: b"x",
            algorithm: [4, 3],
            signature: b"sig",
        };
        assert_eq!(read, [Ok(expected), Err(SctError::Version { version: 1 })]);
        assert_eq!(parse(&list(&[])).unwrap(), []);
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let trailing = [serialized(), vec![0]].concat();
        assert_eq!(parse(&list(&[trailing])), Err(SctError::Malformed));
        let mut short = serialized();
        short.pop();
        assert_eq!(parse(&list(&[short])), Err(SctError::Malformed));
        assert_eq!(parse(&list(&[vec![]])), Err(SctError::Malformed));
        assert_eq!(parse(b"\x04\x03\x00\x00\x00"), Err(SctError::MalformedList), "trailing");
        assert_eq!(parse(b"\x04\x02\x00\x01"), Err(SctError::MalformedList), "short list");
        assert_eq!(parse(b"\x04\x03\x00\x01\x00"), Err(SctError::MalformedList), "short length");
        assert_eq!(parse(b"\x05\x00"), Err(SctError::MalformedList), "no OCTET STRING");
        let many = vec![serialized(); MAX_TIMESTAMPS + 1];
        assert_eq!(parse(&list(&many)), Err(SctError::TooMany { max: MAX_TIMESTAMPS }));
        assert_eq!(parse(&list(many.get(1..).unwrap())).map(|read| read.len()), Ok(MAX_TIMESTAMPS));
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
            let _ = timestamp(&bytes);
        }
    }
}
