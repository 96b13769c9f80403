//! Serial numbers that are derived from the content.

use std::fmt::Write as _;
use std::io;

use sealift_model::{Algorithm, Hasher};
use serde::Serialize;

/// The UUID of a document that is written without one: version 8 (RFC 9562 5.8), its bits the
/// first of the SHA-256 of the compact text. Equal content gives equal numbers.
pub(crate) fn uuid_of(document: &impl Serialize) -> io::Result<String> {
    let mut sink = HashingSink(Hasher::new(Algorithm::Sha256));
    serde_json::to_writer(io::BufWriter::new(&mut sink), document)?;
    let digest = sink.0.finish();

    let mut uuid = String::with_capacity(36);
    for (at, byte) in digest.bytes().iter().take(16).enumerate() {
        let byte = match at {
            6 => (byte & 0x0f) | 0x80,
            8 => (byte & 0x3f) | 0x80,
            _ => *byte,
        };
        let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        write!(uuid, "{dash}{byte:02x}").map_err(io::Error::other)?;
    }
    Ok(uuid)
}

struct HashingSink(Hasher);

impl io::Write for HashingSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_a_version_8_uuid_of_the_content() {
        let uuid = uuid_of(&"seal").unwrap();
        assert_eq!(uuid, uuid_of(&"seal").unwrap());
        assert_ne!(uuid, uuid_of(&"sift").unwrap());
        let groups: Vec<&str> = uuid.split('-').collect();
        assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(groups[2].starts_with('8'));
        assert!(groups[3].starts_with(['8', '9', 'a', 'b']));
    }
}
