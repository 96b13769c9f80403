//! `sign` and `attest`: signatures and attestations on images in registries.

use std::collections::BTreeMap;
use std::path::Path;

use sealift::registry::{Error as RegistryError, ErrorKind, Manifest, ManifestName, Repository};
use sealift::sign::{
    AttachError, Older, SignatureBundle, SignerMaterial, StatementDraft, TaggedLayer, ToSign,
    attach, attach_tagged, images_in, referrer, simple_signing,
};
use sealift::verify::{Attachment, Hash, PublicKey, StatementVersion, encode_base64};
use sealift::{Descriptor, Reference, RegistryImage, escape, transfer};

use super::attested;
use super::blob::write_certificate;
use super::session::Session;
use crate::args::peers;
use crate::args::variables::Peer;
use crate::args::{AttestArgs, GlobalArgs, PlaceArgs, SignArgs, SigningArgs};
use crate::clock::now;
use crate::failure::Failure;
use crate::network::Network;
use crate::verbs::verify::set_deadline;
use crate::{Context, Environment, files, output, target};

const NAME_HINT: &str =
    "only images in registries are signed: push it, and name it as REGISTRY/REPOSITORY@DIGEST";

/// `sign`.
pub(crate) fn sign(args: &SignArgs, context: Context<'_>) -> Result<u8, Failure> {
    peers::set_by_variable(Peer::Cosign, context.environment)?;
    set_deadline(&args.signing.out, context.global);
    let found = args.images.iter().map(|image| Found::new(image, &args.place, context.environment));
    let found: Vec<Found> = found.collect::<Result<_, _>>()?;
    let mut targets = Vec::new();
    for found in &found {
        let images = match args.recursive {
            true => images_in(&found.repository, &found.image).map_err(not_attached)?,
            false => vec![found.image.clone()],
        };
        let place = Place::new(&args.place, &args.signing);
        targets.extend(images.into_iter().map(|image| Target { found, image, place }));
    }
    args.files_suffice(targets.len())?;
    let session = Session::open(&args.signing.by, context)?;
    let claims: BTreeMap<String, String> = args.annotations.iter().cloned().collect();
    for target in &targets {
        let (signed, payload) = match args.signing.new_bundle_format {
            true => target.sign_bundle(&session, &claims)?,
            false => {
                let identity = args.sign_container_identity.clone();
                let name = identity.unwrap_or(name(&target.found.reference));
                target.sign_tagged(&session, &name, &claims)?
            }
        };
        if let Some(path) = &args.output_signature {
            let text = encode_base64(&signed.signature);
            output::emit(Some(path), |out| out.write_all(text.as_bytes()))?;
        }
        if let Some(path) = &args.output_payload {
            output::emit(Some(path), |out| out.write_all(&payload))?;
        }
        write_certificate(args.output_certificate.as_deref(), &signed)?;
        target.say("Signed", context.global);
    }
    Ok(0)
}

impl SignArgs {
    /// Refuses output files for several images: each image would overwrite that of the one before.
    fn files_suffice(&self, images: usize) -> Result<(), Failure> {
        let named = self.place.bundle.is_some()
            || self.output_signature.is_some()
            || self.output_payload.is_some()
            || self.output_certificate.is_some();
        if images <= 1 || !named {
            return Ok(());
        }
        Err(Failure::Signer {
            sentence: "one file is named for the signatures of several images",
            hint: "sign them one by one, or leave out --bundle and --output-*",
        })
    }
}

/// `attest`.
pub(crate) fn attest(args: &AttestArgs, context: Context<'_>) -> Result<u8, Failure> {
    peers::set_by_variable(Peer::Cosign, context.environment)?;
    set_deadline(&args.signing.out, context.global);
    let mut found = Found::new(&args.image, &args.place, context.environment)?;
    found.upload &= !args.no_upload;
    let image = found.image.clone();
    let digest = hash(&image)?;
    let is_new = args.signing.new_bundle_format;
    let (statement, predicate_type) = match &args.attested.statement {
        Some(path) => {
            let statement = files::whole(path)?;
            let predicate_type = attested::check(&statement, &digest)?;
            (statement, predicate_type)
        }
        None => {
            let name = name(&found.reference);
            let mut draft =
                attested::statement(&args.attested, (&name, digest), now(), context.environment)?;
            if !is_new {
                // Readers of the older form may not know later versions.
                draft.version = StatementVersion::V01;
            }
            (draft.to_json(), draft.predicate_type)
        }
    };
    let session = Session::open(&args.signing.by, context)?;
    let mut place = Place::new(&args.place, &args.signing);
    if args.replace {
        place.older = Older::Go;
    }
    let target = Target { found: &found, image, place };
    target.attest(&session, &statement, &predicate_type)?;
    target.say("Attested", context.global);
    Ok(0)
}

