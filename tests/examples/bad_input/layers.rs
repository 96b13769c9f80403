//! Layers that are broken, or without end.

use std::io::{Read, Write, repeat};

use sealift_model::Digest;

use crate::case::Case;
use crate::layout::{Layout, gzip, image};
use crate::tar::Tar;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("truncated layer", 2, |place| {
            let layout = Layout::new(place);
            let layer = layout.gzip(&lodash().end());
            layout.image(std::slice::from_ref(&layer));
            let file = layout.file(&layer.descriptor);
            let bytes = std::fs::read(&file).expect("the layer");
            std::fs::write(&file, &bytes[..bytes.len() / 2]).expect("half of it");
            place.image()
        })
        .says("sha256:"),
        Case::new("truncated gzip under a right digest", 2, |place| {
            let layout = Layout::new(place);
            let bytes = gzip(&lodash().end());
            layout.image(&[layout.opaque("gzip", &bytes[..bytes.len() / 2])]);
            place.image()
        })
        .says("sha256:"),
        Case::new("tar cut in an entry", 9, |place| {
            let tar = lodash().raw(&Tar::header(b'0', b"a", b"", 5_000)).raw(b"short").cut();
            image(place, &[tar])
        })
        .says("CVE-2021-23337")
        .says("incomplete"),
        Case::new("bytes after the end of the tar", 9, |place| {
            let mut tar = lodash().end();
            tar.extend_from_slice(&Tar::default().npm("hidden", "axios", "0.21.0").end());
            image(place, &[tar])
        })
        .says("CVE-2021-23337")
        .says("follow the end of the tar"),
        Case::new("bytes after the end of the gzip", 9, |place| {
            let layout = Layout::new(place);
            let bytes = [gzip(&lodash().end()), b"more".to_vec()].concat();
            let mut layer = layout.opaque("gzip", &bytes);
            layer.diff_id = Digest::sha256_of(&lodash().end()).to_string();
            layout.image(&[layer]);
            place.image()
        })
        .says("CVE-2021-23337")
        .says("follow the gzip data"),
        Case::new("gzip layer without end (16 GiB)", 2, |place| {
            let layout = Layout::new(place);
            let member = zeros(1 << 30);
            layout.image(&[layout.opaque("gzip", &member.repeat(16))]);
            place.image()
        })
        .says("sha256:"),
        Case::new("zstd layer without end (1 TiB)", 3, |place| {
            let layout = Layout::new(place);
            let frame = zstd_zeros(1 << 30);
            layout.image(&[layout.opaque("zstd", &frame.repeat(1024))]);
            place.image()
        })
        .says("max_inflate_ratio"),
        Case::new("zstd window of 2 GiB", 3, |place| {
            let layout = Layout::new(place);
            // RFC 8878 3.1.1.1.2: exponent 21, a window of 2^31 bytes; then one raw block.
            let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x09, 0x00, 0x00, b'a'];
            layout.image(&[layout.opaque("zstd", &frame)]);
            place.image()
        })
        .says("max_zstd_window_bytes"),
        Case::new("tar entry of 2^60 bytes", 9, |place| {
            let size = Tar::header(b'0', b"app/node_modules/x/package.json", b"", 1 << 60);
            image(place, &[lodash().raw(&size).raw(b"{}").cut()])
        })
        .says("CVE-2021-23337")
        .says("incomplete"),
        Case::new("pax header of 2^60 bytes", 9, |place| {
            image(place, &[lodash().raw(&Tar::header(b'x', b"pax", b"", 1 << 60)).cut()])
        })
        .says("CVE-2021-23337")
        .says("incomplete"),
        Case::new("a million entries", 9, |place| {
            let layout = Layout::new(place);
            let mut tar = lodash();
            for number in 0..1_000_000 {
                tar = tar.raw(&Tar::header(b'0', format!("d/{number}").as_bytes(), b"", 0));
            }
            layout.image(&[layout.gzip(&tar.end())]);
            place.image()
        })
        .says("CVE-2021-23337"),
        Case::new("a million wanted files", 9, |place| {
            let layout = Layout::new(place);
            let mut tar = lodash();
            for number in 0..1_000_000 {
                let name = format!("{number}/node_modules/a/package.json");
                tar = tar.raw(&Tar::header(b'0', name.as_bytes(), b"", 0));
            }
            layout.image(&[layout.gzip(&tar.end())]);
            place.image()
        })
        .says("CVE-2021-23337"),
        Case::new("one blob as 10,000 layers", 2, |place| {
            let layout = Layout::new(place);
            layout.image(&vec![layout.gzip(&lodash().end()); 10_000]);
            place.image()
        })
        .says("max_layers"),
        Case::new("100,000 entries as 1,000 layers", 2, |place| {
            let layout = Layout::new(place);
            let mut tar = lodash();
            for number in 0..100_000 {
                tar = tar.raw(&Tar::header(b'0', format!("d/{number}").as_bytes(), b"", 0));
            }
            layout.image(&vec![layout.gzip(&tar.end()); 1_000]);
            place.image()
        })
        .says("max_tree_entries"),
    ]
}

fn lodash() -> Tar {
    Tar::default().npm("app", "lodash", "4.17.20")
}

/// A gzip member of so many zeros.
fn zeros(bytes: u64) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::copy(&mut repeat(0).take(bytes), &mut encoder).expect("memory");
    encoder.finish().expect("memory")
}

/// A zstd frame of so many zeros.
fn zstd_zeros(bytes: u64) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
    std::io::copy(&mut repeat(0).take(bytes), &mut encoder).expect("memory");
    encoder.flush().expect("memory");
    encoder.finish().expect("memory")
}
