//! The kinds of a cluster, and their resources (kubernetes.io, API concepts: discovery).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Deserialize;

use crate::{Client, Error, path};

/// The known versions of groups.
#[derive(Debug, Default)]
pub(crate) struct Discovery(Mutex<HashMap<String, Version>>);

/// More versions of groups than a cluster serves.
const MAX_VERSIONS: usize = 1000;

#[derive(Clone, Debug)]
struct Version {
    since: Instant,
    resources: Arc<[Resource]>,
}

/// How a kind is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// `/apis/apps/v1`.
    base: String,
    api_version: String,
    /// In the plural.
    name: String,
    pub(crate) kind: String,
    pub(crate) is_namespaced: bool,
}

#[derive(Deserialize)]
struct Resources {
    resources: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    kind: String,
    namespaced: bool,
}

impl Resource {
    pub(crate) fn api_version(&self) -> &str {
        &self.api_version
    }

    /// Where its objects are: of all namespaces where none is named.
    pub(crate) fn path(&self, namespace: &str) -> Result<String, Error> {
        let Self { base, name, .. } = self;
        match namespace {
            namespace if self.is_namespaced && !namespace.is_empty() => {
                Ok(format!("{base}/namespaces/{}/{name}", path::name(namespace)?))
            }
            _ => Ok(format!("{base}/{name}")),
        }
    }

    fn is(&self, kind: &str) -> bool {
        self.name == kind || self.kind.eq_ignore_ascii_case(kind)
    }
}

impl Client {
    /// How a kind is asked for, which may be named by its resource.
    pub(crate) fn resource(
        &self,
        api_version: &str,
        kind: &str,
        until: Instant,
    ) -> Result<Resource, Error> {
        let base = path::of_version(api_version)?;
        let unknown =
            || Error::UnknownKind { api_version: api_version.to_owned(), kind: kind.to_owned() };
        let known = self.discovery.lock().get(api_version).cloned();
        if let Some(Version { since, resources }) = known {
            let found = resources.iter().find(|own| own.is(kind));
            let age = since.elapsed();
            match found {
                Some(found) if age < self.limits.known_kind => return Ok(found.clone()),
                None if age < self.limits.unknown_kind => return Err(unknown()),
                _ => {}
            }
        }
        let resources = match self.get(&base, self.limits.max_object_bytes, until) {
            Ok(list) => {
                Resources::deserialize(list)
                    .map_err(|error| Error::malformed(&base, error))?
                    .resources
            }
            // No such version: asked again as for a kind that is not there.
            Err(Error::NotFound { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let resources: Arc<[Resource]> = resources
            .into_iter()
            // The others are parts of objects, as `pods/status`.
            .filter(|own| path::name(&own.name).is_ok())
            .map(|Listed { name, kind, namespaced }| Resource {
                base: base.clone(),
                api_version: api_version.to_owned(),
                name,
                kind,
                is_namespaced: namespaced,
            })
            .collect();
        let found = resources.iter().find(|own| own.is(kind)).cloned();
        let mut versions = self.discovery.lock();
        if versions.len() >= MAX_VERSIONS {
            versions.clear();
        }
        versions.insert(api_version.to_owned(), Version { since: Instant::now(), resources });
        found.ok_or_else(unknown)
    }
}

impl Discovery {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Version>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