/// An image that was found, its tag resolved once.
pub(super) struct Found {
    reference: Reference,
    repository: Repository,
    /// The repository for its signatures.
    signatures: Repository,
    image: Descriptor,
    upload: bool,
}

impl Found {
    fn new(text: &str, args: &PlaceArgs, environment: &Environment) -> Result<Self, Failure> {
        if text.starts_with("oci:") || text.starts_with("oci-archive:") {
            return Err(Failure::NotYet {
                what: "signing an image in a layout".to_owned(),
                hint: NAME_HINT,
            });
        }
        let reference = target::parse_reference(text, NAME_HINT)?;
        let network = Network::new(&args.registry, environment);
        let found = network.registry_image(reference.clone())?;
        let (repository, signatures) = (found.repository(), found.signatures());
        let name = ManifestName::of(&reference);
        let found = repository.find_manifest(&name).map_err(|error| not_attached(error.into()))?;
        let Some(Manifest { descriptor: image, .. }) = found else {
            return Err(Failure::Unverified {
                status: 1,
                sentence: format!("{} is not there", escape::terminal(text)),
                hint: "check its name, and push it before it is signed",
            });
        };
        if reference.digest().is_none() {
            let text = escape::terminal(text);
            eprintln!(
                "warning: {text} is named by a tag, which may move; what is signed is {}",
                image.digest
            );
        }
        Ok(Self { reference, repository, signatures, image, upload: args.upload })
    }

    /// The image that was scanned.
    pub(super) fn scanned(image: &RegistryImage, manifest: Descriptor) -> Self {
        Self {
            reference: image.reference().clone(),
            repository: image.repository(),
            signatures: image.signatures(),
            image: manifest,
            upload: true,
        }
    }
}

/// The repository's name as cosign writes it, with the older name of Docker Hub.
pub(super) fn name(reference: &Reference) -> String {
    let name = reference.name();
    match name.strip_prefix("docker.io/") {
        Some(rest) => format!("index.docker.io/{rest}"),
        None => name,
    }
}

/// The destinations of a signature beside the image, and its form.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The file for the bundle.
    pub(super) bundle: Option<&'a Path>,
    /// The file instead of stdout.
    pub(super) output: Option<&'a Path>,
    /// Whether the form is that of cosign 3.
    pub(super) is_new: bool,
    /// What happens to older attestations.
    pub(super) older: Older,
}

impl<'a> Place<'a> {
    fn new(args: &'a PlaceArgs, how: &'a SigningArgs) -> Self {
        Self {
            bundle: args.bundle.as_deref(),
            output: how.out.output_file.as_deref(),
            is_new: how.new_bundle_format,
            older: Older::Stay,
        }
    }
}

/// One image to sign, and how.
pub(super) struct Target<'a> {
    pub(super) found: &'a Found,
    pub(super) image: Descriptor,
    pub(super) place: Place<'a>,
}

