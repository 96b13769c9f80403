//! `verifyImages`: the signers and attestations that an image needs.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::image::Image;
use super::super::{
    Attestation as WantedAttestation, Attestor, KeylessIdentity, Operation, Outcome,
    SignatureFormat, TextMatch, TransparencyLog, VerifiedImage, WantedImage, wildcard,
};
use super::conditions::{self, Conditions};
use super::document::{
    Attestation, AttestorEntry, AttestorSet, CertificateLog, Extractor, Keyless, Rekor, VerifyImage,
};
use super::images::{self, Found};
use super::scope::Scope;
use super::validate::{Said, in_words, said};

/// The deepest nesting of sets of attestors.
const MAX_DEPTH: usize = 8;

/// Checks rules; the error is the field and the problem.
pub(super) fn check(all: &[VerifyImage]) -> Result<(), (String, String)> {
    for (at, image) in all.iter().enumerate() {
        let place = format!("verifyImages[{at}]");
        let wrong =
            |field: &str, problem: &str| Err((format!("{place}.{field}"), problem.to_owned()));
        match image.kind.as_deref() {
            None | Some("Cosign" | "SigstoreBundle") => {}
            Some(_) => return wrong("type", "signatures of this type are not verified"),
        }
        let sets = image.attestors.iter();
        let of_attestations = image.attestations.iter().flat_map(|own| &own.attestors);
        let of_old = image.old_attestor();
        for set in sets.chain(of_attestations).chain(&of_old) {
            check_set(set, 0).map_err(|(field, why)| (format!("{place}.{field}"), why))?;
        }
        for attestation in &image.attestations {
            for block in &attestation.conditions {
                if let Err(why) = Conditions::read(block) {
                    return wrong("attestations.conditions", &why);
                }
            }
        }
        if let Some(validate) = &image.validate
            && let Some(deny) = &validate.deny
            && let Err(why) = Conditions::read(&deny.conditions)
        {
            return wrong("validate.deny.conditions", &why);
        }
    }
    Ok(())
}

fn check_set(set: &AttestorSet, depth: usize) -> Result<(), (String, String)> {
    let wrong = |field: &str, why: &str| Err((format!("attestors.{field}"), why.to_owned()));
    if depth > MAX_DEPTH {
        return wrong("entries", "sets of attestors lie too deep in each other");
    }
    for entry in &set.entries {
        let kinds = [
            entry.keys.is_some(),
            entry.certificates.is_some(),
            entry.keyless.is_some(),
            entry.attestor.is_some(),
        ];
        if kinds.iter().filter(|is_there| **is_there).count() != 1 {
            return wrong("entries", "an entry is one of keys, certificates, keyless, attestor");
        }
        if let Some(field) = unsupported(entry) {
            return wrong(&format!("entries.{field}"), "it is not supported");
        }
        if entry.keyless.as_ref().is_some_and(is_anybody) {
            return wrong("entries.keyless", ANYBODY);
        }
        if let Some(inner) = &entry.attestor {
            check_set(inner, depth + 1)?;
        }
    }
    Ok(())
}

/// Returns the field of an entry that is not supported.
fn unsupported(entry: &AttestorEntry) -> Option<&'static str> {
    const BEGIN: &str = "-----BEGIN ";
    let is_other = |hash: Option<&str>| hash.is_some_and(|it| !it.eq_ignore_ascii_case("sha256"));
    let (logs, certificate_logs) = (rekor(entry), ctlog(entry));
    let set = [
        ("certificates", entry.certificates.is_some()),
        ("signatureAlgorithm", is_other(entry.signature_algorithm.as_deref())),
        ("rekor.pubkey", logs.is_some_and(|log| !log.pubkey.is_empty())),
        ("ctlog.pubkey", certificate_logs.is_some_and(|log| !log.pubkey.is_empty())),
        ("ctlog.tsaCertChain", certificate_logs.is_some_and(|log| !log.tsa_cert_chain.is_empty())),
    ];
    let of_keys = entry.keys.iter().flat_map(|keys| {
        [
            ("keys.kms", !keys.kms.is_empty()),
            ("keys.secret", keys.secret.is_some()),
            // A reference to a key elsewhere: a URL, or a variable.
            ("keys.publicKeys", !keys.public_keys.contains(BEGIN)),
            ("keys.signatureAlgorithm", is_other(keys.signature_algorithm.as_deref())),
        ]
    });
    let of_keyless = entry.keyless.iter().flat_map(|keyless| {
        [
            ("keyless.roots", !keyless.roots.is_empty()),
            ("keyless.additionalExtensions", !keyless.additional_extensions.is_empty()),
        ]
    });
    let mut all = set.into_iter().chain(of_keys).chain(of_keyless);
    all.find(|(_, is_set)| *is_set).map(|(field, _)| field)
}

