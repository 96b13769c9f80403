//! Signed images and files, with keys and without: each is verified, or refused for the reason
//! that it was made for.
//!
//! `$SEALIFT_TESTDATA/sigstore/{signed-images,keyless-local,signed-blobs}/cases.tsv`, a row for
//! each question. `tests/expected/signed.txt` names the reason of the refused ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sealift::http::{Client, Config};
use sealift::registry::{Keychain, Registries};
use sealift::verify::{
    Artifact, Attachment, AwsLc, Bundle, BundleVerifier, Evidence, IdentityMatcher, Limits, Policy,
    PredicateType, Provider, PublicKey, RustCrypto, SignedImage, TextMatcher, TrustedKey,
    TrustedRoot, Unverified, UnverifiedReason, VerifyOptions, detached,
};
use sealift::{NoProgress, RegistryImage, Selector, Target, Timestamp};
use sealift_tests::instance::Layout;
use sealift_tests::registry::{Options, TestRegistry};
use sealift_tests::{Suite, Table, test_data, variant};

const EXCEPTIONS: &str = include_str!("../exceptions/signed.txt");
const EXPECTED: &str = include_str!("../expected/signed.txt");

type Row = BTreeMap<String, String>;

/// The answer to a row of the table in a folder.
type Ask = dyn Fn(&Path, &Row, &dyn Provider) -> Result<(), String>;

#[test]
fn signed_images() {
    run("signed-images", "sigstore/signed-images", &|folder, row, provider| {
        let policy = key_policy(&folder.join(&row["key"]));
        let attachment = match row["check"].as_str() {
            "signature" => Attachment::Signatures,
            _ => Attachment::Attestations,
        };
        let question = Question {
            image: (folder.join(&row["layout"]), &row["digest"]),
            attachment,
            policy: with_predicate(policy, row),
            claim: field(row, "annotation").and_then(|claim| claim.split_once('=')),
            root: &TrustedRoot::default(),
        };
        let local = question.ask(provider);
        // What a registry hands out is judged as what lies in a folder; only the words for what
        // cannot be read are others.
        if let Some(remote) = question.ask_registry(provider) {
            let case = &row["case"];
            assert_eq!(
                local.is_ok(),
                remote.is_ok(),
                "{case}: {local:?}, in a registry {remote:?}"
            );
        }
        // What a signature cannot say it does not say.
        if attachment == Attachment::Signatures {
            let policy = question.policy.clone();
            let policy = policy.require_predicate_type(PredicateType::new("vuln").unwrap());
            let asked = Question { policy, ..question };
            assert!(asked.ask(provider).is_err(), "{}", row["case"]);
        }
        local
    });
}

/// A layout is read to the last byte, so an image that is not whole is refused however it is
/// signed.
fn expected(row: &Row) -> &str {
    match row.get("expect_content").map(String::as_str) {
        Some("fail") => "fail",
        _ => &row["expect"],
    }
}

#[test]
fn keyless_images_and_files() {
    run("keyless-local", "sigstore/keyless-local", &|folder, row, provider| {
        let root = fs::read(folder.join("trusted_root.json")).unwrap();
        let root = TrustedRoot::from_json(&root, provider, &Limits::default()).unwrap();
        let exact = |name: &str| TextMatcher::exact(row[name].as_str()).unwrap();
        let identity = IdentityMatcher::new(exact("identity"), exact("issuer"));
        let mut policy = Policy::identities(identity).require_signed_timestamps(1);
        // The older form was made without a log.
        if row["case"].starts_with("image-legacy-") {
            policy = policy.insecure_ignore_tlog();
        }
        let policy = with_predicate(policy, row);
        let path = folder.join(&row["path"]);
        let attachment = match row["kind"].as_str() {
            "image" => Attachment::Signatures,
            "image-attestation" => Attachment::Attestations,
            _ => return ask_file(&path, &folder.join(&row["subject"]), &policy, &root, provider),
        };
        let image = (path, row["subject"].as_str());
        Question { image, attachment, policy, claim: None, root: &root }.ask(provider)
    });
}

#[test]
fn signed_files() {
    run("signed-blobs", "sigstore/signed-blobs", &|folder, row, provider| {
        let policy = with_predicate(key_policy(&folder.join(&row["key"])), row);
        let (file, artifact) = (folder.join(&row["file"]), folder.join(&row["artifact"]));
        let root = TrustedRoot::default();
        if row["kind"] != "blob-detached" {
            return ask_file(&file, &artifact, &policy, &root, provider);
        }
        let signature = fs::read(file).unwrap();
        let bundle = detached(&signature, Evidence::default()).map_err(|error| variant(&error))?;
        ask(&bundle, &artifact, &policy, &root, provider)
    });
}

/// Asks every row of a table, under both providers, which must agree.
fn run(set: &str, name: &'static str, ask: &Ask) {
    let Some(data) = test_data() else { return };
    let folder = data.join("sigstore").join(set);
    let reasons: BTreeMap<&str, &str> =
        EXPECTED.lines().filter_map(|line| line.split_once(": ")).collect();
    let mut suite = Suite::new(name, EXCEPTIONS);
    for row in Table::read(&folder.join("cases.tsv")).rows() {
        let case = case(set, row);
        let slow = ask(&folder, row, &RustCrypto);
        assert_eq!(slow, ask(&folder, row, &AwsLc), "{case}: the providers differ");
        let reason = reasons.get(case.as_str()).copied();
        suite.case(&case, compare(expected(row), slow, reason));
    }
    suite.finish();
}

