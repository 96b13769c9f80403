//! Bounds, by the names that they have in the library.

use std::collections::BTreeMap;

use sealift::{Limits, NamedLimit};
use serde::Deserialize;

use crate::failure::Failure;
use crate::names::camel;

/// Bounds that differ from the defaults.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct GivenLimits(BTreeMap<String, Option<u64>>);

impl GivenLimits {
    /// Sets what is given.
    pub(crate) fn set(&self, limits: &mut Limits) -> Result<(), Failure> {
        for (name, max) in self.0.iter().filter_map(|(name, max)| Some((name, (*max)?))) {
            if !named(name)?.set(limits, max) {
                return Err(Failure::argument(format!("limits: {name}: {max} is too large")));
            }
        }
        Ok(())
    }
}

fn named(name: &str) -> Result<&'static NamedLimit, Failure> {
    NamedLimit::ALL.iter().find(|limit| camel(limit.name()) == name).ok_or_else(|| {
        let known: Vec<String> = NamedLimit::ALL.iter().map(|limit| camel(limit.name())).collect();
        let known = known.join(", ");
        Failure::argument(format!("limits: no limit is named {name}; there are {known}"))
    })
}
