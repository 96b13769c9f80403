//! Layers laid upon each other: whiteouts, opaque folders, links, replacement.

use crate::support::{Layout, Tar, problems, texts};
use sealift_layers::{Removal, Tree};

fn merged(layers: Vec<Tar>, wanted: &[&str]) -> Tree<String> {
    let layers: Vec<_> = layers.into_iter().map(Tar::end).collect();
    Layout::read_layers(&layers, wanted)
}

/// Path, text, layer.
fn files(tree: &Tree<String>) -> Vec<(&str, &str, usize)> {
    let file = |file: &'_ sealift_layers::TreeFile<String>| file.layer.unwrap();
    tree.files.iter().map(|f| (&*f.path, f.facts.as_str(), file(f))).collect()
}

fn removed(tree: &Tree<String>) -> Vec<(&str, &str, usize, usize, Removal)> {
    let removed = tree.removed.iter();
    removed.map(|f| (&*f.path, f.facts.as_str(), f.layer, f.removed_by, f.removal)).collect()
}

#[test]
fn whiteouts_hide_files_and_folders_of_lower_layers() {
    let tree = merged(
        vec![
            Tar::new().file("a", "1").file("d/b", "1").file("d/e/c", "1").file("keep", "1"),
            Tar::new().file("d/.wh.b", "").file(".wh.a", "").file("d/.wh.e", ""),
        ],
        &["*"],
    );
    assert_eq!(files(&tree), [("keep", "1", 0)]);
    assert_eq!(
        removed(&tree),
        [
            ("a", "1", 0, 1, Removal::Whiteout),
            ("d/b", "1", 0, 1, Removal::Whiteout),
            ("d/e/c", "1", 0, 1, Removal::Whiteout),
        ]
    );
    assert!(problems(&tree).is_empty());
}

#[test]
fn whiteouts_never_hide_what_their_own_layer_brings() {
    for layer in [
        Tar::new().file("d/.wh.a", "").file("d/a", "2"),
        Tar::new().file("d/a", "2").file("d/.wh.a", ""),
        Tar::new().file("d/a", "2").file("d/.wh..wh..opq", ""),
        Tar::new().dir("d").file("d/.wh..wh..opq", "").file("d/a", "2"),
    ] {
        let tree = merged(vec![Tar::new().file("d/a", "1"), layer], &["*"]);
        assert_eq!(files(&tree), [("d/a", "2", 1)]);
    }
}

#[test]
fn an_opaque_folder_hides_all_of_lower_layers_wherever_its_mark_stands() {
    let tree = merged(
        vec![
            Tar::new().file("d/a", "1").file("d/e/b", "1").file("x", "1"),
            Tar::new().file("d/c", "2").file("d/.wh..wh..opq", ""),
        ],
        &["*"],
    );
    assert_eq!(files(&tree), [("d/c", "2", 1), ("x", "1", 0)]);
    assert_eq!(removed(&tree)[0], ("d/a", "1", 0, 1, Removal::Opaque));
    // A folder in it that the layer brings itself shows nothing of them either.
    for upper in [
        Tar::new().dir("d").file("d/.wh..wh..opq", "").dir("d/e").file("d/e/c", "2"),
        Tar::new().file("d/.wh.e", "").file("d/.wh..wh..opq", "").dir("d/e").file("d/e/c", "2"),
        Tar::new().file("d/.wh..wh..opq", "").file("d/.wh.e", "").file("d/e/c", "2"),
        Tar::new().file(".wh.d", "").dir("d").file("d/.wh..wh..opq", "").file("d/e/c", "2"),
    ] {
        let tree = merged(vec![Tar::new().file("d/e/b", "1"), upper], &["*"]);
        assert_eq!(files(&tree), [("d/e/c", "2", 1)]);
        assert!(problems(&tree).is_empty());
    }
}

