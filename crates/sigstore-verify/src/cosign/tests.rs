//! Signatures in a source made by hand: what is found, and why the rest is not.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read};

use sealift_model::{BlobError, BlobSource, Descriptor, Digest};

use super::candidate::Candidate;
use super::find::{ENVELOPE, Reference, SIMPLE_SIGNING, find};
use super::*;
use crate::bundle::{Content, Material};
use crate::limits::Limits;

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

#[derive(Debug, Default)]
struct Source {
    blobs: HashMap<Digest, Vec<u8>>,
    attached: Vec<Descriptor>,
    referrers: Vec<Descriptor>,
    unreadable: Vec<Digest>,
}

impl BlobSource for Source {
    fn open(&self, blob: &Descriptor) -> Result<Box<dyn Read + Send + '_>, BlobError> {
        match self.blobs.get(&blob.digest) {
            Some(bytes) => Ok(Box::new(Cursor::new(bytes))),
            None => Err(BlobError::Missing(blob.digest.clone())),
        }
    }
}

impl SignatureSource for Source {
    fn attached(&self, _: &Digest, _: Attachment) -> Result<Vec<Descriptor>, SourceError> {
        Ok(self.attached.clone())
    }

    fn referrers(&self, _: &Digest) -> Result<Listed, SourceError> {
        let unreadable = self.unreadable.iter().map(|digest| (digest.clone(), "gone".into()));
        Ok(Listed { manifests: self.referrers.clone(), unreadable: unreadable.collect() })
    }
}

impl Source {
    fn blob(&mut self, bytes: &[u8]) -> (Digest, usize) {
        let digest = Digest::sha256_of(bytes);
        self.blobs.insert(digest.clone(), bytes.to_vec());
        (digest, bytes.len())
    }

    /// A manifest of layers: media type, content, signature annotation.
    fn manifest(&mut self, layers: &[(&str, &str, &str)]) -> Descriptor {
        let mut text = String::new();
        for (media_type, content, signature) in layers {
            let (digest, size) = self.blob(content.as_bytes());
            let comma = if text.is_empty() { "" } else { "," };
            write!(
                text,
                r#"{comma}{{"mediaType":"{media_type}","digest":"{digest}","size":{size},
                   "annotations":{{"dev.cosignproject.cosign/signature":"{signature}"}}}}"#
            )
            .unwrap();
        }
        let (digest, size) = self.blob(format!(r#"{{"layers":[{text}]}}"#).as_bytes());
        Descriptor::new(
            "application/vnd.oci.image.manifest.v1+json",
            digest,
            size.try_into().unwrap(),
        )
    }

    fn find(&self, attachment: Attachment) -> Vec<Reference> {
        find(self, &image(), attachment, &Limits::default()).unwrap()
    }

    fn read(&self, attachment: Attachment) -> Vec<Result<Candidate, CandidateError>> {
        let found = self.find(attachment).into_iter();
        found.map(|one| one.read(self, SignerKind::Identity, &Limits::default()).1).collect()
    }
}

fn image() -> Digest {
    Digest::sha256_of(b"image")
}

fn payload() -> String {
    format!(
        r#"{{"critical":{{"image":{{"docker-manifest-digest":"{}"}},
            "type":"{SIMPLE_SIGNING_TYPE}"}}}}"#,
        image()
    )
}

fn envelope(signatures: &str) -> String {
    format!(
        r#"{{"payload":"e30=","payloadType":"application/vnd.in-toto+json",
            "signatures":[{signatures}]}}"#
    )
}

#[test]
fn a_signature_is_found_under_the_tag_and_as_a_referrer() {
    let mut source = Source::default();
    let tagged = source.manifest(&[(SIMPLE_SIGNING, &payload(), "AQI=")]);
    let referring =
        source.manifest(&[(SIMPLE_SIGNING, &payload(), "AwQ="), ("text/plain", "", "")]);
    source.attached = vec![tagged.clone(), tagged.clone()];
    source.referrers = vec![tagged.clone(), referring.clone()];
    let found = source.find(Attachment::Signatures);
    let origins: Vec<_> =
        found.iter().map(|one| (one.origin.manifest.clone(), one.origin.form)).collect();
    assert_eq!(origins, [(tagged.digest, Form::Tag), (referring.digest, Form::Referrer)]);
    for (candidate, expected) in
        source.read(Attachment::Signatures).into_iter().zip([[1, 2], [3, 4]])
    {
        let candidate = candidate.unwrap();
        assert_eq!(candidate.payload.unwrap().claims.image, image());
        assert!(matches!(candidate.bundle.material(), Material::PublicKey { .. }));
        assert!(matches!(
            candidate.bundle.content(),
            Content::Message { digest: None, signature } if *signature == expected
        ));
    }
}

