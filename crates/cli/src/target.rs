//! How a target is written on the command line.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use sealift::{Selector, Target};

use crate::failure::Failure;

const SAVE_HINT: &str = "save the image with `docker save IMAGE -o FILE` and scan \
                         `--input FILE`, or an OCI layout as oci:DIR[:TAG]";
const PATH_HINT: &str =
    "a file or folder of that name is there: to scan it, write ./ in front of its name";

const LOCAL_HINT: &str = "a file or folder of that name is there: name it as oci:DIR[:TAG|@DIGEST], or add --local-image";
const REGISTRY_HINT: &str = "save the image with its signatures as an OCI layout (`cosign save \
                             --dir DIR IMAGE`) and name that: oci:DIR[:TAG|@DIGEST]";

/// Reads the target of `image`: `oci:DIR[:TAG|@DIGEST]`, `oci-archive:FILE[:TAG]`,
/// `docker-archive:FILE[:TAG]`, or a path that starts with `/`, `./` or `../`, so that a folder
/// named `nginx` never stands in for the image `nginx`.
pub(crate) fn parse_image(text: &str, sources: &[String]) -> Result<Target, Failure> {
    let scheme = text.split_once(':');
    match scheme {
        Some((_, "")) => Err(Failure::Value {
            flag: "IMAGE",
            value: text.to_owned(),
            hint: "a path or name is missing behind the colon",
        }),
        Some(("oci", rest)) => {
            let (folder, selector) = split_selector(rest);
            Ok(Target::ImageLayout { folder, selector })
        }
        Some(("oci-archive" | "docker-archive", rest)) => {
            let (file, selector) = split_selector(rest);
            Ok(Target::ImageArchive { file, selector })
        }
        Some(("docker-daemon" | "docker" | "podman" | "containerd", _)) => Err(Failure::NotYet {
            what: format!("reading {text} from a container engine"),
            hint: SAVE_HINT,
        }),
        _ if is_path(text) => Ok(by_path(OsStr::new(text))),
        _ => Err(Failure::NotYet {
            what: format!("looking for the image {text} in {}", sources.join(", ")),
            hint: if Path::new(text).exists() { PATH_HINT } else { SAVE_HINT },
        }),
    }
}

/// Reads the target of a verb that verifies: `oci:DIR[:TAG|@DIGEST]` or `oci-archive:FILE`, and
/// with `--local-image` a path. Anything else is a reference to a registry: a folder never stands
/// in for an image by chance.
pub(crate) fn parse_signed(text: &str, is_path: bool) -> Result<Target, Failure> {
    if is_path {
        return Ok(by_path(OsStr::new(text)));
    }
    match text.split_once(':') {
        Some(("oci", rest)) if !rest.is_empty() => {
            let (folder, selector) = split_selector(rest);
            Ok(Target::ImageLayout { folder, selector })
        }
        Some(("oci-archive", rest)) if !rest.is_empty() => {
            let (file, selector) = split_selector(rest);
            Ok(Target::ImageArchive { file, selector })
        }
        _ => Err(Failure::NotYet {
            what: format!("asking a registry for {text}"),
            hint: if Path::new(text).exists() { LOCAL_HINT } else { REGISTRY_HINT },
        }),
    }
}

/// Whether a target is written as a path.
fn is_path(text: &str) -> bool {
    ["/", "./", "../"].iter().any(|start| text.starts_with(start)) || [".", ".."].contains(&text)
}

/// An image by its path, `PATH[:TAG|@DIGEST]`: a folder is an OCI layout, anything else an archive.
pub(crate) fn by_path(written: &OsStr) -> Target {
    let (path, selector) = match written.to_str() {
        Some(text) => {
            let (path, selector) = split_selector(text);
            // When nothing is there, the path as written is what a person looks for.
            if path.exists() { (path, selector) } else { (text.into(), None) }
        }
        None => (written.into(), None),
    };
    if path.is_dir() {
        Target::ImageLayout { folder: path, selector }
    } else {
        Target::ImageArchive { file: path, selector }
    }
}

/// Splits `PATH[:TAG|@DIGEST]`. What is there as a whole is a path, colons and all.
fn split_selector(text: &str) -> (PathBuf, Option<Selector>) {
    if Path::new(text).exists() {
        return (text.into(), None);
    }
    if let Some((path, digest)) = text.rsplit_once('@')
        && let Ok(digest) = digest.parse()
    {
        return (path.into(), Some(Selector::Digest(digest)));
    }
    // A tag may itself be a whole reference (`example.org/shop:1.4`): the path is what exists.
    let mut colons = text.match_indices(':').map(|(at, _)| text.split_at(at));
    let known = colons.clone().find(|(path, _)| Path::new(path).exists());
    match known.or_else(|| colons.next_back()) {
        Some((path, tag)) => {
            let tag = tag.trim_start_matches(':').to_owned();
            (path.into(), Some(Selector::Name(tag)))
        }
        None => (text.into(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(text: &str) -> (PathBuf, Option<String>) {
        match parse_image(text, &[]) {
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
    fn what_is_verified_is_a_layout_or_asked_for_as_a_path() {
        for text in ["nginx", "./layout", "/layout", "oci:", "docker-archive:x.tar"] {
            assert!(matches!(parse_signed(text, false), Err(Failure::NotYet { .. })), "{text}");
        }
        assert!(matches!(parse_signed("oci:x:1.0", false), Ok(Target::ImageLayout { .. })));
        assert!(matches!(parse_signed("oci-archive:x", false), Ok(Target::ImageArchive { .. })));
        assert!(matches!(parse_signed("src", true), Ok(Target::ImageLayout { .. })));
    }

    #[test]
    fn a_bare_name_is_never_a_path() {
        for text in ["nginx", "nginx:1.25", "docker-daemon:nginx", "src"] {
            assert!(matches!(parse_image(text, &[]), Err(Failure::NotYet { .. })), "{text}");
        }
        assert!(matches!(parse_image("./src", &[]), Ok(Target::ImageLayout { .. })));
        assert!(matches!(parse_image("./x.tar", &[]), Ok(Target::ImageArchive { .. })));
    }
}
