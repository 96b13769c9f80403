//! Records that were fetched one by one, as a zip like those that OSV exports.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};

/// Writes records by their ids.
pub(super) fn write(path: &Path, records: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    let mut zip = ZipArchiveWriter::new(BufWriter::new(File::create(path)?));
    for (id, json) in records {
        let name = format!("{id}.json");
        let file = zip.new_file(&name).compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().map_err(io::Error::other)?;
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
        writer.write_all(json)?;
        let (encoder, descriptor) = writer.finish().map_err(io::Error::other)?;
        encoder.finish()?;
        entry.finish(descriptor).map_err(io::Error::other)?;
    }
    let file = zip.finish().map_err(io::Error::other)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
