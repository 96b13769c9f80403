//! Verifies signatures of images for an `ImageValidatingPolicy`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value as Json;

use super::super::mismatch;
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{Opaque, Value};
use crate::admission::{
    Attestation, Attestor, SignatureFormat, TransparencyLog, VerifiedImage, WantedImage,
};

/// A signer that a policy trusts; any of its alternatives suffices.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    pub(crate) ways: Vec<Attestor>,
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) repository: Option<String>,
    pub(crate) log: TransparencyLog,
}

/// A kind of attestation that a policy names.
#[derive(Clone, Debug)]
pub(crate) struct AttestationKind {
    pub(crate) name: String,
    pub(crate) predicate_type: String,
}

/// The images that one evaluation may verify, and has verified.
#[derive(Debug, Default)]
pub(crate) struct Images {
    /// The images that the policy covers.
    pub(crate) matched: BTreeSet<String>,
    /// The images that a trusted signer has signed or attested.
    pub(crate) verified: BTreeSet<String>,
    statements: BTreeMap<(String, String), Vec<Json>>,
}

/// `verifyImageSignatures(image, [attestors.a])`: returns how many of them have signed.
pub(super) fn signatures<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(image), Value::List(signers)] = arguments else {
        return Err(mismatch("verifyImageSignatures", arguments));
    };
    let mut count = 0;
    for signer in signers.iter() {
        let Value::Opaque(Opaque::Signer(signer)) = signer else {
            return Err(mismatch("verifyImageSignatures", arguments));
        };
        count += usize::from(verify(run, image, &signer, None)?.is_some());
    }
    Ok(Value::length(count))
}

/// `verifyAttestationSignatures(image, attestations.a, [attestors.b])`: returns how many of them
/// have attested.
pub(super) fn attestations<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(image), Value::Opaque(Opaque::Attestation(kind)), Value::List(signers)] =
        arguments
    else {
        return Err(mismatch("verifyAttestationSignatures", arguments));
    };
    let mut count = 0;
    for signer in signers.iter() {
        let Value::Opaque(Opaque::Signer(signer)) = signer else {
            return Err(mismatch("verifyAttestationSignatures", arguments));
        };
        if let Some(verified) = verify(run, image, &signer, Some(kind))? {
            count += 1;
            let key = (image.to_string(), kind.name.clone());
            run.images.statements.entry(key).or_default().extend(verified.statements);
        }
    }
    Ok(Value::length(count))
}

fn verify(
    run: &mut Run<'_>,
    image: &str,
    signer: &Rc<Signer>,
    kind: Option<&Rc<AttestationKind>>,
) -> Result<Option<VerifiedImage>> {
    run.spend(1000)?;
    if !run.images.matched.contains(image) {
        return Ok(None);
    }
    for way in &signer.ways {
        let wanted = WantedImage {
            image: image.to_owned(),
            format: SignatureFormat::Any,
            attestor: way.clone(),
            attestation: kind
                .map(|kind| Attestation { predicate_type: kind.predicate_type.clone() }),
            annotations: signer.annotations.clone(),
            repository: signer.repository.clone(),
            log: signer.log.clone(),
        };
        if let Ok(verified) = run.surroundings.verify(&wanted) {
            run.images.verified.insert(image.to_owned());
            return Ok(Some(verified));
        }
    }
    Ok(None)
}

/// `extractPayload(image, attestations.a)`: returns the statement, once it is verified.
pub(super) fn payload<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(image), Value::Opaque(Opaque::Attestation(kind))] = arguments else {
        return Err(mismatch("extractPayload", arguments));
    };
    let key = (image.to_string(), kind.name.clone());
    let statement = run.images.statements.get(&key).and_then(|all| all.first()).cloned();
    let statement = statement.ok_or_else(|| {
        Error::invalid(format!("no attestation {} of {} was verified", kind.name, &**image))
    })?;
    super::ask::answer(run, statement.into())
}

/// `getImageData(image)`.
pub(super) fn data<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [image @ Value::String(_)] = arguments else {
        return Err(mismatch("getImageData", arguments));
    };
    super::ask::metadata(run, &[Value::Opaque(Opaque::ImageData), image.clone()])
}
