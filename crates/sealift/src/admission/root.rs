//! The trusted root, read when somebody first needs it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use sealift_policy::admission::{Attestor, WantedImage};

use super::sources::RootSource;
use crate::Chain;
use crate::verify::{TrustedRoot, trusted_root};

/// A trusted root, or where it is to be had. What could not be had is asked for again.
pub(super) struct Root {
    known: Mutex<Option<Arc<TrustedRoot>>>,
    source: Option<Arc<RootSource>>,
}

impl Root {
    /// A root that was read from a file.
    pub(super) fn known(root: TrustedRoot) -> Self {
        Self { known: Mutex::new(Some(Arc::new(root))), source: None }
    }

    /// The root that a source gives; without one, a root that vouches for nobody.
    pub(super) fn of(source: Option<Arc<RootSource>>) -> Self {
        Self { known: Mutex::default(), source }
    }

    /// The root.
    pub(super) fn get(&self) -> Result<Arc<TrustedRoot>, String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(root) = known.as_ref() {
            return Ok(Arc::clone(root));
        }
        let root = match &self.source {
            None => TrustedRoot::default(),
            Some(source) => trusted_root(&source()?).map_err(|error| Chain(&error).to_string())?,
        };
        let root = Arc::new(root);
        *known = Some(Arc::clone(&root));
        Ok(root)
    }

    /// The root for what a policy wants; a key's signature without an entry in a log needs none.
    pub(super) fn for_wanted(&self, wanted: &WantedImage) -> Result<Arc<TrustedRoot>, String> {
        match wanted.attestor {
            Attestor::Key { .. } if wanted.log.no_entry => Ok(Arc::default()),
            _ => self.get(),
        }
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Root(..)")
    }
}
