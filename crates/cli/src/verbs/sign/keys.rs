//! `generate-key-pair`, `import-key-pair`, `public-key`.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _, stdin};
use std::path::{Path, PathBuf};

use sealift::escape;
use sealift::sign::{KeyFileError, PrivateKey, Signer as _, public_pem};
use sealift::verify::PublicKey;
use tempfile::NamedTempFile;

use super::key;
use super::password::{self, Purpose};
use crate::args::{GenerateArgs, ImportArgs, PasswordArgs, PublicKeyArgs};
use crate::failure::Failure;
use crate::verbs::verify::set_deadline;
use crate::{Context, Environment, output};

/// `generate-key-pair`: a new key.
pub(crate) fn generate_key_pair(args: &GenerateArgs, context: Context<'_>) -> Result<u8, Failure> {
    if let Some(place) = &args.place {
        return Err(Failure::NotYet {
            what: format!("keeping a key pair in {}", escape::terminal(place)),
            hint: "leave it out: the pair is written to files, by default cosign.key and cosign.pub",
        });
    }
    set_deadline(&args.out, context.global);
    let pair = Pair::new(&args.output_key_prefix);
    pair.may_be_written(args.yes)?;
    let made = PrivateKey::generate(args.signing_algorithm.into());
    let key = made.map_err(|error| key::unusable("the new key", error))?;
    pair.write(&key, &args.password, context.environment)
}

/// `import-key-pair`: encrypts an existing key.
pub(crate) fn import_key_pair(args: &ImportArgs, context: Context<'_>) -> Result<u8, Failure> {
    set_deadline(&args.out, context.global);
    let pair = Pair::new(&args.output_key_prefix);
    pair.may_be_written(args.yes)?;
    let text = key::file(&args.key)?;
    let name = args.key.display().to_string();
    let password = || password::read(&args.password, context.environment, Purpose::Open);
    let key = PrivateKey::from_pem(&text, password).map_err(|error| key::unusable(&name, error))?;
    pair.write(&key, &args.password, context.environment)
}

/// `public-key`: the public half.
pub(crate) fn public_key(args: &PublicKeyArgs, context: Context<'_>) -> Result<u8, Failure> {
    set_deadline(&args.out, context.global);
    let Some(reference) = &args.key.key else {
        return Err(Failure::Signer {
            sentence: "no key is named",
            hint: "name it with --key FILE",
        });
    };
    let text = match public_file(reference) {
        Some(key) => public_pem(&key),
        None => public_pem(key::named(&args.key, reference, context.environment)?.public_key()),
    };
    let file = args.outfile.as_deref().or(args.out.output_file.as_deref());
    output::emit(file, |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}

/// A file that holds a public key; it needs no password.
fn public_file(reference: &str) -> Option<PublicKey> {
    PublicKey::from_pem(&key::file(Path::new(reference)).ok()?).ok()
}

/// The files of a key pair.
struct Pair {
    secret: PathBuf,
    public: PathBuf,
}

impl Pair {
    fn new(prefix: &Path) -> Self {
        let with = |end: &str| {
            let mut path = prefix.as_os_str().to_owned();
            path.push(end);
            PathBuf::from(path)
        };
        Self { secret: with(".key"), public: with(".pub") }
    }

    /// Asks before an existing key is overwritten.
    fn may_be_written(&self, yes: bool) -> Result<(), Failure> {
        for path in [&self.secret, &self.public].into_iter().filter(|path| path.exists()) {
            if !yes && !agreed(path) {
                return Err(Failure::Unusable {
                    what: path.display().to_string(),
                    error: "it is there already, and is not overwritten".into(),
                    hint: "take another --output-key-prefix, or overwrite it with --yes",
                });
            }
        }
        Ok(())
    }

    fn write(
        &self,
        key: &PrivateKey,
        password: &PasswordArgs,
        environment: &Environment,
    ) -> Result<u8, Failure> {
        let failed = |error: KeyFileError| key::unusable("the new key", error);
        let password = password::read(password, environment, Purpose::Encrypt).map_err(failed)?;
        let secret = key.to_encrypted_pem(&password).map_err(failed)?;
        write_secret(&self.secret, secret.as_bytes())
            .map_err(|source| Failure::Output { path: Some(self.secret.clone()), source })?;
        eprintln!("Private key written to {}", self.secret.display());
        output::emit(Some(&self.public), |out| out.write_all(key.public_pem().as_bytes()))?;
        eprintln!("Public key written to {}", self.public.display());
        Ok(0)
    }
}

fn agreed(path: &Path) -> bool {
    if !stdin().is_terminal() {
        return false;
    }
    eprint!("File {} already exists. Overwrite? [y/N] ", path.display());
    let mut answer = String::new();
    let read = stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

/// Writes a file that only its user can read, whole or not at all.
fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // Only its user can read a temporary file.
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .map_err(|error| io::Error::from(error.kind()))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
