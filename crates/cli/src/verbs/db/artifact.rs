//! `db push` and `db pull`: the database as a signed artifact in a registry.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use sealift::policy::Signer;
use sealift::registry::{ManifestName, Repository};
use sealift::sign::{StatementDraft, ToSign, attach, referrer};
use sealift::update::{UpdateStep, push_database};
use sealift::verify::Hash;
use sealift::{Database, Reference, RegistryImage, Target, escape};

use crate::args::{PullArgs, PushArgs, SignedByArgs, SignerArgs};
use crate::clock::now;
use crate::failure::Failure;
use crate::network::Network;
use crate::verbs::scan::database_path;
use crate::verbs::sign::Session;
use crate::verbs::verify::signed_digest;
use crate::{Context, cache, deadline, output, suppress, target};

/// How long a pull waits for another process that updates.
const WAIT: Duration = Duration::from_secs(60);

/// `db push`: pushes the database and, with a key, signs what was pushed.
pub(super) fn push(args: &PushArgs, context: Context<'_>) -> Result<u8, Failure> {
    deadline::set(context.global.timeout);
    let reference = parsed(&args.reference)?;
    let database = database_path(args.db.clone(), context)?;
    let session = signer(&args.by, context)?;
    let registries =
        Network::new(&args.registry, context.environment).registries(reference.registry())?;
    let repository = registries.repository(&reference);
    let pushed = push_database(&repository, &ManifestName::of(&reference), &database)?;
    let name = format!("{}@{}", reference.name(), pushed.digest);
    match session {
        Some(session) => {
            sign(&session, &repository, &pushed)?;
            eprintln!("signed {name}");
        }
        None => eprintln!("warning: not signed, and so nobody can pull it: sealift sign {name}"),
    }
    output::print(format!("{name}\n").as_bytes())?;
    Ok(0)
}

/// The signer, if one is named. A key needs no services, unless some are named to vouch for it.
fn signer(args: &SignedByArgs, context: Context<'_>) -> Result<Option<Session>, Failure> {
    let names_identity = args.identity_token.is_some() || args.oidc_provider.is_some();
    if args.key.key.is_none() && !names_identity {
        return Ok(None);
    }
    let names_services = args.signing_config.is_some()
        || args.rekor_url.is_some()
        || args.timestamp_server_url.is_some();
    let tlog_upload = args.tlog_upload && (args.key.key.is_none() || names_services);
    Session::open(&SignedByArgs { tlog_upload, ..args.clone() }, context).map(Some)
}

/// Signs a manifest in the form of cosign 3.
fn sign(
    session: &Session,
    repository: &Repository,
    manifest: &sealift::Descriptor,
) -> Result<(), Failure> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Failure::Unusable {
        what: format!("{} is pushed and not signed", manifest.digest),
        error,
        hint: "sign it with `sealift sign`",
    };
    let hash = Hash::of_content(&manifest.digest);
    let hash = hash.ok_or_else(|| failed("its digest is no SHA-256".into()))?;
    let statement = StatementDraft::signing(hash, BTreeMap::new());
    let bundle = session.sign(ToSign::Statement(&statement.to_json()))?;
    let artifact = referrer(&bundle, Some(&statement.predicate_type), manifest, now());
    attach(repository, &artifact).map(drop).map_err(|error| failed(error.into()))
}

/// `db pull`: pulls a database whose signature counts. The signer must be named.
pub(super) fn pull(args: &PullArgs, context: Context<'_>) -> Result<u8, Failure> {
    deadline::set(context.global.timeout);
    let reference = parsed(&args.reference)?;
    let store = cache::databases(context).ok_or(Failure::NoDatabase(None))?;
    let registries =
        Network::new(&args.registry, context.environment).registries(reference.registry())?;
    let image = RegistryImage::new(registries, reference);
    let repository = image.repository();
    let target = Target::Registry(image);
    let by = required(&args.signer)?;
    let digest = signed_digest(&args.reference, &target, &by, context)?;
    let step = |step: UpdateStep<'_>| match step {
        UpdateStep::Fetching { what, .. } if !context.global.quiet => {
            eprintln!("fetching {}", escape::terminal(what));
        }
        _ => {}
    };
    store.pull(&repository, &digest, WAIT, &step)?;
    if !context.global.quiet {
        let database = Database::open(&store.database())?;
        eprintln!("{}: built {}", store.database().display(), database.info().built);
    }
    Ok(0)
}

/// The required signer: from flags, else from `sealift.toml`.
fn required(args: &SignerArgs) -> Result<SignerArgs, Failure> {
    let mut args = args.clone();
    let is_named = args.key.is_some()
        || args.certificate_identity.is_some()
        || args.certificate_identity_regexp.is_some();
    if is_named {
        return Ok(args);
    }
    let sources = suppress::sources()?;
    match sources.database_signer {
        Some(Signer::Key(key)) => {
            args.key = Some(key);
            args.insecure_ignore_tlog |= sources.database_ignores_tlog;
        }
        Some(Signer::Identity(who)) => {
            args.certificate_identity = who.subject;
            args.certificate_identity_regexp = who.subject_regexp;
            args.certificate_oidc_issuer = who.issuer;
            args.certificate_oidc_issuer_regexp = who.issuer_regexp;
        }
        _ => return Ok(args),
    }
    args.rekor_url = args.rekor_url.or(sources.rekor_url);
    args.trusted_root = args.trusted_root.or(sources.trusted_root.map(PathBuf::from));
    eprintln!("who must have signed the database is said by sealift.toml");
    Ok(args)
}

fn parsed(text: &str) -> Result<Reference, Failure> {
    target::of_registry(text)?;
    text.parse().map_err(|error: sealift::ReferenceError| Failure::Unusable {
        what: text.to_owned(),
        error: error.into(),
        hint: "name it as in a registry: registry.example/advisories:latest",
    })
}
