//! Secret keys in PEM.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_sigstore_verify::pem_blocks;
use zeroize::Zeroizing;

use super::{KeyFileError, PrivateKey, encrypted};

/// Bytes of a key file. An RSA key of 8192 bits, encrypted, has 13 KB.
const MAX_BYTES: usize = 64 * 1024;

const ENCRYPTED_HEADER: &[u8] = b"Proc-Type: 4,ENCRYPTED";

/// Characters of a line, as Go and OpenSSL write them (RFC 7468 2).
const COLUMNS: usize = 64;

pub(super) fn read(
    text: &[u8],
    password: impl FnOnce() -> Result<Zeroizing<Vec<u8>>, KeyFileError>,
) -> Result<PrivateKey, KeyFileError> {
    if text.len() > MAX_BYTES {
        return Err(KeyFileError::TooLarge { bytes: text.len(), max: MAX_BYTES });
    }
    // The headers of RFC 1421 4.6.1.1, which OpenSSL still writes.
    if text.windows(ENCRYPTED_HEADER.len()).any(|part| part == ENCRYPTED_HEADER) {
        return Err(KeyFileError::OlderEncryption);
    }
    // OpenSSL writes the curve as a block of its own before the key.
    let mut blocks = pem_blocks(text, 2)?;
    blocks.retain(|block| block.label != "EC PARAMETERS");
    let [block] = <[_; 1]>::try_from(blocks)
        .map_err(|_| sealift_sigstore_verify::PemError::TooManyBlocks { max: 1 })?;
    let der = Zeroizing::new(block.contents);
    match block.label {
        "PRIVATE KEY" => PrivateKey::from_pkcs8(&der),
        "EC PRIVATE KEY" => PrivateKey::from_sec1(&der),
        "RSA PRIVATE KEY" => PrivateKey::from_pkcs1(&der),
        "ENCRYPTED SIGSTORE PRIVATE KEY" | "ENCRYPTED COSIGN PRIVATE KEY" => {
            let sealed = encrypted::Sealed::read(&der)?;
            PrivateKey::from_pkcs8(&sealed.open(&password()?)?)
        }
        label => Err(KeyFileError::Label { label: label.into() }),
    }
}

/// Writes one block.
pub(super) fn write(label: &str, contents: &[u8]) -> String {
    let digits = STANDARD.encode(contents);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = digits.as_str();
    while !rest.is_empty() {
        // The digits are ASCII: any place is a boundary.
        let (line, behind) = rest.split_at_checked(COLUMNS).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = behind;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}
