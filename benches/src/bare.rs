//! The least work of any scan of an image: reading its layers, inflating them, and hashing both
//! forms, with the threads and the inflater of the scan, the largest layer first.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use flate2::bufread::MultiGzDecoder;
use sealift::{Limits, ScanOptions};
use sealift_layers::{Coding, Image, ImageSource, Layer};
use sealift_model::{Algorithm, BlobSource, Descriptor, Digest, Hasher};

use crate::Failure;

const BUFFER_BYTES: usize = 128 << 10;

/// Reads the only image of a layout or archive.
pub(crate) fn read(path: &Path) -> Result<(), Failure> {
    let limits = Limits::default();
    let source = match path.is_dir() {
        true => ImageSource::open_layout(path, &limits)?,
        false => ImageSource::open_archive(path, &limits)?,
    };
    let image = Image::open(&source, &source.select(None)?, None, &limits)?;
    let mut queue: Vec<&Layer> = image.layers.iter().collect();
    queue.sort_by_key(|layer| layer.descriptor.size);
    let queue = Mutex::new(queue);
    let worker = || -> Result<(), String> {
        while let Some(layer) = queue.lock().ok().and_then(|mut queue| queue.pop()) {
            read_layer(&source, layer).map_err(|error| error.to_string())?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads = ScanOptions::default().threads.get();
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().map_err(|_| "a thread panicked")?.map_err(Failure::from)
        })
    })
}

fn read_layer(source: &ImageSource, layer: &Layer) -> Result<(), Failure> {
    let Layer { descriptor, diff_id, .. } = layer;
    let mut blob =
        Hashed { hasher: Hasher::new(Algorithm::Sha256), inner: open(source, descriptor)? };
    if layer.coding == Coding::Gzip {
        let mut hasher = Hasher::new(Algorithm::Sha256);
        let mut inflated = MultiGzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, &mut blob));
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            match inflated.read(&mut buffer)? {
                0 => break,
                read => hasher.update(buffer.get(..read).unwrap_or_default()),
            }
        }
        same(diff_id, &hasher.finish())?;
    }
    let mut rest = BufReader::with_capacity(BUFFER_BYTES, &mut blob);
    while let read @ 1.. = rest.fill_buf()?.len() {
        rest.consume(read);
    }
    same(&descriptor.digest, &blob.hasher.finish())
}

fn open<'s>(
    source: &'s ImageSource,
    blob: &Descriptor,
) -> Result<Box<dyn Read + Send + 's>, Failure> {
    Ok(source.open(blob)?)
}

fn same(expected: &Digest, actual: &Digest) -> Result<(), Failure> {
    if expected == actual { Ok(()) } else { Err(format!("{actual} is not {expected}").into()) }
}

/// Hashes everything that is read through it.
struct Hashed<R> {
    hasher: Hasher,
    inner: R,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
