//! Entries of transparency logs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_tests::instance::{EntryRecipe, LogKind, Recipe, Version};
use serde_json::Value;

use super::documents::flip;
use super::{ARTIFACT, Attempt, Cases};

pub(super) fn cases(cases: &mut Cases<'_>) {
    entry(cases, "unknown", |entry| entry.unknown = true);
    entry(cases, "forged", |entry| entry.forged = true);
    cases.recipe("forged-promise-alone", |recipe| {
        recipe.version = Version::V01;
        recipe.entries[0].forged = true;
        recipe.entries[0].proof = false;
    });
    entry(cases, "integrated-after-expiry", |entry| entry.integrated = 3600);
    entry(cases, "integrated-before-issue", |entry| entry.integrated = -3600);
    cases.recipe("none", |recipe| recipe.entries.clear());
    proofs(cases);
    bodies(cases);
    second(cases);
}

/// An entry with one thing changed.
fn entry(cases: &mut Cases<'_>, name: &str, change: impl FnOnce(&mut EntryRecipe)) {
    cases.recipe(name, |recipe| change(&mut recipe.entries[0]));
}

fn proofs(cases: &mut Cases<'_>) {
    let mut proof = |name: &str, change: &dyn Fn(&mut Value)| {
        cases.edit(name, |attempt| change(&mut first(attempt)["inclusionProof"]));
    };
    proof("proof-of-another-leaf", &|proof| proof["logIndex"] = "5".into());
    proof("leaf-outside-of-tree", &|proof| proof["logIndex"] = "11".into());
    proof("empty-tree", &|proof| proof["treeSize"] = "0".into());
    proof("another-root", &|proof| flip(&mut proof["rootHash"], 0));
    proof("hash-changed", &|proof| flip(&mut proof["hashes"][1], 3));
    proof("hash-missing", &|proof| drop(proof["hashes"].as_array_mut().unwrap().pop()));
    proof("hash-too-many", &|proof| {
        let hashes = proof["hashes"].as_array_mut().unwrap();
        hashes.push(hashes[0].clone());
    });
    proof("hash-too-short", &|proof| proof["hashes"][0] = "AAAA".into());
    proof("no-checkpoint", &|proof| drop(proof.as_object_mut().unwrap().remove("checkpoint")));
    let mut note = |name: &str, change: &dyn Fn(&str) -> String| {
        cases.edit(name, |attempt| {
            let note = &mut first(attempt)["inclusionProof"]["checkpoint"]["envelope"];
            *note = change(note.as_str().unwrap()).into();
        });
    };
    note("note-without-signature", &|note| note.split_once("\n\n").unwrap().0.to_owned() + "\n\n");
    note("note-of-another-size", &|note| note.replace("\n11\n", "\n12\n"));
    note("note-with-huge-size", &|note| note.replace("\n11\n", "\n99999999999999999999\n"));
    note("note-without-line-end", &|note| note.trim_end().to_owned());
    note("note-is-empty", &|_| String::new());
    cases.edit("promise-changed", |attempt| {
        flip(&mut first(attempt)["inclusionPromise"]["signedEntryTimestamp"], 30);
    });
    cases.edit("promise-of-another-time", |attempt| {
        first(attempt)["integratedTime"] = "1780000002".into();
    });
    cases.edit("promise-of-another-index", |attempt| {
        first(attempt)["logIndex"] = "4163434".into();
    });
}

fn bodies(cases: &mut Cases<'_>) {
    entry(cases, "body-of-another-digest", |entry| {
        entry.edit = Some(|body| body["spec"]["data"]["hash"]["value"] = "00".repeat(32).into());
    });
    entry(cases, "body-of-another-signature", |entry| {
        entry.edit = Some(|body| body["spec"]["signature"]["content"] = "MAA=".into());
    });
    entry(cases, "body-of-another-key", |entry| {
        entry.edit = Some(|body| {
            let key = &mut body["spec"]["signature"]["publicKey"]["content"];
            *key = STANDARD.encode("-----BEGIN CERTIFICATE-----\n").into();
        });
    });
    entry(cases, "body-of-another-kind", |entry| {
        entry.edit = Some(|body| body["kind"] = "rekord".into());
    });
    entry(cases, "body-of-another-version", |entry| {
        entry.edit = Some(|body| body["apiVersion"] = "0.0.3".into());
    });
    entry(cases, "body-without-spec", |entry| {
        entry.edit = Some(|body| drop(body.as_object_mut().unwrap().remove("spec")));
    });
    cases.edit("kind-of-another-body", |attempt| {
        first(attempt)["kindVersion"]["kind"] = "dsse".into();
    });
    cases.edit("body-changed", |attempt| {
        flip(&mut first(attempt)["canonicalizedBody"], 80);
    });
}

/// Rekor v2.
fn second(cases: &mut Cases<'_>) {
    for (name, log) in [("ecdsa", LogKind::Rekor2Ecdsa), ("ed25519", LogKind::Rekor2Ed25519)] {
        let recipe = Recipe::keyless_2(cases.instance, "ada", ARTIFACT, log);
        let mut changed = |case: &str, change: &dyn Fn(&mut Recipe)| {
            let mut recipe = recipe.clone();
            change(&mut recipe);
            cases.attempt(&format!("rekor2-{name}-{case}"), &recipe, |_| {});
        };
        changed("as-usual", &|_| {});
        changed("without-time", &|recipe| recipe.timestamps.clear());
        changed("forged", &|recipe| recipe.entries[0].forged = true);
        changed("another-origin", &|recipe| {
            recipe.entries[0].origin = Some("log.example".into());
        });
        changed("another-signer", &|recipe| {
            recipe.entries[0].signer = Some("log.example".into());
        });
        changed("without-proof", &|recipe| recipe.entries[0].proof = false);
        changed("witnesses", &|recipe| recipe.entries[0].witnesses = 3);
    }
}

fn first(attempt: &mut Attempt) -> &mut Value {
    &mut attempt.bundle["verificationMaterial"]["tlogEntries"][0]
}
