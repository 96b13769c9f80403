//! The bytes are a database and the write-ahead log beside it, parted by the first log header.
#![no_main]

use libfuzzer_sys::fuzz_target;

const LOG_MAGIC: &[u8] = &[0x37, 0x7f, 0x06];

fuzz_target!(|bytes: &[u8]| {
    let log = bytes.windows(3).position(|start| start == LOG_MAGIC).unwrap_or(bytes.len());
    let (database, log) = bytes.split_at(log);
    let files = [("var/lib/rpm/rpmdb.sqlite", database), ("var/lib/rpm/rpmdb.sqlite-wal", log)];
    sealift_sbom_fuzz::read_all(&files);
});
