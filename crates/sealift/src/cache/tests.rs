use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::Duration;

use tempfile::TempDir;

use super::*;

const START: Duration = Duration::from_secs(2_000_000_000);

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + START + Duration::from_secs(seconds)
}

fn cache(folder: &TempDir, seconds: u64) -> LayerCache {
    LayerCache::new(folder.path().join("below/layers"), at(seconds))
}

fn key(name: &str) -> Digest {
    Digest::sha256_of(name.as_bytes())
}

#[test]
fn gives_out_what_was_put_in() {
    let folder = TempDir::new().unwrap();
    let cache = cache(&folder, 0);
    assert_eq!(cache.get(&key("a")), None);
    assert_eq!(cache.size().unwrap(), CacheSize::default());
    for content in [&b""[..], b"one", &[7; 100_000]] {
        cache.put(&key("a"), content);
        assert_eq!(cache.get(&key("a")).as_deref(), Some(content));
        assert_eq!(cache.get(&key("b")), None);
    }
    assert_eq!(cache.size().unwrap().entries, 1);
    assert!(cache.take_problem().is_none());
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(cache.folder()), 0o700);
    assert_eq!(mode(&cache.folder().join(key("a").hex())), 0o600);
}

#[test]
fn what_is_damaged_or_foreign_is_not_given_out() {
    let folder = TempDir::new().unwrap();
    let cache = cache(&folder, 0);
    cache.put(&key("a"), b"the content");
    let path = cache.folder().join(key("a").hex());
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            fs::write(&path, changed).unwrap();
            assert_eq!(cache.get(&key("a")), None, "bit {bit} of byte {at}");
        }
        fs::write(&path, &whole[..at]).unwrap();
        assert_eq!(cache.get(&key("a")), None, "the first {at} bytes");
    }
    fs::write(&path, [&whole[..], b"x"].concat()).unwrap();
    assert_eq!(cache.get(&key("a")), None, "with a byte more");
    fs::write(&path, &whole).unwrap();
    assert!(cache.get(&key("a")).is_some());
    // Under another name it is none.
    fs::rename(&path, cache.folder().join(key("b").hex())).unwrap();
    assert_eq!(cache.get(&key("b")), None);
    symlink(cache.folder().join(key("b").hex()), &path).unwrap();
    assert_eq!(cache.get(&key("a")), None);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(cache.get(&key("a")), None);
}

#[test]
fn what_was_not_used_for_the_longest_time_goes() {
    let folder = TempDir::new().unwrap();
    let names = ["a", "b", "c", "d"];
    for (used, name) in (0..).zip(names) {
        let cache = cache(&folder, used);
        cache.put(&key(name), &[0; 1_000]);
        cache.get(&key(name)).unwrap();
    }
    assert!(cache(&folder, 10).get(&key("a")).is_some());
    let cache = cache(&folder, 11).with_max_bytes(3_500);
    // Only who has written keeps to the bound.
    cache.trim();
    assert_eq!(cache.size().unwrap().entries, 4);
    cache.put(&key("e"), &[0; 1_000]);
    cache.get(&key("e")).unwrap();
    cache.trim();
    let left: Vec<_> = ["a", "b", "c", "d", "e"]
        .into_iter()
        .filter(|name| cache.get(&key(name)).is_some())
        .collect();
    assert_eq!(left, ["a", "d", "e"]);
    // What is larger than all is not even begun.
    cache.put(&key("f"), &[0; 4_000]);
    assert_eq!(cache.get(&key("f")), None);
    assert!(cache.take_problem().is_none());
}

#[test]
fn what_dead_writers_left_goes_and_nothing_of_others() {
    let folder = TempDir::new().unwrap();
    let cache = cache(&folder, 2 * 3600);
    cache.put(&key("a"), b"a");
    for (name, modified) in [(".new-dead", at(0)), (".new-alive", at(3601)), ("other", at(0))] {
        let file = File::create(cache.folder().join(name)).unwrap();
        file.set_modified(modified).unwrap();
    }
    let names = || {
        let files = fs::read_dir(cache.folder()).unwrap();
        let mut names: Vec<_> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    cache.trim();
    assert_eq!(names(), [".new-alive", &key("a").hex(), "other"]);
    assert_eq!(cache.clear().unwrap().entries, 1);
    assert_eq!(names(), ["other"]);
    fs::remove_file(cache.folder().join("other")).unwrap();
    cache.clear().unwrap();
    assert!(!cache.folder().exists());
}

#[test]
fn a_name_alone_makes_no_entry() {
    let folder = TempDir::new().unwrap();
    let cache = cache(&folder, 2 * 3600).with_max_bytes(10);
    cache.put(&key("a"), b"a");
    let foreign = [key("b").hex(), ".new-notes.txt".to_owned()];
    for name in &foreign {
        let file = File::create(cache.folder().join(name)).unwrap();
        fs::write(cache.folder().join(name), "somebody's own work").unwrap();
        file.set_modified(at(0)).unwrap();
    }
    cache.trim();
    cache.clear().unwrap();
    let is_left = |name: &String| cache.folder().join(name).exists();
    assert!(foreign.iter().all(is_left) && !is_left(&key("a").hex()));
}

/// Only root can make a folder somebody else's.
#[test]
fn a_folder_of_somebody_else_is_not_used() {
    let folder = TempDir::new().unwrap();
    cache(&folder, 0).put(&key("a"), b"a");
    let cache = cache(&folder, 0);
    if std::os::unix::fs::chown(cache.folder(), Some(12_345), None).is_ok() {
        assert_eq!(cache.get(&key("a")), None);
        assert!(matches!(cache.take_problem(), Some(Error::Io { .. })));
    }
}

#[test]
fn a_folder_that_others_may_write_to_is_not_used() {
    let folder = TempDir::new().unwrap();
    cache(&folder, 0).put(&key("a"), b"a");
    for mode in [0o777, 0o720] {
        let cache = cache(&folder, 0);
        fs::set_permissions(cache.folder(), Permissions::from_mode(mode)).unwrap();
        assert_eq!(cache.get(&key("a")), None);
        cache.put(&key("b"), b"b");
        assert!(!cache.folder().join(key("b").hex()).exists());
        assert!(matches!(cache.take_problem(), Some(Error::Io { .. })));
        assert!(cache.take_problem().is_none(), "told once");
    }
}

#[test]
fn without_a_place_nothing_is_kept_and_nothing_fails() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("below"), "a file").unwrap();
    let cache = cache(&folder, 0);
    cache.put(&key("a"), b"a");
    assert_eq!(cache.get(&key("a")), None);
    cache.trim();
    let Some(Error::Io { path, .. }) = cache.take_problem() else { panic!("a problem") };
    assert_eq!(path, cache.folder());
}