/// What overlayfs shows of an image stays, though engines that unpack into the tree would take it.
#[test]
fn what_engines_do_not_agree_on_stays() {
    let lower = || {
        let tar = Tar::new().file("app/lib/a", "1").file("app/lib/b/c", "1");
        tar.symlink("x", "app/lib").symlink("y", ".")
    };
    let stays = "engines differ on what goes, so it stays";
    for (upper, at, what) in [
        (Tar::new().file("x/.wh.a", ""), "x/a", "hides something through a link"),
        (Tar::new().dir("x").file("x/.wh.a", ""), "x/a", "hides something through a link"),
        (Tar::new().file("x/.wh.a", "").dir("x"), "x/a", "hides something through a link"),
        (Tar::new().file("x/.wh..wh..opq", ""), "x", "hides something through a link"),
        (Tar::new().dir("x").file("x/.wh..wh..opq", ""), "x", "hides something through a link"),
        (Tar::new().symlink("x", "y").file("x/.wh.a", ""), "x/a", "hides something through a link"),
        (Tar::new().file(".wh.app", "").dir("app"), "app", ANEW),
        (Tar::new().file("app", "2").dir("app"), "app", ANEW),
        (Tar::new().symlink("app", "y").dir("app"), "app", ANEW),
        (Tar::new().symlink("z", ".").file(".wh.app", "").dir("z/app"), "z/app", ANEW),
        (Tar::new().file("app/lib/.wh..wh..opq", "").symlink("app", "y").dir("app"), "app", ANEW),
    ] {
        let tree = merged(vec![lower(), upper], &["*"]);
        assert_eq!(files(&tree), [("app/lib/a", "1", 0), ("app/lib/b/c", "1", 0)]);
        assert_eq!(problems(&tree), [format!("note {at}: {what}; {stays}")]);
        assert_eq!(removed(&tree), []);
    }
    let upper = Tar::new().file(".wh..wh..opq", "").file("new", "2");
    let tree = merged(vec![Tar::new().file("a", "1"), upper], &["*"]);
    assert_eq!(files(&tree), [("a", "1", 0), ("new", "2", 1)]);
    let note = "an opaque mark on the root; engines differ on what goes, so all stays";
    assert_eq!(problems(&tree), [format!("note .wh..wh..opq: {note}")]);
    // What all take away does not stay.
    let upper = Tar::new().file("app/.wh.lib", "").file("app/new", "2").symlink("app", "y");
    assert_eq!(files(&merged(vec![lower(), upper], &["*"])), []);
}

const ANEW: &str = "its layer takes this folder away and brings it anew";

/// Where the layer is unpacked alone, `x` is a folder of its own.
#[test]
fn what_is_replaced_through_a_link_of_a_lower_layer_stays() {
    let lower = || Tar::new().file("app/a", "1").file("app/b/c", "1").symlink("x", "app");
    for (upper, path) in [
        (Tar::new().file("x/a", "2"), "x/a"),
        (Tar::new().file("x/b", "2"), "x/b"),
        (Tar::new().file("x/a/d", "2"), "x/a/d"),
        (Tar::new().symlink("z", "x").file("z/a", "2"), "x/a"),
    ] {
        let tree = merged(vec![lower(), upper], &["*"]);
        assert_eq!(
            files(&tree),
            [("app/a", "1", 0), ("app/b/c", "1", 0), (path, "2", 1)],
            "{path}"
        );
        let [note] = &problems(&tree)[..] else { panic!("{path}") };
        let what = "replaces something through a link; engines differ on what goes, so both stay";
        assert!(note.ends_with(what), "{note}");
    }
    // A link of its own is followed by all engines.
    let upper = Tar::new().symlink("z", "app").file("z/a", "2");
    let tree = merged(vec![lower(), upper], &["*"]);
    assert_eq!(files(&tree), [("app/a", "2", 1), ("app/b/c", "1", 0)]);
    assert!(problems(&tree).is_empty());
}

