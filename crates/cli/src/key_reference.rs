//! The place of the key that `--key` names.

use std::path::Path;

use sealift::http::Url;

use crate::Environment;
use crate::failure::Failure;

/// Values of cosign's `--key` that are not files.
const ELSEWHERE: [&str; 8] = [
    "awskms://",
    "azurekms://",
    "gcpkms://",
    "gitlab://",
    "hashivault://",
    "k8s://",
    "pkcs11:",
    "http://",
];

/// A key in a file, or the text of one in a variable: it may be secret, so nothing prints it.
pub(crate) enum KeyReference<'r> {
    File(&'r Path),
    Variable(&'r [u8]),
    /// A URL that is fetched with TLS: for public keys only.
    Url(Url),
}

impl<'r> KeyReference<'r> {
    /// `hint` says what to do about a key that is anywhere else.
    pub(crate) fn parse(
        reference: &'r str,
        environment: &'r Environment,
        hint: &'static str,
    ) -> Result<Self, Failure> {
        if let Some(scheme) = ELSEWHERE.iter().find(|scheme| reference.starts_with(**scheme)) {
            return Err(Failure::NotYet { what: format!("--key with {scheme}"), hint });
        }
        if reference.starts_with("https://") {
            let url = reference.parse().map_err(|_| Failure::Value {
                flag: "--key",
                value: reference.to_owned(),
                hint: "a URL is expected, as https://keys.example/cosign.pub",
            })?;
            return Ok(Self::Url(url));
        }
        let Some(variable) = reference.strip_prefix("env://") else {
            return Ok(Self::File(Path::new(reference)));
        };
        let value = environment.get(variable).ok_or_else(|| Failure::Value {
            flag: "--key",
            value: reference.to_owned(),
            hint: "the variable is not set",
        })?;
        Ok(Self::Variable(value.as_encoded_bytes()))
    }
}