const ANYBODY: &str = "it names neither an issuer nor a subject, so anybody may have signed";

fn is_anybody(keyless: &Keyless) -> bool {
    let Keyless { issuer, issuer_reg_exp, subject, subject_reg_exp, .. } = keyless;
    [issuer, issuer_reg_exp, subject, subject_reg_exp].iter().all(|text| text.is_empty())
}

fn rekor(entry: &AttestorEntry) -> Option<&Rekor> {
    let of_keys = entry.keys.as_ref().and_then(|own| own.rekor.as_ref());
    of_keys.or_else(|| entry.keyless.as_ref().and_then(|own| own.rekor.as_ref()))
}

fn ctlog(entry: &AttestorEntry) -> Option<&CertificateLog> {
    let of_keys = entry.keys.as_ref().and_then(|own| own.ctlog.as_ref());
    of_keys.or_else(|| entry.keyless.as_ref().and_then(|own| own.ctlog.as_ref()))
}

/// Evaluates `verifyImages` on an object; none where it has no such image.
pub(super) fn ask(
    all: &[VerifyImage],
    extractors: &BTreeMap<String, Vec<Extractor>>,
    object: &Value,
    scope: &mut Scope<'_>,
) -> Option<Said> {
    if scope.request().operation == Operation::Delete {
        return None;
    }
    let found = match images::of(object, extractors) {
        Ok(found) => found,
        Err(why) => return Some(said(Outcome::Error, why)),
    };
    let mut verified = 0;
    for wanted in all {
        let images = || found.iter().filter(|image| wanted.is_about(image));
        // Kyverno replaces tags before rules are evaluated.
        for tagged in images().filter(|it| wanted.mutate_digest && it.image.digest.is_empty()) {
            scope.around().pin(&tagged.image.to_string());
        }
        for image in images() {
            match one(wanted, image, scope) {
                Ok(()) => verified += 1,
                Err(said) => return Some(said),
            }
        }
    }
    (verified > 0).then(|| said(Outcome::Pass, format!("{verified} images are as they must be")))
}

fn one(wanted: &VerifyImage, found: &Found, scope: &mut Scope<'_>) -> Result<(), Said> {
    let image = found.image.to_string();
    let fail = |why: String| Err(said(Outcome::Fail, why));
    let nothing_asked = wanted.attestors.is_empty()
        && wanted.attestations.is_empty()
        && wanted.key.is_empty()
        && wanted.issuer.is_empty()
        && wanted.subject.is_empty();
    if nothing_asked {
        if wanted.required {
            return fail(format!("image {image} is not verified"));
        }
    } else {
        attested(wanted, &found.image, scope)
            .map_err(|why| said(Outcome::Fail, format!("image {image} is not verified: {why}")))?;
    }
    // An image that still has a tag may be another one when it runs.
    if wanted.verify_digest && found.image.digest.is_empty() {
        return fail(format!("image {image} has no digest"));
    }
    let Some(validate) = &wanted.validate else { return Ok(()) };
    let conditions = validate.deny.as_ref().map(|deny| Conditions::read(&deny.conditions));
    if let Some(Ok(Some(conditions))) = conditions {
        let held = conditions
            .ask(scope)
            .map_err(|why| said(Outcome::Error, format!("deny cannot be decided: {why}")))?;
        if held.holds {
            return fail(in_words(&validate.message, scope));
        }
    }
    Ok(())
}

