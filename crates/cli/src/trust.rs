//! Which trusted root counts where none is named.

use std::path::Path;

use sealift::escape;
use sealift::policy::{LoadedPolicy, PolicyFileError};
use sealift::trust::{Mirror, TrustMaterial, TrustStore, embedded};
use sealift::verify::{CurrentTrust, TrustedRoot, current_trust, trusted_root};

use crate::args::GlobalArgs;
use crate::failure::Failure;
use crate::{Environment, cache, clock, files, network, suppress};

/// The log of the public-good instance, version 1.
pub(crate) const PUBLIC_LOG: &str = "https://rekor.sigstore.dev";

/// The trusted roots in the cache folder.
pub(crate) fn store(global: &GlobalArgs, environment: &Environment) -> Result<TrustStore, Failure> {
    let folder = cache::folder(global, environment).ok_or_else(|| Failure::Unusable {
        what: "the cache folder".to_owned(),
        error: "neither XDG_CACHE_HOME nor HOME is set".into(),
        hint: "name it with --cache-dir DIR, or the trusted root with --trusted-root FILE",
    })?;
    Ok(TrustStore::new(folder.join("trust")))
}

/// The repository that is named, else that of the public-good instance.
pub(crate) fn mirror(url: Option<&str>, environment: &Environment) -> Result<Mirror, Failure> {
    let client = network::client(environment)?;
    Ok(match url {
        Some(url) => Mirror::new(client, url)?,
        None => Mirror::public(client),
    })
}

/// The trust material that is kept, refreshed when it is old; without any the one that is built
/// in. With `offline` nothing is asked.
pub(crate) fn material(
    offline: bool,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<TrustMaterial, Failure> {
    let now = clock::now();
    let store = match store(global, environment) {
        Ok(store) => store,
        Err(_) if offline => return Ok(embedded()),
        Err(failure) => return Err(failure),
    };
    let client = (!offline).then(|| network::client(environment)).transpose()?;
    let CurrentTrust { material, warnings, .. } = current_trust(&store, client, now)?;
    for warning in warnings {
        eprintln!("warning: {}", escape::terminal(&warning));
    }
    Ok(material)
}

/// The trusted root of that material.
pub(crate) fn root(
    offline: bool,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<TrustedRoot, Failure> {
    let material = material(offline, global, environment)?;
    trusted_root(&material.trusted_root).map_err(|error| Failure::Unusable {
        what: "the trusted root in the cache folder".to_owned(),
        error: error.into(),
        hint: "fetch it again with `sealift initialize`, or name one with --trusted-root FILE",
    })
}

/// The trusted root that a policy names, else the one that is kept; none where nothing that it
/// has verified needs one.
pub(crate) fn of_policy(
    read: &LoadedPolicy,
    offline: bool,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<TrustedRoot, Failure> {
    match read.trusted_root() {
        Err(PolicyFileError::NoTrustedRoot) => root(offline, global, environment),
        found => found.map_err(suppress::unusable),
    }
}

/// The trusted root in a file.
pub(crate) fn root_in(path: &Path) -> Result<TrustedRoot, Failure> {
    trusted_root(&files::document(path)?).map_err(|error| Failure::Unusable {
        what: path.display().to_string(),
        error: error.into(),
        hint: "the trusted root must be one of Sigstore's, as JSON",
    })
}
