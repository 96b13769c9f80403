//! Zip archives made by hand.

use std::io::Write;

use flate2::Crc;

/// A zip archive in the making: its entries and its central directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Zip {
    body: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Zip {
    /// A deflated entry.
    pub(crate) fn entry(self, name: &str, content: &[u8]) -> Self {
        self.differing(name, name, content)
    }

    /// A deflated entry whose local header has another name.
    pub(crate) fn differing(mut self, local: &str, central: &str, content: &[u8]) -> Self {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(content).expect("memory");
        let packed = encoder.finish().expect("memory");
        let mut crc = Crc::new();
        crc.update(content);
        // APPNOTE 4.3.7 from the flags on; the central header (4.3.12) shares it.
        let common = |name: &str| {
            let sizes = [crc.sum(), u32_of(packed.len()), u32_of(content.len())];
            let mut bytes = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
            sizes.iter().for_each(|size| bytes.extend_from_slice(&size.to_le_bytes()));
            bytes.extend_from_slice(&u16_of(name.len()).to_le_bytes());
            bytes.extend_from_slice(&[0, 0]);
            bytes
        };
        let offset = u32_of(self.body.len());
        self.body.extend_from_slice(b"PK\x03\x04");
        self.body.extend_from_slice(&common(local));
        self.body.extend_from_slice(local.as_bytes());
        self.body.extend_from_slice(&packed);
        self.directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        self.directory.extend_from_slice(&common(central));
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(central.as_bytes());
        self.count = self.count.wrapping_add(1);
        self
    }

    /// One more listing of the entry that starts at `offset`, as an overlapping bomb has.
    pub(crate) fn again(mut self, name: &str, of: &Self) -> Self {
        let mut header = of.directory.clone();
        let length = header.len() - name.len();
        header.truncate(length);
        header.extend_from_slice(name.as_bytes());
        self.directory.extend_from_slice(&header);
        self.count = self.count.wrapping_add(1);
        self
    }

    /// The archive with its end record (APPNOTE 4.3.16).
    pub(crate) fn end(self) -> Vec<u8> {
        let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
        end.extend_from_slice(&self.count.to_le_bytes());
        end.extend_from_slice(&self.count.to_le_bytes());
        end.extend_from_slice(&u32_of(self.directory.len()).to_le_bytes());
        end.extend_from_slice(&u32_of(self.body.len()).to_le_bytes());
        end.extend_from_slice(&[0, 0]);
        [self.body, self.directory, end].concat()
    }
}

fn u32_of(length: usize) -> u32 {
    u32::try_from(length).expect("a small archive")
}

fn u16_of(length: usize) -> u16 {
    u16::try_from(length).expect("a short name")
}
