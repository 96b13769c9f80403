//! `db push` and `db pull`: the database as a signed artifact in a registry.

use std::collections::BTreeMap;
use std::time::Duration;

use sealift::registry::{ManifestName, Repository};
use sealift::sign::{self, StatementDraft, attach, referrer, sign_envelope};
use sealift::update::{UpdateStep, push_database};
use sealift::verify::Hash;
use sealift::{Database, Reference, RegistryImage, Target, escape};

use crate::args::{GlobalArgs, PullArgs, PushArgs};
use crate::clock::now;
use crate::failure::Failure;
use crate::network::Network;
use crate::verbs::scan::database_path;
use crate::verbs::sign::key;
use crate::verbs::verify::signed_digest;
use crate::{Environment, cache, deadline, output};

/// How long another process may update before a pull gives up.
const WAIT: Duration = Duration::from_secs(60);

/// `db push`: pushes the database and, with a key, signs what was pushed.
pub(super) fn push(
    args: &PushArgs,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<u8, Failure> {
    deadline::set(global.timeout);
    let reference = parsed(&args.reference)?;
    let database = database_path(args.db.clone(), global, environment)?;
    let key = args.key.key.as_deref();
    let key = key.map(|name| key::named(&args.key, name, environment)).transpose()?;
    let registries = Network::new(&args.registry, environment).registries(reference.registry())?;
    let repository = registries.repository(&reference);
    let pushed = push_database(&repository, &ManifestName::of(&reference), &database)?;
    let name = format!("{}@{}", reference.name(), pushed.digest);
    match key {
        Some(key) => {
            sign(&key, &repository, &pushed)?;
            eprintln!("signed {name}");
        }
        None => eprintln!("warning: not signed, and so nobody can pull it: sealift sign {name}"),
    }
    output::print(format!("{name}\n").as_bytes())?;
    Ok(0)
}

/// Signs a manifest in the form of cosign 3, by a key, in no log.
fn sign(
    key: &sign::PrivateKey,
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
    let bundle =
        sign_envelope(key, statement.to_json(), false).map_err(|error| failed(error.into()))?;
    let artifact = referrer(&bundle, Some(&statement.predicate_type), manifest, now());
    attach(repository, &artifact).map(drop).map_err(|error| failed(error.into()))
}

/// `db pull`: takes a database whose signature counts. Who must have signed has to be said.
pub(super) fn pull(
    args: &PullArgs,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<u8, Failure> {
    deadline::set(global.timeout);
    let reference = parsed(&args.reference)?;
    let store = cache::databases(global, environment).ok_or(Failure::NoDatabase(None))?;
    let registries = Network::new(&args.registry, environment).registries(reference.registry())?;
    let image = RegistryImage::new(registries, reference);
    let repository = image.repository();
    let target = Target::Registry(image);
    let digest = signed_digest(&args.reference, &target, &args.signer, global, environment)?;
    let step = |step: UpdateStep<'_>| match step {
        UpdateStep::Fetching { what, .. } if !global.quiet => {
            eprintln!("fetching {}", escape::terminal(what));
        }
        _ => {}
    };
    store.pull(&repository, &digest, WAIT, &step)?;
    if !global.quiet {
        let database = Database::open(&store.database())?;
        eprintln!("{}: built {}", store.database().display(), database.info().built);
    }
    Ok(0)
}

fn parsed(text: &str) -> Result<Reference, Failure> {
    text.parse().map_err(|error: sealift::ReferenceError| Failure::Unusable {
        what: text.to_owned(),
        error: error.into(),
        hint: "name it as in a registry: registry.example/advisories:latest",
    })
}
