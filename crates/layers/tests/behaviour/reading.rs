//! Progress, cancelling, and the memory that files share.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sealift_layers::{
    Error, Extract, File, Image, Limits, Metadata, Progress, ReadOptions, TreePath, read_image,
};

use crate::support::{Layout, Tar, Texts};

#[test]
fn progress_tells_of_every_layer() {
    let layout = Layout::new();
    let tar = |name: &str| Tar::new().file(name, "text").hardlink("link", name).end();
    let layers = [layout.gzip(&tar("a")), layout.gzip(&tar("b")), layout.gzip(&tar("a"))];
    let source = layout.source();
    let limits = Limits::default();
    let image = Image::open(&source, &layout.image(&layers), None, &limits).unwrap();
    let told = Mutex::new(BTreeMap::<usize, Vec<Progress>>::new());
    let progress = |progress| {
        let layer = match progress {
            Progress::LayerStarted { layer, .. }
            | Progress::LayerRead { layer, .. }
            | Progress::LayerFinished { layer } => layer,
            other => panic!("{other:?}"),
        };
        told.lock().unwrap().entry(layer).or_default().push(progress);
    };
    let options = ReadOptions::new(&limits)
        .with_threads(NonZeroUsize::new(3).unwrap())
        .with_progress(&progress);
    read_image(&source, &image, &Texts::of(&["*"]), &options).unwrap();
    let told = told.into_inner().unwrap();
    assert_eq!(told.keys().copied().collect::<Vec<_>>(), [0, 1], "the third is the first again");
    for (layer, told) in told {
        let bytes = layers[layer].descriptor.size;
        assert_eq!(told[0], Progress::LayerStarted { layer, bytes });
        assert!(told.contains(&Progress::LayerRead { layer, bytes }));
        assert_eq!(told[told.len() - 1], Progress::LayerFinished { layer });
    }
}

#[test]
fn cancelling_ends_it() {
    let layout = Layout::new();
    let layers: Vec<_> =
        (0..4).map(|n| layout.plain(&Tar::new().file("a", &n.to_string()).end())).collect();
    let source = layout.source();
    let limits = Limits::default();
    let image = Image::open(&source, &layout.image(&layers), None, &limits).unwrap();
    let cancelled = AtomicBool::new(false);
    let progress = |_| cancelled.store(true, Ordering::Relaxed);
    let asked = || cancelled.load(Ordering::Relaxed);
    let options = ReadOptions::new(&limits).with_progress(&progress).with_cancelled(&asked);
    let result = read_image(&source, &image, &Texts::of(&["*"]), &options);
    assert!(matches!(result, Err(Error::Cancelled)));
}

/// Counts the bytes that are read at once.
struct Counting {
    now: AtomicU64,
    most: AtomicU64,
}

impl Extract for Counting {
    type Facts = ();

    fn wants(&self, _: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        true
    }

    fn read(&self, file: &mut File<'_>) -> Option<()> {
        let size = file.metadata().size;
        let now = self.now.fetch_add(size, Ordering::SeqCst) + size;
        self.most.fetch_max(now, Ordering::SeqCst);
        file.bytes().unwrap();
        std::thread::yield_now();
        self.now.fetch_sub(size, Ordering::SeqCst);
        Some(())
    }
}

#[test]
fn all_threads_together_keep_no_more_than_allowed() {
    let layout = Layout::new();
    let layers: Vec<_> = (0..6)
        .map(|layer| {
            let mut tar = Tar::new();
            for file in 0..50 {
                tar = tar.file(&format!("{layer}/{file}"), &"x".repeat(file * 40 + layer));
            }
            layout.plain(&tar.end())
        })
        .collect();
    let source = layout.source();
    let mut limits = Limits::default();
    limits.max_kept_bytes = 3_000;
    let image = Image::open(&source, &layout.image(&layers), None, &limits).unwrap();
    let counting = Counting { now: AtomicU64::new(0), most: AtomicU64::new(0) };
    let options = ReadOptions::new(&limits).with_threads(NonZeroUsize::new(6).unwrap());
    let tree = read_image(&source, &image, &counting, &options).unwrap();
    assert_eq!(tree.files.len(), 300);
    assert!(counting.most.into_inner() <= 3_000);
}
