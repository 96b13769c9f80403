//! The content of a `.dep-v0` section, for tests.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

pub(super) fn compressed(json: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(json.as_bytes()).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}
