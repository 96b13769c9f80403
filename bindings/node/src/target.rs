//! From what a caller writes to what is scanned or verified.

use sealift::registry::{Engine, EngineError};
use sealift::{EngineImage, Reference, ReferenceError, RegistryImage, Target};
use sealift_cli::Environment;

use crate::failure::Failure;
use crate::network::RegistryOptions;

/// Where an image without a prefix is looked for unless the caller says, in this order.
const SOURCES: [&str; 3] = ["docker", "podman", "remote"];

/// An image to scan.
pub(crate) fn image(
    text: &str,
    sources: Option<&[String]>,
    registry: &RegistryOptions,
) -> Result<Target, Failure> {
    if let Some(local) = Target::local_image(text) {
        return Ok(local);
    }
    match text.split_once(':') {
        Some(("docker-daemon", name)) => engine(&Environment::of_process().docker(), name),
        Some(("podman", name)) => engine(&Environment::of_process().podman(), name),
        _ => named(text, sources, registry),
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
    registry.image(reference(text)?)
}

fn reference(text: &str) -> Result<Reference, Failure> {
    text.parse().map_err(|error: ReferenceError| {
        Failure::argument(format!("{text}: not a name of an image: {error}"))
    })
}

fn named(
    text: &str,
    sources: Option<&[String]>,
    registry: &RegistryOptions,
) -> Result<Target, Failure> {
    let reference = reference(text)?;
    let all = SOURCES.map(str::to_owned);
    for source in sources.unwrap_or(&all) {
        let engines = match source.as_str() {
            "docker" => Environment::of_process().docker(),
            "podman" => Environment::of_process().podman(),
            "remote" => return Ok(Target::Registry(registry.image(reference.clone())?)),
            other => {
                let message = format!("sources: {other}; there are docker, podman, remote");
                return Err(Failure::argument(message));
            }
        };
        match engine(&engines, text) {
            Ok(target) => return Ok(target),
            Err(failure) if failure.is_no_such_image() => {}
            Err(failure) => return Err(failure),
        }
    }
    Err(Failure::no_such_image(text))
}

/// An image of the first engine that has it.
fn engine(engines: &[Engine], name: &str) -> Result<Target, Failure> {
    for engine in engines {
        match EngineImage::fetch(engine, name) {
            Ok(image) => return Ok(Target::Engine(image)),
            Err(EngineError::Absent { .. } | EngineError::NoSuchImage { .. }) => {}
            Err(error) => return Err(Failure::registry(&error)),
        }
    }
    Err(Failure::no_such_image(name))
}
