//! Which trusted root counts where none is named.

use sealift_http::Client;
use sealift_model::Timestamp;
use sealift_sigstore_trust::{Error, InitialRoot, Mirror, TrustMaterial, TrustStore, embedded};

use crate::Chain;

/// A trusted root that was looked up longer ago is refreshed before it is used.
const MAX_AGE_DAYS: i64 = 1;

/// The trust material that is used, and what a person should know of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CurrentTrust {
    /// What is trusted.
    pub material: TrustMaterial,
    /// What is old or could not be refreshed; one sentence each.
    pub warnings: Vec<String>,
}

/// The trust material that a store keeps, refreshed when it is older than a day; without any the
/// one that is built in. Without a client nothing is asked.
///
/// # Errors
/// When the store cannot be read, or names a repository that cannot be one.
pub fn current_trust(
    store: &TrustStore,
    client: Option<Client>,
    now: Timestamp,
) -> Result<CurrentTrust, Error> {
    let kept = store.kept()?;
    let is_fresh = |checked: Timestamp| (0..MAX_AGE_DAYS).contains(&now.days_since(checked));
    let fresh = kept.as_ref().and_then(|kept| kept.checked).is_some_and(is_fresh);
    let Some(client) = client.filter(|_| !fresh) else { return Ok(used(kept, now)) };
    let (mirror, initial) = match store.origin()? {
        Some((url, initial)) => (Mirror::new(client, &url)?, initial),
        None => (Mirror::public(client), InitialRoot::Public),
    };
    match store.refresh(&mirror, &initial, now) {
        Ok(material) => Ok(CurrentTrust { material, warnings: Vec::new() }),
        Err(error) => {
            let which = if kept.is_some() { "the last one" } else { "the one that is built in" };
            let warning =
                format!("the trusted root is not refreshed, {which} is used: {}", Chain(&error));
            let mut used = used(kept, now);
            used.warnings.insert(0, warning);
            Ok(used)
        }
    }
}

/// What is kept, with a word about its age; else what is built in.
fn used(kept: Option<TrustMaterial>, now: Timestamp) -> CurrentTrust {
    let Some(material) = kept else {
        return CurrentTrust { material: embedded(), warnings: Vec::new() };
    };
    let expired = material.expires.filter(|_| material.is_expired(now));
    let warning = |expires: Timestamp| {
        let day = expires.day();
        format!("the trusted root has expired on {day}: refresh it with `sealift initialize`")
    };
    CurrentTrust { warnings: expired.map(warning).into_iter().collect(), material }
}
