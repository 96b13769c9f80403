//! From what a caller writes to what is scanned or verified.

use sealift::registry::{Engine, EngineError};
use sealift::{EngineImage, Reference, RegistryImage, Target, WrittenImage, WrittenImageError};

use crate::failure::Failure;
use crate::network::{self, RegistryOptions};

/// Where an image without a prefix is looked for unless the caller says, in this order.
const SOURCES: [&str; 3] = ["docker", "podman", "remote"];

/// An image to scan.
pub(crate) fn image(
    text: &str,
    sources: Option<&[String]>,
    registry: &RegistryOptions,
) -> Result<Target, Failure> {
    match parsed(text)? {
        WrittenImage::Local(target) => Ok(target),
        WrittenImage::Docker(name) => engine(&network::docker(), &name),
        WrittenImage::Podman(name) => engine(&network::podman(), &name),
        WrittenImage::Named(reference) => named(text, reference, sources, registry),
        _ => Err(Failure::argument(format!("{text}: not an image that can be scanned"))),
    }
}

/// An image to verify: on this machine or in its registry, never in an engine.
pub(crate) fn signed(text: &str, registry: &RegistryOptions) -> Result<Target, Failure> {
    match parsed(text)? {
        WrittenImage::Local(target) => Ok(target),
        WrittenImage::Named(reference) => Ok(Target::Registry(registry.image(reference)?)),
        _ => Err(Failure::argument(format!("{text}: engines do not keep signatures"))),
    }
}

/// An image to sign: in its registry.
pub(crate) fn in_registry(
    text: &str,
    registry: &RegistryOptions,
) -> Result<RegistryImage, Failure> {
    match parsed(text)? {
        WrittenImage::Named(reference) => registry.image(reference),
        _ => Err(Failure::argument(format!("{text}: only images in registries are signed"))),
    }
}

fn parsed(text: &str) -> Result<WrittenImage, Failure> {
    WrittenImage::parse(text)
        .map_err(|error: WrittenImageError| Failure::argument(format!("{text}: {error}")))
}

fn named(
    text: &str,
    reference: Reference,
    sources: Option<&[String]>,
    registry: &RegistryOptions,
) -> Result<Target, Failure> {
    let all = SOURCES.map(str::to_owned);
    for source in sources.unwrap_or(&all) {
        let engines = match source.as_str() {
            "docker" => network::docker(),
            "podman" => network::podman(),
            "remote" => return Ok(Target::Registry(registry.image(reference)?)),
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
