//! Tar entries of all makers, and none.

use crate::support::{LayerOf, Layout, Tar, gzip, problems, seal, texts, zstd};
use sealift_layers::Limits;
use sealift_model::Digest;

fn files(tar: Vec<u8>) -> Vec<(String, String)> {
    let tree = Layout::read_layers(&[tar], &["*"]);
    assert_eq!(problems(&tree), Vec::<String>::new());
    texts(&tree).into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

fn pair(path: &str, text: &str) -> (String, String) {
    (path.to_owned(), text.to_owned())
}

#[test]
fn names_of_all_kinds() {
    let long = "d/".repeat(120) + "f";
    let mut prefixed = Tar::header(b'0', b"name", b"", 1);
    prefixed[345..351].copy_from_slice(b"prefix");
    seal(&mut prefixed);
    let mut v7 = Tar::header(0, b"old", b"", 1);
    v7[257..265].fill(0);
    seal(&mut v7);
    let mut v7_folder = Tar::header(0, b"folder/", b"", 0);
    v7_folder[257..265].fill(0);
    seal(&mut v7_folder);
    let tar = Tar::new()
        .raw(&prefixed)
        .content(b"1")
        .raw(&v7)
        .content(b"2")
        .raw(&v7_folder)
        .entry(b'L', b"././@LongLink", b"", &[long.as_bytes(), b"\0"].concat())
        .file("short", "3")
        .pax(b'x', &[("path", b"from/pax"), ("mtime", b"1.5")])
        .file("short", "4")
        .pax(b'x', &[("path", b"from/pax2")])
        .entry(b'L', b"././@LongLink", b"", b"gnu/wins\0")
        .file("short", "5")
        .entry(b'7', b"contiguous", b"", b"6")
        .file("/absolute", "7")
        .file("./dotted//twice/../once", "8")
        .end();
    assert_eq!(
        files(tar),
        [
            pair("absolute", "7"),
            pair("contiguous", "6"),
            pair(&long, "3"),
            pair("dotted/once", "8"),
            pair("from/pax", "4"),
            pair("gnu/wins", "5"),
            pair("old", "2"),
            pair("prefix/name", "1"),
        ]
    );
}

#[test]
fn sizes_of_all_kinds() {
    let mut base256 = Tar::header(b'0', b"base256", b"", 0);
    base256[124..136].copy_from_slice(b"\x80\0\0\0\0\0\0\0\0\0\0\x03");
    seal(&mut base256);
    let mut spaces = Tar::header(b'0', b"spaces", b"", 0);
    spaces[124..136].copy_from_slice(b"         3 \0");
    seal(&mut spaces);
    // Links and folders have no content, whatever they say.
    let mut folder = Tar::header(b'5', b"folder", b"", 9_999);
    seal(&mut folder);
    let tar = Tar::new()
        .raw(&base256)
        .content(b"abc")
        .raw(&spaces)
        .content(b"def")
        .raw(&folder)
        .pax(b'x', &[("size", b"3")])
        .raw(&Tar::header(b'0', b"pax", b"", 700))
        .content(b"ghi")
        .file("last", "jkl")
        .end();
    assert_eq!(
        files(tar),
        [pair("base256", "abc"), pair("last", "jkl"), pair("pax", "ghi"), pair("spaces", "def")]
    );
}

#[test]
fn files_with_holes() {
    let hole = |bytes| "\0".repeat(bytes);
    // GNU, old: the map in the header and one block more.
    let mut old = Tar::header(b'S', b"old", b"", 4);
    old[257..265].copy_from_slice(b"ustar  \0");
    for (at, numbers) in [(386, (1_u32, 1_u32)), (410, (3, 1)), (434, (5, 1)), (458, (7, 0))] {
        old[at..at + 12].copy_from_slice(format!("{:011o}\0", numbers.0).as_bytes());
        old[at + 12..at + 24].copy_from_slice(format!("{:011o}\0", numbers.1).as_bytes());
    }
    old[482] = 1;
    old[483..495].copy_from_slice(format!("{:011o}\0", 12).as_bytes());
    seal(&mut old);
    let mut more = [0; 512];
    more[..12].copy_from_slice(format!("{:011o}\0", 9).as_bytes());
    more[12..24].copy_from_slice(format!("{:011o}\0", 1).as_bytes());
    let records_0_0: [(&str, &[u8]); 7] = [
        ("GNU.sparse.size", b"6"),
        ("GNU.sparse.numblocks", b"2"),
        ("GNU.sparse.offset", b"0"),
        ("GNU.sparse.numbytes", b"1"),
        ("GNU.sparse.offset", b"4"),
        ("GNU.sparse.numbytes", b"2"),
        ("GNU.sparse.name", b"v00"),
    ];
    let records_0_1: [(&str, &[u8]); 4] = [
        ("GNU.sparse.size", b"5"),
        ("GNU.sparse.numblocks", b"2"),
        ("GNU.sparse.map", b"0,0,2,2"),
        ("GNU.sparse.name", b"v01"),
    ];
    let records_1_0: [(&str, &[u8]); 4] = [
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.realsize", b"8"),
        ("GNU.sparse.name", b"v10"),
    ];
    let map = b"2\n0\n1\n6\n1\n";
    let mut with_map = vec![0; 512];
    with_map[..map.len()].copy_from_slice(map);
    with_map.extend_from_slice(b"ij");
    let tar = Tar::new()
        .raw(&old)
        .raw(&more)
        .content(b"abcd")
        .pax(b'x', &records_0_0)
        .file("GNUSparseFile.0/v00", "efg")
        .pax(b'x', &records_0_1)
        .file("GNUSparseFile.0/v01", "hi")
        .pax(b'x', &records_1_0)
        .entry(b'0', b"GNUSparseFile.0/v10", b"", &with_map)
        .file("plain", "p")
        .end();
    assert_eq!(
        files(tar),
        [
            pair("old", &format!("\0a\0b\0c{}d\0\0", hole(3))),
            pair("plain", "p"),
            pair("v00", &format!("e{}fg", hole(3))),
            pair("v01", "\0\0hi\0"),
            pair("v10", &format!("i{}j\0", hole(5))),
        ]
    );
}

#[test]
fn a_hole_of_any_size_costs_nothing() {
    let records: [(&str, &[u8]); 4] = [
        ("GNU.sparse.size", b"1152921504606846976"),
        ("GNU.sparse.numblocks", b"0"),
        ("GNU.sparse.map", b""),
        ("GNU.sparse.name", b"huge"),
    ];
    let tar = Tar::new().pax(b'x', &records).file("x", "").file("after", "text").end();
    let tree = Layout::read_layers(&[tar], &["*"]);
    assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("after", "text")]);
    assert_eq!(
        problems(&tree),
        ["incomplete huge: limit exceeded: max_file_bytes (1073741824): a file with holes; \
          it is not read"]
    );
}

