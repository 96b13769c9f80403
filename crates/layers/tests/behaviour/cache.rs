//! What layers yielded is kept, and used where it is the same as reading them again.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use proptest::prelude::*;
use sealift_layers::{
    Assemble, Error, Image, LayerStore, Limits, ReadOptions, Tree, assemble_image, read_image,
};
use sealift_model::{Descriptor, Digest};

use crate::properties::{archive, layers};
use crate::support::{LAYER, LayerOf, Layout, Tar, Texts, gzip};

/// Keeps entries as they are, whatever has been done to them.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<Digest, Vec<u8>>>);

impl Memory {
    fn entries(&self) -> std::sync::MutexGuard<'_, BTreeMap<Digest, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LayerStore for Memory {
    fn get(&self, key: &Digest) -> Option<Vec<u8>> {
        self.entries().get(key).cloned()
    }

    fn put(&self, key: &Digest, entry: &[u8]) {
        self.entries().insert(key.clone(), entry.to_vec());
    }
}

fn read(
    layout: &Layout,
    root: &Descriptor,
    wanted: &[&str],
    limits: &Limits,
    store: &Memory,
) -> Result<Tree<String>, Error> {
    let source = layout.source();
    let image = Image::open(&source, root, None, limits)?;
    let options = ReadOptions::new(limits).with_store(store);
    read_image(&source, &image, &Texts::of(wanted), &options)
}

fn shown(tree: Result<Tree<String>, Error>) -> String {
    format!("{:#?}", tree.unwrap())
}

fn remove(layout: &Layout, layers: &[LayerOf]) {
    for layer in layers {
        fs::remove_file(layout.blob_path(&layer.descriptor.digest)).unwrap();
    }
}

/// With a file that is wanted only under the name of a link, one that is removed and a problem.
fn three_layers(layout: &Layout) -> [LayerOf; 3] {
    [
        layout.gzip(&Tar::new().file("a", "lower").file("x", "linked").file("gone", "").end()),
        layout.zstd(&Tar::new().hardlink("b", "x").file("../out", "").end()),
        layout.plain(&Tar::new().file("a", "upper").file(".wh.gone", "").end()),
    ]
}

const WANTED: [&str; 3] = ["a", "b", "gone"];

#[test]
fn a_second_reading_reads_no_layer() {
    let (layout, store, limits) = (Layout::new(), Memory::default(), Limits::default());
    let layers = three_layers(&layout);
    let root = layout.image(&layers);
    let plain = shown(layout.read(&root, &WANTED));
    assert!(plain.contains("linked") && plain.contains("leads out"), "{plain}");
    assert_eq!(shown(read(&layout, &root, &WANTED, &limits, &store)), plain);
    remove(&layout, &layers);
    assert_eq!(shown(read(&layout, &root, &WANTED, &limits, &store)), plain);
}

/// Lists the texts of a tree, and counts how often.
#[derive(Default)]
struct List {
    name: &'static str,
    made: AtomicUsize,
}

impl Assemble<String> for List {
    type Output = Vec<String>;

    fn assemble(&self, tree: &Tree<String>) -> Vec<String> {
        self.made.fetch_add(1, Ordering::Relaxed);
        assert!(tree.diagnostics.iter().all(|told| told.path.is_some()), "{tree:#?}");
        tree.files.iter().map(|file| format!("{} {}", file.path, file.facts)).collect()
    }

    fn fingerprint(&self) -> Option<Digest> {
        Some(Digest::sha256_of(self.name.as_bytes()))
    }

    fn encode(&self, output: &Vec<String>) -> Option<Vec<Vec<u8>>> {
        Some(output.iter().map(|line| line.clone().into_bytes()).collect())
    }

    fn decode(&self, piece: &[u8]) -> Option<Vec<String>> {
        Some(vec![String::from_utf8(piece.to_vec()).ok()?])
    }

    fn join(&self, pieces: Vec<Vec<String>>) -> Vec<String> {
        pieces.concat()
    }
}

#[test]
fn what_was_made_of_an_image_is_kept_for_its_maker() {
    let (layout, store, limits) = (Layout::new(), Memory::default(), Limits::default());
    let layers = three_layers(&layout);
    let root = layout.image(&layers);
    let get = |list: &List, threads| {
        let source = layout.source();
        let image = Image::open(&source, &root, None, &limits).unwrap();
        let threads = std::num::NonZeroUsize::new(threads).unwrap();
        let options = ReadOptions::new(&limits).with_store(&store).with_threads(threads);
        let made = assemble_image(&source, &image, &Texts::of(&WANTED), list, &options).unwrap();
        (made.output, made.layers)
    };
    let list = List { name: "one", ..List::default() };
    let made = get(&list, 1);
    assert_eq!(made.0, ["a upper", "b linked"]);
    remove(&layout, &layers);
    for threads in 1..4 {
        assert_eq!(get(&list, threads), made);
    }
    assert_eq!(list.made.load(Ordering::Relaxed), 1);
    let other = List { name: "other", ..List::default() };
    assert_eq!(get(&other, 1), made);
    assert_eq!(other.made.load(Ordering::Relaxed), 1, "of the tree that is kept");
    for entry in store.entries().values_mut() {
        entry.truncate(entry.len() / 2);
    }
    let source = layout.source();
    let image = Image::open(&source, &root, None, &limits).unwrap();
    let options = ReadOptions::new(&limits).with_store(&store);
    let result = assemble_image(&source, &image, &Texts::of(&WANTED), &list, &options);
    assert!(result.is_err(), "what is damaged is read again");
}