#[test]
fn an_attestation_is_an_envelope_with_signatures() {
    let mut source = Source::default();
    let one = envelope(r#"{"sig":"AQ=="}"#);
    let two = envelope(r#"{"sig":"AQ=="},{"sig":"Ag=="}"#);
    let manifest = source.manifest(&[(ENVELOPE, &one, ""), (ENVELOPE, &two, "")]);
    source.attached = vec![manifest];
    let read = source.read(Attachment::Attestations);
    assert!(matches!(&read[0], Ok(candidate) if candidate.payload.is_none()));
    assert!(matches!(&read[1], Ok(candidate) if candidate.payload.is_none()));
    let limits = Limits { max_attached_bytes: two.len(), ..Limits::default() };
    let found = source.find(Attachment::Attestations).into_iter();
    let mut read = found.map(|one| one.read(&source, SignerKind::Identity, &limits).1);
    assert!(read.next().is_some_and(|one| one.is_ok()));
    let two = read.next();
    assert!(matches!(two, Some(Err(CandidateError::SignatureCount { count: 2, max: 1 }))));
}

/// A faulty signature hides no other, and its reason is reported.
#[test]
fn what_cannot_be_read_is_there_with_its_reason() {
    let mut source = Source::default();
    let manifest = source.manifest(&[
        (SIMPLE_SIGNING, "changed", "AQI="),
        (SIMPLE_SIGNING, "longer", "AQI="),
        (SIMPLE_SIGNING, "missing", "AQI="),
        (SIMPLE_SIGNING, &payload(), ""),
        (SIMPLE_SIGNING, &payload(), "A"),
        (SIMPLE_SIGNING, "{}", "AQI="),
        ("text/plain", "text", ""),
        (BUNDLE, "{}", ""),
        (SIMPLE_SIGNING, &payload(), "AQI="),
    ]);
    source.blobs.insert(Digest::sha256_of(b"changed"), b"charged".to_vec());
    source.blobs.insert(Digest::sha256_of(b"longer"), b"longer than it was".to_vec());
    source.blobs.remove(&Digest::sha256_of(b"missing"));
    source.attached = vec![manifest];
    source.unreadable = vec![Digest::sha256_of(b"unreadable")];
    let mut absent = source.manifest(&[(BUNDLE, "{}", "")]);
    source.referrers = vec![absent.clone()];
    absent.digest = Digest::sha256_of(b"no manifest");
    source.referrers.push(absent);

    let read = source.read(Attachment::Signatures);
    let errors: Vec<&CandidateError> = read.iter().filter_map(|one| one.as_ref().err()).collect();
    assert!(matches!(errors[0], CandidateError::Digest { .. }));
    assert!(matches!(errors[1], CandidateError::Size { expected: 6, .. }));
    assert!(matches!(errors[2], CandidateError::Blob(BlobError::Missing(_))));
    assert!(matches!(errors[3], CandidateError::AnnotationMissing { .. }));
    assert!(matches!(errors[4], CandidateError::Annotation { .. }));
    assert!(matches!(errors[5], CandidateError::Payload(PayloadError::Field(_))));
    assert!(matches!(errors[6], CandidateError::MediaType { .. }));
    assert!(matches!(errors[7], CandidateError::MediaType { .. }));
    assert!(matches!(errors[8], CandidateError::Unlisted(_)));
    assert!(matches!(errors[9], CandidateError::Bundle(_)));
    assert!(matches!(errors[10], CandidateError::Blob(BlobError::Missing(_))));
    assert_eq!((errors.len(), read.len()), (11, 12));
}

#[test]
fn more_than_a_thousand_are_refused() {
    let too_many = |source: &Source| {
        let found = find(source, &image(), Attachment::Signatures, &Limits::default());
        matches!(found, Err(CosignError::TooMany { max: 1_000, .. }))
    };
    let mut source = Source::default();
    let layers = vec![(SIMPLE_SIGNING, "{}", "AQI="); 10_000];
    source.attached = vec![source.manifest(&layers[..1_000])];
    assert!(!too_many(&source));
    source.attached = vec![source.manifest(&layers)];
    assert!(too_many(&source));
    source.attached.clear();
    for number in 0..10_000 {
        let manifest = source.manifest(&[(BUNDLE, &number.to_string(), "")]);
        source.referrers.push(manifest);
    }
    assert!(too_many(&source));
}

#[test]
fn all_bytes_together_are_bounded() {
    let mut source = Source::default();
    source.attached = vec![source.manifest(&[(SIMPLE_SIGNING, &payload(), "AQI=")])];
    let limits = Limits { max_attached_bytes: 10, ..Limits::default() };
    let found = find(&source, &image(), Attachment::Signatures, &limits);
    assert!(matches!(found, Err(CosignError::TooLarge { max: 10, .. })));
}

#[test]
fn a_blob_beyond_the_limit_is_not_read() {
    let mut source = Source::default();
    source.attached = vec![source.manifest(&[(SIMPLE_SIGNING, &payload(), "AQI=")])];
    let limits = Limits { max_bundle_bytes: 10, ..Limits::default() };
    for one in source.find(Attachment::Signatures) {
        let (_, read) = one.read(&source, SignerKind::Key, &limits);
        assert!(matches!(read, Err(CandidateError::TooLarge { max: 10, .. })));
    }
}
