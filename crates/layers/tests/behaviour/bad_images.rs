//! Images that are not what they say, or cost more than they should.

use std::fs;

use crate::support::{
    CONFIG, INDEX, LAYER, LayerOf, Layout, MANIFEST, Tar, gzip, problems, texts, zstd,
};
use sealift_layers::{DocumentProblem, Error, Image, LimitExceeded, Limits};
use sealift_model::{Digest, Platform};
use serde_json::json;

/// An image of one layer with the file `a`, and a change to make to it.
fn changed(change: impl FnOnce(&Layout, &LayerOf)) -> Result<(), Error> {
    let layout = Layout::new();
    let layer = layout.gzip(&Tar::new().file("a", "text").end());
    let image = layout.image(std::slice::from_ref(&layer));
    change(&layout, &layer);
    layout.read(&image, &["*"]).map(drop)
}

fn flip(path: &std::path::Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_flipped_byte_anywhere_in_a_layer() {
    let layout = Layout::new();
    let layer = layout.gzip(&Tar::new().file("a", "text").end());
    let image = layout.image(std::slice::from_ref(&layer));
    let path = layout.blob_path(&layer.descriptor.digest);
    for at in 0..usize::try_from(layer.descriptor.size).unwrap() {
        flip(&path, at);
        let result = layout.read(&image, &["*"]);
        let Err(Error::BlobDigest { expected, actual }) = result else { panic!("{result:?}") };
        assert_eq!(expected, layer.descriptor.digest);
        assert_eq!(actual, Digest::sha256_of(&fs::read(&path).unwrap()));
        flip(&path, at);
    }
    assert!(layout.read(&image, &["*"]).is_ok());
}

#[test]
fn a_flipped_byte_in_a_manifest_or_config() {
    let layout = Layout::new();
    let config = layout.config(&[]);
    let manifest = layout.manifest(&config, &[]);
    let image = layout.json(MANIFEST, &manifest);
    for blob in [layout.json(CONFIG, &config).digest, image.digest.clone()] {
        flip(&layout.blob_path(&blob), 3);
        let result = layout.read(&image, &[]);
        assert!(matches!(result, Err(Error::BlobDigest { expected, .. }) if expected == blob));
        flip(&layout.blob_path(&blob), 3);
    }
}

#[test]
fn a_layer_cut_or_followed_by_bytes() {
    let cut = changed(|layout, layer| {
        let path = layout.blob_path(&layer.descriptor.digest);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    });
    assert!(matches!(cut, Err(Error::BlobSize { expected, actual, .. }) if actual == expected - 1));
    let longer = changed(|layout, layer| {
        let path = layout.blob_path(&layer.descriptor.digest);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, [&bytes[..], b"more"].concat()).unwrap();
    });
    assert!(matches!(longer, Err(Error::BlobSize { expected, actual, .. }) if actual > expected));
    let gone = changed(|layout, layer| {
        fs::remove_file(layout.blob_path(&layer.descriptor.digest)).unwrap();
    });
    assert_eq!(
        gone.map_err(|error| error.to_string()).unwrap_err().split(' ').next_back(),
        Some("missing")
    );
}

#[test]
fn compressed_data_cut_under_a_digest_that_holds() {
    let layout = Layout::new();
    let tar = Tar::new().file("a", "text").end();
    for whole in [gzip(&tar), zstd(&tar)] {
        let mut layer = layout.plain(&tar);
        layer.descriptor = layout.blob(LAYER, &whole[..whole.len() - 3]);
        let result = layout.read(&layout.image(&[layer]), &["*"]);
        assert!(matches!(result, Err(Error::LayerCoding { .. })), "{result:?}");
    }
}

#[test]
fn a_wrong_diff_id() {
    let layout = Layout::new();
    let tar = Tar::new().file("a", "text").end();
    for mut layer in [layout.plain(&tar), layout.gzip(&tar), layout.zstd(&tar)] {
        layer.diff_id = Digest::sha256_of(b"something else");
        let result = layout.read(&layout.image(std::slice::from_ref(&layer)), &["*"]);
        let Err(Error::DiffId { blob, expected, actual }) = result else { panic!("{result:?}") };
        assert_eq!((blob, expected), (layer.descriptor.digest, layer.diff_id));
        assert_eq!(actual, Digest::sha256_of(&tar));
    }
}

