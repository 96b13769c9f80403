//! The image as OCI layout, its layers compressed as the engines do it, and as `docker save`
//! writes it.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use sealift_model::{Algorithm, Hasher};
use serde_json::json;
use tar::{Builder, EntryType, Header};

use super::BigImage;
use super::layer::{Hashing, MadeLayer};
use crate::documents::{self, LayerCoding, LayerEntry, blob_path};
use crate::{Failure, Outcome};

/// The level that container engines compress layers with.
const LEVEL: u32 = 6;
const THREADS: usize = 2;
const TAG: &str = "bench/big:latest";

pub(super) fn write(layers: &[MadeLayer], image: &BigImage) -> Outcome {
    write_layout(layers, &image.layout)?;
    write_archive(layers, &image.archive)?;
    let bytes: u64 = layers.iter().map(|layer| layer.bytes).sum();
    let files: u64 = layers.iter().map(|layer| layer.files).sum();
    println!("{} layers, {} MB, {files} files", layers.len(), bytes / 1_000_000);
    Ok(())
}

fn write_layout(layers: &[MadeLayer], folder: &Path) -> Outcome {
    let unfinished = folder.with_extension("unfinished");
    fs::create_dir_all(unfinished.join("blobs/sha256"))?;
    let entries = compress(layers, &unfinished)?;
    for (path, content) in documents::layout(TAG, &entries)?.files {
        fs::write(unfinished.join(path), content)?;
    }
    Ok(fs::rename(unfinished, folder)?)
}

/// Compresses all layers, the largest first.
fn compress(layers: &[MadeLayer], folder: &Path) -> Result<Vec<LayerEntry>, Failure> {
    let mut queue: Vec<&MadeLayer> = layers.iter().collect();
    queue.sort_by_key(|layer| layer.bytes);
    let queue = Mutex::new(queue);
    let next = || queue.lock().ok().and_then(|mut queue| queue.pop());
    let worker = || -> Result<Vec<(usize, LayerEntry)>, String> {
        std::iter::from_fn(next)
            .map(|layer| match compressed(layer, folder) {
                Ok(entry) => Ok((layer.place, entry)),
                Err(error) => Err(format!("{}: {error}", layer.tar.display())),
            })
            .collect()
    };
    let mut entries = Vec::new();
    thread::scope(|scope| -> Outcome {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            entries.extend(worker.join().map_err(|_| "compressing a layer panicked")??);
        }
        Ok(())
    })?;
    entries.sort_by_key(|(place, _)| *place);
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}

fn compressed(layer: &MadeLayer, folder: &Path) -> Result<LayerEntry, Failure> {
    let unfinished = folder.join(format!("{}.gz", layer.place));
    let file = BufWriter::new(File::create(&unfinished)?);
    let hashing = Hashing { inner: file, hasher: Hasher::new(Algorithm::Sha256), bytes: 0 };
    let mut gzip = GzEncoder::new(hashing, Compression::new(LEVEL));
    io::copy(&mut BufReader::with_capacity(1 << 20, File::open(&layer.tar)?), &mut gzip)?;
    let mut hashing = gzip.finish()?;
    hashing.inner.flush()?;
    let (blob, blob_bytes) = (hashing.hasher.finish(), hashing.bytes);
    fs::rename(unfinished, folder.join(blob_path(&blob)))?;
    let (created_by, diff_id) = (layer.created_by, layer.diff_id.clone());
    Ok(LayerEntry { created_by, coding: LayerCoding::Gzip, blob, blob_bytes, diff_id })
}

/// An OCI layout in a tar with the older `manifest.json` beside it, layers not compressed: what
/// `docker save` writes since version 25.
fn write_archive(layers: &[MadeLayer], path: &Path) -> Outcome {
    let entries: Vec<LayerEntry> = layers
        .iter()
        .map(|layer| LayerEntry {
            created_by: layer.created_by,
            coding: LayerCoding::Plain,
            blob: layer.diff_id.clone(),
            blob_bytes: layer.bytes,
            diff_id: layer.diff_id.clone(),
        })
        .collect();
    let mut documents = documents::layout(TAG, &entries)?;
    let manifest = json!([{
        "Config": documents.config_path,
        "RepoTags": [TAG],
        "Layers": layers.iter().map(|layer| blob_path(&layer.diff_id)).collect::<Vec<_>>(),
    }]);
    documents.files.insert("manifest.json".into(), serde_json::to_vec(&manifest)?);
    let unfinished = path.with_extension("unfinished");
    let mut tar = Builder::new(BufWriter::with_capacity(1 << 20, File::create(&unfinished)?));
    for layer in layers {
        let content = BufReader::with_capacity(1 << 20, File::open(&layer.tar)?);
        tar.append_data(&mut header(layer.bytes), blob_path(&layer.diff_id), content)?;
    }
    for (path, content) in documents.files {
        tar.append_data(&mut header(content.len().try_into()?), path, content.as_slice())?;
    }
    tar.into_inner()?.flush()?;
    Ok(fs::rename(unfinished, path)?)
}

fn header(bytes: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_size(bytes);
    header
}
