//! The bundles in `$SEALIFT_TESTDATA/sigstore`, each with the data of its row.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sealift_model::Timestamp;
use sealift_sigstore_verify::{
    Artifact, Bundle, Error, Hash, HashAlgorithm, Identities, IdentityMatcher, Limits, NotCounted,
    Policy, PredicateType, Provider, PublicKey, SigningTime, TextMatcher, TimeSource, TrustedKey,
    TrustedRoot, Verified, Verifier, Window,
};

use serde_json::Value;

use crate::Table;

type Row = BTreeMap<String, String>;

/// A bundle, and how to judge it.
#[derive(Debug)]
#[non_exhaustive]
pub struct BundleCase {
    /// Data set and case.
    pub name: String,
    /// Whether it must verify; `None` if that is not decided.
    pub expected: Option<bool>,
    /// The bundle.
    pub bundle: Vec<u8>,
    /// The trusted root, where there is one.
    pub root: Option<Vec<u8>>,
    /// The artifact that it is about.
    pub artifact: OwnedArtifact,
    /// The policy that it must fulfil.
    pub policy: Policy,
}

/// An [`Artifact`] with what it borrows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum OwnedArtifact {
    /// Its content.
    Bytes(Vec<u8>),
    /// Its digest.
    Digest(Hash),
    /// No artifact to compare with.
    Unchecked,
}

impl OwnedArtifact {
    /// The artifact, for a verification.
    #[must_use]
    pub fn borrow(&self) -> Artifact<'_> {
        match self {
            Self::Bytes(bytes) => Artifact::Bytes(bytes),
            Self::Digest(digest) => Artifact::Digest(digest),
            Self::Unchecked => Artifact::InsecureUnchecked,
        }
    }
}

impl BundleCase {
    /// The bundles of all data sets below a folder, in order: those of each `cases.tsv` up to two
    /// levels down, without images and detached signatures.
    ///
    /// # Panics
    /// When a row names a missing file.
    #[must_use]
    pub fn all(sigstore: &Path) -> Vec<Self> {
        let tables = folders(sigstore)
            .into_iter()
            .flat_map(|folder| [vec![folder.clone()], folders(&folder)].concat())
            .filter(|folder| folder.join("cases.tsv").is_file());
        tables
            .flat_map(|folder| {
                let table = Table::read(&folder.join("cases.tsv"));
                let source =
                    |row: &Row| Source { sigstore, folder: &folder, row: row.clone() }.case();
                table.rows().filter_map(source).collect::<Vec<_>>()
            })
            .collect()
    }

    /// The trusted root of the case.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn trusted_root(&self, provider: &dyn Provider) -> Result<TrustedRoot, Error> {
        match &self.root {
            Some(json) => Ok(TrustedRoot::from_json(json, provider, &Limits::default())?),
            None => Ok(TrustedRoot::default()),
        }
    }

    /// Judges a bundle in place of this case's own.
    ///
    /// # Errors
    /// When the verifier refuses it.
    pub fn judge(
        &self,
        bundle: &[u8],
        root: &TrustedRoot,
        provider: &dyn Provider,
    ) -> Result<(), Error> {
        judge(bundle, (root, provider), &self.artifact, &self.policy).map(|_| ())
    }
}

/// How much evidence of each kind counted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Evidence {
    log_entries: usize,
    certificate_timestamps: usize,
    signed_timestamps: usize,
    signing_times: usize,
    not_counted: Vec<NotCounted>,
}

impl Evidence {
    fn of(verified: &Verified<'_>) -> Self {
        let times = verified.signing_times();
        let signed =
            |time: &&SigningTime| matches!(time.source, TimeSource::TimestampAuthority { .. });
        Self {
            log_entries: verified.log_entries().len(),
            certificate_timestamps: verified.certificate_timestamps().len(),
            signed_timestamps: times.iter().filter(signed).count(),
            signing_times: times.len(),
            not_counted: verified.not_counted().to_vec(),
        }
    }

    /// Leaves out of a bundle what did not count.
    pub fn strip(&self, bundle: &mut Value) {
        let material = &mut bundle["verificationMaterial"];
        for evidence in self.not_counted.iter().rev() {
            let (list, place) = match evidence {
                NotCounted::LogEntry { place, .. } | NotCounted::RepeatedLogEntry { place } => {
                    (&mut material["tlogEntries"], place)
                }
                NotCounted::Timestamp { place, .. } | NotCounted::RepeatedTimestamp { place } => {
                    (&mut material["timestampVerificationData"]["rfc3161Timestamps"], place)
                }
                _ => continue,
            };
            if let Some(list) = list.as_array_mut() {
                list.remove(*place);
            }
        }
    }

    /// A policy that requires all of the evidence, so that none is redundant.
    #[must_use]
    pub fn required_by(&self, mut policy: Policy) -> Policy {
        if self.log_entries > 0 {
            policy = policy.require_log_entries(self.log_entries);
        }
        if self.certificate_timestamps > 0 {
            policy = policy.require_certificate_timestamps(self.certificate_timestamps);
        }
        policy
            .require_signed_timestamps(self.signed_timestamps)
            .require_signing_times(self.signing_times)
    }
}