#[test]
fn a_wrong_number_of_diff_ids() {
    let layout = Layout::new();
    let layer = layout.plain(&Tar::new().end());
    let config = layout.config(&[layer.clone(), layer.clone()]);
    let image = layout.json(MANIFEST, &layout.manifest(&config, &[layer]));
    let result = layout.read(&image, &[]);
    assert!(matches!(result, Err(Error::LayerCount { layers: 1, diff_ids: 2, .. })));
}

#[test]
fn bytes_after_the_end_count_in_both_digests() {
    let layout = Layout::new();
    let mut tar = Tar::new().file("a", "text").end();
    tar.extend_from_slice(&Tar::new().file("b", "hidden").end());
    tar.extend_from_slice(b"odd");
    let layer = layout.gzip(&tar);
    let tree = layout.read(&layout.image(std::slice::from_ref(&layer)), &["*"]).unwrap();
    // As container engines do, nothing is read behind the end mark.
    assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("a", "text")]);
    assert_eq!(tree.layers[0].size_bytes, u64::try_from(tar.len()).unwrap());
    assert!(problems(&tree)[0].starts_with("note bytes follow the end of the tar"), "{tree:?}");
    // The same without those bytes is another layer.
    let mut other = layer;
    other.descriptor = layout.blob(LAYER, &gzip(&Tar::new().file("a", "text").end()));
    let result = layout.read(&layout.image(&[other]), &["*"]);
    assert!(matches!(result, Err(Error::DiffId { .. })));
}

#[test]
fn bytes_after_the_compressed_data_are_told() {
    let layout = Layout::new();
    let tar = Tar::new().file("a", "text").end();
    for compressed in [gzip(&tar), zstd(&tar)] {
        let mut layer = layout.plain(&tar);
        layer.descriptor = layout.blob(LAYER, &[&compressed[..], b"garbage"].concat());
        let tree = layout.read(&layout.image(&[layer]), &["*"]).unwrap();
        assert_eq!(texts(&tree)["a"], "text");
        assert!(problems(&tree)[0].starts_with("note 7 bytes follow the "), "{tree:?}");
    }
}

#[test]
fn a_gzip_bomb() {
    let layout = Layout::new();
    let mut limits = Limits::default();
    limits.max_layer_bytes = 1 << 20;
    let mut tar = Tar::new().file("a", "text").raw(&Tar::header(b'0', b"b", b"", 64 << 20));
    tar = tar.raw(&vec![0; 64 << 20]).file("c", "never reached");
    let within = tar.end();
    let behind_the_end = Tar::new().file("a", "text").raw(&vec![0; 8 << 20]).cut();
    for tar in [within, behind_the_end] {
        let image = layout.image(&[layout.gzip(&tar)]);
        let tree = layout.read_with(&image, &["a", "c"], &limits, 1).unwrap();
        assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("a", "text")]);
        let problem = &problems(&tree)[0];
        assert!(problem.starts_with("incomplete limit exceeded: max_layer_bytes (1048576)"));
    }
}

#[test]
fn an_inflate_ratio_that_no_real_layer_has() {
    let layout = Layout::new();
    let tar = Tar::new().file("a", "text").raw(&Tar::header(b'0', b"b", b"", 200 << 20));
    let tar = tar.raw(&vec![0; 200 << 20]).file("c", "never reached");
    let image = layout.image(&[layout.zstd(&tar.end())]);
    let tree = layout.read(&image, &["a", "c"]).unwrap();
    assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("a", "text")]);
    assert!(problems(&tree)[0].starts_with("incomplete limit exceeded: max_inflate_ratio (1100)"));
}

#[test]
fn a_zstd_window_beyond_the_limit() {
    let layout = Layout::new();
    // A frame header with a window of 2 GiB (RFC 8878, 3.1.1.1.2): exponent 21 above 2^10.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00];
    let mut layer = layout.plain(b"");
    layer.descriptor = layout.blob(LAYER, &frame);
    let tree = layout.read(&layout.image(&[layer]), &["*"]).unwrap();
    let problem = &problems(&tree)[0];
    assert!(problem.starts_with("incomplete limit exceeded: max_zstd_window_bytes"), "{problem}");
}