#[test]
fn a_folder_that_comes_back_has_nothing_of_what_its_layer_had_put_there() {
    let lower = Tar::new().file("app/a", "1").file("app/b", "1");
    let upper = Tar::new().file("app/a", "2").file("app/new", "2").file("app", "2").dir("app");
    let tree = merged(vec![lower, upper], &["*"]);
    assert_eq!(files(&tree), [("app/a", "1", 0), ("app/b", "1", 0)]);
}

#[test]
fn odd_whiteouts_hide_nothing() {
    let tree = merged(
        vec![
            Tar::new().file("d/a", "1"),
            Tar::new()
                .file("d/.wh.", "")
                .file("d/.wh..", "")
                .file("d/.wh...", "")
                .file(".wh..wh.plnk", "")
                .dir(".wh..wh.aufs")
                .file("d/.wh.absent", "")
                .file("gone/.wh.x", "")
                .file("d/a/.wh.x", ""),
        ],
        &["*"],
    );
    assert_eq!(files(&tree), [("d/a", "1", 0)]);
    assert_eq!(
        problems(&tree),
        [
            "note d/.wh.: a whiteout of nothing; it is ignored",
            "note d/.wh..: a whiteout of nothing; it is ignored",
            "note d/.wh...: a whiteout of nothing; it is ignored",
        ]
    );
}

#[test]
fn a_file_replaces_a_folder_and_the_reverse() {
    let tree = merged(
        vec![
            Tar::new().file("a/b/c", "1").file("x", "1").file("y", "1"),
            Tar::new().file("a", "2").dir("x").file("x/y", "2").file("y/z", "2"),
        ],
        &["*"],
    );
    assert_eq!(files(&tree), [("a", "2", 1), ("x/y", "2", 1), ("y/z", "2", 1)]);
    assert_eq!(removed(&tree)[0], ("a/b/c", "1", 0, 1, Removal::Replaced));
}

#[test]
fn what_nobody_wants_replaces_what_was_wanted() {
    for upper in [
        Tar::new().symlink("status", "nowhere"),
        Tar::new().dir("status"),
        Tar::new().entry(b'6', b"status", b"", b""),
    ] {
        let tree = merged(vec![Tar::new().file("status", "1"), upper], &["status"]);
        assert_eq!(files(&tree), []);
        assert_eq!(removed(&tree), [("status", "1", 0, 1, Removal::Replaced)]);
    }
}

#[test]
fn of_two_entries_of_one_name_the_later_counts() {
    let tree = merged(vec![Tar::new().file("a", "1").file("a", "2").file("./a", "3")], &["*"]);
    assert_eq!(files(&tree), [("a", "3", 0)]);
    assert_eq!(removed(&tree), []);
}

#[test]
fn the_same_layer_twice_is_the_upper_one() {
    let layer = Tar::new().file("a", "1");
    let tree = merged(vec![layer.clone(), Tar::new().file(".wh.a", ""), layer], &["*"]);
    assert_eq!(files(&tree), [("a", "1", 2)]);
    assert_eq!(removed(&tree), []);
}

#[test]
fn entries_go_through_linked_folders_of_lower_layers() {
    let lower = || Tar::new().file("usr/lib/a", "1").symlink("lib", "usr/lib");
    let tree = merged(vec![lower(), Tar::new().file("lib/b", "2").file("lib/c", "2")], &["*"]);
    assert_eq!(files(&tree), [("usr/lib/a", "1", 0), ("usr/lib/b", "2", 1), ("usr/lib/c", "2", 1)]);
    assert_eq!(tree.files[1].aliases, ["lib/b"]);
    // An entry of its own makes the link a folder.
    let tree = merged(vec![lower(), Tar::new().dir("lib").file("lib/b", "2")], &["*"]);
    assert_eq!(files(&tree), [("lib/b", "2", 1), ("usr/lib/a", "1", 0)]);
}

