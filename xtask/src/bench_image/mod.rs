//! The big image of the benchmarks: real packages of Debian, npm, Python and Maven in a dozen
//! layers, about 3 GB. Packages come through the ecosystems' own clients, as these are configured;
//! the image depends on nothing else.

mod clients;
mod debian;
mod jars;
mod layer;
mod recipe;
mod store;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use self::debian::Debian;
use self::layer::{LayerTar, MadeLayer};
use self::recipe::{Content, RECIPE, Step};
use crate::{Failure, Outcome, target};

/// The image on disk.
struct BigImage {
    /// As OCI layout.
    layout: PathBuf,
    /// As `docker save` writes it.
    archive: PathBuf,
}

/// Makes the image where it is missing.
pub(crate) fn ready() -> Outcome {
    let folder = target()?.join("bench");
    let image = BigImage { layout: folder.join("big"), archive: folder.join("big.tar") };
    if image.layout.is_dir() && image.archive.is_file() {
        println!("{} and {} are there", image.layout.display(), image.archive.display());
        return Ok(());
    }
    let work = folder.join("work");
    fs::create_dir_all(&work)?;
    let layers = layers(&work)?;
    store::write(&layers, &image)?;
    Ok(fs::remove_dir_all(work)?)
}

/// Writes the tar of each step of the recipe: those of Debian, each of which builds on the ones
/// before it, on one thread, and all others on a second.
fn layers(work: &Path) -> Result<Vec<MadeLayer>, Failure> {
    let (debian, others) = thread::scope(|scope| {
        let others = scope.spawn(|| steps(work, None));
        let debian = Debian::new(work.join("debian")).and_then(|debian| steps(work, Some(debian)));
        (debian, others.join())
    });
    let mut layers = debian?;
    layers.extend(others.map_err(|_| "writing a layer panicked")??);
    layers.sort_by_key(|layer| layer.place);
    Ok(layers)
}

/// The layers of Debian's steps, or, without `debian`, those of all others.
fn steps(work: &Path, mut debian: Option<Debian>) -> Result<Vec<MadeLayer>, Failure> {
    let mut layers = Vec::new();
    for (place, step) in RECIPE.iter().enumerate() {
        if step.content.is_of_debian() != debian.is_some() {
            continue;
        }
        let mut tar = LayerTar::create(&work.join(format!("{place:02}.tar")))?;
        match &mut debian {
            Some(debian) => debian_step(debian, step, &mut tar)?,
            None => other_step(step, &work.join(format!("{place:02}")), &mut tar)?,
        }
        let layer = tar.finish(place, step.created_by)?;
        println!("{layer}");
        layers.push(layer);
    }
    Ok(layers)
}

fn debian_step(debian: &mut Debian, step: &Step, tar: &mut LayerTar) -> Outcome {
    match step.content {
        Content::Base(roots) => {
            debian.merge_usr(tar)?;
            debian.install(roots, tar)
        }
        Content::Debian(roots) => debian.install(roots, tar),
        Content::Upgrade { again, removed } => {
            debian.reinstall(again, tar)?;
            debian.remove(removed, tar)?;
            recipe::HIDDEN.iter().try_for_each(|path| tar.whiteout(path))?;
            recipe::EMPTIED.iter().try_for_each(|folder| tar.opaque(folder))
        }
        Content::Node { .. } | Content::Python(_) | Content::Jars(_) => Ok(()),
    }
}

fn other_step(step: &Step, work: &Path, tar: &mut LayerTar) -> Outcome {
    match step.content {
        Content::Node { place, packages } => {
            let folder = work.join("app");
            clients::npm_install(&folder, packages)?;
            tree::append(&folder, place, tar)
        }
        Content::Python(packages) => {
            let folder = work.join("site-packages");
            clients::pip_install(&folder, packages)?;
            tree::append(&folder, recipe::SITE_PACKAGES, tar)
        }
        Content::Jars(artifacts) => {
            let folder = work.join("jars");
            clients::maven_copy(&folder, artifacts)?;
            jars::append(&folder, tar)
        }
        Content::Base(_) | Content::Debian(_) | Content::Upgrade { .. } => Ok(()),
    }
}