#[test]
fn a_compression_that_layers_must_not_have() {
    let layout = Layout::new();
    let mut layer = layout.plain(b"");
    layer.descriptor = layout.blob(LAYER, b"\xfd7zXZ\0 and so on");
    let result = layout.read(&layout.image(&[layer]), &["*"]);
    assert!(matches!(result, Err(Error::LayerCoding { .. })));
}

#[test]
fn one_blob_as_ten_thousand_layers() {
    let layout = Layout::new();
    let layer = layout.gzip(&Tar::new().file("a", "text").end());
    let result = layout.read(&layout.image(&vec![layer.clone(); 10_000]), &["*"]);
    assert!(matches!(
        result,
        Err(Error::Limit(LimitExceeded { limit: "max_layers", max: 1_000, .. }))
    ));
    // As many as are allowed are read once.
    let tree = layout.read(&layout.image(&vec![layer; 1_000]), &["*"]).unwrap();
    assert_eq!((tree.files.len(), tree.removed.len()), (1, 0));
    assert_eq!(tree.files[0].layer, Some(999));
}

#[test]
fn more_entries_than_allowed() {
    let layout = Layout::new();
    let mut tar = Tar::new().file("first", "text");
    for number in 0..1_000 {
        tar = tar.file(&format!("d/{number}"), "");
    }
    let layer = layout.gzip(&tar.end());
    let image = layout.image(std::slice::from_ref(&layer));
    let mut limits = Limits::default();
    limits.max_layer_entries = 100;
    let tree = layout.read_with(&image, &["*"], &limits, 1).unwrap();
    assert_eq!((tree.files.len(), tree.layers[0].entries), (100, 100));
    assert!(problems(&tree)[0].starts_with("incomplete limit exceeded: max_layer_entries (100)"));
    // What is not looked at is hashed nevertheless.
    let wrong = LayerOf { diff_id: Digest::sha256_of(b""), ..layer };
    let result = layout.read_with(&layout.image(&[wrong]), &["*"], &limits, 1);
    assert!(matches!(result, Err(Error::DiffId { .. })));
}

#[test]
fn more_names_than_memory_may_hold() {
    let layout = Layout::new();
    let mut tar = Tar::new();
    for number in 0..1_000 {
        tar = tar.file(&format!("{number:050}{number}"), "");
    }
    let image = layout.image(&[layout.gzip(&tar.end())]);
    let mut limits = Limits::default();
    limits.max_names_bytes = 1_000;
    let result = layout.read_with(&image, &["*"], &limits, 1);
    assert!(matches!(
        result,
        Err(Error::Limit(LimitExceeded { limit: "max_names_bytes", max: 1_000, .. }))
    ));
    limits.max_names_bytes = 1 << 20;
    limits.max_tree_entries = 999;
    let result = layout.read_with(&image, &["*"], &limits, 1);
    assert!(matches!(
        result,
        Err(Error::Limit(LimitExceeded { limit: "max_tree_entries", max: 999, .. }))
    ));
}

#[test]
fn an_index_that_lists_itself() {
    // A digest cannot be part of what it is the digest of, so such an index is a changed one ..
    let layout = Layout::new();
    let digest = Digest::sha256_of(b"the index");
    let mut root = layout.blob(INDEX, b"");
    let text = json!({"schemaVersion": 2, "manifests": [
        {"mediaType": INDEX, "digest": digest, "size": 200}]})
    .to_string();
    root.digest = digest.clone();
    root.size = u64::try_from(text.len()).unwrap();
    fs::write(layout.blob_path(&digest), text).unwrap();
    let result = layout.read(&root, &[]);
    assert!(matches!(result, Err(Error::BlobDigest { expected, .. }) if expected == digest));
    // .. and what remains are long chains.
    let mut index = layout.json(INDEX, &json!({"schemaVersion": 2, "manifests": []}));
    for _ in 0..20 {
        index = layout.json(INDEX, &json!({"schemaVersion": 2, "manifests": [index]}));
    }
    let result = layout.read(&index, &[]);
    assert!(matches!(result, Err(Error::Limit(LimitExceeded { limit: "max_index_depth", .. }))));
}

