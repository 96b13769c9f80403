//! The documents that are changed: accepted bundles of the test data, and the instance's own
//! bundles and trusted roots.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use sealift_sigstore_verify::{
    Error, Limits, Policy, Provider, PublicKey, TrustedKey, TrustedRoot,
};
use serde_json::{Value, json};

use super::Accepted;
use crate::cases::{BundleCase, OwnedArtifact, identity, judge};
use crate::instance::{
    CertificateRecipe, Content, EntryKind, Instance, KeyKind, LogKind, Recipe, TimestampRecipe,
    Version,
};

const ARTIFACT: &[u8] = b"an artifact\n";

/// The bundles of the test data that must be accepted, judged with a provider.
///
/// # Panics
/// When one is not JSON.
#[must_use]
pub fn of_data(sigstore: &Path, provider: &'static dyn Provider) -> Vec<Accepted> {
    let cases = BundleCase::all(sigstore).into_iter().filter(|case| case.expected == Some(true));
    cases.filter_map(|case| of_case(case, provider)).collect()
}

/// Reduces the bundle to the evidence that counts, all of which the policy then requires.
fn of_case(mut case: BundleCase, provider: &'static dyn Provider) -> Option<Accepted> {
    let mut document: Value = serde_json::from_slice(&case.bundle).ok()?;
    let root = case.trusted_root(provider).ok()?;
    if let Ok(evidence) = judge(&case.bundle, (&root, provider), &case.artifact, &case.policy) {
        evidence.strip(&mut document);
        case.policy = evidence.required_by(case.policy);
    }
    let tags = tags(&document);
    let name = case.name.clone();
    let verify = move |bundle: &[u8]| case.judge(bundle, &root, provider).is_ok();
    Some(Accepted { tags, ..Accepted::new(&name, document, verify) })
}

/// Bundles of an instance, one for each form, and the trusted root of each.
///
/// # Panics
/// When one is not made as it should be.
#[must_use]
pub fn own(provider: &'static dyn Provider) -> Vec<Accepted> {
    let instance = Instance::new("mutations", 1_780_000_000);
    let recipes = recipes(&instance);
    recipes
        .into_iter()
        .flat_map(|(name, recipe)| of_recipe(name, &instance, &recipe, provider))
        .collect()
}

/// A recipe for each form of a bundle, with its name.
fn recipes(instance: &Instance) -> Vec<(&'static str, Recipe)> {
    let keyless = |name| Recipe::keyless(instance, name, ARTIFACT);
    let second = |name, log| Recipe::keyless_2(instance, name, ARTIFACT, log);
    let statement =
        || Content::statement(ARTIFACT, "https://example.test/predicate", &json!({"a": 1}));
    let mut all = vec![
        ("rekor1", keyless("ada")),
        ("rekor2-ecdsa", second("bob", LogKind::Rekor2Ecdsa)),
        ("rekor2-ed25519", second("cyd", LogKind::Rekor2Ed25519)),
    ];
    let mut add = |name, mut recipe: Recipe, change: &dyn Fn(&mut Recipe)| {
        change(&mut recipe);
        all.push((name, recipe));
    };
    add("v0.1-promise-alone", keyless("dan"), &|recipe| {
        recipe.version = Version::V01;
        recipe.entries[0].proof = false;
    });
    add("v0.2-chain", keyless("eve"), &|recipe| recipe.version = Version::V02);
    add("dsse", keyless("fay"), &|recipe| recipe.content = statement());
    add("intoto-0.0.2", keyless("gus"), &|recipe| {
        recipe.content = statement();
        recipe.entries[0].kind = Some(EntryKind::Intoto2);
    });
    add("rekor2-dsse", second("hal", LogKind::Rekor2Ed25519), &|recipe| {
        recipe.content = statement();
    });
    add("workflow-witnesses", second("ida", LogKind::Rekor2Ed25519), &|recipe| {
        recipe.certificate =
            Some(CertificateRecipe::workflow("org/app", "release.yml", "refs/heads/main"));
        recipe.entries[0].witnesses = 2;
    });
    add("timestamp-without-certificate", keyless("joe"), &|recipe| {
        let stamp = TimestampRecipe::default();
        recipe.timestamps = vec![TimestampRecipe { embedded: false, accuracy: Some(1), ..stamp }];
    });
    for (name, kind) in [("p384", KeyKind::P384), ("ed25519", KeyKind::Ed25519)] {
        add(name, keyless(name), &|recipe| recipe.key.0 = kind);
    }
    let key = Recipe::key(instance, KeyKind::P256, "key", ARTIFACT);
    add("key", key, &|recipe| recipe.entries = keyless("key").entries);
    all
}

