//! The trusted root that counts if none is named.

use std::path::{Path, PathBuf};

use sealift::policy::{LoadedPolicy, PolicyFileError};
use sealift::trust::{InitialRoot, Mirror, TrustMaterial, TrustStore, embedded};
use sealift::verify::{CurrentTrust, TrustedRoot, current_trust, trusted_root};
use sealift::{Digest, escape};

use crate::failure::Failure;
use crate::{Context, Environment, cache, clock, files, network, suppress};

/// cosign's variables: the folder of trusted roots, the repository that they come from, and its
/// initial root.
const ROOT_VARIABLE: &str = "TUF_ROOT";
const MIRROR_VARIABLE: &str = "TUF_MIRROR";
const INITIAL_VARIABLE: &str = "TUF_ROOT_JSON";

/// The trusted roots in the cache folder, or in that of `TUF_ROOT`. Those of the repository that
/// `TUF_MIRROR` names have a folder of their own there, so that they do not count without the
/// variable.
pub(crate) fn store(context: Context<'_>) -> Result<TrustStore, Failure> {
    let folder = match context.environment.get(ROOT_VARIABLE) {
        Some(folder) if context.global.cache_dir.is_none() => Path::new(folder).join("sealift"),
        _ => cached(context)?,
    };
    Ok(TrustStore::new(match mirror_variable(context.environment) {
        Some(url) => folder.join(Digest::sha256_of(url.as_bytes()).hex()),
        None => folder,
    }))
}

/// The repository that the variable names.
fn mirror_variable(environment: &Environment) -> Option<&str> {
    environment.get(MIRROR_VARIABLE)?.to_str()
}

fn cached(context: Context<'_>) -> Result<PathBuf, Failure> {
    let folder = cache::folder(context).ok_or_else(|| Failure::Unusable {
        what: "the cache folder".to_owned(),
        error: "neither XDG_CACHE_HOME nor HOME is set".into(),
        hint: "name it with --cache-dir DIR, or the trusted root with --trusted-root FILE",
    })?;
    Ok(folder.join("trust"))
}

/// The initial root if no flag names one: that of `TUF_ROOT_JSON`, else the public one.
pub(crate) fn initial(environment: &Environment) -> Result<InitialRoot, Failure> {
    let path = environment.get(INITIAL_VARIABLE);
    let root = path.map(|path| files::document(Path::new(path))).transpose()?;
    Ok(root.map_or(InitialRoot::Public, InitialRoot::Given))
}

/// The repository that is named, else that of the public-good instance.
pub(crate) fn mirror(url: Option<&str>, environment: &Environment) -> Result<Mirror, Failure> {
    let client = network::client(environment)?;
    let of_variable = mirror_variable(environment);
    Ok(match url.or(of_variable) {
        Some(url) => Mirror::new(client, url)?,
        None => Mirror::public(client),
    })
}

/// The trust material in the cache, refreshed when it is old; if there is none, the built-in one.
/// With `offline`, no request is made.
pub(crate) fn material(offline: bool, context: Context<'_>) -> Result<TrustMaterial, Failure> {
    let now = clock::now();
    let store = match store(context) {
        Ok(store) => store,
        Err(_) if offline => return Ok(embedded()),
        Err(failure) => return Err(failure),
    };
    if let Some(url) = mirror_variable(context.environment) {
        let url = escape::terminal(url);
        eprintln!("warning: the trusted root is that of {MIRROR_VARIABLE}, {url}");
        if store.kept()?.is_none() {
            if offline {
                return Err(Failure::Unusable {
                    what: MIRROR_VARIABLE.to_owned(),
                    error: "nothing is kept of it, and --offline asks nothing".into(),
                    hint: "run `sealift initialize` first, or name a file with --trusted-root",
                });
            }
            let initial = initial(context.environment)?;
            return Ok(store.refresh(&mirror(None, context.environment)?, &initial, now)?);
        }
    }
    let client = (!offline).then(|| network::client(context.environment)).transpose()?;
    let CurrentTrust { material, warnings, .. } = current_trust(&store, client, now)?;
    for warning in warnings {
        eprintln!("warning: {}", escape::terminal(&warning));
    }
    Ok(material)
}

/// The trusted root of that material.
pub(crate) fn root(offline: bool, context: Context<'_>) -> Result<TrustedRoot, Failure> {
    let material = material(offline, context)?;
    trusted_root(&material.trusted_root).map_err(|error| Failure::Unusable {
        what: "the trusted root in the cache folder".to_owned(),
        error: error.into(),
        hint: "fetch it again with `sealift initialize`, or name one with --trusted-root FILE",
    })
}

/// The trusted root that a policy names, else the cached one; `None` if nothing that the policy
/// verifies needs one.
pub(crate) fn of_policy(
    read: &LoadedPolicy,
    offline: bool,
    context: Context<'_>,
) -> Result<TrustedRoot, Failure> {
    match read.trusted_root() {
        Err(PolicyFileError::NoTrustedRoot) => root(offline, context),
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
