//! The main job on an example, from nothing.

use std::fs;

use crate::process::cargo;
use crate::{Outcome, example_image, root};

const ADVISORIES: &str = "examples/advisories";
const DATABASE: &str = "target/demo/advisories.db";
const RUN: &[&str] = &["run", "--release", "--quiet", "--package", "sealift-cli", "--"];

/// Builds the command, the example image where it is not as it should be, and a database of the
/// example advisories; scans the image against the database; prints how to do the same with another
/// image.
pub(crate) fn run() -> Outcome {
    example_image::restore()?;
    cargo(&["build", "--release", "--package", "sealift-cli"])?;
    fs::create_dir_all(root().join("target/demo"))?;
    sealift(&["db", "build", "--from", ADVISORIES, "--output", DATABASE])?;
    sealift(&["image", "oci:examples/image:demo", "--db", DATABASE, "--offline"])?;
    println!("{}", own_image());
    Ok(())
}

fn sealift(arguments: &[&str]) -> Outcome {
    cargo(&[RUN, arguments].concat())
}

fn own_image() -> String {
    let line = format!("cargo {} image", RUN.join(" "));
    format!(
        "\nThe same for an image of your own, as `docker save` writes it or as an OCI layout:\n\
         \n  docker save --output own.tar IMAGE\
         \n  {line} docker-archive:own.tar --db {DATABASE}\
         \n  {line} oci:FOLDER:TAG --db {DATABASE}\n\
         \nThe database of this demo holds the few records of {ADVISORIES}. One of all that OSV\n\
         publishes is made from a folder with its exports, FOLDER/<ecosystem>/all.zip, and CISA's\n\
         catalogue as FOLDER/kev.json where its marks are wanted:\n\
         \n  cargo {} db build --from FOLDER --output advisories.db",
        RUN.join(" ")
    )
}