#[test]
fn maps_that_make_no_sense() {
    for (blocks, map) in
        [("1", "4,1"), ("2", "2,1,0,1"), ("1", "0,9"), ("2", "0,1"), ("1", "0"), ("1", "a,b")]
    {
        let records: [(&str, &[u8]); 3] = [
            ("GNU.sparse.size", b"5"),
            ("GNU.sparse.numblocks", blocks.as_bytes()),
            ("GNU.sparse.map", map.as_bytes()),
        ];
        let tar = Tar::new().file("a", "text").pax(b'x', &records).file("b", "xy").end();
        let tree = Layout::read_layers(&[tar], &["*"]);
        assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("a", "text")], "{map}");
        assert!(problems(&tree)[0].contains("invalid map of a sparse file"), "{map}");
    }
}

#[test]
fn an_entry_of_2_to_the_60_bytes() {
    let tar = Tar::new()
        .file("a", "text")
        .raw(&Tar::header(b'0', b"huge", b"", 1 << 60))
        .raw(&[b'x'; 5_000])
        .cut();
    let tree = Layout::read_layers(&[tar], &["*"]);
    let texts = texts(&tree);
    assert_eq!(texts["a"], "text");
    assert_eq!(texts["huge"], "error: limit exceeded: max_file_bytes (1073741824)");
    assert_eq!(
        problems(&tree),
        ["incomplete the layer is no intact tar archive, its rest is not read: \
          the archive ends within an entry (at byte 1024)"]
    );
}

#[test]
fn a_file_cut_short_says_so() {
    let tar = Tar::new().raw(&Tar::header(b'0', b"cut", b"", 5_000)).raw(&[b'x'; 1_000]).cut();
    let tree = Layout::read_layers(&[tar], &["*"]);
    assert_eq!(texts(&tree)["cut"], "error: cannot be read: the archive ends within an entry");
    assert!(problems(&tree)[0].starts_with("incomplete "));
}

#[test]
fn headers_that_are_too_long() {
    let huge = vec![b'n'; (1 << 20) + 1];
    for flag in *b"xgLK" {
        let tar = Tar::new().file("a", "text").entry(flag, b"x", b"", &huge).file("b", "").end();
        let tree = Layout::read_layers(&[tar], &["*"]);
        assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("a", "text")]);
        assert!(problems(&tree)[0].contains("more than 1048576 bytes"));
    }
}

#[test]
fn global_headers_change_nothing_as_in_engines() {
    let tar = Tar::new()
        .pax(b'g', &[("comment", b"0123abcd")])
        .file("a", "1")
        .pax(b'g', &[("path", b"elsewhere")])
        .file("b", "2")
        .end();
    let tree = Layout::read_layers(&[tar], &["*"]);
    assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
    assert_eq!(
        problems(&tree),
        ["note a global pax header changes names or sizes, which engines ignore"]
    );
}