/// A row's name: all that tells it from others.
fn case(set: &str, row: &Row) -> String {
    let columns = [
        "case",
        "file",
        "check",
        "kind",
        "artifact",
        "identity",
        "key",
        "predicate_type",
        "annotation",
    ];
    let parts: Vec<&str> = columns.iter().filter_map(|column| field(row, column)).collect();
    let digest = field(row, "digest").map(|digest| &digest[..15]);
    let parts: Vec<&str> = parts.into_iter().chain(digest).collect();
    format!("{set}/{}", parts.join(" ")).replace(": ", ":")
}

fn compare(
    expected: &str,
    verdict: Result<(), String>,
    reason: Option<&str>,
) -> Result<(), String> {
    match (expected, verdict) {
        ("either", _) | ("pass", Ok(())) => Ok(()),
        ("pass", Err(found)) => Err(format!("refused: {found}")),
        (_, Ok(())) => Err("accepted".into()),
        // Cases that are not of this data may be refused for any reason.
        (_, Err(found)) if reason.is_none_or(|reason| reason == found) => Ok(()),
        (_, Err(found)) => Err(format!("refused by {found}, expected is {reason:?}")),
    }
}

/// Whether an image is signed as a policy wants it.
struct Question<'q> {
    image: (PathBuf, &'q str),
    attachment: Attachment,
    policy: Policy,
    claim: Option<(&'q str, &'q str)>,
    root: &'q TrustedRoot,
}

impl Question<'_> {
    fn ask(&self, provider: &dyn Provider) -> Result<(), String> {
        let (folder, digest) = &self.image;
        let selector = Some(Selector::Digest(digest.parse().unwrap()));
        self.ask_of(&Target::ImageLayout { folder: folder.clone(), selector }, provider)
    }

    /// The same of a registry that holds what the layout does. What `cosign save` writes has no
    /// tags, by which a registry would know signatures.
    fn ask_registry(&self, provider: &dyn Provider) -> Option<Result<(), String>> {
        let (folder, digest) = &self.image;
        let layout = Layout::read(folder).unwrap();
        if layout.index.iter().any(|entry| entry.pointer("/annotations/kind").is_some()) {
            return None;
        }
        let registry = TestRegistry::start(Options::default());
        registry.put_layout(&layout, "app");
        let client = Client::new(Config::default()).unwrap();
        let reference = format!("{}/app@{digest}", registry.host()).parse().unwrap();
        let image = RegistryImage::new(Registries::new(client, Keychain::default()), reference);
        Some(self.ask_of(&Target::Registry(image), provider))
    }

    fn ask_of(&self, target: &Target, provider: &dyn Provider) -> Result<(), String> {
        let (signer, mut options) = (self.policy.signer_kind(), VerifyOptions::default());
        options.check_content = true;
        let image = SignedImage::open(target, self.attachment, signer, &options)
            .map_err(|error| variant(&error))?;
        let verifier = BundleVerifier::with_provider(self.root, provider);
        let claims: Vec<_> =
            self.claim.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let verified = image.verify(&verifier, &self.policy, &claims, now(), &NoProgress);
        verified.map(drop).map_err(|error| reason(&error))
    }
}

/// The reason, and where no signature counts those of the signatures.
fn reason(error: &Unverified<'_>) -> String {
    match &error.reason {
        UnverifiedReason::NoMatch => {
            let each: BTreeSet<String> =
                error.rejected.iter().map(|one| variant(&one.why)).collect();
            let each: Vec<String> = each.into_iter().collect();
            format!("NoMatch {}", each.join(" "))
        }
        other => variant(other),
    }
}

fn ask_file(
    bundle: &Path,
    artifact: &Path,
    policy: &Policy,
    root: &TrustedRoot,
    provider: &dyn Provider,
) -> Result<(), String> {
    let bundle = Bundle::from_json(&fs::read(bundle).unwrap(), &Limits::default());
    ask(&bundle.map_err(|error| variant(&error))?, artifact, policy, root, provider)
}

fn ask(
    bundle: &Bundle,
    artifact: &Path,
    policy: &Policy,
    root: &TrustedRoot,
    provider: &dyn Provider,
) -> Result<(), String> {
    let artifact = fs::read(artifact).unwrap();
    let verifier = BundleVerifier::with_provider(root, provider);
    let verified = verifier.verify(bundle, Artifact::Bytes(&artifact), policy, now());
    verified.map(drop).map_err(|error| variant(&error))
}

fn key_policy(file: &Path) -> Policy {
    let key = PublicKey::from_pem(&fs::read(file).unwrap()).unwrap();
    Policy::keys([TrustedKey::new(key)]).insecure_ignore_tlog()
}

fn with_predicate(policy: Policy, row: &Row) -> Policy {
    match field(row, "predicate_type") {
        Some(uri) => policy.require_predicate_type(PredicateType::new(uri).unwrap()),
        None => policy,
    }
}

/// A column, unless it is absent or a dash.
fn field<'r>(row: &'r Row, name: &str) -> Option<&'r str> {
    row.get(name).map(String::as_str).filter(|text| *text != "-" && !text.is_empty())
}

/// Keys do not end and every certificate has a timestamp, so that the day does not matter.
fn now() -> Timestamp {
    "2030-01-01T00:00:00Z".parse().unwrap()
}
