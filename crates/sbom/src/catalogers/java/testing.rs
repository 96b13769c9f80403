//! A zip writer for tests, which can also write invalid archives.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// An entry with each of its fields in both headers.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) local_name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc32: u32,
    pub(super) stated_size: u32,
    pub(super) data: Vec<u8>,
    /// Points to the data of the entry before instead of having its own.
    pub(super) shares_data: bool,
}

pub(super) fn stored(name: &str, content: &[u8]) -> Item {
    Item {
        name: name.to_owned(),
        local_name: name.to_owned(),
        flags: 0,
        method: 0,
        crc32: rawzip::crc32(content),
        stated_size: length(content),
        data: content.to_vec(),
        shares_data: false,
    }
}

pub(super) fn deflated(name: &str, content: &[u8]) -> Item {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("memory takes everything");
    let data = encoder.finish().expect("memory takes everything");
    Item { method: 8, data, ..stored(name, content) }
}

/// `pom.properties` of `group:artifact:version` in the folder where Maven puts it.
pub(super) fn pom(group: &str, artifact: &str, version: &str) -> Item {
    let text = format!("groupId={group}\nartifactId={artifact}\nversion={version}\n");
    deflated(&format!("META-INF/maven/{group}/{artifact}/pom.properties"), text.as_bytes())
}

/// An archive of these entries (APPNOTE 4.3.6).
pub(super) fn zip(items: &[Item]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    let mut offset = 0;
    for item in items {
        if !item.shares_data {
            offset = length(&file);
            file.extend(b"PK\x03\x04\x14\x00");
            file.extend(common_fields(item, &item.local_name));
            file.extend(item.local_name.as_bytes());
            file.extend(&item.data);
        }
        directory.extend(b"PK\x01\x02\x14\x00\x14\x00");
        directory.extend(common_fields(item, &item.name));
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(item.name.as_bytes());
    }
    let count = u16::try_from(items.len()).expect("a test's archive is small").to_le_bytes();
    let start = length(&file);
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count, count].concat());
    file.extend(length(&directory).to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0; 2]);
    file
}

/// From the flags to the length of the extra field, which both headers have.
fn common_fields(item: &Item, name: &str) -> Vec<u8> {
    let mut fields = Vec::new();
    fields.extend(item.flags.to_le_bytes());
    fields.extend(item.method.to_le_bytes());
    fields.extend([0; 4]);
    fields.extend(item.crc32.to_le_bytes());
    fields.extend(length(&item.data).to_le_bytes());
    fields.extend(item.stated_size.to_le_bytes());
    fields.extend(u16::try_from(name.len()).expect("a test's name is short").to_le_bytes());
    fields.extend([0; 2]);
    fields
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("a test's archive is small")
}
