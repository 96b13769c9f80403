//! Files that are not held whole, and read again where that was too little.

use std::fs;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use sealift_layers::{
    Extract, File, Image, Limits, Metadata, ReadOptions, TreePath, read_directory, read_image,
};

use crate::support::{Layout, Tar};

const HELD: &str = "the end";

/// Says of files how they end, and of some also how they go on behind the first page.
#[derive(Default)]
struct Ends {
    reads: AtomicUsize,
}

impl Extract for Ends {
    type Facts = String;

    fn wants(&self, _: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        true
    }

    fn read(&self, file: &mut File<'_>) -> Option<String> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let is_asked = file.path().file_name().starts_with(b"asked");
        let size = file.metadata().size;
        let pieces = file.pieces(&|_| vec![8_000..20_000, 30_000..290_000]).unwrap();
        assert_eq!(pieces.size(), size);
        let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into());
        let end: String = text(pieces.get(size - 7..size))?;
        let middle = if is_asked { text(pieces.get(8_000..8_004)) } else { None };
        Some(format!("{end} {}", middle.unwrap_or_default()))
    }
}

fn content() -> String {
    let mut content = "-".repeat(300_000);
    content.replace_range(8_000..8_004, "here");
    content.push_str(HELD);
    content
}

/// Each file with its aliases and facts, and those that are removed.
fn shown(tree: &sealift_layers::Tree<String>) -> Vec<String> {
    let files =
        tree.files.iter().map(|file| format!("{} {:?}: {}", file.path, file.aliases, file.facts));
    let removed = tree.removed.iter().map(|file| format!("removed {}: {}", file.path, file.facts));
    files.chain(removed).collect()
}

#[test]
fn what_was_left_out_is_read_after_all() {
    let content = content();
    let layout = Layout::new();
    let lower = Tar::new().file("d/asked", &content).file("asked", &content).file("x", &content);
    let upper = Tar::new().hardlink("linked", "asked").file("d/.wh.asked", "").file("short", HELD);
    let root = layout.image(&[layout.plain(&lower.end()), layout.gzip(&upper.end())]);
    let (source, limits) = (layout.source(), Limits::default());
    let image = Image::open(&source, &root, None, &limits).unwrap();
    for threads in 1..4 {
        let options = ReadOptions::new(&limits).with_threads(NonZeroUsize::new(threads).unwrap());
        let ends = Ends::default();
        let tree = read_image(&source, &image, &ends, &options).unwrap();
        let expected = [
            r#"asked ["linked"]: the end here"#,
            "short []: the end ",
            "x []: the end ",
            "removed d/asked: the end here",
        ];
        assert_eq!(shown(&tree), expected);
        assert_eq!(ends.reads.into_inner(), 6, "two of them twice");
    }
}

#[test]
fn folders_are_read_again_too() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["asked", "not"] {
        fs::write(folder.path().join(name), content()).unwrap();
    }
    let (limits, ends) = (Limits::default(), Ends::default());
    let tree = read_directory(folder.path(), &ends, &ReadOptions::new(&limits)).unwrap();
    assert_eq!(shown(&tree), ["asked []: the end here", "not []: the end "]);
    assert_eq!(ends.reads.into_inner(), 3, "one of them twice");
}
