//! What holds for any sequence of layers.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::support::{Layout, Tar, texts};
use sealift_layers::{Limits, Tree};

/// One entry of a layer.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    File(String),
    Directory(String),
    Symlink(String, String),
    HardLink(String, String),
    Whiteout(String),
    Opaque(String),
}

fn paths() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c", "wanted"]);
    prop::collection::vec(name, 1..4).prop_map(|names| names.join("/"))
}

fn targets() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["", "/", "../", "./"]), paths())
        .prop_map(|(start, path)| format!("{start}{path}"))
}

fn entries() -> impl Strategy<Value = Entry> {
    prop_oneof![
        5 => paths().prop_map(Entry::File),
        2 => paths().prop_map(Entry::Directory),
        2 => (paths(), targets()).prop_map(|(path, target)| Entry::Symlink(path, target)),
        2 => (paths(), paths()).prop_map(|(path, target)| Entry::HardLink(path, target)),
        1 => paths().prop_map(Entry::Whiteout),
        1 => paths().prop_map(Entry::Opaque),
    ]
}

pub(crate) fn layers() -> impl Strategy<Value = Vec<Vec<Entry>>> {
    prop::collection::vec(prop::collection::vec(entries(), 0..8), 1..5)
}

fn content(layer: usize, entry: usize) -> String {
    format!("layer {layer} entry {entry}")
}

pub(crate) fn archive(layer: usize, entries: &[Entry]) -> Vec<u8> {
    let mut tar = Tar::new();
    for (number, entry) in entries.iter().enumerate() {
        tar = match entry {
            Entry::File(path) => tar.file(path, &content(layer, number)),
            Entry::Directory(path) => tar.dir(path),
            Entry::Symlink(path, target) => tar.symlink(path, target),
            Entry::HardLink(path, target) => tar.hardlink(path, target),
            Entry::Whiteout(path) => {
                let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
                tar.file(&format!("{folder}/.wh.{name}"), "")
            }
            Entry::Opaque(path) => tar.file(&format!("{path}/.wh..wh..opq"), ""),
        };
    }
    tar.end()
}

/// The tree as a map from full paths, slow and plain.
#[derive(Clone, Debug, Default)]
struct Model(BTreeMap<String, Kind>);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Directory,
    File(String),
    Symlink(String),
}

impl Model {
    fn apply(&mut self, layer: usize, entries: &[Entry]) {
        for entry in entries {
            match entry {
                Entry::Whiteout(path) => {
                    if let Some(path) = self.resolve_parent(path, false) {
                        self.remove(&path);
                    }
                }
                Entry::Opaque(path) => {
                    if let Some(path) = self.resolve(path, false) {
                        let below = format!("{path}/");
                        self.0.retain(|other, _| !other.starts_with(&below));
                    }
                }
                _ => {}
            }
        }
        for (number, entry) in entries.iter().enumerate() {
            let (path, kind) = match entry {
                Entry::File(path) => (path, Kind::File(content(layer, number))),
                Entry::Directory(path) => (path, Kind::Directory),
                Entry::Symlink(path, target) => (path, Kind::Symlink(target.clone())),
                Entry::HardLink(path, target) => {
                    let Some(folder) = self.resolve_parent(path, true) else { continue };
                    let target = self.resolve_parent(target, false);
                    match target.and_then(|target| self.0.get(&target).cloned()) {
                        None | Some(Kind::Directory) => continue,
                        Some(kind) => {
                            self.put(folder, kind);
                            continue;
                        }
                    }
                }
                Entry::Whiteout(_) | Entry::Opaque(_) => continue,
            };
            if let Some(path) = self.resolve_parent(path, true) {
                self.put(path, kind);
            }
        }
    }

    fn put(&mut self, path: String, kind: Kind) {
        if self.0.get(&path) == Some(&Kind::Directory) && kind == Kind::Directory {
            return;
        }
        self.remove(&path);
        self.0.insert(path, kind);
    }

    fn remove(&mut self, path: &str) {
        let below = format!("{path}/");
        self.0.retain(|other, _| other != path && !other.starts_with(&below));
    }

