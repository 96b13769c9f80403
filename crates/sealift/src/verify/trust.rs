//! The trusted root that counts where none is named.

use sealift_http::Client;
use sealift_model::Timestamp;
use sealift_sigstore_trust::{Error, InitialRoot, Mirror, TrustMaterial, TrustStore, embedded};

use crate::Chain;

/// The age from which a trusted root is refreshed before it is used.
const MAX_AGE_DAYS: i64 = 1;

/// The trust material in use, with warnings for people.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CurrentTrust {
    /// What is trusted.
    pub material: TrustMaterial,
    /// What is old or could not be refreshed; one sentence each.
    pub warnings: Vec<String>,
}

/// The trust material of a store, refreshed when it is older than a day; where the store has none,
/// the material that is built in. Without a client nothing is refreshed.
///
/// # Errors
/// When the store cannot be read, or names a repository that cannot be one.
pub fn current_trust(
    store: &TrustStore,
    client: Option<Client>,
    now: Timestamp,
) -> Result<CurrentTrust, Error> {
    let kept = match store.kept() {
        // Nor is one fetched into a place where others could change it.
        Err(error @ Error::NotOurs { .. }) => {
            let warning = format!("the trusted root that is built in is used: {error}");
            return Ok(CurrentTrust { material: embedded(), warnings: vec![warning] });
        }
        // Whoever wrote it was stopped half-way: it is fetched anew.
        Err(Error::Damaged { .. }) if client.is_some() => None,
        kept => kept?,
    };
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

/// The material of the store, with a warning about its age; else what is built in.
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
