//! What is wrong in one place is refused, and for that reason.
//!
//! Each case takes what the tests' own instance signs and makes one thing wrong;
//! `tests/expected/refusals.txt` names the error that refuses it.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

mod certificates;
mod counts;
mod documents;
mod logs;
mod roots;
mod statements;
mod timestamps;

use std::collections::BTreeMap;

use sealift_sigstore_verify::{
    AwsLc, Error, Limits, Policy, Provider, PublicKey, RustCrypto, TrustedKey, TrustedRoot,
};
use sealift_tests::cases::{OwnedArtifact, identity, judge};
use sealift_tests::instance::{Instance, Recipe};
use sealift_tests::{Suite, variant};
use serde_json::Value;

const EXPECTED: &str = include_str!("../../expected/refusals.txt");
const ARTIFACT: &[u8] = b"an artifact\n";

/// Something signed, and all that is needed to judge it.
struct Attempt {
    bundle: Value,
    /// The bundle's bytes, where they are not the JSON above.
    bytes: Option<Vec<u8>>,
    root: Value,
    root_bytes: Option<Vec<u8>>,
    artifact: Vec<u8>,
    policy: Policy,
}

impl Attempt {
    /// What a recipe makes, with a policy that accepts its signer.
    fn new(instance: &Instance, recipe: &Recipe) -> Self {
        let signed = instance.sign(recipe);
        let policy = match &recipe.certificate {
            Some(certificate) => {
                let parts = [certificate.identity.text(), certificate.issuer()];
                let [subject, issuer] = parts.map(|part| if part.is_empty() { "-" } else { part });
                identity(subject, issuer)
            }
            None => {
                let key = PublicKey::from_pem(signed.key.public_pem().as_bytes()).unwrap();
                Policy::keys([TrustedKey::new(key).with_hint(signed.hint())])
            }
        };
        Self {
            bundle: signed.bundle(),
            bytes: None,
            root: instance.trusted_root(),
            root_bytes: None,
            artifact: ARTIFACT.to_vec(),
            policy,
        }
    }

    fn judge(&self, provider: &dyn Provider) -> Result<(), Error> {
        let root = self.root_bytes.clone().unwrap_or_else(|| self.root.to_string().into());
        let root = TrustedRoot::from_json(&root, provider, &Limits::default())?;
        let bundle = self.bytes.clone().unwrap_or_else(|| self.bundle.to_string().into());
        let artifact = OwnedArtifact::Bytes(self.artifact.clone());
        judge(&bundle, (&root, provider), &artifact, &self.policy).map(drop)
    }
}

/// Adds the cases of one theme.
type Theme = fn(&mut Cases<'_>);

/// The cases of one theme, in the order in which they were added.
struct Cases<'i> {
    instance: &'i Instance,
    theme: &'static str,
    all: Vec<(String, Attempt)>,
}

impl Cases<'_> {
    /// A keyless signature in Rekor v1, but for what is changed.
    fn recipe(&mut self, name: &str, change: impl FnOnce(&mut Recipe)) {
        let mut recipe = Recipe::keyless(self.instance, "ada", ARTIFACT);
        change(&mut recipe);
        self.attempt(name, &recipe, |_| {});
    }

    /// A keyless signature in Rekor v1, whose judgement is changed.
    fn edit(&mut self, name: &str, change: impl FnOnce(&mut Attempt)) {
        self.attempt(name, &Recipe::keyless(self.instance, "ada", ARTIFACT), change);
    }

    fn attempt(&mut self, name: &str, recipe: &Recipe, change: impl FnOnce(&mut Attempt)) {
        let mut attempt = Attempt::new(self.instance, recipe);
        change(&mut attempt);
        self.add(name, attempt);
    }

    fn add(&mut self, name: &str, attempt: Attempt) {
        self.all.push((format!("{}/{name}", self.theme), attempt));
    }
}

#[test]
fn what_is_wrong_in_one_place_is_refused_for_that() {
    let instance = Instance::new("refusals", 1_780_000_000);
    let themes: [(&'static str, Theme); 7] = [
        ("certificates", certificates::cases),
        ("counts", counts::cases),
        ("documents", documents::cases),
        ("logs", logs::cases),
        ("roots", roots::cases),
        ("statements", statements::cases),
        ("timestamps", timestamps::cases),
    ];
    let mut expected: BTreeMap<&str, &str> =
        EXPECTED.lines().skip(1).filter_map(|line| line.split_once(": ")).collect();
    let mut suite = Suite::new("refusals", "");
    for (theme, add) in themes {
        let mut cases = Cases { instance: &instance, theme, all: vec![] };
        add(&mut cases);
        for (name, attempt) in cases.all {
            suite.case(&name, compare(&attempt, expected.remove(name.as_str())));
        }
    }
    for name in expected.keys() {
        suite.case(name, Err("is expected, and there is no such case".into()));
    }
    suite.finish();
}

fn compare(attempt: &Attempt, expected: Option<&str>) -> Result<(), String> {
    let [slow, fast] = [attempt.judge(&RustCrypto), attempt.judge(&AwsLc)];
    if slow != fast {
        return Err(format!("the providers differ: {slow:?}, {fast:?}"));
    }
    let found = match &slow {
        Ok(()) => "accepted".to_owned(),
        Err(error) => describe(error),
    };
    if Some(found.as_str()) == expected {
        return Ok(());
    }
    Err(format!("{found}, expected {expected:?}: {slow:?}"))
}

/// The variant of an error, and the path of the field where it has one, with what is wrong there.
fn describe(error: &Error) -> String {
    let text = format!("{error:?}");
    let Some((_, rest)) = text.split_once("path: \"") else { return variant(error) };
    let (path, rest) = rest.split_once('"').unwrap();
    let reason = rest.split_once(": ").map_or("", |(_, reason)| reason);
    let end = reason.find(|letter: char| !letter.is_alphanumeric() && letter != '(');
    let reason = &reason[..end.unwrap_or(reason.len())];
    format!("{} at {path} {}", variant(error), reason.replace('(', "::")).trim_end().to_owned()
}
