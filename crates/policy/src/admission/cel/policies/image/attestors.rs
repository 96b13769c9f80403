//! The signers that an image policy trusts, and their attestations.

use std::sync::Arc;

use super::form;
use crate::Error;
use crate::admission::cel::{AttestationKind, Signer};
use crate::admission::{Attestor, Document, KeylessIdentity, TextMatch, TransparencyLog};

pub(super) fn signers(
    document: &Document,
    all: &[form::Attestor],
) -> Result<Vec<(String, Arc<Signer>)>, Error> {
    let mut signers = Vec::new();
    for (index, attestor) in all.iter().enumerate() {
        let wrong = |(field, problem): (String, &str)| {
            document.error(&format!("spec.attestors[{index}].{field}"), problem)
        };
        let cosign = attestor.cosign.as_ref();
        let cosign = cosign.ok_or_else(|| wrong(("cosign".into(), "is missing")))?;
        let signer = signer(cosign).map_err(wrong)?;
        signers.push((attestor.name.clone(), Arc::new(signer)));
    }
    Ok(signers)
}

/// A field, and the problem.
type Mistake = (String, &'static str);

fn signer(cosign: &form::Cosign) -> Result<Signer, Mistake> {
    let ways = match (&cosign.key, &cosign.keyless, &cosign.certificate) {
        (Some(own), None, None) => vec![key(own)?],
        (None, Some(keyless), None) => identities(keyless)?,
        (None, None, Some(certificate)) => vec![Attestor::Certificate {
            certificate: text(certificate.cert.as_ref(), "cosign.certificate.cert")?
                .unwrap_or_default(),
            chain: text(certificate.cert_chain.as_ref(), "cosign.certificate.certChain")?
                .unwrap_or_default(),
        }],
        _ => return Err(("cosign".into(), "has not one of key, keyless and certificate")),
    };
    let log = cosign.ctlog.clone().unwrap_or_default();
    Ok(Signer {
        ways,
        annotations: cosign.annotations.clone(),
        repository: cosign.source.as_ref().and_then(|source| source.repository.clone()),
        log: TransparencyLog {
            url: log.url,
            key: log.rekor_pub_key,
            certificate_log_key: log.ct_log_pub_key,
            no_entry: log.insecure_ignore_tlog == Some(true),
            no_certificate_timestamp: log.insecure_ignore_sct == Some(true),
        },
    })
}

fn key(key: &form::Key) -> Result<Attestor, Mistake> {
    if key.expression.is_some() {
        return Err(("cosign.key.expression".into(), "is not supported"));
    }
    let own = key.data.clone().or_else(|| key.kms.clone());
    let own = own.ok_or(("cosign.key.data".into(), "is missing"))?;
    Ok(Attestor::Key { key: own, digest: key.hash_algorithm.clone() })
}

fn identities(keyless: &form::Keyless) -> Result<Vec<Attestor>, Mistake> {
    if keyless.identities.is_empty() {
        return Err(("cosign.keyless.identities".into(), "names nobody"));
    }
    let is_anybody = |one: &form::Identity| {
        let own = [&one.issuer, &one.subject, &one.issuer_reg_exp, &one.subject_reg_exp];
        own.iter().all(|text| text.as_deref().unwrap_or_default().is_empty())
    };
    if keyless.identities.iter().any(is_anybody) {
        let problem = "one has neither an issuer nor a subject, so anybody may have signed";
        return Err(("cosign.keyless.identities".into(), problem));
    }
    let roots = text(keyless.roots.as_ref(), "cosign.keyless.roots")?;
    let matching = |plain: &Option<String>, expression: &Option<String>| {
        let expression = expression.clone().filter(|text| !text.is_empty());
        let plain = plain.clone().filter(|text| !text.is_empty());
        expression.map(TextMatch::Expression).or(plain.map(TextMatch::Wildcard))
    };
    Ok(keyless
        .identities
        .iter()
        .map(|identity| {
            Attestor::Keyless(KeylessIdentity {
                issuer: matching(&identity.issuer, &identity.issuer_reg_exp),
                subject: matching(&identity.subject, &identity.subject_reg_exp),
                roots: roots.clone(),
                ..KeylessIdentity::default()
            })
        })
        .collect())
}

fn text(text: Option<&form::Text>, field: &str) -> Result<Option<String>, Mistake> {
    match text {
        Some(form::Text { expression: Some(_), .. }) => {
            Err((format!("{field}.expression"), "is not supported"))
        }
        Some(form::Text { value, .. }) => Ok(value.clone()),
        None => Ok(None),
    }
}

pub(super) fn attestations(
    document: &Document,
    all: &[form::Attestation],
) -> Result<Vec<AttestationKind>, Error> {
    let mut kinds = Vec::new();
    for (index, attestation) in all.iter().enumerate() {
        let Some(statement) = &attestation.intoto else {
            let field = format!("spec.attestations[{index}].intoto");
            return Err(document.error(&field, "is missing"));
        };
        kinds.push(AttestationKind {
            name: attestation.name.clone(),
            predicate_type: statement.predicate_type.clone(),
        });
    }
    Ok(kinds)
}
