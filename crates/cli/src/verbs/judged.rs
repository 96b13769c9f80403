//! The policies and rules of `admission review` and `admission serve`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sealift::admission::{Cause, LoadError, Registry, Sources};
use sealift::registry::Registries;
use sealift::{Reference, RegistryImage};

use super::serve;
use crate::args::{Access, JudgedArgs};
use crate::failure::Failure;
use crate::network::{self, Network};
use crate::{Context, Environment, trust};

/// How long connections and credentials are kept; then the files with credentials are read again.
const KEPT: Duration = Duration::from_secs(600);
/// The most registries that are kept: more than a cluster pulls from.
const MAX_REGISTRIES: usize = 256;

/// The policies, the image rules, and the sources that they need.
pub(super) fn sources(
    args: &JudgedArgs,
    offline: bool,
    context: Context<'_>,
) -> Result<Sources, Failure> {
    let beside = PathBuf::from("sealift.toml");
    let mut sources = Sources::default();
    sources.policies.clone_from(&args.policy);
    sources.rules = args.policy_file.clone().or_else(|| beside.is_file().then_some(beside));
    sources.database = match &args.db {
        Some(named) => Some(named.clone()),
        None => serve::database(None, context).filter(|path| Path::is_file(path)),
    };
    sources.log_client = (!offline).then(|| network::client(context.environment)).transpose()?;
    let (global, environment) = (context.global.clone(), context.environment.clone());
    sources.root = Some(Arc::new(move || {
        let context = Context { global: &global, environment: &environment };
        let material = trust::material(offline, context);
        material.map(|material| material.trusted_root.to_vec()).map_err(Cause::of)
    }));
    Ok(sources)
}

pub(super) fn unusable(error: LoadError) -> Failure {
    if error.path.as_os_str().is_empty() {
        return Failure::Unusable {
            what: "nothing to judge by".to_owned(),
            error: error.reason.into(),
            hint: "name policies with --policy FILE|DIR, or image rules with --policy-file FILE",
        };
    }
    Failure::Unusable {
        what: "the policies".to_owned(),
        error: error.into(),
        hint: "check that the file is there, and mend it; nothing is judged by a part of the policies",
    }
}

/// The registries seen so far, with their connections, tokens and credentials.
pub(super) struct Known {
    access: Access,
    environment: Environment,
    registries: Mutex<BTreeMap<String, (Instant, Registries)>>,
}

impl Known {
    pub(super) fn new(access: Access, environment: &Environment) -> Self {
        Self { access, environment: environment.clone(), registries: Mutex::default() }
    }

    fn registries(&self, host: &str) -> Result<Registries, Failure> {
        let mut known = self.registries.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (since, _)| since.elapsed() < KEPT);
        if let Some((_, registries)) = known.get(host) {
            return Ok(registries.clone());
        }
        let network = Network::new(self.access.clone(), &self.environment);
        let registries = network.registries(host)?;
        if known.len() >= MAX_REGISTRIES {
            known.clear();
        }
        known.insert(host.to_owned(), (Instant::now(), registries.clone()));
        Ok(registries)
    }
}

impl Registry for Known {
    fn image(&self, reference: &Reference) -> Result<RegistryImage, Cause> {
        let told = |failure| Cause::of(InOneLine(failure));
        let registries = self.registries(reference.registry()).map_err(told)?;
        let image = RegistryImage::new(registries, reference.clone());
        let Some(other) = network::signatures(&self.environment).map_err(told)? else {
            return Ok(image);
        };
        let repository = self.registries(other.registry()).map_err(told)?.repository(&other);
        Ok(image.with_signatures_in(repository))
    }
}

/// A failure as a part of a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.to_string().trim().replace('\n', "; "))]
struct InOneLine(Failure);

/// No registry is asked.
pub(super) struct Offline;

/// A registry was not asked, because the caller said so.
#[derive(Debug, thiserror::Error)]
#[error("{0}: with --offline no registry is asked")]
struct NotAsked(Reference);

impl Registry for Offline {
    fn image(&self, reference: &Reference) -> Result<RegistryImage, Cause> {
        Err(Cause::of(NotAsked(reference.clone())))
    }
}
