//! Speaks the command line of the sigstore-conformance suite.
//!
//! `conformance verify-bundle [--staging] --bundle FILE (--certificate-identity IDENTITY
//! --certificate-oidc-issuer URL | --key FILE) [--trusted-root FILE] FILE_OR_DIGEST`; exit
//! status 0 when it verifies, 1 when it does not, 2 when the command line is wrong.
#![expect(clippy::disallowed_methods, reason = "an example reads the clock and its arguments")]
#![expect(clippy::print_stderr, reason = "a command says what is wrong")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::iter;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use sealift_model::{Digest, Timestamp};
use sealift_sigstore_verify::{
    Artifact, Bundle, Hash, IdentityMatcher, Limits, Policy, PublicKey, RustCrypto, TextMatcher,
    TrustedKey, TrustedRoot, Verifier,
};

const USAGE: &str = "usage: conformance verify-bundle [--staging] --bundle FILE \
    (--certificate-identity IDENTITY --certificate-oidc-issuer URL | --key FILE) \
    --trusted-root FILE FILE_OR_DIGEST";

fn main() -> ExitCode {
    let Some(request) = Request::parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match request.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            iter::successors(error.source(), |cause| (*cause).source())
                .for_each(|cause| eprintln!("  {cause}"));
            ExitCode::FAILURE
        }
    }
}

/// A command line, its options by name.
struct Request {
    options: BTreeMap<String, String>,
    artifact: String,
}

impl Request {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        if arguments.next()? != "verify-bundle" {
            return None;
        }
        let mut options = BTreeMap::new();
        let mut artifact = None;
        while let Some(argument) = arguments.next() {
            match argument.strip_prefix("--") {
                // The instance's root is given by `--trusted-root`; nothing is fetched here.
                Some("staging") => {}
                Some(name) => {
                    options.insert(name.to_owned(), arguments.next()?);
                }
                None if artifact.is_none() => artifact = Some(argument),
                None => return None,
            }
        }
        Some(Self { options, artifact: artifact? })
    }

    fn option(&self, name: &str) -> Result<&str, String> {
        let value = self.options.get(name).map(String::as_str);
        value.ok_or_else(|| format!("--{name} is missing\n{USAGE}"))
    }

    fn run(&self) -> Result<(), Box<dyn Error>> {
        let limits = Limits::default();
        let root = fs::read(self.option("trusted-root")?)?;
        let root = TrustedRoot::from_json(&root, &RustCrypto, &limits)?;
        let bundle = Bundle::from_json(&fs::read(self.option("bundle")?)?, &limits)?;
        let policy = self.policy()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let now = Timestamp::from_unix_seconds(i64::try_from(now)?)?;

        let (digest, bytes);
        let artifact = if let Ok(parsed) = self.artifact.parse::<Digest>() {
            digest = Hash::of_content(&parsed).ok_or("unknown digest algorithm")?;
            Artifact::Digest(&digest)
        } else {
            bytes = fs::read(&self.artifact)?;
            Artifact::Bytes(&bytes)
        };
        Verifier::new(&root).verify(&bundle, artifact, &policy, now)?;
        Ok(())
    }

    fn policy(&self) -> Result<Policy, Box<dyn Error>> {
        if let Some(key) = self.options.get("key") {
            let key = PublicKey::from_pem(&fs::read(key)?)?;
            return Ok(Policy::keys([TrustedKey::new(key)]));
        }
        let subject = TextMatcher::exact(self.option("certificate-identity")?)?;
        let issuer = TextMatcher::exact(self.option("certificate-oidc-issuer")?)?;
        Ok(Policy::identities(IdentityMatcher::new(subject, issuer)))
    }
}
