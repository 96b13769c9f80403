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
struct Model {
    tree: BTreeMap<String, (Kind, usize)>,
    /// What the layer that is being laid has taken away of those below.
    taken: BTreeMap<String, (Kind, usize)>,
    /// Its folders with an opaque mark, and the position of the mark.
    opaque: BTreeMap<String, usize>,
    layer: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Directory,
    File(String),
    Symlink(String),
}

/// A real path, and the first link of a lower layer on the way to it.
struct Found {
    path: String,
    is_linked: bool,
    lower: Option<String>,
}

impl Model {
    fn apply(&mut self, layer: usize, entries: &[Entry]) {
        self.layer = layer;
        self.taken.clear();
        self.opaque.clear();
        for (number, entry) in entries.iter().enumerate() {
            match entry {
                Entry::Whiteout(path) => {
                    if let Some(found) = self.resolve_parent(path, false)
                        && !found.is_linked
                    {
                        self.remove(&found.path);
                    }
                }
                Entry::Opaque(path) => match self.resolve(path, false) {
                    Some(found) if found.is_linked => {}
                    Some(found) => {
                        self.remove_all(|other| is_in(other, &found.path) && other != found.path);
                        self.opaque.insert(found.path, number);
                    }
                    None => {
                        self.opaque.insert(format!("/{path}"), number);
                    }
                },
                _ => {}
            }
        }
        for (number, entry) in entries.iter().enumerate() {
            let (path, kind) = match entry {
                Entry::File(path) => (path, Kind::File(content(layer, number))),
                Entry::Directory(path) => (path, Kind::Directory),
                Entry::Symlink(path, target) => (path, Kind::Symlink(target.clone())),
                Entry::HardLink(path, target) => {
                    let target = self.resolve_parent(target, false);
                    match target.and_then(|target| self.kind(&target.path)) {
                        None | Some(Kind::Directory) => continue,
                        Some(kind) => (path, kind),
                    }
                }
                Entry::Whiteout(_) | Entry::Opaque(_) => continue,
            };
            self.place(path, kind, number);
        }
    }

    fn kind(&self, path: &str) -> Option<Kind> {
        self.tree.get(path).map(|(kind, _)| kind.clone())
    }

    /// Whether something there, which is no folder that stays one, is of a lower layer.
    fn is_taken(&self, path: &str, kind: &Kind) -> bool {
        self.tree.get(path).is_some_and(|(present, layer)| match (present, kind) {
            (Kind::Directory, Kind::Directory) => false,
            (Kind::Directory, _) => true,
            _ => *layer != self.layer,
        })
    }

    fn place(&mut self, path: &str, kind: Kind, number: usize) {
        let path = loop {
            let Some(found) = self.resolve_parent(path, true) else { return };
            match found.lower {
                Some(link) if self.is_taken(&found.path, &kind) => self.part(&link),
                _ => break found.path,
            }
        };
        if kind == Kind::Directory {
            if self.kind(&path) == Some(Kind::Directory) {
                return;
            }
            self.remove(&path);
            // Not where the folder around it is another by now.
            let around = path.rsplit_once('/').and_then(|(folder, _)| self.tree.get(folder));
            let is_new = around.is_some_and(|(_, layer)| *layer == self.layer);
            let around = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let is_hidden = self.opaque.get(&path).is_some_and(|mark| *mark > number)
                || self.opaque.contains_key(around);
            if !(is_new || is_hidden) && matches!(self.taken.get(&path), Some((Kind::Directory, _)))
            {
                let (back, rest) = std::mem::take(&mut self.taken)
                    .into_iter()
                    .partition(|(other, _)| is_in(other, &path));
                self.taken = rest;
                self.opaque.retain(|folder, mark| *mark > number || !is_in(folder, &path));
                self.tree.extend::<BTreeMap<_, _>>(back);
                return;
            }
        }
        self.remove(&path);
        self.tree.insert(path, (kind, self.layer));
    }

    fn part(&mut self, link: &str) {
        self.remove(link);
        self.tree.insert(link.to_owned(), (Kind::Directory, self.layer));
    }

    fn remove(&mut self, path: &str) {
        self.remove_all(|other| is_in(other, path));
    }

    fn remove_all(&mut self, which: impl Fn(&str) -> bool) {
        let (gone, left) =
            std::mem::take(&mut self.tree).into_iter().partition(|(path, _)| which(path));
        self.tree = left;
        let lower = |(_, (_, layer)): &(String, (Kind, usize))| *layer != self.layer;
        let gone: BTreeMap<_, _> = gone;
        self.taken.extend(gone.into_iter().filter(lower));
    }

    /// The real path of a path whose last component is not followed.
    fn resolve_parent(&mut self, path: &str, create: bool) -> Option<Found> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let found = self.resolve(folder, create)?;
        if !found.path.is_empty() && self.kind(&found.path) != Some(Kind::Directory) {
            return None;
        }
        Some(Found { path: format!("{}/{name}", found.path), ..found })
    }

    /// The real path, links followed; begins with a slash, the root is empty.
    fn resolve(&mut self, path: &str, create: bool) -> Option<Found> {
        let mut real: Vec<String> = Vec::new();
        let mut rest: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let (mut hops, mut lower) = (0, None);
        let join = |real: &[String]| real.iter().map(|n| format!("/{n}")).collect::<String>();
        while let Some(name) = rest.pop() {
            match name.as_str() {
                "" | "." => continue,
                ".." => {
                    real.pop();
                    continue;
                }
                _ => {}
            }
            let here = format!("{}/{name}", join(&real));
            match self.tree.get(&here).cloned() {
                Some((Kind::Directory, _)) => real.push(name),
                Some((Kind::Symlink(target), layer)) => {
                    if layer != self.layer {
                        lower = lower.or(Some(here));
                    }
                    hops += 1;
                    if hops > 40 {
                        return None;
                    }
                    if target.starts_with('/') {
                        real.clear();
                    }
                    rest.extend(target.split('/').rev().map(str::to_owned));
                }
                Some((Kind::File(_), _)) if !create => {
                    let ends = rest.iter().all(String::is_empty);
                    return ends.then_some(Found { path: here, is_linked: hops > 0, lower });
                }
                None if !create => return None,
                Some((Kind::File(_), layer)) if layer != self.layer && lower.is_some() => {
                    self.part(&lower.unwrap());
                    return self.resolve(path, create);
                }
                Some((Kind::File(_), _)) | None => {
                    self.remove(&here);
                    self.tree.insert(here, (Kind::Directory, self.layer));
                    real.push(name);
                }
            }
        }
        Some(Found { path: join(&real), is_linked: hops > 0, lower })
    }

    /// What is found under a name.
    fn text(&mut self, path: &str) -> Option<String> {
        let path = self.resolve(path, false)?.path;
        match self.kind(&path) {
            Some(Kind::File(text)) => Some(text),
            _ => None,
        }
    }

    /// All names that lead to files, folders not followed.
    fn names(&mut self) -> BTreeMap<String, String> {
        let paths: Vec<_> = self.tree.keys().cloned().collect();
        let names = paths.iter().filter_map(|path| Some((path[1..].to_owned(), self.text(path)?)));
        names.collect()
    }
}

fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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