    /// The real path of a path whose last component is not followed.
    fn resolve_parent(&mut self, path: &str, create: bool) -> Option<String> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = self.resolve(folder, create)?;
        if !folder.is_empty() && self.0.get(&folder) != Some(&Kind::Directory) {
            return None;
        }
        Some(format!("{folder}/{name}"))
    }

    /// The real path, links followed; begins with a slash, the root is empty.
    fn resolve(&mut self, path: &str, create: bool) -> Option<String> {
        let mut real: Vec<String> = Vec::new();
        let mut rest: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut hops = 0;
        while let Some(name) = rest.pop() {
            match name.as_str() {
                "" | "." => continue,
                ".." => {
                    real.pop();
                    continue;
                }
                _ => {}
            }
            let here =
                format!("{}/{name}", real.iter().map(|n| format!("/{n}")).collect::<String>());
            match self.0.get(&here).cloned() {
                Some(Kind::Directory) => real.push(name),
                Some(Kind::Symlink(target)) => {
                    hops += 1;
                    if hops > 40 {
                        return None;
                    }
                    if target.starts_with('/') {
                        real.clear();
                    }
                    rest.extend(target.split('/').rev().map(str::to_owned));
                }
                Some(Kind::File(_)) if !create => {
                    let ends = rest.iter().all(String::is_empty);
                    return ends.then_some(here);
                }
                None if !create => return None,
                Some(Kind::File(_)) | None => {
                    self.0.insert(here, Kind::Directory);
                    real.push(name);
                }
            }
        }
        Some(real.iter().map(|name| format!("/{name}")).collect())
    }

    /// What is found under a name.
    fn text(&mut self, path: &str) -> Option<String> {
        let path = self.resolve(path, false)?;
        match self.0.get(&path) {
            Some(Kind::File(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// All names that lead to files, folders not followed.
    fn names(&mut self) -> BTreeMap<String, String> {
        let paths: Vec<_> = self.0.keys().cloned().collect();
        let names = paths.iter().filter_map(|path| Some((path[1..].to_owned(), self.text(path)?)));
        names.collect()
    }
}

/// Every name in the tree, with what it leads to.
fn names(tree: &Tree<String>) -> Vec<(&str, &str)> {
    let names = tree.files.iter().flat_map(|file| {
        let names = file.aliases.iter().chain([&file.path]);
        names.map(|name| (name.as_str(), file.facts.as_str()))
    });
    names.collect()
}

fn read(layers: &[Vec<Entry>], wanted: &[&str], threads: usize) -> Tree<String> {
    let layout = Layout::new();
    let layers: Vec<_> = layers
        .iter()
        .enumerate()
        .map(|(number, entries)| match number % 3 {
            0 => layout.gzip(&archive(number, entries)),
            1 => layout.zstd(&archive(number, entries)),
            _ => layout.plain(&archive(number, entries)),
        })
        .collect();
    layout.read_with(&layout.image(&layers), wanted, &Limits::default(), threads).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_merge_is_that_of_a_plain_model(layers in layers()) {
        let mut model = Model::default();
        for (number, entries) in layers.iter().enumerate() {
            model.apply(number, entries);
        }
        let tree = read(&layers, &["*"], 1);
        let found: BTreeMap<_, _> = names(&tree).into_iter().collect();
        for (path, text) in model.names() {
            prop_assert_eq!(found.get(path.as_str()), Some(&text.as_str()), "{}", path);
        }
        for (path, text) in found {
            prop_assert_eq!(model.text(path), Some(text.to_owned()), "{}", path);
        }
    }

    #[test]
    fn what_is_wanted_is_found_under_any_name(layers in layers()) {
        let wanted = ["wanted", "a/wanted", "a/b/wanted", "b/c"];
        let mut model = Model::default();
        for (number, entries) in layers.iter().enumerate() {
            model.apply(number, entries);
        }
        let tree = read(&layers, &wanted, 1);
        let found: BTreeMap<_, _> = names(&tree).into_iter().collect();
        for (path, text) in model.names() {
            if wanted.contains(&path.as_str()) {
                prop_assert_eq!(found.get(path.as_str()), Some(&text.as_str()), "{}", path);
            }
        }
        for (path, text) in found {
            prop_assert_eq!(model.text(path), Some(text.to_owned()), "{}", path);
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing(layers in layers()) {
        let one = read(&layers, &["*"], 1);
        let several = read(&layers, &["*"], 4);
        prop_assert_eq!(format!("{one:?}"), format!("{several:?}"));
    }

    #[test]
    fn any_bytes_can_be_a_layer(
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
        starts_well in any::<bool>(),
    ) {
        let tar = if starts_well { Tar::new().file("a", "text") } else { Tar::new() };
        let tree = Layout::read_layers(&[tar.raw(&bytes).cut()], &["*"]);
        prop_assert!(!starts_well || texts(&tree)["a"] == "text");
    }

    #[test]
    fn any_change_of_headers_can_be_read(
        changes in prop::collection::vec((0_usize..4_608, any::<u8>()), 1..6),
    ) {
        let records: [(&str, &[u8]); 4] = [
            ("GNU.sparse.major", b"1"),
            ("GNU.sparse.minor", b"0"),
            ("GNU.sparse.realsize", b"8"),
            ("GNU.sparse.name", b"s"),
        ];
        let mut map = vec![0; 512];
        map[..8].copy_from_slice(b"1\n0\n1\n\0\0");
        map.extend_from_slice(b"x");
        let mut tar = Tar::new()
            .entry(b'L', b"long", b"", b"long/name\0")
            .file("f", "text")
            .pax(b'x', &records)
            .entry(b'0', b"s", b"", &map)
            .hardlink("h", "s")
            .end();
        for (at, byte) in changes {
            tar[at] = byte;
            // Headers with right sums get further.
            let start = at / 512 * 512;
            let mut block: [u8; 512] = tar[start..start + 512].try_into().unwrap();
            crate::support::seal(&mut block);
            tar[start..start + 512].copy_from_slice(&block);
        }
        Layout::read_layers(&[tar], &["*"]);
    }
}
