//! How a target is written on the command line.

use std::path::Path;

use sealift::registry::{Engine, EngineError};
use sealift::{Chain, EngineImage, Reference, ReferenceError, Target};

use crate::failure::Failure;
use crate::network::Network;

const NAME_HINT: &str = "an image is named [REGISTRY/]REPOSITORY[:TAG|@DIGEST], oci:DIR[:TAG], \
                         docker-archive:FILE, or by a path that starts with ./ or /";
const PATH_HINT: &str =
    "a file or folder of that name is there: to scan it, write ./ in front of its name";
const HERE_HINT: &str = "that names an image of this machine, where a registry is asked: name it as \
                         REGISTRY/REPOSITORY[:TAG|@DIGEST]";
const LOCAL_HINT: &str = "a file or folder of that name is there: name it as oci:DIR[:TAG|@DIGEST], or add --local-image";

/// Prefixes of targets in Grype, Syft and Skopeo that are unknown here, and what to write instead.
const SCHEMES: [(&str, &str); 8] = [
    ("containers-storage", "an image that Podman keeps is named podman:NAME"),
    ("dir", "a folder is scanned by `sealift fs DIR`, an unpacked image by `sealift rootfs DIR`"),
    ("docker", "an image that Docker keeps is named docker-daemon:NAME"),
    ("file", "a file is scanned by `sealift fs FILE`"),
    ("oci-dir", "an OCI layout is named oci:DIR[:TAG]"),
    ("registry", "an image is looked for in its registry alone by --image-src remote"),
    ("sbom", "an SBOM is scanned by `sealift sbom FILE`"),
    ("singularity", "images of Singularity are not read"),
];

/// Those of them that are not names of images on Docker Hub: any other, followed by a tag, may be
/// an image.
const NEVER_NAMES: [&str; 4] = ["containers-storage", "oci-dir", "sbom", "singularity"];

/// Prefixes of images on this machine.
const OF_THIS_MACHINE: [&str; 5] =
    ["docker-archive", "docker-daemon", "oci", "oci-archive", "podman"];

/// What to write instead of an unknown prefix of a target.
fn of_other_scheme(text: &str) -> Option<&'static str> {
    let (scheme, rest) = text.split_once(':')?;
    let (_, hint) = SCHEMES.iter().find(|row| row.0 == scheme)?;
    (NEVER_NAMES.contains(&scheme) || is_no_tag(rest)).then_some(*hint)
}

/// Refuses names of images that are not in a registry.
pub(crate) fn of_registry(text: &str) -> Result<(), Failure> {
    let is_here = text.split_once(':').is_some_and(|(scheme, _)| OF_THIS_MACHINE.contains(&scheme));
    let hint = if is_here { Some(HERE_HINT) } else { of_other_scheme(text) };
    hint.map_or(Ok(()), |hint| Err(Failure::Value { flag: "IMAGE", value: text.to_owned(), hint }))
}

/// Whether the text behind a colon is neither a tag nor the port of a registry.
fn is_no_tag(text: &str) -> bool {
    let first = text.split('/').next().unwrap_or_default();
    let is_port = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
    (text.contains(['/', ':']) && !is_port) || Path::new(text).exists()
}

/// Reads the target of `image`: `oci:DIR[:TAG|@DIGEST]`, `oci-archive:FILE[:TAG]`,
/// `docker-archive:FILE[:TAG]`, `docker-daemon:NAME`, `podman:NAME`, or a path that starts with
/// `/`, `./` or `../`. Anything else is a name, which is looked up in `sources`: a folder named
/// `nginx` is never taken for the image `nginx`.
pub(crate) fn parse_image(
    text: &str,
    sources: &[String],
    network: &Network<'_>,
) -> Result<Target, Failure> {
    if let Some(hint) = of_other_scheme(text) {
        return Err(Failure::Value { flag: "IMAGE", value: text.to_owned(), hint });
    }
    match text.split_once(':') {
        Some((_, "")) => Err(Failure::Value {
            flag: "IMAGE",
            value: text.to_owned(),
            hint: "a path or name is missing behind the colon",
        }),
        Some(("docker-daemon", name)) => in_engine(network.docker(), name),
        Some(("podman", name)) => in_engine(network.podman(), name),
        _ => Target::local_image(text).map_or_else(|| by_name(text, sources, network), Ok),
    }
}

