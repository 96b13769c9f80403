//! The bytes are one header: a database is written around them.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|header: &[u8]| {
    let length = (header.len() as u32).to_le_bytes();
    let mut blob = [b"BlbS", &1_u32.to_le_bytes(), &[0; 4], &length, header].concat();
    blob.resize((blob.len() + 12).next_multiple_of(16) - 12, 0);
    // Four bytes of checksum; a wrong one is told and passed over.
    blob.extend([&[0; 4][..], &length, b"BlbE"].concat());
    let mut database = vec![0; 4096];
    for slot in database.chunks_exact_mut(16) {
        slot[..4].copy_from_slice(b"Slot");
    }
    database[..4].copy_from_slice(b"RpmP");
    database[4..8].fill(0);
    database[12..16].copy_from_slice(&1_u32.to_le_bytes());
    let blocks = (blob.len() / 16) as u32;
    let slot = [1_u32, 256, blocks].map(u32::to_le_bytes).concat();
    database[36..48].copy_from_slice(&slot);
    database.extend(blob);
    sealift_sbom_fuzz::read("usr/lib/sysimage/rpm/Packages.db", &database);
});