#[test]
fn a_manifest_that_is_an_index_too() {
    let layout = Layout::new();
    let mut manifest = layout.manifest(&layout.config(&[]), &[]);
    manifest["manifests"] = json!([]);
    for media_type in [MANIFEST, INDEX] {
        manifest["mediaType"] = json!(media_type);
        let result = layout.read(&layout.json(media_type, &manifest), &[]);
        let Err(Error::Document { problem, .. }) = result else { panic!("{result:?}") };
        assert_eq!(problem, DocumentProblem::LayersAndManifests);
    }
}

#[test]
fn media_types_that_are_not_known() {
    let layout = Layout::new();
    let image = layout.image(&[]);
    for other in ["application/vnd.docker.distribution.manifest.v1+prettyjws", "text/html", ""] {
        let mut root = image.clone();
        other.clone_into(&mut root.media_type);
        let result = layout.read(&root, &[]);
        assert!(matches!(result, Err(Error::MediaType { media_type, .. }) if media_type == other));
    }
    let mut layer = layout.plain(&Tar::new().end());
    layer.descriptor.media_type = format!("{LAYER}+gzip+encrypted");
    let result = layout.read(&layout.image(&[layer]), &[]);
    assert!(matches!(result, Err(Error::MediaType { .. })));
    let mut manifest = layout.manifest(&layout.config(&[]), &[]);
    manifest["config"]["mediaType"] = json!("application/vnd.cncf.helm.config.v1+json");
    let result = layout.read(&layout.json(MANIFEST, &manifest), &[]);
    assert!(matches!(result, Err(Error::NotAnImage { .. })));
}

#[test]
fn a_media_type_that_lies_about_the_compression() {
    let layout = Layout::new();
    let tar = Tar::new().file("a", "text").end();
    let mut layers = [layout.plain(&tar), layout.gzip(&tar), layout.zstd(&tar)];
    layers[0].descriptor.media_type = format!("{LAYER}+gzip");
    layers[1].descriptor.media_type = format!("{LAYER}+zstd");
    layers[2].descriptor.media_type = LAYER.to_owned();
    let tree = layout.read(&layout.image(&layers), &["*"]).unwrap();
    assert_eq!(texts(&tree)["a"], "text");
}

#[test]
fn documents_that_are_too_deep_or_too_large() {
    let layout = Layout::new();
    let deep = format!("{{\"config\":{}", "[".repeat(100_000));
    let result = layout.read(&layout.blob(MANIFEST, deep.as_bytes()), &[]);
    assert!(matches!(result, Err(Error::Document { problem: DocumentProblem::Json(_), .. })));
    let mut limits = Limits::default();
    limits.max_document_bytes = 100;
    let result = layout.read_with(&layout.image(&[]), &[], &limits, 1);
    assert!(matches!(result, Err(Error::Limit(LimitExceeded { limit: "max_document_bytes", .. }))));
}

#[test]
fn an_empty_image() {
    let layout = Layout::new();
    let tree = layout.read(&layout.image(&[]), &["*"]).unwrap();
    assert!(tree.files.is_empty() && tree.layers.is_empty() && tree.diagnostics.is_empty());
    // As Go writes it.
    let config = json!({"architecture": "amd64", "os": "linux", "history": null,
                        "rootfs": {"type": "layers", "diff_ids": null}});
    let mut manifest = layout.manifest(&config, &[]);
    manifest["layers"] = json!(null);
    assert!(layout.read(&layout.json(MANIFEST, &manifest), &["*"]).is_ok());
    // And an empty layer.
    let tree = layout.read(&layout.image(&[layout.plain(b""), layout.gzip(b"")]), &["*"]).unwrap();
    assert!(tree.files.is_empty() && tree.diagnostics.is_empty());
}

#[test]
fn a_foreign_platform() {
    let layout = Layout::new();
    let source = layout.source();
    let asked = Platform::new("linux", "riscv64");
    let result = Image::open(&source, &layout.image(&[]), Some(&asked), &Limits::default());
    assert_eq!(
        result.unwrap_err().to_string(),
        "no image for linux/riscv64 (there are: linux/amd64)"
    );
}