#[test]
fn a_file_is_wanted_by_the_name_it_gets() {
    let tree = merged(
        vec![Tar::new().dir("usr/lib").symlink("lib", "/usr/lib"), Tar::new().file("lib/a", "2")],
        &["usr/lib/a"],
    );
    assert_eq!(files(&tree), [("usr/lib/a", "2", 1)]);
}

/// Before it the file was not there under the name by which it is wanted.
#[test]
fn a_file_behind_a_later_link_is_of_the_link_s_layer() {
    let link = || Tar::new().symlink("wanted", "real");
    let file = |text| Tar::new().file("real", text);
    let tree = merged(vec![file("1"), link()], &["wanted"]);
    assert_eq!(files(&tree), [("wanted", "1", 1)]);
    let tree = merged(vec![file("1"), link(), file("2")], &["wanted"]);
    assert_eq!(files(&tree), [("wanted", "2", 2)]);
    let tree = merged(vec![file("1"), link()], &["wanted", "real"]);
    assert_eq!(files(&tree), [("real", "1", 0)]);
}

#[test]
fn fixed_paths_are_found_through_linked_folders() {
    let lower = || Tar::new().file("real/wanted", "1").file("real/other", "1");
    let linked = lower().symlink("fixed", "/real");
    let tree = merged(vec![linked], &["fixed/wanted"]);
    assert_eq!(files(&tree), [("fixed/wanted", "1", 0)]);
    let tree = merged(vec![lower(), Tar::new().symlink("fixed", "real")], &["fixed/wanted"]);
    assert_eq!(files(&tree), [("fixed/wanted", "1", 0)]);
    let looped = lower().symlink("fixed", "fixed");
    assert!(merged(vec![looped], &["fixed/wanted"]).files.is_empty());
}

#[test]
fn links_do_not_lead_out_of_the_tree() {
    let tree = merged(
        vec![
            Tar::new().symlink("up", "../../../etc").symlink("root", "/").dir("d/e"),
            Tar::new()
                .symlink("d/e/away", "../../../../../../d")
                .file("up/a", "1")
                .file("root/b", "2"),
            Tar::new().file("d/e/away/c", "3"),
        ],
        &["*"],
    );
    assert_eq!(files(&tree), [("b", "2", 1), ("d/c", "3", 2), ("etc/a", "1", 1)]);
}

#[test]
fn links_that_do_not_end() {
    let tree = merged(
        vec![
            Tar::new()
                .symlink("a", "b")
                .symlink("b", "a")
                .symlink("self", "self/self")
                .file("ok", "1"),
            Tar::new().file("a/x", "2").file("self/x", "2"),
        ],
        &["*"],
    );
    assert_eq!(files(&tree), [("ok", "1", 0)]);
    assert_eq!(
        problems(&tree),
        [
            "partial a: is a link into links that do not end",
            "partial b: is a link into links that do not end",
            "partial self: is a link into links that do not end",
            "partial a/x: the links in its path do not end; the entry is left out",
            "partial self/x: the links in its path do not end; the entry is left out",
        ]
    );
}

#[test]
fn hard_links_are_names_of_the_same() {
    let tree =
        merged(vec![Tar::new().file("b", "1").hardlink("c", "b").hardlink("./a", "/b")], &["*"]);
    assert_eq!(files(&tree), [("b", "1", 0)]);
    assert_eq!(tree.files[0].aliases, ["a", "c"]);
    // The name that is left is the name.
    let tree = merged(
        vec![Tar::new().file("b", "1").hardlink("c", "b"), Tar::new().file(".wh.b", "")],
        &["*"],
    );
    assert_eq!(files(&tree), [("c", "1", 0)]);
    assert_eq!(removed(&tree), []);
}