/// The image of a name, in the first source that has it. A source that is absent is skipped; the
/// source that is used is named on stderr.
fn by_name(text: &str, sources: &[String], network: &Network<'_>) -> Result<Target, Failure> {
    let reference = parse_reference(text, PATH_HINT)?;
    let mut reasons = Vec::new();
    for source in sources {
        let engines = match source.as_str() {
            "docker" => network.docker()?,
            "podman" => network.podman()?,
            "remote" => {
                if Path::new(text).exists() {
                    network.say(&format!("note: {PATH_HINT}"));
                }
                network.say(&format!("taken from the registry {}", reference.registry()));
                return network.image(reference);
            }
            // containerd has no interface that returns an archive; Trivy's users name it in lists.
            "containerd" => {
                reasons.push("containerd is never asked".to_owned());
                continue;
            }
            _ => {
                return Err(Failure::Value {
                    flag: "--image-src",
                    value: source.clone(),
                    hint: "sources are docker, podman, containerd, remote",
                });
            }
        };
        for engine in engines {
            match EngineImage::fetch(&engine, text) {
                Ok(image) => {
                    network.say(&format!("taken from {source} at {engine}"));
                    return Ok(Target::Engine(image));
                }
                Err(error) => {
                    let is_usual = matches!(
                        error,
                        EngineError::Absent { .. } | EngineError::NoSuchImage { .. }
                    );
                    if !is_usual {
                        eprintln!("warning: passed over {source}: {error}");
                    }
                    reasons.push(format!("{source}: {}", Chain(&error)));
                }
            }
        }
    }
    Err(Failure::Unusable {
        what: format!("no source has {text}"),
        error: reasons.join("; ").into(),
        hint: "name other sources with --image-src; `remote` asks the image's registry",
    })
}

/// An image that must be in one of the engines.
fn in_engine(engines: Result<Vec<Engine>, Failure>, name: &str) -> Result<Target, Failure> {
    let mut reasons = Vec::new();
    for engine in engines? {
        match EngineImage::fetch(&engine, name) {
            Ok(image) => return Ok(Target::Engine(image)),
            Err(error) => reasons.push(Chain(&error).to_string()),
        }
    }
    Err(Failure::Unusable {
        what: name.to_owned(),
        error: reasons.join("; ").into(),
        hint: "check that the engine runs, that you may ask it, and that it has the image",
    })
}

/// Reads the target of a verb that verifies: `oci:DIR[:TAG|@DIGEST]` or `oci-archive:FILE`, and
/// with `is_path` a path. Anything else is a reference to a registry: a folder is never taken for
/// an image by chance.
pub(crate) fn parse_signed(
    text: &str,
    is_path: bool,
    network: &Network<'_>,
) -> Result<Target, Failure> {
    if is_path {
        return Ok(Target::image_at(text));
    }
    match text.split_once(':') {
        Some(("oci" | "oci-archive", rest)) if !rest.is_empty() => Target::local_image(text)
            .ok_or(Failure::Value { flag: "IMAGE", value: text.to_owned(), hint: NAME_HINT }),
        _ => network.image(parse_reference(text, LOCAL_HINT)?),
    }
}

