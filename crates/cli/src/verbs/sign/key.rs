//! The secret key that a flag names.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sealift::sign::{KeyFileError, PrivateKey};
use zeroize::Zeroizing;

use super::password::{self, Purpose};
use crate::Environment;
use crate::args::KeyArgs;
use crate::failure::Failure;
use crate::key_reference::KeyReference;

/// The most bytes of a key file that are read; the library accepts fewer.
const MAX_BYTES: u64 = 128 * 1024;

/// Reads the key that `--key` names.
pub(super) fn named(
    args: &KeyArgs,
    reference: &str,
    environment: &Environment,
) -> Result<PrivateKey, Failure> {
    let hint = "name a key file, or a variable as env://NAME";
    let text = match KeyReference::parse(reference, environment, hint)? {
        KeyReference::File(path) => file(path)?,
        KeyReference::Variable(text) => Zeroizing::new(text.to_vec()),
        KeyReference::Url(_) => {
            return Err(Failure::NotYet { what: "a secret key from a URL".to_owned(), hint });
        }
    };
    let password = || password::read(&args.password, environment, Purpose::Open);
    PrivateKey::from_pem(&text, password).map_err(|error| unusable(reference, error))
}

/// Reads a file with a secret key.
pub(super) fn file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut text = Zeroizing::new(Vec::new());
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut text));
    read.map_err(|error| Failure::Unusable {
        what: path.display().to_string(),
        error: error.into(),
        hint: "check that the file is there and may be read; `sealift generate-key-pair` makes one",
    })?;
    Ok(text)
}

/// A key that cannot be used, and what to do.
pub(super) fn unusable(what: &str, error: KeyFileError) -> Failure {
    let hint = match error {
        KeyFileError::WrongPassword => "check the password, and that it is the one of this key",
        KeyFileError::PasswordNeeded => {
            "give it with --password-file FILE or in SEALIFT_KEY_PASSWORD or COSIGN_PASSWORD"
        }
        KeyFileError::Label { .. } => {
            "a secret key is needed here: cosign.key, or PEM of PKCS#8, SEC 1 or PKCS#1"
        }
        KeyFileError::OlderEncryption => {
            "take the encryption away for importing it: openssl pkcs8 -topk8 -nocrypt -in FILE"
        }
        KeyFileError::Cost { .. } => "make sure that the file is from where you think it is",
        _ => "",
    };
    Failure::Unusable { what: what.to_owned(), error: error.into(), hint }
}