#[test]
fn a_hard_link_to_a_file_that_nobody_wanted() {
    let tree = merged(
        vec![
            Tar::new().file("store/1234", "text").hardlink("var/lib/dpkg/status", "store/1234"),
            Tar::new().file("other", "x"),
        ],
        &["var/lib/dpkg/status"],
    );
    assert_eq!(files(&tree), [("var/lib/dpkg/status", "text", 0)]);
    assert_eq!(tree.files[0].metadata.size, 4);
    // Also from a higher layer.
    let tree = merged(
        vec![
            Tar::new().file("store/1234", "text"),
            Tar::new().hardlink("var/lib/dpkg/status", "store/1234"),
        ],
        &["var/lib/dpkg/status"],
    );
    assert_eq!(files(&tree), [("var/lib/dpkg/status", "text", 1)]);
}

#[test]
fn hard_links_to_what_is_no_file() {
    let tree = merged(
        vec![
            Tar::new()
                .hardlink("a", "absent")
                .dir("d")
                .hardlink("b", "d")
                .file("f", "1")
                .symlink("l", "f")
                .hardlink("c", "l"),
        ],
        &["*"],
    );
    assert_eq!(files(&tree), [("f", "1", 0)]);
    assert_eq!(tree.files[0].aliases, ["c", "l"]);
    assert_eq!(
        problems(&tree),
        [
            "incomplete a: a hard link to a file that is not there; the entry is left out",
            "incomplete b: a hard link to a file that is not there; the entry is left out",
        ]
    );
}

/// Engines go by the order of the entries and may make the link before its target is taken away.
#[test]
fn a_hard_link_to_what_its_own_layer_takes_away() {
    let upper = Tar::new().hardlink("c", "d/b").file("d/.wh.b", "");
    let tree = merged(vec![Tar::new().file("d/b", "1"), upper], &["*"]);
    assert_eq!(
        problems(&tree),
        ["incomplete c: a hard link to a file that is not there; the entry is left out"]
    );
}

#[test]
fn a_symbolic_link_at_a_wanted_path() {
    let layers = || {
        vec![
            Tar::new().file("somewhere/status", "old").file("somewhere/else", "x"),
            Tar::new().symlink("var/lib/dpkg/status", "/somewhere/status"),
            Tar::new().file("somewhere/status", "new"),
        ]
    };
    // Read under its own name, the link is one more name ..
    let tree = merged(layers(), &["var/lib/dpkg/status", "somewhere/status"]);
    assert_eq!(files(&tree), [("somewhere/status", "new", 2)]);
    assert_eq!(tree.files[0].aliases, ["var/lib/dpkg/status"]);
    // .. else it is the name, and the file is read in a second look.
    let tree = merged(layers(), &["var/lib/dpkg/status"]);
    assert_eq!(files(&tree), [("var/lib/dpkg/status", "new", 2)]);
    assert!(problems(&tree).is_empty());
}

#[test]
fn wanted_paths_that_are_no_files() {
    let tree = merged(
        vec![
            Tar::new()
                .entry(b'6', b"fifo", b"", b"")
                .entry(b'3', b"device", b"", b"")
                .entry(b'4', b"unwanted", b"", b"")
                .symlink("to-fifo", "fifo")
                .symlink("to-nothing", "absent")
                .symlink("to-folder", "d")
                .dir("d"),
        ],
        &["fifo", "device", "to-fifo", "to-nothing", "to-folder"],
    );
    assert_eq!(
        problems(&tree),
        [
            "partial fifo: is a FIFO, device or socket, not a file; it is not read",
            "partial device: is a FIFO, device or socket, not a file; it is not read",
            "partial to-fifo: is a FIFO, device or socket, not a file; it is not read",
            "note to-nothing: is a link to nothing in this tree",
        ]
    );
}

#[test]
fn every_layer_counts_its_own() {
    let tree = merged(vec![Tar::new().file("a", "1"), Tar::new().dir("d").file("d/b", "")], &["*"]);
    assert_eq!(texts(&tree).len(), 2);
    assert_eq!(tree.layers.iter().map(|layer| layer.entries).collect::<Vec<_>>(), [1, 2]);
}
