//! The entries of the bundles in the test data: those of accepted bundles hold, and with any part
//! of them changed they do not.

use std::fs;

use super::{Entry, InclusionProof, Signatory, Signed, SignedContent};
use crate::cases::{Case, Cases};
use crate::crypto::{Hash, PublicKey, RustCrypto};
use crate::trust::TransparencyLog;
use crate::{Bundle, Content, Material};

/// What a bundle says was signed.
struct Subject<'c> {
    bundle: &'c Bundle,
    key: PublicKey,
    digest: Option<Hash>,
    pae: Vec<u8>,
}

impl<'c> Subject<'c> {
    /// None if the key or a digest is not known.
    fn of(case: &'c Case) -> Option<Self> {
        let key = match case.bundle.material() {
            Material::Certificate { leaf, .. } => leaf.public_key().clone(),
            Material::PublicKey { .. } => {
                PublicKey::from_pem(&fs::read(case.key.as_deref()?).ok()?).ok()?
            }
        };
        let (digest, pae) = match case.bundle.content() {
            Content::Message { digest, .. } => {
                let declared = (*digest)?;
                let artifact = case.artifact.as_ref().and_then(|file| fs::read(file).ok());
                let actual = artifact.map(|artifact| declared.algorithm().hash(&artifact));
                (actual.or(Some(declared)), Vec::new())
            }
            Content::Envelope(envelope) => (None, envelope.pae()),
        };
        Some(Self { bundle: &case.bundle, key, digest, pae })
    }

    fn signed(&self) -> Signed<'_> {
        let signatory = match self.bundle.material() {
            Material::Certificate { leaf, .. } => {
                Signatory::Certificate { der: leaf.der(), key: &self.key }
            }
            Material::PublicKey { .. } => Signatory::Key(&self.key),
        };
        let (signature, content) = match self.bundle.content() {
            Content::Message { signature, .. } => {
                (signature, SignedContent::Digest(self.digest.as_ref().unwrap()))
            }
            Content::Envelope(envelope) => {
                let (payload_type, payload) = (envelope.payload_type(), envelope.payload());
                let content = SignedContent::Envelope { payload_type, payload, pae: &self.pae };
                (&envelope.signatures()[0].signature, content)
            }
        };
        Signed { signature, signatory, content }
    }
}

#[test]
fn entries_of_bundles() {
    let Some(cases) = Cases::read() else { return };
    let mut suite = cases.suite("sigstore/log-entries");
    let mut changes = 0;
    for case in &cases.readable {
        let Some(subject) = Subject::of(case) else {
            suite.skip(&case.name, "the key or the digest is not in the data");
            continue;
        };
        let logs = case.root.logs();
        for entry in case.bundle.entries() {
            // What is wrong with a bundle that must fail may lie elsewhere.
            let result = entry.verify(&subject.signed(), logs, &RustCrypto);
            match result {
                Err(error) if case.passes => suite.case(&case.name, Err(error.to_string())),
                _ => suite.case(&case.name, Ok(())),
            }
            if case.passes {
                changes += refuses_changes(&case.name, entry, &subject, logs);
            }
        }
    }
    println!("all of {changes} changes of entries that hold are refused");
    suite.finish();
}

/// Changes every part of an entry, and checks that none is accepted.
fn refuses_changes(
    name: &str,
    entry: &Entry,
    subject: &Subject<'_>,
    logs: &[TransparencyLog],
) -> usize {
    let changed = changes(entry);
    for (part, changed) in &changed {
        let result = changed.verify(&subject.signed(), logs, &RustCrypto);
        assert!(result.is_err(), "{name}: {part} changed, and accepted");
    }
    changed.len()
}

fn changes(entry: &Entry) -> Vec<(String, Entry)> {
    let mut changed = Vec::new();
    let mut change = |part: String, edit: &dyn Fn(&mut Entry)| {
        let mut copy = entry.clone();
        edit(&mut copy);
        changed.push((part, copy));
    };
    change("log id".into(), &|entry| entry.log_id[0] ^= 1);
    change("kind".into(), &|entry| entry.kind.push('x'));
    change("version".into(), &|entry| entry.version = "0.0.9".into());
    // A few places of the body, which nothing of does not matter.
    for at in (0..entry.body.len()).step_by(97) {
        change(format!("body byte {at}"), &|entry| entry.body[at] ^= 1);
    }
    if let Some(promise) = &entry.promise {
        for at in (0..promise.len()).step_by(7) {
            change(format!("promise byte {at}"), &|entry| entry.promise.as_mut().unwrap()[at] ^= 1);
        }
        change("log index".into(), &|entry| entry.log_index += 1);
        change("time".into(), &|entry| entry.integrated_time = "2024-05-05T05:05:05Z".parse().ok());
        change("no time".into(), &|entry| entry.integrated_time = None);
    }
    let Some(proof) = &entry.proof else { return changed };
    let part = |entry: &mut Entry, edit: &dyn Fn(&mut InclusionProof)| {
        edit(entry.proof.as_mut().unwrap());
    };
    change("proof index".into(), &|entry| part(entry, &|proof| proof.log_index ^= 1));
    change("size".into(), &|entry| part(entry, &|proof| proof.tree_size += 1));
    change("root".into(), &|entry| part(entry, &|proof| proof.root_hash[31] ^= 1));
    change("longer".into(), &|entry| part(entry, &|proof| proof.hashes.push(vec![0; 32])));
    change("no checkpoint".into(), &|entry| part(entry, &|proof| proof.checkpoint = None));
    for at in 0..proof.hashes.len() {
        change(format!("hash {at}"), &|entry| part(entry, &|proof| proof.hashes[at][at] ^= 1));
    }
    let note = proof.checkpoint.as_deref().unwrap();
    let own = note.lines().next().unwrap().split(' ').next().unwrap();
    for (number, line) in note.lines().enumerate() {
        // Signatures of others are ignored.
        if line.starts_with('\u{2014}') && !line.starts_with(&format!("\u{2014} {own} ")) {
            continue;
        }
        // So is a second one of the log's name; the first is its own in all of this data.
        if note.lines().take(number).any(|line| line.starts_with(&format!("\u{2014} {own} "))) {
            continue;
        }
        for at in (0..line.len()).step_by(5).filter(|at| line.is_char_boundary(*at)) {
            let place = line.as_ptr().addr() - note.as_ptr().addr() + at;
            let flipped = flip(note, place);
            change(format!("checkpoint byte {place}"), &|entry| {
                part(entry, &|proof| proof.checkpoint = Some(flipped.clone()));
            });
        }
    }
    changed
}

/// The note with another character at a place.
fn flip(note: &str, place: usize) -> String {
    let character = note[place..].chars().next().unwrap();
    let other = if character == 'A' { "B" } else { "A" };
    let rest = &note[place + character.len_utf8()..];
    [&note[..place], other, rest].concat()
}
