//! Credential helpers: programs `docker-credential-<name>` on the path
//! (docker-credential-helpers, protocol of `get`, `store` and `erase`).

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{Credential, CredentialError};

/// Helpers may ask a person.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long the output of one that has ended may go on.
const LEFT_BEHIND: Duration = Duration::from_secs(2);
/// More than any credential has.
const MAX_BYTES: u64 = 1 << 20;
/// The message of all helpers where there is no credential.
const NOT_FOUND: &str = "credentials not found in native keychain";
/// The user of an identity token.
const TOKEN_USER: &str = "<token>";

#[derive(Deserialize, Serialize)]
struct Answer {
    #[serde(rename = "ServerURL", default)]
    server: String,
    #[serde(rename = "Username", default)]
    user: String,
    #[serde(rename = "Secret", default)]
    secret: String,
}

/// The credential that a helper has for a registry.
pub(super) fn get(name: &str, key: &str) -> Result<Option<Credential>, CredentialError> {
    let (succeeded, said) = run(name, "get", key.as_bytes())?;
    if !succeeded {
        let said = String::from_utf8_lossy(&said);
        if said.trim() == NOT_FOUND {
            return Ok(None);
        }
        return Err(failed(name, said.trim().chars().take(200).collect::<String>()));
    }
    let answer: Answer =
        serde_json::from_slice(&said).map_err(|_| failed(name, "its answer is no JSON"))?;
    Ok(match (answer.user.as_str(), answer.secret) {
        (_, secret) if secret.is_empty() => None,
        (TOKEN_USER, secret) => Some(Credential::IdentityToken(secret)),
        (user, password) => Some(Credential::Basic { user: user.to_owned(), password }),
    })
}

/// Stores a user name and a password with a helper.
pub(super) fn store(
    name: &str,
    key: &str,
    user: &str,
    password: &str,
) -> Result<(), CredentialError> {
    let [server, user, secret] = [key, user, password].map(str::to_owned);
    let text = serde_json::to_vec(&Answer { server, user, secret })
        .map_err(|_| failed(name, "the credentials are no text"))?;
    match run(name, "store", &text)? {
        (true, _) => Ok(()),
        (false, said) => {
            let said = String::from_utf8_lossy(&said);
            Err(failed(name, said.trim().chars().take(200).collect::<String>()))
        }
    }
}

/// Removes a registry from a helper. It is no error when the helper does not know it.
pub(super) fn erase(name: &str, key: &str) -> Result<(), CredentialError> {
    run(name, "erase", key.as_bytes()).map(drop)
}

fn run(name: &str, verb: &str, input: &[u8]) -> Result<(bool, Vec<u8>), CredentialError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_allowed) {
        return Err(CredentialError::HelperName { name: name.to_owned() });
    }
    let mut child = Command::new(format!("docker-credential-{name}"))
        .arg(verb)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(name, error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that does not listen says so by its status.
        let _ = stdin.write_all(input);
    }
    let stdout = child.stdout.take();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut said = Vec::new();
        if let Some(stdout) = stdout {
            let _ = stdout.take(MAX_BYTES).read_to_end(&mut said);
        }
        // Nobody waits any more where it took too long.
        let _ = sender.send(said);
    });
    let succeeded = wait(&mut child, name)?;
    // What it started and left behind may hold its output open.
    let said = receiver
        .recv_timeout(LEFT_BEHIND)
        .map_err(|_| failed(name, "it has ended, and its output has not"))?;
    Ok((succeeded, said))
}

fn wait(child: &mut Child, name: &str) -> Result<bool, CredentialError> {
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if started.elapsed() > TIMEOUT => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed(name, format!("it took longer than {TIMEOUT:?}")));
            }
            Ok(None) => thread::sleep(Duration::from_millis(5)),
            Err(error) => return Err(failed(name, error.to_string())),
        }
    }
}

fn failed(name: &str, reason: impl Into<String>) -> CredentialError {
    CredentialError::Helper { name: name.to_owned(), reason: reason.into() }
}