#[test]
fn names_that_lead_out_of_the_image() {
    let tar = Tar::new()
        .file("../etc/shadow", "x")
        .file("a/../../b", "x")
        .hardlink("link", "../../etc/shadow")
        .file("inside", "text")
        .end();
    let tree = Layout::read_layers(&[tar], &["*"]);
    assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("inside", "text")]);
    assert_eq!(
        problems(&tree),
        [
            "partial ../etc/shadow: the name leads out of the image; the entry is left out",
            "partial a/../../b: the name leads out of the image; the entry is left out",
            "partial link: a hard link out of the image; the entry is left out",
        ]
    );
}

#[test]
fn names_that_are_no_utf8() {
    let tar = Tar::new().entry(b'0', b"a\xff\xfe/b", b"", b"text").end();
    assert_eq!(files(tar), [pair("a\\xff\\xfe/b", "text")]);
}

#[test]
fn a_path_longer_than_any_system_has() {
    let long = "n/".repeat(3_000);
    let tar = Tar::new().pax(b'x', &[("path", long.as_bytes())]).file("x", "").file("a", "text");
    let tree = Layout::read_layers(&[tar.end()], &["*"]);
    assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("a", "text")]);
    assert!(problems(&tree)[0].contains("max_path_bytes (4096)"));
}

#[test]
fn odd_entries_are_told_but_not_one_by_one_forever() {
    let mut tar = Tar::new().entry(b'Z', b"unknown", b"", b"content");
    for _ in 0..1_000 {
        tar = tar.file("../x", "");
    }
    let tree = Layout::read_layers(&[tar.file("a", "text").end()], &["*"]);
    assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("a", "text")]);
    let problems = problems(&tree);
    assert_eq!(problems[0], "partial unknown: an entry of the unknown type 'Z'; it is left out");
    assert_eq!(problems.len(), 101);
    assert_eq!(problems[100], "partial 901 more problems of this kind are not listed");
}

#[test]
fn gzip_in_members_and_zstd_in_frames() {
    let tar = Tar::new().file("a", &"x".repeat(3_000)).file("b", "text").end();
    let layout = Layout::new();
    let media_type = "application/vnd.oci.image.layer.v1.tar+gzip";
    // As eStargz and pigz write it: members of any size, an empty one last.
    let mut members: Vec<u8> = tar.chunks(700).flat_map(gzip).collect();
    members.extend(gzip(b""));
    // As zstd:chunked writes it: frames, and skippable ones with a table of contents.
    let skippable = [&b"\x50\x2a\x4d\x18\x03\0\0\0"[..], b"toc"].concat();
    let mut frames = skippable.clone();
    for part in tar.chunks(700) {
        frames.extend(zstd(part));
    }
    frames.extend(skippable);
    for compressed in [members, frames] {
        let descriptor = layout.blob(media_type, &compressed);
        let layer = LayerOf { descriptor, diff_id: Digest::sha256_of(&tar) };
        let tree = layout.read(&layout.image(&[layer]), &["*"]).unwrap();
        assert_eq!(texts(&tree)["b"], "text");
        assert!(problems(&tree).is_empty());
    }
}

#[test]
fn gzip_headers_with_all_fields() {
    let tar = Tar::new().file("a", "text").end();
    let plain = gzip(&tar);
    // Flags: checksum, extra field, name, comment (RFC 1952, 2.3.1).
    let mut full = vec![0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 255];
    full.extend_from_slice(b"\x03\0abcname\0comment\0\x12\x34");
    full.extend_from_slice(&plain[10..]);
    let layout = Layout::new();
    let descriptor = layout.blob("application/vnd.oci.image.layer.v1.tar+gzip", &full);
    let layer = LayerOf { descriptor, diff_id: Digest::sha256_of(&tar) };
    let tree = layout.read(&layout.image(&[layer]), &["*"]).unwrap();
    assert_eq!(texts(&tree)["a"], "text");
}

#[test]
fn one_file_larger_than_may_be_kept() {
    let layout = Layout::new();
    let tar = Tar::new().file("large", &"x".repeat(5_000)).file("small", "text").end();
    let image = layout.image(&[layout.gzip(&tar)]);
    let mut limits = Limits::default();
    limits.max_file_bytes = 1_000;
    let tree = layout.read_with(&image, &["*"], &limits, 1).unwrap();
    assert_eq!(texts(&tree)["large"], "error: limit exceeded: max_file_bytes (1000)");
    assert_eq!(texts(&tree)["small"], "text");
    limits.max_file_bytes = 10_000;
    limits.max_kept_bytes = 10;
    let tree = layout.read_with(&image, &["*"], &limits, 4).unwrap();
    assert_eq!(texts(&tree)["large"].len(), 5_000);
}