/// Checks all requirements on one digest: a tag is resolved first.
fn attested(wanted: &VerifyImage, image: &Image, scope: &mut Scope<'_>) -> Result<(), String> {
    let image = &mut image.clone();
    let of_old = wanted.old_attestor();
    let sets: Vec<&AttestorSet> = wanted.attestors.iter().chain(of_old.as_ref()).collect();
    for set in sets {
        from_set(set, wanted, image, None, scope)?;
    }
    for attestation in &wanted.attestations {
        let verified = if attestation.attestors.is_empty() {
            // The signers of the image attest it, too.
            let first = wanted.attestors.first().or(of_old.as_ref());
            let set = first.ok_or("no one is named who attests it")?;
            vec![from_set(set, wanted, image, Some(attestation), scope)?]
        } else {
            let sets = attestation.attestors.iter();
            let all = sets.map(|set| from_set(set, wanted, image, Some(attestation), scope));
            all.collect::<Result<Vec<_>, _>>()?
        };
        for one in verified {
            conditions_hold(attestation, &one.statements, scope)?;
        }
    }
    Ok(())
}

/// Checks the conditions on each statement's predicate.
fn conditions_hold(
    attestation: &Attestation,
    statements: &[Value],
    scope: &mut Scope<'_>,
) -> Result<(), String> {
    let blocks: Result<Vec<_>, _> = attestation.conditions.iter().map(Conditions::read).collect();
    let blocks: Vec<Conditions> = blocks?.into_iter().flatten().collect();
    if blocks.is_empty() {
        return Ok(());
    }
    if statements.is_empty() {
        return Err("nothing is attested that conditions could be asked of".to_owned());
    }
    for statement in statements {
        let mark = scope.mark();
        let predicate = statement.get("predicate").unwrap_or(statement);
        for (name, value) in predicate.as_object().into_iter().flatten() {
            scope.set(name, value.clone());
        }
        if !attestation.name.is_empty() {
            scope.set(&attestation.name, predicate.clone());
        }
        let held = conditions::ask_all(&blocks, scope);
        scope.return_to(&mark);
        let held = held.map_err(|why| format!("a condition cannot be decided: {why}"))?;
        if !held.holds {
            return Err(format!("what is attested does not meet the conditions {}", held.message));
        }
    }
    Ok(())
}

/// Requires as many entries of a set as its count says: all, without a count.
fn from_set(
    set: &AttestorSet,
    wanted: &VerifyImage,
    image: &mut Image,
    attestation: Option<&Attestation>,
    scope: &mut Scope<'_>,
) -> Result<VerifiedImage, String> {
    let several = one_by_one(set);
    let required = set.count.filter(|count| *count > 0).unwrap_or(several.len());
    let (mut found, mut verified, mut problems) = (0, VerifiedImage::default(), Vec::new());
    for entry in several {
        match from_entry(&entry, wanted, image, attestation, scope) {
            Ok(one) => {
                found += 1;
                image.digest.clone_from(&one.digest);
                verified = one;
            }
            Err(why) => problems.push(why),
        }
        if found >= required {
            return Ok(verified);
        }
    }
    Err(format!("{found} of {required} attestors: {}", problems.join("; ")))
}

/// An entry, with one of its keys.
struct One<'e> {
    entry: &'e AttestorEntry,
    key: String,
}

/// Splits an entry with several keys into several entries.
fn one_by_one(set: &AttestorSet) -> Vec<One<'_>> {
    const END: &str = "-----END PUBLIC KEY-----";
    let mut all = Vec::new();
    for entry in &set.entries {
        let keys = entry.keys.as_ref().map_or("", |keys| keys.public_keys.trim());
        if keys.contains(END) {
            let parts = keys.split_inclusive(END).map(str::trim);
            let parts = parts.filter(|part| part.ends_with(END));
            all.extend(parts.map(|key| One { entry, key: format!("{key}\n") }));
        } else {
            all.push(One { entry, key: keys.to_owned() });
        }
    }
    all
}

