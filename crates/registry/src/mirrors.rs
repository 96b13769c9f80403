//! Mirrors: places with the content of a registry, which are tried before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use sealift_http::Url;

use crate::{ErrorKind, Repository};

/// Places that are tried before the registries that they mirror.
///
/// Content from a mirror is compared with its digest like any other; a tag names what the mirror
/// says. Content that a mirror does not have, cannot give, or gives wrongly (as a reader of
/// [`RepositoryBlobs`](crate::RepositoryBlobs) reports) is requested from the next mirror, and at
/// last from the registry itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mirrors {
    of: BTreeMap<String, Vec<Mirror>>,
}

/// A registry, and the folder in it below which the mirrored repositories are.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mirror {
    registry: String,
    folder: String,
}

impl Mirrors {
    /// Adds a mirror of a registry, `https://HOST[:PORT][/FOLDER]`, after the others.
    pub fn add(&mut self, registry: &str, url: &Url) {
        let folder = url.path().trim_matches('/').to_owned();
        let mirror = Mirror { registry: url.authority(), folder };
        self.of.entry(registry.to_ascii_lowercase()).or_default().push(mirror);
    }
}

/// The mirrors of a client.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    mirrors: Mirrors,
    /// Mirrors that did not answer: no request waits for them again.
    silent: Mutex<BTreeSet<String>>,
}

impl Asked {
    pub(crate) fn new(mirrors: Mirrors) -> Self {
        Self { mirrors, silent: Mutex::default() }
    }
}

impl Repository {
    /// The same repository in the mirrors of its registry, as long as they answer.
    fn mirrors(&self) -> Vec<Self> {
        let asked = &self.inner().mirrors;
        let silent = asked.silent.lock().unwrap_or_else(PoisonError::into_inner);
        let mirrors = asked.mirrors.of.get(self.registry()).into_iter().flatten();
        let mirrors = mirrors.filter(|mirror| !silent.contains(&mirror.registry));
        mirrors
            .map(|mirror| match mirror.folder.as_str() {
                "" => self.elsewhere(&mirror.registry, self.name()),
                folder => self.elsewhere(&mirror.registry, &format!("{folder}/{}", self.name())),
            })
            .collect()
    }

    /// The result of the first mirror that has one; else the result of the registry itself.
    pub(crate) fn mirrored<T>(
        &self,
        get: impl Fn(&Self) -> Result<T, ErrorKind>,
    ) -> Result<T, ErrorKind> {
        self.mirrored_but(&BTreeSet::new(), get)
    }

    /// The same without the mirrors at these places.
    pub(crate) fn mirrored_but<T>(
        &self,
        refused: &BTreeSet<String>,
        get: impl Fn(&Self) -> Result<T, ErrorKind>,
    ) -> Result<T, ErrorKind> {
        for mirror in self.mirrors() {
            if refused.contains(&mirror.place()) {
                continue;
            }
            match get(&mirror) {
                Ok(found) => return Ok(found),
                Err(ErrorKind::Http(_)) => {
                    let silent = &self.inner().mirrors.silent;
                    let mut silent = silent.lock().unwrap_or_else(PoisonError::into_inner);
                    silent.insert(mirror.registry().to_owned());
                }
                Err(_) => {}
            }
        }
        get(self)
    }
}
