//! Jars: each by itself, and some of them once more in a fat jar as Spring Boot packs it.

use std::fs;
use std::path::{Path, PathBuf};

use super::layer::LayerTar;
use super::tree;
use crate::{Outcome, zip};

/// How many jars the fat jar holds.
const NESTED: usize = 60;

pub(super) fn append(folder: &Path, tar: &mut LayerTar) -> Outcome {
    tree::append(folder, "opt/lib", tar)?;
    let mut jars = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<PathBuf>, _>>()?;
    jars.sort();
    let manifest = b"Manifest-Version: 1.0\r\nMain-Class: \
                     org.springframework.boot.loader.JarLauncher\r\n\r\n";
    let mut files = vec![("META-INF/MANIFEST.MF".to_owned(), manifest.to_vec())];
    for jar in jars.iter().take(NESTED) {
        let name = jar.file_name().unwrap_or_default().display();
        files.push((format!("BOOT-INF/lib/{name}"), fs::read(jar)?));
    }
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(path, content)| (path.as_str(), content.as_slice())).collect();
    tar.text("opt/app/app.jar", &zip::stored(&files)?)
}
