//! An RFC 3161 timestamp authority over HTTP (section 3.4).

use sha2::{Digest as _, Sha256};

use super::http::Asked;
use super::{Fault, Reply, State};
use crate::instance::TimestampRecipe;

/// `MessageImprint` of SHA-256 up to the digest (RFC 3161 2.4.1).
const IMPRINT: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

impl State {
    pub(super) fn stamp(&self, asked: &Asked) -> Reply {
        if asked.header("content-type") != Some("application/timestamp-query") {
            return Reply::refusal(415, "a timestamp-query is expected");
        }
        let Some(digest) = digest(&asked.body) else { return Reply::refusal(400, "no query") };
        let other = self.fault == Some(Fault::OtherTimestamp);
        let digest = if other { Sha256::digest("other").to_vec() } else { digest };
        let forged = self.fault == Some(Fault::ForgedTimestamp);
        let recipe =
            TimestampRecipe { embedded: false, offset: 0, forged, ..TimestampRecipe::default() };
        let (instance, foreign) = (&self.instance, self.instance.foreign_key());
        let body =
            instance.timestamp_authority.stamp_digest(&recipe, &digest, instance.now, foreign);
        Reply {
            status: 201,
            content_type: "application/timestamp-reply",
            body,
            name: None,
            location: None,
        }
    }
}

/// The digest in a query: version 1 and the imprint come first.
fn digest(query: &[u8]) -> Option<Vec<u8>> {
    let [0x30, _, 0x02, 0x01, 0x01, rest @ ..] = query else { return None };
    let digest = rest.strip_prefix(&IMPRINT)?;
    Some(digest.get(..32)?.to_vec())
}