#[test]
fn a_foreign_layer_is_told_and_not_fetched() {
    let layout = Layout::new();
    let own = layout.gzip(&Tar::new().file("a", "text").end());
    let mut foreign = layout.gzip(&Tar::new().file("b", "foreign").end());
    foreign.descriptor.media_type =
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip".to_owned();
    let image = layout.image(&[foreign.clone(), own]);
    let tree = layout.read(&image, &["*"]).unwrap();
    assert_eq!(texts(&tree).len(), 2, "it is read where it is there");
    fs::remove_file(layout.blob_path(&foreign.descriptor.digest)).unwrap();
    let tree = layout.read(&image, &["*"]).unwrap();
    assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("a", "text")]);
    assert!(problems(&tree)[0].starts_with("incomplete the layer is foreign"));
    assert_eq!(tree.diagnostics[0].layer.as_ref(), Some(&foreign.diff_id));
}

#[test]
fn a_layer_that_is_no_tar_archive() {
    let layout = Layout::new();
    let whole = Tar::new().file("a", "text").end();
    let broken = Tar::new().file("b", "more").raw(&[b'x'; 2048]).cut();
    let image = layout.image(&[layout.gzip(&whole), layout.gzip(&broken)]);
    let tree = layout.read(&image, &["*"]).unwrap();
    assert_eq!(texts(&tree).keys().copied().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(
        problems(&tree),
        ["incomplete the layer is no intact tar archive, its rest is not read: \
          wrong checksum of a header (at byte 1024)"]
    );
}

#[test]
fn the_error_is_the_same_whatever_the_number_of_threads() {
    let layout = Layout::new();
    let layers: Vec<_> = (0..6)
        .map(|number| {
            let tar = Tar::new().file(&format!("f{number}"), &"x".repeat(number * 10_000)).end();
            let mut layer = layout.gzip(&tar);
            if number >= 2 {
                layer.diff_id = Digest::sha256_of(format!("wrong {number}").as_bytes());
            }
            layer
        })
        .collect();
    let image = layout.image(&layers);
    for threads in 1..=6 {
        let result = layout.read_with(&image, &["*"], &Limits::default(), threads);
        let Err(Error::DiffId { expected, .. }) = result else { panic!("{result:?}") };
        assert_eq!(expected, layers[2].diff_id);
    }
}

/// Alone in its image, a layer is read by two threads.
#[test]
fn one_damaged_layer_fails_the_same_way_whatever_the_number_of_threads() {
    let layout = Layout::new();
    let text: String = (0..200_000_u32).map(|n| format!("{:x} ", n.wrapping_mul(n))).collect();
    let tar = Tar::new().file("a", &text).file("zeros", &"\0".repeat(3_000_000)).end();
    let whole = gzip(&tar);
    let members: Vec<u8> = tar.chunks(1_000).flat_map(gzip).collect();
    let empty = [vec![gzip(b""); 30_000].concat(), whole.clone()].concat();
    let changed = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let blobs = [
        whole.clone(),
        members,
        empty,
        [&whole[..], b"more"].concat(),
        whole[..whole.len() / 2].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        changed(2),
        changed(whole.len() / 3),
        changed(whole.len() / 3 * 2),
        changed(whole.len() - 6),
    ];
    let mut failed = 0;
    for blob in blobs {
        let descriptor = layout.blob(&format!("{LAYER}+gzip"), &blob);
        let mut shorter = descriptor.clone();
        shorter.size -= 1;
        for descriptor in [descriptor, shorter] {
            let image = layout.image(&[LayerOf { descriptor, diff_id: Digest::sha256_of(&tar) }]);
            for max_layer_bytes in [1 << 30, 2_000_000] {
                let mut limits = Limits::default();
                limits.max_layer_bytes = max_layer_bytes;
                let read = |threads| match layout.read_with(&image, &["a"], &limits, threads) {
                    Ok(tree) => Ok(format!("{tree:?}")),
                    Err(error) => Err(format!("{error:?}")),
                };
                let alone = read(1);
                failed += usize::from(alone.is_err());
                for threads in [2, 3] {
                    assert!(read(threads) == alone, "{threads} threads");
                }
            }
        }
    }
    assert!(failed > 10, "{failed}");
}
