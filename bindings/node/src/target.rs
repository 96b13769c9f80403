//! Targets to scan or verify, from the caller's text.

use sealift::{ReferenceError, RegistryImage, Target};

use crate::failure::Failure;
use crate::network::RegistryOptions;

/// An image to scan.
pub(crate) fn image(text: &str, registry: &RegistryOptions) -> Result<Target, Failure> {
    match Target::engine_image(text) {
        Some(found) => found.map_err(|error| Failure::engine(text, &error)),
        None => signed(text, registry),
    }
}

/// An image to verify: on this machine or in its registry, never in an engine.
pub(crate) fn signed(text: &str, registry: &RegistryOptions) -> Result<Target, Failure> {
    match Target::local_image(text) {
        Some(local) => Ok(local),
        None => Ok(Target::Registry(in_registry(text, registry)?)),
    }
}

/// An image in its registry.
pub(crate) fn in_registry(
    text: &str,
    registry: &RegistryOptions,
) -> Result<RegistryImage, Failure> {
    let reference = text.parse().map_err(|error: ReferenceError| {
        Failure::argument(format!("{text}: not a name of an image: {error}"))
    });
    registry.image(reference?)
}