#[test]
fn an_image_uses_what_is_known_of_its_layers_from_others() {
    let (layout, store, limits) = (Layout::new(), Memory::default(), Limits::default());
    let [base, link, top] = three_layers(&layout);
    let lower = layout.image(&[base.clone(), link.clone()]);
    let upper = layout.image(&[base.clone(), link.clone(), top]);
    let plain = shown(layout.read(&upper, &WANTED));
    read(&layout, &lower, &WANTED, &limits, &store).unwrap();
    remove(&layout, &[base, link]);
    assert_eq!(shown(read(&layout, &upper, &WANTED, &limits, &store)), plain);
}

#[test]
fn other_limits_and_other_extractors_have_entries_of_their_own() {
    let (layout, store) = (Layout::new(), Memory::default());
    let root = layout.image(&three_layers(&layout));
    for wanted in [&WANTED[..], &["a"]] {
        for max_file_bytes in [3, 1 << 20] {
            let mut limits = Limits::default();
            limits.max_file_bytes = max_file_bytes;
            let plain = shown(layout.read_with(&root, wanted, &limits, 1));
            assert_eq!(shown(read(&layout, &root, wanted, &limits, &store)), plain);
        }
    }
}

#[test]
fn what_depends_on_the_blob_or_a_limit_is_not_kept() {
    let layout = Layout::new();
    let tar = Tar::new().file("a", "text").file("b", "text").end();
    let trailing = [gzip(&tar), b"more".to_vec()].concat();
    let descriptor = layout.blob(&format!("{LAYER}+gzip"), &trailing);
    let of_blob = LayerOf { descriptor, diff_id: Digest::sha256_of(&tar) };
    let mut few_entries = Limits::default();
    few_entries.max_layer_entries = 1;
    let mut few_bytes = Limits::default();
    few_bytes.max_layer_bytes = 1_000;
    for (layer, limits) in [
        (&of_blob, &Limits::default()),
        (&layout.gzip(&tar), &few_entries),
        (&layout.gzip(&tar), &few_bytes),
    ] {
        let store = Memory::default();
        let root = layout.image(std::slice::from_ref(layer));
        let tree = read(&layout, &root, &["*"], limits, &store).unwrap();
        assert!(!tree.diagnostics.is_empty());
        assert!(store.entries().is_empty(), "{limits:?}");
    }
}

/// An image that claims the diff-id of a layer that is known borrows nothing from it.
#[test]
fn another_blob_under_the_diff_id_of_a_known_layer_is_read() {
    let (layout, store) = (Layout::new(), Memory::default());
    let known = layout.gzip(&Tar::new().file("b", "harmless").end());
    let mut forged = layout.gzip(&Tar::new().file("b", "harmful").end());
    forged.diff_id = known.diff_id.clone();
    let get = |layer: &LayerOf| {
        let image = layout.image(std::slice::from_ref(layer));
        read(&layout, &image, &["b"], &Limits::default(), &store)
    };
    assert!(shown(get(&known)).contains("harmless"));
    for _ in 0..2 {
        let refused = get(&forged);
        assert!(matches!(refused, Err(Error::DiffId { .. })), "{refused:?}");
    }
    assert!(shown(get(&known)).contains("harmless"));
}

#[test]
fn a_changed_layer_is_not_kept() {
    let (layout, store) = (Layout::new(), Memory::default());
    let [layer, ..] = three_layers(&layout);
    let root = layout.image(std::slice::from_ref(&layer));
    let path = layout.blob_path(&layer.descriptor.digest);
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(read(&layout, &root, &WANTED, &Limits::default(), &store).is_err());
    assert!(store.entries().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whichever of the entries are still there.
    #[test]
    fn a_store_changes_nothing(layers in layers(), gone in prop::collection::vec(any::<bool>(), 12)) {
        let (layout, store, limits) = (Layout::new(), Memory::default(), Limits::default());
        let wanted = ["wanted", "a/wanted", "a/b/wanted", "b/c"];
        let archives = layers.iter().enumerate();
        let layers: Vec<_> =
            archives.map(|(number, entries)| layout.gzip(&archive(number, entries))).collect();
        let root = layout.image(&layers);
        let plain = shown(layout.read(&root, &wanted));
        prop_assert_eq!(&shown(read(&layout, &root, &wanted, &limits, &store)), &plain);
        let mut gone = gone.into_iter();
        store.entries().retain(|_, _| !gone.next().unwrap_or_default());
        prop_assert_eq!(&shown(read(&layout, &root, &wanted, &limits, &store)), &plain);
    }

    /// A store that gives out anything may hide what is there, but does no harm.
    #[test]
    fn any_bytes_can_be_an_entry(
        changes in prop::collection::vec((any::<usize>(), any::<u8>(), any::<bool>()), 1..8),
        any_bytes in prop::collection::vec(any::<u8>(), 0..200),
        tree_is_kept in any::<bool>(),
    ) {
        let (layout, store, limits) = (Layout::new(), Memory::default(), Limits::default());
        let root = layout.image(&three_layers(&layout));
        read(&layout, &root, &WANTED, &limits, &store).unwrap();
        for entry in store.entries().values_mut() {
            for (at, byte, cut) in &changes {
                let at = at % (entry.len() + 1);
                match entry.get_mut(at) {
                    _ if *cut => entry.truncate(at),
                    Some(place) => *place = *byte,
                    None => entry.extend(&any_bytes),
                }
            }
        }
        if !tree_is_kept {
            // One of the entries is the tree, and reading begins with it.
            let tree = store.entries().iter().max_by_key(|(_, entry)| entry.len()).map(|e| e.0.clone());
            store.entries().remove(&tree.unwrap());
        }
        let _ = read(&layout, &root, &WANTED, &limits, &store);
    }
}
