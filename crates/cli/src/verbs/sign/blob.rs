//! `sign-blob` and `attest-blob`.

use std::path::Path;

use sealift::sign::{SignatureBundle, SignerMaterial, ToSign, pem_block, timestamp_json};
use sealift::verify::{Hash, HashAlgorithm, encode_base64};

use super::attested;
use super::session::Session;
use crate::args::peers;
use crate::args::variables::Peer;
use crate::args::{AttestBlobArgs, GlobalArgs, SignBlobArgs, SigningArgs};
use crate::clock::now;
use crate::failure::Failure;
use crate::verbs::verify::set_deadline;
use crate::{Context, files, output};

/// `sign-blob`.
pub(crate) fn sign_blob(args: &SignBlobArgs, context: Context<'_>) -> Result<u8, Failure> {
    peers::set_by_variable(Peer::Cosign, context.environment)?;
    let files = &args.files;
    let names_file = args.bundle.is_some()
        || args.output_signature.is_some()
        || args.rfc3161_timestamp.is_some()
        || args.output_certificate.is_some();
    if files.len() > 1 && names_file {
        return Err(Failure::Signer {
            sentence: "one file is named for the signatures of several",
            hint: "sign them one by one, or leave out --bundle, --output-* and --rfc3161-timestamp",
        });
    }
    let written =
        Written { bundle: args.bundle.as_deref(), timestamp: args.rfc3161_timestamp.as_deref() };
    let session = written.start(&args.signing, context)?;
    for path in files {
        let message = files::whole(path)?;
        let signed = session.sign(ToSign::Message(&message))?;
        if let Some(response) = signed.timestamps.first() {
            written.timestamp(response)?;
        }
        written.bundle(&signed, context.global)?;
        write_certificate(args.output_certificate.as_deref(), &signed)?;
        let signature = match args.b64 {
            true => encode_base64(&signed.signature).into_bytes(),
            false => signed.signature.clone(),
        };
        match &args.output_signature {
            Some(path) => output::emit(Some(path), |out| out.write_all(&signature))?,
            // The bundle has it.
            None if args.bundle.is_some() => {}
            None if args.b64 => {
                let file = args.signing.out.output_file.as_deref();
                output::emit(file, |out| {
                    out.write_all(&signature)?;
                    out.write_all(b"\n")
                })?;
            }
            None => output::print(&signature)?,
        }
    }
    Ok(0)
}

/// `attest-blob`.
pub(crate) fn attest_blob(args: &AttestBlobArgs, context: Context<'_>) -> Result<u8, Failure> {
    peers::set_by_variable(Peer::Cosign, context.environment)?;
    let written =
        Written { bundle: args.bundle.as_deref(), timestamp: args.rfc3161_timestamp.as_deref() };
    let session = written.start(&args.signing, context)?;
    let statement = match &args.attested.statement {
        Some(path) => files::whole(path)?,
        None => {
            let (name, digest) = subject(args)?;
            let subject = (name.as_str(), digest);
            attested::statement(&args.attested, subject, now(), context.environment)?.to_json()
        }
    };
    let signed = session.sign(ToSign::Statement(&statement))?;
    let envelope = signed.envelope_json().unwrap_or_default();
    if written.timestamp.is_some() {
        written.timestamp(&session.stamp(&envelope)?)?;
    }
    written.bundle(&signed, context.global)?;
    write_certificate(args.output_certificate.as_deref(), &signed)?;
    if let Some(path) = &args.output_attestation {
        output::emit(Some(path), |out| out.write_all(&statement))?;
    }
    match &args.output_signature {
        Some(path) => output::emit(Some(path), |out| out.write_all(&envelope))?,
        // The bundle has it.
        None if args.bundle.is_some() => {}
        None => {
            let file = args.signing.out.output_file.as_deref();
            output::emit(file, |out| {
                out.write_all(&envelope)?;
                out.write_all(b"\n")
            })?;
        }
    }
    Ok(0)
}

/// The files that receive the evidence for a signature.
struct Written<'a> {
    bundle: Option<&'a Path>,
    timestamp: Option<&'a Path>,
}

impl Written<'_> {
    /// Opens the session. Files have only one form of bundle, and each requested output must have a
    /// file.
    fn start(&self, args: &SigningArgs, context: Context<'_>) -> Result<Session, Failure> {
        if self.bundle.is_some() && !args.new_bundle_format {
            return Err(Failure::NotYet {
                what: "writing a bundle of a file in the older form".to_owned(),
                hint: "leave out --new-bundle-format=false, or write --output-signature and \
                       --output-certificate",
            });
        }
        let is_lost = self.bundle.is_none() && self.timestamp.is_none();
        if is_lost && args.by.timestamp_server_url.is_some() {
            return Err(Failure::Signer {
                sentence: "the answer of the timestamp authority would be written nowhere",
                hint: "name a file with --rfc3161-timestamp or --bundle, or leave out \
                       --timestamp-server-url",
            });
        }
        set_deadline(&args.out, context.global);
        let session = Session::open(&args.by, context)?;
        if self.timestamp.is_some() && !session.is_stamped() {
            return Err(Failure::Signer {
                sentence: "--rfc3161-timestamp names a file, and no timestamp authority is asked",
                hint: "name one with --timestamp-server-url",
            });
        }
        Ok(session)
    }

    fn timestamp(&self, response: &[u8]) -> Result<(), Failure> {
        let Some(path) = self.timestamp else { return Ok(()) };
        let json = timestamp_json(response);
        output::emit(Some(path), |out| out.write_all(json.as_bytes()))
    }

    fn bundle(&self, signed: &SignatureBundle, global: &GlobalArgs) -> Result<(), Failure> {
        let Some(path) = self.bundle else { return Ok(()) };
        output::emit(Some(path), |out| out.write_all(&signed.to_json()))?;
        if !global.quiet {
            eprintln!("Wrote bundle to file {}", path.display());
        }
        Ok(())
    }
}

/// Name and digest of the subject of the attestation.
fn subject(args: &AttestBlobArgs) -> Result<(String, Hash), Failure> {
    let path = args.file.as_deref();
    let name = path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let digest = match (&args.hash, path) {
        (Some(hex), _) => Hash::from_hex(HashAlgorithm::Sha256, hex).ok_or_else(|| {
            let hint = "write SHA-256 in 64 hexadecimal digits";
            Failure::Value { flag: "--hash", value: hex.clone(), hint }
        })?,
        (None, path) => HashAlgorithm::Sha256.hash(&files::whole(path.unwrap_or(Path::new("-")))?),
    };
    Ok((name.unwrap_or_default(), digest))
}

/// Writes the certificate in PEM, if there is one.
pub(super) fn write_certificate(
    path: Option<&Path>,
    signed: &SignatureBundle,
) -> Result<(), Failure> {
    match (path, &signed.signer) {
        (Some(path), SignerMaterial::Certificate { leaf, .. }) => {
            let text = pem_block("CERTIFICATE", leaf);
            output::emit(Some(path), |out| out.write_all(text.as_bytes()))
        }
        _ => Ok(()),
    }
}