/// Parses and verifies a bundle.
///
/// # Errors
/// When the verifier refuses it.
pub fn judge(
    bundle: &[u8],
    (root, provider): (&TrustedRoot, &dyn Provider),
    artifact: &OwnedArtifact,
    policy: &Policy,
) -> Result<Evidence, Error> {
    let bundle = Bundle::from_json(bundle, &Limits::default())?;
    let verifier = Verifier::with_provider(root, provider);
    let verified = verifier.verify(&bundle, artifact.borrow(), policy, now())?;
    Ok(Evidence::of(&verified))
}

/// The time at which the cases are judged: later than all signatures.
fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_900_000_000).unwrap()
}

/// Accepts one identity of one issuer.
///
/// # Panics
/// When either is empty.
#[must_use]
pub fn identity(subject: &str, issuer: &str) -> Policy {
    let [subject, issuer] = [subject, issuer].map(|text| TextMatcher::exact(text).unwrap());
    Policy::identities(Identities::any([IdentityMatcher::new(subject, issuer)]))
}

/// A row, and the folders that its paths start from.
struct Source<'a> {
    sigstore: &'a Path,
    folder: &'a Path,
    row: Row,
}

impl Source<'_> {
    fn case(&self) -> Option<BundleCase> {
        let file = ["bundle", "path", "file"].into_iter().find_map(|column| self.field(column))?;
        let kind = self.field("kind").unwrap_or("blob-bundle");
        if !["blob", "blob-bundle", "blob-attestation"].contains(&kind) {
            return None;
        }
        let set = self.folder.strip_prefix(self.sigstore).unwrap().display();
        Some(BundleCase {
            name: format!("{set}/{}", self.field("case").unwrap_or(file)),
            expected: match self.field("expect") {
                Some("pass") => Some(true),
                Some("fail") => Some(false),
                _ => None,
            },
            bundle: fs::read(self.folder.join(file)).unwrap(),
            root: self.root().map(|path| fs::read(path).unwrap()),
            artifact: self.artifact(),
            policy: self.policy(),
        })
    }

    /// A column, unless it is absent or a dash.
    fn field(&self, name: &str) -> Option<&str> {
        self.row.get(name).map(String::as_str).filter(|text| *text != "-" && !text.is_empty())
    }

    fn root(&self) -> Option<PathBuf> {
        match self.field("trusted_root") {
            Some(name @ ("production" | "staging")) => {
                Some(self.sigstore.join(format!("trusted-root/{name}.json")))
            }
            Some(file) => Some(self.folder.join(file)),
            None => Some(self.folder.join("trusted_root.json")).filter(|file| file.is_file()),
        }
    }

    fn artifact(&self) -> OwnedArtifact {
        let named = ["artifact", "subject"].into_iter().find_map(|column| self.field(column));
        match named.map(|text| text.split_once(':').ok_or(text)) {
            None => OwnedArtifact::Unchecked,
            Some(Ok((algorithm, hex))) => OwnedArtifact::Digest(hash(algorithm, hex)),
            Some(Err(file)) => OwnedArtifact::Bytes(fs::read(self.folder.join(file)).unwrap()),
        }
    }

    fn policy(&self) -> Policy {
        let options: BTreeMap<&str, &str> = self
            .field("options")
            .into_iter()
            .flat_map(|options| options.split(';'))
            .map(|option| option.split_once('=').unwrap_or((option, "")))
            .collect();
        let mut policy = self.signer(options.get("key_valid").copied());
        if let Some(predicate_type) = self.field("predicate_type") {
            policy = policy.require_predicate_type(PredicateType::new(predicate_type).unwrap());
        }
        if self.root().is_none() {
            policy = policy.insecure_ignore_tlog();
        }
        for (name, value) in options {
            policy = match name {
                "no_sct" => policy.insecure_ignore_sct(),
                "no_tlog" => policy.insecure_ignore_tlog(),
                "signed_timestamp" => policy.require_signed_timestamps(value.parse().unwrap()),
                "time_threshold" => policy.require_signing_times(value.parse().unwrap()),
                _ => policy,
            };
        }
        policy
    }

    /// The hint that a bundle which must verify has.
    fn hint(&self) -> Option<String> {
        let file = ["bundle", "file"].into_iter().find_map(|column| self.field(column))?;
        let bundle: Value =
            serde_json::from_slice(&fs::read(self.folder.join(file)).unwrap()).ok()?;
        let hint = bundle["verificationMaterial"]["publicKey"]["hint"].as_str()?;
        self.field("expect").filter(|expect| *expect == "pass").map(|_| hint.to_owned())
    }

    fn signer(&self, valid: Option<&str>) -> Policy {
        if let Some(key) = self.field("key") {
            let key = fs::read(self.folder.join(key)).unwrap();
            let mut key = TrustedKey::new(PublicKey::from_pem(&key).unwrap());
            if let Some(hint) = self.hint() {
                key = key.with_hint(hint);
            }
            return Policy::keys([match valid {
                Some(window) => key.valid_in(parse_window(window)),
                None => key,
            }]);
        }
        identity(&self.row["identity"], &self.row["issuer"])
    }
}

fn parse_window(text: &str) -> Window {
    let (from, until) = text.split_once('/').unwrap();
    let [from, until] = [from, until].map(|time| time.parse::<Timestamp>().unwrap());
    Window::new(from, Some(until)).unwrap()
}

fn hash(algorithm: &str, hex: &str) -> Hash {
    let digits: Vec<u32> = hex.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    let bytes = digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit));
    let bytes: Vec<u8> = bytes.map(|byte| u8::try_from(byte).unwrap()).collect();
    Hash::new(HashAlgorithm::from_name(algorithm).unwrap(), &bytes).unwrap()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}
