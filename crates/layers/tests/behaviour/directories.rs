//! Plain directories.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sealift_layers::{Error, Limits, Progress, ReadOptions, Tree, read_directory};

use crate::support::{Texts, problems, texts};

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn read(root: &Path, wanted: &[&str]) -> Tree<String> {
    let limits = Limits::default();
    read_directory(root, &Texts::of(wanted), &ReadOptions::new(&limits)).unwrap()
}

#[test]
fn finds_files_and_skips_folders() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("a", "1"), ("d/e/b", "2"), ("d/skipped/c", "3"), (".wh.x", "4"), ("empty", "")]);
    let tree = read(root, &["*"]);
    assert_eq!(
        texts(&tree).into_iter().collect::<Vec<_>>(),
        [(".wh.x", "4"), ("a", "1"), ("d/e/b", "2"), ("empty", "")]
    );
    assert!(tree.files.iter().all(|file| file.layer.is_none() && tree.diff_id(file).is_none()));
    assert_eq!(tree.layers.len(), 1);
    assert_eq!((tree.layers[0].entries, &tree.layers[0].diff_id), (6, &None));
    assert!(problems(&tree).is_empty());
}

#[test]
fn the_result_is_the_same_whatever_the_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..500 {
        write(folder.path(), &[(&format!("{}/{number}", number % 7), &number.to_string())]);
    }
    let limits = Limits::default();
    let one = read(folder.path(), &["*"]);
    assert_eq!(one.files.len(), 500);
    for threads in 2..6 {
        let options = ReadOptions::new(&limits).with_threads(NonZeroUsize::new(threads).unwrap());
        let several = read_directory(folder.path(), &Texts::of(&["*"]), &options).unwrap();
        assert_eq!(format!("{several:?}"), format!("{one:?}"));
    }
}

#[test]
fn a_missing_target_or_a_file() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("file", "")]);
    let limits = Limits::default();
    for name in ["absent", "file"] {
        let path = folder.path().join(name);
        let result = read_directory(&path, &Texts::of(&[]), &ReadOptions::new(&limits));
        assert!(matches!(result, Err(Error::File { path: named, .. }) if named == path));
    }
}

#[test]
fn more_entries_than_allowed() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]);
    let mut limits = Limits::default();
    limits.max_layer_entries = 2;
    let options = ReadOptions::new(&limits);
    let tree = read_directory(folder.path(), &Texts::of(&["*"]), &options).unwrap();
    assert_eq!(tree.files.len(), 2);
    assert!(problems(&tree)[0].starts_with("incomplete limit exceeded: max_layer_entries (2)"));
}

#[test]
fn progress_is_told_and_cancelling_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a", "1"), ("b", "2")]);
    let limits = Limits::default();
    let read = AtomicU64::new(0);
    let progress = |progress| match progress {
        Progress::DirectoryStarted { files } => assert_eq!(files, 2),
        Progress::FileRead => {
            read.fetch_add(1, Ordering::Relaxed);
        }
        other => panic!("{other:?}"),
    };
    let cancelled = AtomicBool::new(false);
    let asked = || cancelled.load(Ordering::Relaxed);
    let options = ReadOptions::new(&limits).with_progress(&progress).with_cancelled(&asked);
    read_directory(folder.path(), &Texts::of(&[]), &options).unwrap();
    assert_eq!(read.load(Ordering::Relaxed), 2);
    cancelled.store(true, Ordering::Relaxed);
    let result = read_directory(folder.path(), &Texts::of(&[]), &options);
    assert!(matches!(result, Err(Error::Cancelled)));
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let _socket = UnixListener::bind(root.join("socket")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(root.join("fifo")).status().unwrap();
        assert!(made.success());
        symlink("fifo", root.join("link")).unwrap();
        // A device, named by a link that leads out.
        symlink("/dev/zero", root.join("zero")).unwrap();
        write(root, &[("a", "1")]);
        let tree = read(root, &["*"]);
        assert_eq!(texts(&tree).into_iter().collect::<Vec<_>>(), [("a", "1")]);
        assert_eq!(
            problems(&tree),
            [
                "partial fifo: is a FIFO, device or socket, not a file; it is not read",
                "partial link: is a FIFO, device or socket, not a file; it is not read",
                "partial socket: is a FIFO, device or socket, not a file; it is not read",
                "note zero: is a link to nothing in this tree",
            ]
        );
    }

    #[test]
    fn links_stay_inside() {
        let outside = tempfile::tempdir().unwrap();
        write(outside.path(), &[("secret", "outside")]);
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, &[("d/real", "inside"), ("etc/passwd", "own")]);
        symlink(outside.path().join("secret"), root.join("absolute")).unwrap();
        symlink(outside.path(), root.join("folder")).unwrap();
        symlink("../../../../../../../etc/passwd", root.join("d/up")).unwrap();
        symlink("/d/real", root.join("rooted")).unwrap();
        symlink("../d", root.join("d/around")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        symlink("../../elsewhere/lock", root.join("d/out")).unwrap();
        let tree = read(root, &["*"]);
        assert_eq!(
            texts(&tree).into_iter().collect::<Vec<_>>(),
            [("d/real", "inside"), ("etc/passwd", "own")]
        );
        assert_eq!(tree.files[0].aliases, ["rooted"]);
        assert_eq!(tree.files[1].aliases, ["d/up"]);
        assert_eq!(
            problems(&tree),
            [
                "note absolute: is a link to nothing in this tree",
                "note folder: is a link to nothing in this tree",
                "partial loop: is a link into links that do not end",
                "partial d/out: is a link that leads out of the tree; it is not followed",
            ]
        );
    }

    #[test]
    fn a_link_at_a_wanted_path_and_a_hard_link() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, &[("store/1", "text"), ("store/2", "more")]);
        fs::create_dir_all(root.join("var")).unwrap();
        symlink("../store/1", root.join("var/status")).unwrap();
        fs::hard_link(root.join("store/2"), root.join("var/linked")).unwrap();
        let tree = read(root, &["var/status", "var/linked"]);
        assert_eq!(
            texts(&tree).into_iter().collect::<Vec<_>>(),
            [("var/linked", "more"), ("var/status", "text")]
        );
    }

    #[test]
    fn names_that_are_no_utf8() {
        let folder = tempfile::tempdir().unwrap();
        let name = OsStr::from_bytes(b"a\xffb");
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("f"), "text").unwrap();
        let tree = read(folder.path(), &["a\\xffb/f"]);
        assert_eq!(texts(&tree)["a\\xffb/f"], "text");
    }

    #[test]
    fn what_must_not_be_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, &[("file", "1"), ("folder/f", "2"), ("other", "3")]);
        let close = |name: &str| {
            let closed = fs::Permissions::from_mode(0o000);
            fs::set_permissions(root.join(name), closed).unwrap();
        };
        close("file");
        close("folder");
        // The administrator may read everything.
        let may_read_all = fs::read(root.join("file")).is_ok();
        let tree = read(root, &["file", "other"]);
        fs::set_permissions(root.join("folder"), fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(texts(&tree)["other"], "3");
        if !may_read_all {
            let problems = problems(&tree);
            assert!(problems[0].starts_with("partial folder: the folder cannot be read: "));
            assert!(problems[1].starts_with("partial file: cannot be read: "));
        }
    }
}
