//! Messages on stderr about a verification.

use std::collections::BTreeSet;
use std::error::Error;

use sealift::verify::{
    Check, CheckedContent, Form, NotCounted, NotDone, Omission, Origin, Rejected, Verified,
};
use sealift::{Chain, escape};

use super::signer::Trust;

/// Prints what was checked about each signature, and what could have been checked but was not.
pub(super) fn checked<'v, 'a: 'v>(
    target: &str,
    verified: impl Iterator<Item = &'v Verified<'a>> + Clone,
    has_claims: bool,
    content: Option<&CheckedContent>,
) {
    eprintln!("\nVerification for {} --", escape::terminal(target));
    eprintln!("The following checks were performed on each of these signatures:");
    if has_claims {
        eprintln!("  - The specified annotations were verified.");
    }
    for sentence in SENTENCES.iter().filter(|(checks, _)| {
        verified.clone().all(|one| one.checks().any(|check| checks.contains(&check)))
    }) {
        eprintln!("  - {}", sentence.1);
    }
    if let Some(content) = content {
        let (manifests, blobs) = (content.manifests, content.blobs);
        eprintln!(
            "  - Every byte of the image was compared with its digest ({manifests} manifests, \
             {blobs} layers or other blobs)"
        );
    }
    let omitted = |one: &&NotDone| one.why == Omission::Insecure;
    let not_done = verified.flat_map(|one| one.checks_not_done().iter().filter(omitted));
    let not_done: BTreeSet<Check> = not_done.map(|one| one.check).collect();
    let named: Vec<&str> = not_done.into_iter().map(Check::describe).collect();
    if !named.is_empty() {
        eprintln!("warning: not checked, as was asked for: {}", named.join("; "));
    }
    for absent in content.iter().flat_map(|content| &content.absent) {
        eprintln!("warning: {} is not here and was not read", absent.digest);
    }
}

/// cosign's sentences, where it has one.
const SENTENCES: [(&[Check], &str); 7] = [
    (&[Check::Signature], "The cosign claims were validated"),
    (
        &[Check::LogPromises, Check::LogInclusion],
        "Existence of the claims in the transparency log was verified offline",
    ),
    (&[Check::Key], "The signatures were verified against the specified public key"),
    (
        &[Check::CertificatePath, Check::CertificatePathNow],
        "The code-signing certificate was verified using trusted certificate authority certificates",
    ),
    (
        &[Check::CertificateTimestamps],
        "The certificate was found in a certificate transparency log",
    ),
    (&[Check::SignedTimestamps], "The signed timestamps were verified using trusted authorities"),
    (&[Check::Identity], "The identity in the certificate is an accepted one"),
];

/// Prints why each rejected signature does not count.
pub(super) fn rejected<'r, 'a: 'r>(rejected: impl IntoIterator<Item = &'r Rejected<'a>>) {
    for one in rejected {
        let why = Chain(&one.why).to_string();
        eprintln!("not counted: {}: {}", place(one.origin), escape::terminal(&why));
    }
}

/// Prints the evidence beside a valid signature that does not count itself. Timestamps are not
/// mentioned if no authority is known because none is needed.
pub(super) fn not_counted(verified: &Verified<'_>, trust: &Trust) {
    for one in verified.not_counted() {
        match one {
            NotCounted::Timestamp { why, .. } if trust.knows_stampers() => {
                eprintln!("not counted: timestamp: {}", chain(why));
            }
            NotCounted::LogEntry { why, .. } => eprintln!("not counted: log entry: {}", chain(why)),
            _ => {}
        }
    }
}

fn place(origin: &Origin) -> String {
    let what = match origin.form {
        Form::Bundle => "bundle",
        _ => "signature",
    };
    match &origin.layer {
        Some(layer) => format!("{what} {layer} of manifest {}", origin.manifest),
        None => format!("manifest {}", origin.manifest),
    }
}

/// An error with its causes, safe for a terminal.
pub(super) fn chain(error: &dyn Error) -> String {
    escape::terminal(&Chain(error).to_string()).into_owned()
}