impl Target<'_> {
    /// Attaches the statement by which cosign 3 signs, in a bundle that refers to the image.
    /// Returns it, too.
    fn sign_bundle(
        &self,
        session: &Session,
        claims: &BTreeMap<String, String>,
    ) -> Result<(SignatureBundle, Vec<u8>), Failure> {
        let draft = StatementDraft::signing(hash(&self.image)?, claims.clone());
        let statement = draft.to_json();
        let signed = session.sign(ToSign::Statement(&statement))?;
        self.refer(&signed, &draft.predicate_type)?;
        Ok((signed, statement))
    }

    /// Attaches a simple signing payload, in the manifest under the tag `.sig`. Returns it, too.
    fn sign_tagged(
        &self,
        session: &Session,
        name: &str,
        claims: &BTreeMap<String, String>,
    ) -> Result<(SignatureBundle, Vec<u8>), Failure> {
        let payload = simple_signing(name, &self.image.digest, claims);
        let signed = session.sign(ToSign::Message(&payload))?;
        self.write(&signed)?;
        if self.found.upload {
            let layer = TaggedLayer::signature(payload.clone(), &signed);
            let key = match &signed.signer {
                SignerMaterial::Key(key) => Some(&**key),
                SignerMaterial::Certificate { .. } => None,
            };
            if !self.tag(Attachment::Signatures, layer, key)? {
                eprintln!(
                    "note: this key has signed the same before: no second signature is attached"
                );
            }
        } else {
            self.print(encode_base64(&signed.signature).as_bytes())?;
        }
        Ok((signed, payload))
    }

    pub(super) fn attest(
        &self,
        session: &Session,
        statement: &[u8],
        predicate_type: &str,
    ) -> Result<(), Failure> {
        let mut signed = session.sign(ToSign::Statement(statement))?;
        if self.place.is_new {
            return self.refer(&signed, predicate_type);
        }
        self.write(&signed)?;
        if session.is_stamped() {
            // Here cosign looks for a timestamp over the envelope.
            let envelope = signed.envelope_json().unwrap_or_default();
            signed.timestamps = vec![session.stamp(&envelope)?];
        }
        match TaggedLayer::attestation(&signed, predicate_type) {
            Some(layer) if self.found.upload => {
                self.tag(Attachment::Attestations, layer, None).map(drop)
            }
            _ => self.print(&signed.envelope_json().unwrap_or_default()),
        }
    }

    /// Attaches a bundle, or prints it.
    fn refer(&self, signed: &SignatureBundle, predicate_type: &str) -> Result<(), Failure> {
        self.write(signed)?;
        if !self.found.upload {
            return self.print(&signed.to_json());
        }
        let artifact = referrer(signed, Some(predicate_type), &self.image, seconds());
        let newest = attach(&self.found.signatures, &artifact).map_err(not_attached)?;
        match self.place.older {
            Older::Stay => Ok(()),
            Older::Go => self.remove_older(predicate_type, &newest),
        }
    }

    fn remove_older(&self, predicate_type: &str, newest: &Descriptor) -> Result<(), Failure> {
        let repository = &self.found.signatures;
        transfer::remove_older(repository, &self.image, predicate_type, &newest.digest)
            .map(|_| ())
            .map_err(|error| Failure::Unusable {
                what: "the attestation is attached, and older ones are there still".to_owned(),
                error: error.into(),
                hint: "the registry must allow to delete manifests; `sealift tree` lists them",
            })
    }

    /// Adds a layer to the tagged manifest. False if the key has signed the same payload there
    /// before.
    fn tag(
        &self,
        attachment: Attachment,
        layer: TaggedLayer,
        key: Option<&PublicKey>,
    ) -> Result<bool, Failure> {
        let repository = &self.found.signatures;
        attach_tagged(repository, &self.image, attachment, layer, self.place.older, key)
            .map_err(not_attached)
    }

    fn write(&self, signed: &SignatureBundle) -> Result<(), Failure> {
        let Some(path) = self.place.bundle else { return Ok(()) };
        output::emit(Some(path), |out| out.write_all(&signed.to_json()))
    }

    /// Prints what is not attached, unless the bundle's file has it.
    fn print(&self, text: &[u8]) -> Result<(), Failure> {
        if self.place.bundle.is_some() {
            return Ok(());
        }
        output::emit(self.place.output, |out| {
            out.write_all(text)?;
            out.write_all(b"\n")
        })
    }

    /// Prints what was done, and to which digest.
    pub(super) fn say(&self, what: &str, global: &GlobalArgs) {
        if global.quiet {
            return;
        }
        let image = self.found.reference.at_digest(self.image.digest.clone());
        let and = if self.found.upload { "" } else { ", and attached nothing" };
        eprintln!("{what} {}{and}", escape::terminal(&image.to_string()));
    }
}

/// The digest that statements name the image by.
pub(super) fn hash(image: &Descriptor) -> Result<Hash, Failure> {
    Hash::of_content(&image.digest).ok_or_else(|| Failure::Unusable {
        what: image.digest.to_string(),
        error: "its algorithm is not known to Sigstore".into(),
        hint: "",
    })
}

/// The current time in whole seconds.
fn seconds() -> sealift::Timestamp {
    let now = now();
    sealift::Timestamp::from_unix_seconds(now.unix_seconds()).unwrap_or(now)
}

fn not_attached(error: AttachError) -> Failure {
    if let AttachError::Registry(RegistryError { kind: ErrorKind::Unknown { .. }, .. }) = &error {
        return Failure::Unusable {
            what: "it may be attached, or not".to_owned(),
            error: error.into(),
            hint: "look at what is there with `sealift tree` before it is tried again",
        };
    }
    Failure::Unusable {
        what: "nothing counts as attached".to_owned(),
        error: error.into(),
        hint: "check the name and that you may push to it; `sealift login` keeps a password",
    }
}
