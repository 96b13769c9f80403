//! Signing with services that vouch for it, those on loopback: both versions of the log, keys and
//! identities, files and statements; and everything that may go wrong.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use sealift_http::{Client, Config, Retry, Timeouts};
use sealift_model::Timestamp;
use sealift_sigstore_sign::{
    IdentityToken, PrivateKey, Service, ServiceClient, ServiceError, Services, SignatureBundle,
    StatementDraft, ToSign, TokenError,
};
use sealift_sigstore_verify::{
    Artifact, Bundle, Hash, HashAlgorithm, IdentityMatcher, KeyAlgorithm, Limits, Policy,
    PredicateType, PublicKey, RustCrypto, TextMatcher, TrustedKey, TrustedRoot, Verifier,
};
use sealift_tests::instance::{Instance, LogKind};
use sealift_tests::signing_services::{self, Fault, Part};
use serde_json::json;

const NOW: i64 = 1_780_000_000;
const ARTIFACT: &[u8] = b"what is signed";
const LOGS: [LogKind; 3] = [LogKind::Rekor1, LogKind::Rekor2Ecdsa, LogKind::Rekor2Ed25519];

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(NOW).unwrap()
}

/// An instance with its services, and what knows them.
struct World {
    instance: Instance,
    services: Services,
    root: TrustedRoot,
    client: Client,
    running: signing_services::SigningServers,
}

impl World {
    fn new(log: LogKind, fault: Option<Fault>) -> Self {
        let instance = Instance::new("keyless", NOW);
        let running = signing_services::SigningServers::start(&instance, fault);
        let config = running.signing_config(log, true).to_string();
        let services = Services::from_signing_config(config.as_bytes(), now()).unwrap();
        let root = instance.trusted_root().to_string();
        let root = TrustedRoot::from_json(root.as_bytes(), &RustCrypto, &Limits::default());
        let mut config = Config::default();
        let (mut timeouts, mut retry) = (Timeouts::default(), Retry::default());
        timeouts.answer = Duration::from_secs(5);
        timeouts.window = Duration::from_secs(1);
        retry.attempts = 2;
        retry.first_wait = Duration::from_millis(10);
        (config.timeouts, config.retry) = (timeouts, retry);
        let client = Client::new(config).unwrap();
        Self { instance, services, root: root.unwrap(), client, running }
    }

    fn client(&self) -> ServiceClient<'_> {
        ServiceClient {
            client: &self.client,
            services: &self.services,
            root: &self.root,
            requires_sct: true,
            clock: &now,
        }
    }

    fn token(&self, expires: i64) -> IdentityToken {
        IdentityToken::new(&signing_services::token(&self.instance, "ada", expires)).unwrap()
    }

    fn keyless(&self, content: ToSign<'_>) -> Result<SignatureBundle, ServiceError> {
        let client = self.client();
        client.sign_certified(&client.certify(&self.token(NOW + 300))?, content)
    }

    /// Verifies as a user who trusts the instance and knows the expected signer.
    fn verify(&self, bundle: &SignatureBundle, artifact: Artifact<'_>, policy: &Policy) {
        let bundle = Bundle::from_json(&bundle.to_json(), &Limits::default()).unwrap();
        Verifier::new(&self.root).verify(&bundle, artifact, policy, now()).unwrap();
    }
}

fn ada() -> Policy {
    let subject = TextMatcher::exact("ada@sealift.test").unwrap();
    let issuer = TextMatcher::exact("https://oidc.sealift.test").unwrap();
    Policy::identities(IdentityMatcher::new(subject, issuer)).require_signed_timestamps(1)
}

fn statement() -> Vec<u8> {
    let digest = HashAlgorithm::Sha256.hash(ARTIFACT);
    let kind = PredicateType::new("https://example.com/p").unwrap();
    StatementDraft::about("file", digest, &kind, json!({"a": 1})).to_json()
}

#[test]
fn an_identity_signs_files_and_statements_with_both_versions_of_the_log() {
    for log in LOGS {
        let world = World::new(log, None);
        let signed = world.keyless(ToSign::Message(ARTIFACT)).unwrap();
        world.verify(&signed, Artifact::Bytes(ARTIFACT), &ada());
        let signed = world.keyless(ToSign::Statement(&statement())).unwrap();
        world.verify(&signed, Artifact::Bytes(ARTIFACT), &ada());
        let digest = Hash::new(HashAlgorithm::Sha256, &[7; 32]).unwrap();
        let bundle = Bundle::from_json(&signed.to_json(), &Limits::default()).unwrap();
        let other = Artifact::Digest(&digest);
        assert!(Verifier::new(&world.root).verify(&bundle, other, &ada(), now()).is_err());
        assert_eq!(world.running.asked().len(), 6, "{:?}", world.running.asked());
    }
}

#[test]
fn every_kind_of_key_is_vouched_for() {
    for log in LOGS {
        let world = World::new(log, None);
        for algorithm in [
            KeyAlgorithm::EcdsaP256,
            KeyAlgorithm::EcdsaP384,
            KeyAlgorithm::EcdsaP521,
            KeyAlgorithm::Ed25519,
            KeyAlgorithm::Rsa { bits: 2048 },
        ] {
            let key = PrivateKey::generate(algorithm).unwrap();
            let public = PublicKey::from_pem(key.public_pem().as_bytes()).unwrap();
            let policy = Policy::keys([TrustedKey::new(public)]).require_signed_timestamps(1);
            for content in [ToSign::Message(ARTIFACT), ToSign::Statement(&statement())] {
                let signed = world.client().sign(&key, content);
                let signed =
                    signed.unwrap_or_else(|error| panic!("{log:?} {algorithm}: {error:?}"));
                world.verify(&signed, Artifact::Bytes(ARTIFACT), &policy);
            }
        }
    }
}

