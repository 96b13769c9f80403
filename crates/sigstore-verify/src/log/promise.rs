//! Inclusion promises: the signed entry timestamp of Rekor v1.

use data_encoding::HEXLOWER;
use sealift_model::Timestamp;

use super::{Entry, LogError};
use crate::base64;
use crate::crypto::{Message, Provider};
use crate::trust::TransparencyLog;

/// Checks that the log promised to include the entry, and returns the time of the promise, which
/// the log signed and which lies in its validity.
///
/// # Errors
/// When there is no promise, when the log did not sign it, or when it was not trusted at that time.
pub(crate) fn verify(
    entry: &Entry,
    log: &TransparencyLog,
    provider: &dyn Provider,
) -> Result<Timestamp, LogError> {
    let promise = entry.promise.as_deref().ok_or(LogError::MissingPromise)?;
    let time = entry.integrated_time.ok_or(LogError::MissingIntegratedTime)?;
    super::verify::check_window(log, time)?;
    let payload = payload(entry, time);
    log.key()
        .verify(provider, log.scheme(), Message::Bytes(payload.as_bytes()), promise)
        .map_err(LogError::Promise)?;
    Ok(time)
}

/// The signed bytes: the entry in the canonical form of RFC 8785, an object with sorted keys,
/// without white space and with nothing to escape.
pub(super) fn payload(entry: &Entry, time: Timestamp) -> String {
    let mut json = String::with_capacity(entry.body.len().div_ceil(3) * 4 + 192);
    json.push_str("{\"body\":\"");
    json.push_str(&base64::encode(&entry.body));
    json.push_str("\",\"integratedTime\":");
    json.push_str(&time.unix_seconds().to_string());
    json.push_str(",\"logID\":\"");
    json.push_str(&HEXLOWER.encode(&entry.log_id));
    json.push_str("\",\"logIndex\":");
    json.push_str(&entry.log_index.to_string());
    json.push('}');
    json
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sealift_model::Timestamp;

    use super::payload;
    use crate::json;
    use crate::log::Entry;

    fn entry(log_index: u64, log_id: Vec<u8>, body: Vec<u8>) -> Entry {
        Entry {
            log_index,
            log_id,
            kind: String::new(),
            version: String::new(),
            integrated_time: None,
            promise: None,
            proof: None,
            body,
        }
    }

    #[test]
    fn the_signed_form_is_canonical_json() {
        let entry = entry(12, vec![0x0a, 0xff], b"{}?".to_vec());
        let time = "2025-06-01T12:00:06Z".parse().unwrap();
        assert_eq!(
            payload(&entry, time),
            r#"{"body":"e30/","integratedTime":1748779206,"logID":"0aff","logIndex":12}"#
        );
    }

    proptest! {
        #[test]
        fn the_signed_form_is_what_rfc_8785_has_it_be(
            log_index in 0..1_u64 << 53,
            log_id in any::<[u8; 4]>(),
            body in proptest::collection::vec(any::<u8>(), 0..40),
            seconds in 0..253_402_207_200_i64,
        ) {
            let time = Timestamp::from_unix_seconds(seconds).unwrap();
            let written = payload(&entry(log_index, log_id.to_vec(), body), time);
            let read = json::parse(written.as_bytes(), 1).unwrap();
            prop_assert_eq!(json::canonical(&read), Some(written.clone().into_bytes()));
        }
    }
}
