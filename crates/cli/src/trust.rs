//! Which trusted root counts where none is named.

use sealift::trust::{InitialRoot, Mirror, TrustMaterial, TrustStore, embedded};
use sealift::verify::{AwsLc, Limits, TrustedRoot};
use sealift::{Timestamp, escape};

use crate::args::GlobalArgs;
use crate::failure::{Chain, Failure};
use crate::{Environment, cache, clock, network};

/// A trusted root that was looked up longer ago is refreshed before it is used.
const MAX_AGE_DAYS: i64 = 1;

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
    let kept = match store.kept() {
        // Nor is one fetched into a place where others could change it.
        Err(error @ sealift::trust::Error::NotOurs { .. }) => {
            let message = format!("the trusted root that is built in is used: {error}");
            eprintln!("warning: {}", escape::terminal(&message));
            return Ok(embedded());
        }
        kept => kept?,
    };
    let is_fresh = |checked: Timestamp| (0..MAX_AGE_DAYS).contains(&now.days_since(checked));
    let fresh = kept.as_ref().and_then(|kept| kept.checked).is_some_and(is_fresh);
    if fresh || offline {
        return Ok(used(kept, now));
    }
    let (url, initial) = match store.origin()? {
        Some((url, initial)) => (Some(url), initial),
        None => (None, InitialRoot::Public),
    };
    let mirror = mirror(url.as_deref(), environment)?;
    match store.refresh(&mirror, &initial, now) {
        Ok(material) => Ok(material),
        Err(error) => {
            let which = if kept.is_some() { "the last one" } else { "the one that is built in" };
            let message =
                format!("the trusted root is not refreshed, {which} is used: {}", Chain(&error));
            eprintln!("warning: {}", escape::terminal(&message));
            Ok(used(kept, now))
        }
    }
}

/// The trusted root of that material.
pub(crate) fn root(
    offline: bool,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<TrustedRoot, Failure> {
    let material = material(offline, global, environment)?;
    TrustedRoot::from_json(&material.trusted_root, &AwsLc, &Limits::default()).map_err(|error| {
        Failure::Unusable {
            what: "the trusted root in the cache folder".to_owned(),
            error: error.into(),
            hint: "fetch it again with `sealift initialize`, or name one with --trusted-root FILE",
        }
    })
}

/// What is kept, with a word about its age; else what is built in.
fn used(kept: Option<TrustMaterial>, now: Timestamp) -> TrustMaterial {
    let Some(kept) = kept else { return embedded() };
    if let Some(expires) = kept.expires.filter(|_| kept.is_expired(now)) {
        eprintln!(
            "warning: the trusted root has expired on {}: refresh it with `sealift initialize`",
            expires.day()
        );
    }
    kept
}