/// The bundle of a recipe, and the trusted root with no more than that bundle needs.
fn of_recipe(
    name: &str,
    instance: &Instance,
    recipe: &Recipe,
    provider: &'static dyn Provider,
) -> [Accepted; 2] {
    let signed = instance.sign(recipe);
    let bundle = signed.bundle();
    let root_json = needed(instance.trusted_root(), recipe, instance);
    let policy = match &recipe.certificate {
        None => {
            let key = TrustedKey::new(public_key(&signed.key.public_pem()));
            Policy::keys([key.with_hint(signed.hint())])
        }
        Some(certificate) => {
            let subject = certificate.identity.text();
            identity(subject, certificate.issuer())
        }
    };
    let tags = tags(&bundle);
    let root = read_root(root_json.to_string().as_bytes(), provider);
    let evidence = root.as_ref().ok().and_then(|root| {
        let artifact = OwnedArtifact::Bytes(ARTIFACT.to_vec());
        judge(bundle.to_string().as_bytes(), (root, provider), &artifact, &policy).ok()
    });
    let policy = Arc::new(match evidence {
        Some(evidence) => evidence.required_by(policy),
        None => policy,
    });
    let of_root_policy = Arc::clone(&policy);
    let of_bundle = Accepted::new(&format!("own/{name}"), bundle.clone(), move |bundle| {
        root.as_ref().is_ok_and(|root| accepts(bundle, root, provider, &policy))
    });
    let bundle = bundle.to_string();
    let of_root = Accepted::new(&format!("own/{name}/root"), root_json, move |root| {
        read_root(root, provider)
            .is_ok_and(|root| accepts(bundle.as_bytes(), &root, provider, &of_root_policy))
    });
    [Accepted { tags: tags.clone(), ..of_bundle }, Accepted { tags, prefix: "root ", ..of_root }]
}

fn accepts(bundle: &[u8], root: &TrustedRoot, provider: &dyn Provider, policy: &Policy) -> bool {
    judge(bundle, (root, provider), &OwnedArtifact::Bytes(ARTIFACT.to_vec()), policy).is_ok()
}

fn read_root(json: &[u8], provider: &dyn Provider) -> Result<TrustedRoot, Error> {
    Ok(TrustedRoot::from_json(json, provider, &Limits::default())?)
}

fn public_key(pem: &str) -> PublicKey {
    PublicKey::from_pem(pem.as_bytes()).unwrap()
}

/// Leaves out of a trusted root what the bundle of a recipe does not need.
fn needed(mut root: Value, recipe: &Recipe, instance: &Instance) -> Value {
    let hosts: Vec<String> = instance
        .logs
        .iter()
        .filter(|log| recipe.entries.iter().any(|entry| entry.log == log.kind))
        .map(|log| format!("https://{}", log.host))
        .collect();
    if let Some(logs) = root["tlogs"].as_array_mut() {
        logs.retain(|log| hosts.iter().any(|host| log["baseUrl"] == **host));
    }
    if recipe.timestamps.is_empty() {
        root["timestampAuthorities"] = json!([]);
    }
    if recipe.certificate.is_none() {
        root["certificateAuthorities"] = json!([]);
        root["ctlogs"] = json!([]);
    }
    root
}

/// The tags of a bundle, for the exceptions.
fn tags(bundle: &Value) -> BTreeSet<String> {
    let material = &bundle["verificationMaterial"];
    let entries = material["tlogEntries"].as_array().map_or(&[][..], Vec::as_slice);
    let stamps = &material["timestampVerificationData"]["rfc3161Timestamps"];
    let stamps = stamps.as_array().map_or(0, Vec::len);
    let any = |field: &str| entries.iter().any(|entry| entry[field].is_object());
    let version = bundle["mediaType"].as_str().unwrap_or_default();
    let flags = [
        ("no-promise", !any("inclusionPromise")),
        ("chain", material["x509CertificateChain"].is_object()),
        ("key", material["publicKey"].is_object()),
        ("no-proof", !any("inclusionProof")),
        ("no-timestamp", stamps == 0),
        ("v0.1", version.contains("0.1")),
    ];
    flags.into_iter().filter(|(_, holds)| *holds).map(|(tag, _)| tag.to_owned()).collect()
}