fn from_entry(
    one: &One<'_>,
    wanted: &VerifyImage,
    image: &mut Image,
    attestation: Option<&Attestation>,
    scope: &mut Scope<'_>,
) -> Result<VerifiedImage, String> {
    let entry = one.entry;
    if let Some(set) = &entry.attestor {
        return from_set(set, wanted, image, attestation, scope);
    }
    let mut log = TransparencyLog::default();
    let attestor = if let Some(keys) = &entry.keys {
        look_at(keys.rekor.as_ref(), keys.ctlog.as_ref(), &mut log);
        let key = match (&keys.secret, keys.kms.as_str()) {
            (Some(secret), _) => format!("k8s://{}/{}", secret.namespace, secret.name),
            (None, "") => one.key.clone(),
            (None, kms) => kms.to_owned(),
        };
        Attestor::Key { key, digest: keys.signature_algorithm.clone() }
    } else if let Some(certificates) = &entry.certificates {
        look_at(certificates.rekor.as_ref(), certificates.ctlog.as_ref(), &mut log);
        Attestor::Certificate {
            certificate: certificates.cert.clone(),
            chain: certificates.cert_chain.clone(),
        }
    } else if let Some(keyless) = &entry.keyless {
        look_at(keyless.rekor.as_ref(), keyless.ctlog.as_ref(), &mut log);
        Attestor::Keyless(KeylessIdentity {
            issuer: text_match(&keyless.issuer, &keyless.issuer_reg_exp),
            subject: text_match(&keyless.subject, &keyless.subject_reg_exp),
            extensions: keyless.additional_extensions.clone(),
            roots: some(&keyless.roots),
        })
    } else {
        return Err("an entry names no one".to_owned());
    };
    let predicate_type = |own: &Attestation| {
        if own.kind.is_empty() { own.predicate_type.clone() } else { own.kind.clone() }
    };
    let mut annotations = wanted.annotations.clone();
    annotations.extend(entry.annotations.clone());
    let format = match wanted.kind.as_deref() {
        Some("SigstoreBundle") => SignatureFormat::SigstoreBundle,
        _ => SignatureFormat::Any,
    };
    let wanted = WantedImage {
        image: image.to_string(),
        format,
        attestor,
        attestation: attestation
            .map(|own| WantedAttestation { predicate_type: predicate_type(own) }),
        annotations,
        repository: some(&entry.repository).or_else(|| some(&wanted.repository)),
        log,
    };
    scope.around().verify(&wanted).map_err(|why| why.to_string())
}

fn look_at(rekor: Option<&Rekor>, ctlog: Option<&CertificateLog>, log: &mut TransparencyLog) {
    if let Some(rekor) = rekor {
        log.url = some(&rekor.url);
        log.key = some(&rekor.pubkey);
        log.no_entry = rekor.ignore_tlog;
    }
    if let Some(ctlog) = ctlog {
        log.no_certificate_timestamp = ctlog.ignore_sct;
        log.certificate_log_key = some(&ctlog.pubkey);
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// An expression has precedence over a text with wildcards.
fn text_match(wildcard: &str, expression: &str) -> Option<TextMatch> {
    if expression.is_empty() {
        some(wildcard).map(TextMatch::Wildcard)
    } else {
        Some(TextMatch::Expression(expression.to_owned()))
    }
}

impl VerifyImage {
    fn is_about(&self, found: &Found) -> bool {
        let image = found.image.to_string();
        let named = wildcard::any(&self.image_references, &image)
            || (!self.image.is_empty() && wildcard::matches(&self.image, &image));
        named && !wildcard::any(&self.skip_image_references, &image)
    }

    /// Returns a signer from the old fields.
    fn old_attestor(&self) -> Option<AttestorSet> {
        use super::document::Keys;
        let entry = if !self.key.is_empty() {
            let keys = Keys { public_keys: self.key.clone(), ..Keys::default() };
            AttestorEntry { keys: Some(keys), ..AttestorEntry::default() }
        } else if !self.issuer.is_empty() || !self.subject.is_empty() {
            let keyless = Keyless {
                issuer: self.issuer.clone(),
                subject: self.subject.clone(),
                roots: self.roots.clone(),
                additional_extensions: self.additional_extensions.clone(),
                ..Keyless::default()
            };
            AttestorEntry { keyless: Some(keyless), ..AttestorEntry::default() }
        } else {
            return None;
        };
        Some(AttestorSet { count: None, entries: vec![entry] })
    }
}
