//! Zip archives in the form of jars.

use crate::Failure;

/// Date and time of every entry in MS-DOS form: 2022-01-01, midnight.
const TIME_AND_DATE: [u8; 4] = [0, 0, 0x21, 0x54];

/// A zip of stored files (APPNOTE 6.3.10: 4.3.7 local header, 4.3.12 central directory, 4.3.16
/// its end).
pub(crate) fn stored(files: &[(&str, &[u8])]) -> Result<Vec<u8>, Failure> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (path, content) in files {
        let offset = u32::try_from(archive.len())?.to_le_bytes();
        let size = u32::try_from(content.len())?.to_le_bytes();
        let path_length = u16::try_from(path.len())?.to_le_bytes();
        let common = [
            &[10, 0, 0, 0, 0, 0],
            &TIME_AND_DATE[..],
            &crc32fast::hash(content).to_le_bytes(),
            &size,
            &size,
            &path_length,
            &[0, 0],
        ]
        .concat();
        archive.extend([b"PK\x03\x04", &common[..], path.as_bytes(), content].concat());
        let elsewhere = [[0; 10].as_slice(), &offset].concat();
        directory
            .extend([b"PK\x01\x02\x0a\x00", &common[..], &elsewhere, path.as_bytes()].concat());
    }
    let count = u16::try_from(files.len())?.to_le_bytes();
    let start = u32::try_from(archive.len())?.to_le_bytes();
    let size = u32::try_from(directory.len())?.to_le_bytes();
    let end = [&[0; 4], &count[..], &count, &size, &start, &[0, 0]].concat();
    archive.extend(directory);
    archive.extend([b"PK\x05\x06", &end[..]].concat());
    Ok(archive)
}