/// The name of an image in a registry; the error has `hint` if a file of that name exists.
pub(crate) fn parse_reference(text: &str, hint: &'static str) -> Result<Reference, Failure> {
    of_registry(text)?;
    text.parse().map_err(|error: ReferenceError| Failure::Unusable {
        what: text.to_owned(),
        error: error.into(),
        hint: if Path::new(text).exists() { hint } else { NAME_HINT },
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::Environment;
    use crate::args::Access;

    fn image(text: &str) -> Result<Target, Failure> {
        let environment = Environment::empty();
        parse_image(text, &["remote".to_owned()], &Network::new(Access::default(), &environment))
    }

    fn signed(text: &str, is_path: bool) -> Result<Target, Failure> {
        let environment = Environment::empty();
        parse_signed(text, is_path, &Network::new(Access::default(), &environment))
    }

    fn layout(text: &str) -> (PathBuf, Option<String>) {
        match image(text) {
            Ok(Target::ImageLayout { folder, selector }) => {
                (folder, selector.map(|selector| format!("{selector:?}")))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_layouts_with_tag_and_digest() {
        let digest = format!("sha256:{}", "0".repeat(64));
        assert_eq!(layout("oci:none"), ("none".into(), None));
        assert_eq!(layout("oci:none:1.4").1.as_deref(), Some("Name(\"1.4\")"));
        let (folder, selector) = layout(&format!("oci:none@{digest}"));
        assert_eq!(folder, PathBuf::from("none"));
        assert!(selector.unwrap().contains(&digest));
    }

    #[test]
    fn what_is_verified_is_asked_of_a_registry_unless_it_says_otherwise() {
        for text in ["nginx", "src", "localhost:5000/a:b"] {
            assert!(matches!(signed(text, false), Ok(Target::Registry(_))), "{text}");
        }
        for text in ["./layout", "/layout"] {
            assert!(matches!(signed(text, false), Err(Failure::Unusable { .. })), "{text}");
        }
        for text in ["oci:", "docker-archive:x.tar", "docker-daemon:app", "dir:./x"] {
            assert!(matches!(signed(text, false), Err(Failure::Value { .. })), "{text}");
        }
        assert!(matches!(signed("oci:x:1.0", false), Ok(Target::ImageLayout { .. })));
        assert!(matches!(signed("oci-archive:x", false), Ok(Target::ImageArchive { .. })));
        assert!(matches!(signed("src", true), Ok(Target::ImageLayout { .. })));
    }

    #[test]
    fn words_of_other_scanners_are_told_what_to_do() {
        for text in [
            "dir:.",
            "dir:/srv/app",
            "sbom:./bom.json",
            "file:a/b",
            "registry:localhost:5000/a:b",
            "docker:shop:1.0",
            "containers-storage:quay.io/a",
            "oci-dir:/x",
            "oci-dir:x",
            "sbom:x",
            "singularity:x",
        ] {
            assert!(matches!(image(text), Err(Failure::Value { flag: "IMAGE", .. })), "{text}");
        }
        for text in ["dir:1.0", "docker:dind", "registry:5000/shop:1", "registry:2"] {
            assert!(matches!(image(text), Ok(Target::Registry(_))), "{text}");
        }
    }

    #[test]
    fn a_registry_is_asked_for_no_other_image() {
        let asked = |text| parse_reference(text, "");
        for text in ["oci:lay", "oci-archive:a.tar", "podman:app", "docker-daemon:app@sha256:0"] {
            assert!(matches!(asked(text), Err(Failure::Value { hint: HERE_HINT, .. })), "{text}");
        }
        for text in ["sbom:x", "dir:./x", "docker:shop:1.0"] {
            assert!(matches!(asked(text), Err(Failure::Value { flag: "IMAGE", .. })), "{text}");
        }
        for text in ["oci", "docker:dind", "r.example/oci:lay", "podman@sha256:0", "oci/podman:1"] {
            assert!(!matches!(asked(text), Err(Failure::Value { .. })), "{text}");
        }
    }

    #[test]
    fn a_bare_name_is_never_a_path() {
        for text in ["nginx", "nginx:1.25", "src"] {
            assert!(matches!(image(text), Ok(Target::Registry(_))), "{text}");
        }
        assert!(matches!(image("./src"), Ok(Target::ImageLayout { .. })));
        assert!(matches!(image("./x.tar"), Ok(Target::ImageArchive { .. })));
        assert!(matches!(image("oci:"), Err(Failure::Value { .. })));
    }
}
