//! Real images scanned with a layer cache and without: the reports are the same bytes, whatever
//! is left of the cache and whatever has become of its entries.
//!
//! `$SEALIFT_TESTDATA/images`: `oci/`, a layout whose tags are cases; `docker-archive/*.tar`.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use sealift::{Format, JsonOptions, LayerCache, NoProgress, ScanOptions, Scanner, Target};
use sealift_tests::{Suite, test_data};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn reports_are_the_same_with_a_cache() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("layer-cache", "");
    // One cache for all: images share layers.
    let folder = TempDir::new().unwrap();
    for (name, target) in cases(&data.join("images")) {
        suite.case(&name, case(&target, folder.path()));
    }
    suite.finish();
}

fn case(target: &Target, folder: &Path) -> Result<(), String> {
    let plain = scan(target, None)?;
    let with_cache = |what: &str| match scan(target, Some(folder))? == plain {
        true => Ok(()),
        false => Err(format!("another report {what}")),
    };
    with_cache("when the cache is filled")?;
    with_cache("from the cache")?;
    for (number, entry) in entries(folder).iter().enumerate() {
        let whole = fs::read(entry).unwrap();
        match number % 3 {
            0 => {
                let mut changed = whole.clone();
                let middle = changed.len() / 2;
                changed[middle] ^= 0x10;
                fs::write(entry, changed).unwrap();
            }
            1 => fs::write(entry, &whole[..whole.len() - 1]).unwrap(),
            _ => drop(fs::copy(&entries(folder)[0], entry).unwrap()),
        }
    }
    with_cache("from damaged entries")?;
    for entry in entries(folder).iter().step_by(2) {
        fs::remove_file(entry).unwrap();
    }
    with_cache("from half of the entries")
}

fn scan(target: &Target, folder: Option<&Path>) -> Result<Vec<u8>, String> {
    let mut options = ScanOptions::default();
    #[expect(clippy::disallowed_methods, reason = "a test is where the clock is read")]
    let now = SystemTime::now();
    let cache = folder.map(|folder| Arc::new(LayerCache::new(folder.join("layers"), now)));
    options.cache.clone_from(&cache);
    let report = Scanner::without_database()
        .scan(target, &options, &NoProgress)
        .map_err(|error| error.to_string())?;
    if let Some(problem) = cache.and_then(|cache| cache.take_problem()) {
        return Err(problem.to_string());
    }
    let mut json = Vec::new();
    let format = Format::Json(JsonOptions::default());
    sealift::render(&report, &format, &mut json).map_err(|error| error.to_string())?;
    Ok(json)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder.join("layers")).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn cases(images: &Path) -> Vec<(String, Target)> {
    let layout = images.join("oci");
    let index: Value =
        serde_json::from_slice(&fs::read(layout.join("index.json")).unwrap()).unwrap();
    let tags = index["manifests"].as_array().unwrap().iter().filter_map(|manifest| {
        manifest["annotations"]["org.opencontainers.image.ref.name"].as_str()
    });
    let tagged = tags.map(|tag| (format!("oci:{tag}"), Target::image_layout(&layout, Some(tag))));
    let archives = fs::read_dir(images.join("docker-archive")).into_iter().flatten();
    let archives = archives.map(|file| {
        let file = file.unwrap().path();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        (name, Target::ImageArchive { file, selector: None })
    });
    tagged.chain(archives).collect()
}
