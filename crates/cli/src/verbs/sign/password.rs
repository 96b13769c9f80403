//! Passwords of secret keys: from a file, a variable, the terminal or a pipe.

use std::fs::File;
use std::io::{IsTerminal as _, Read, stdin};
use std::path::Path;

use sealift::sign::KeyFileError;
use zeroize::Zeroizing;

use crate::Environment;
use crate::args::PasswordArgs;

/// The most bytes of a password.
const MAX_BYTES: u64 = 64 * 1024;

/// What the password is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To open a key: a mistyped password fails by itself.
    Open,
    /// To encrypt a key: the password is asked for twice.
    Encrypt,
}

/// Reads the password. It may be empty if it is given so.
pub(super) fn read(
    args: &PasswordArgs,
    environment: &Environment,
    purpose: Purpose,
) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    if let Some(path) = &args.password_file {
        return from_file(path);
    }
    let variables = ["SEALIFT_KEY_PASSWORD", "SEALIFT_PASSWORD", "COSIGN_PASSWORD"];
    if let Some(value) = variables.iter().find_map(|name| environment.given(name)) {
        return Ok(Zeroizing::new(value.as_encoded_bytes().to_vec()));
    }
    if stdin().is_terminal() {
        return from_terminal(purpose);
    }
    let password = first_line(stdin().lock()).map_err(|error| unreadable(&error))?;
    // An empty pipe is no password.
    if password.is_empty() { Err(KeyFileError::PasswordNeeded) } else { Ok(password) }
}

fn from_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let file = File::open(path).and_then(first_line);
    file.map_err(|error| KeyFileError::PasswordUnreadable {
        reason: format!("{}: {error}", path.display()),
    })
}

fn from_terminal(purpose: Purpose) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let ask = |prompt: &str| {
        let answer = rpassword::prompt_password(prompt).map_err(|error| unreadable(&error))?;
        Ok::<_, KeyFileError>(Zeroizing::new(answer.into_bytes()))
    };
    let password = ask("Enter password for private key: ")?;
    if purpose == Purpose::Encrypt && ask("Enter password for private key again: ")? != password {
        let reason = "the two are not the same".to_owned();
        return Err(KeyFileError::PasswordUnreadable { reason });
    }
    Ok(password)
}

/// Reads up to the first line break.
fn first_line(reader: impl Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    reader.take(MAX_BYTES).read_to_end(&mut bytes)?;
    if let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
        bytes.truncate(end);
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    Ok(bytes)
}

fn unreadable(error: &std::io::Error) -> KeyFileError {
    KeyFileError::PasswordUnreadable { reason: error.to_string() }
}