#[test]
fn an_entry_that_is_there_already_is_fetched() {
    let world = World::new(LogKind::Rekor1, Some(Fault::Conflict));
    let signed = world.keyless(ToSign::Message(ARTIFACT)).unwrap();
    world.verify(&signed, Artifact::Bytes(ARTIFACT), &ada());
    assert!(world.running.asked().last().unwrap().starts_with("GET /rekor1/api/v1/log/entries/"));
}

#[test]
fn an_expired_token_is_not_even_sent() {
    let world = World::new(LogKind::Rekor1, None);
    let error = world.client().certify(&world.token(NOW)).unwrap_err();
    let expected = TokenError::Expired { expired: now(), now: now() };
    assert!(matches!(error, ServiceError::Token(found) if found == expected));
    assert!(world.running.asked().is_empty());
}

#[test]
fn without_an_authority_nobody_is_certified() {
    let mut world = World::new(LogKind::Rekor1, None);
    world.services.authority = None;
    let error = world.client().certify(&world.token(NOW + 1)).unwrap_err();
    assert!(matches!(error, ServiceError::NotConfigured { service: Service::Authority }));
}

/// Fulcio without precertificates: the log's word is verified here, and is not in the bundle.
#[test]
fn the_word_of_a_log_may_come_beside_the_certificate() {
    let world = World::new(LogKind::Rekor1, Some(Fault::DetachedTimestamp));
    let client = world.client();
    let signer = client.certify(&world.token(NOW + 300)).unwrap();
    assert!(signer.has_detached_timestamp());
    let signed = client.sign_certified(&signer, ToSign::Message(ARTIFACT)).unwrap();
    let bundle = Bundle::from_json(&signed.to_json(), &Limits::default()).unwrap();
    let verifier = Verifier::new(&world.root);
    let verify = |policy| verifier.verify(&bundle, Artifact::Bytes(ARTIFACT), &policy, now());
    assert!(verify(ada()).is_err());
    verify(ada().insecure_ignore_sct()).unwrap();
}

/// What an error is about, without what differs from run to run.
fn kind(error: &ServiceError) -> String {
    match error {
        ServiceError::Unreachable { service, .. } => format!("{service} unreachable"),
        ServiceError::Refused { service, status, message, .. } => {
            format!("{service} refuses: {status} {message}")
        }
        ServiceError::Answer { service, .. } => format!("{service} malformed"),
        ServiceError::Entry { .. } => "entry malformed".to_owned(),
        ServiceError::OtherCertificate { what, .. } => format!("other {what}"),
        ServiceError::Unproved(error) => format!("unproved: {error}"),
        other => format!("{other}"),
    }
}

/// Words of the reason that must be given.
fn expected(fault: Fault) -> &'static str {
    match fault {
        Fault::Down(_) | Fault::Truncated(_) | Fault::Endless(_) | Fault::Drip(_) => "unreachable",
        Fault::Refusal(_, 401) => "refuses: 401 not today or tomorrow",
        Fault::Refusal(..) => "refuses: 500",
        Fault::Html(Part::Timestamps) => "malformed timestamp",
        Fault::Html(_) | Fault::NoProof => "malformed",
        Fault::OtherIdentity => "other subject",
        Fault::OtherKey => "other key",
        Fault::UnknownAuthority => "unproved: the issuer's key",
        Fault::NoCertificateTimestamp => "unproved: the certificate has no signed certificate",
        Fault::ForgedDetachedTimestamp => "unproved: ",
        Fault::ForgedEntry => "unproved: the log's signature",
        Fault::OtherEntry => "unproved: the log entry is of another digest",
        _ => "unproved: 0 of 1 required signed timestamps",
    }
}

#[test]
fn whatever_goes_wrong_nothing_is_signed() {
    let parts = [Part::Authority, Part::Log, Part::Timestamps];
    let mut faults: Vec<Fault> = parts
        .into_iter()
        .flat_map(|part| {
            [
                Fault::Down(part),
                Fault::Refusal(part, 500),
                Fault::Refusal(part, 401),
                Fault::Html(part),
                Fault::Truncated(part),
                Fault::Endless(part),
                Fault::Drip(part),
            ]
        })
        .collect();
    faults.extend([
        Fault::OtherIdentity,
        Fault::OtherKey,
        Fault::UnknownAuthority,
        Fault::NoCertificateTimestamp,
        Fault::ForgedDetachedTimestamp,
        Fault::ForgedEntry,
        Fault::OtherEntry,
        Fault::NoProof,
        Fault::OtherTimestamp,
        Fault::ForgedTimestamp,
    ]);
    for log in [LogKind::Rekor1, LogKind::Rekor2Ed25519] {
        for fault in &faults {
            let world = World::new(log, Some(*fault));
            let start = Instant::now();
            let error = world.keyless(ToSign::Message(ARTIFACT)).unwrap_err();
            let took = start.elapsed();
            assert!(kind(&error).contains(expected(*fault)), "{fault:?}: {error:?}");
            println!("{log:?} {fault:?}: {} ({} ms)", kind(&error), took.as_millis());
            assert!(took < Duration::from_secs(20), "{fault:?}: {took:?}");
            let text = format!("{error:?} {error}");
            assert!(
                !text.contains(&signing_services::token(&world.instance, "ada", NOW + 300)),
                "{text}"
            );
        }
    }
}
