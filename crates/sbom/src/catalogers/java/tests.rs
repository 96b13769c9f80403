//! Whole archives, good and hostile.

use proptest::prelude::*;
use sealift_layers::{File, Limits, Metadata, TreePath};
use sealift_model::Impact;

use super::Archive;
use super::testing::{Item, deflated, pom, stored, zip};
use crate::{Catalog, Cataloger, Error, Facts, MergedFacts, MergedFile};

/// `name version place` of each package, and `place: message` of each problem.
fn read_with(name: &str, bytes: Vec<u8>, limits: &Limits) -> (Vec<String>, Vec<String>) {
    let mut file = File::from_bytes(TreePath::from(name), bytes, limits);
    let mut facts = Facts::default();
    Archive.read(&mut file, &mut facts).expect("a zip archive");
    let packages = facts.packages().map(|package| {
        let place = package.locations.first().map_or("", |location| &location.path);
        format!("{} {} {place}", package.name, package.version).trim_end().to_owned()
    });
    let problems = facts.problems.iter().map(|problem| {
        format!("{}: {}", problem.inner_path.as_deref().unwrap_or_default(), problem.message)
    });
    (packages.collect(), problems.collect())
}

fn read(items: &[Item]) -> (Vec<String>, Vec<String>) {
    read_with("app.jar", zip(items), &Limits::default())
}

fn fails(bytes: Vec<u8>) -> Error {
    let limits = Limits::default();
    let mut file = File::from_bytes(TreePath::from("app.jar"), bytes, &limits);
    Archive.read(&mut file, &mut Facts::default()).expect_err("not an archive")
}

/// `depth` archives, each in the one before; the innermost is `g:a:1`.
fn nested(depth: u32) -> Vec<u8> {
    (1..depth).fold(zip(&[pom("g", "a", "1")]), |inner, _| zip(&[stored("x.jar", &inner)]))
}

#[test]
fn wants_archives_by_name_and_shared_names_by_content() {
    let metadata = Metadata::new(4, 0o644);
    let wants = |path: &str, head: &[u8]| Archive.wants(TreePath::from(path), &metadata, head);
    assert!(wants("a/b.jar", b"") && wants("a/B.WAR", b"#!/bin/sh"));
    assert!(wants("a/b.rar", b"PK\x03\x04") && !wants("a/b.rar", b"Rar!"));
    assert!(!wants("a/b.zip", b"PK\x03\x04") && !wants("a/.jar", b"PK\x03\x04"));
}

#[test]
fn reads_nested_archives_stored_and_deflated() {
    let library = zip(&[pom("g", "lib", "1")]);
    let war = zip(&[pom("g", "web", "2"), deflated("WEB-INF/lib/lib.jar", &library)]);
    let (packages, problems) = read(&[pom("g", "app", "3"), stored("web.war", &war)]);
    let expected = ["g:app 3", "g:web 2 web.war", "g:lib 1 web.war:WEB-INF/lib/lib.jar"];
    assert_eq!((packages.as_slice(), problems.len()), (&expected.map(str::to_owned)[..], 0));
}

#[test]
fn reads_all_that_is_shaded_in() {
    let (packages, problems) = read(&[pom("g", "app", "3"), pom("h", "lib", "1")]);
    assert_eq!((packages, problems), (vec!["g:app 3".to_owned(), "h:lib 1".to_owned()], vec![]));
}

#[test]
fn reads_an_archive_behind_a_program() {
    let mut bytes = b"#!/bin/sh\nexec java -jar $0\n".to_vec();
    bytes.extend(zip(&[pom("g", "app", "3")]));
    assert_eq!(read_with("app.jar", bytes, &Limits::default()).0, ["g:app 3"]);
}

#[test]
fn what_is_no_archive_or_cut_is_an_error() {
    let whole = zip(&[pom("g", "app", "3")]);
    for bytes in [vec![], b"hello".to_vec(), whole[..whole.len() - 1].to_vec()] {
        assert!(matches!(fails(bytes), Error::Malformed { format: "zip archive", .. }));
    }
}

#[test]
fn a_broken_nested_archive_leaves_the_rest() {
    let (packages, problems) = read(&[stored("bad.jar", b"no zip"), pom("g", "app", "3")]);
    assert_eq!(packages, ["g:app 3"]);
    assert_eq!(problems, ["bad.jar: not a valid zip archive: no central directory at its end"]);
}

#[test]
fn depth_is_bounded_and_what_was_read_is_kept() {
    let mut limits = Limits::default();
    limits.max_archive_depth = 3;
    assert_eq!(read_with("x.jar", nested(3), &limits).0, ["g:a 1 x.jar:x.jar"]);
    let (packages, problems) = read_with("x.jar", nested(4), &limits);
    assert_eq!(packages, [""; 0]);
    let place = "x.jar:x.jar:x.jar";
    assert_eq!(problems, [format!("{place}: not read: limit exceeded: max_archive_depth (3)")]);
}

#[test]
fn a_bomb_stops_with_its_limit() {
    let mut limits = Limits::default();
    limits.max_file_bytes = 100_000;
    let items = [deflated("bomb.jar", &[0; 200_000]), pom("g", "app", "3")];
    let (packages, problems) = read_with("app.jar", zip(&items), &limits);
    assert_eq!(packages, ["g:app 3"]);
    assert_eq!(problems, ["bomb.jar: not read: limit exceeded: max_file_bytes (100000)"]);
    limits.max_document_bytes = 50;
    let manifest = deflated("META-INF/MANIFEST.MF", &[b' '; 51]);
    let (_, problems) = read_with("app.jar", zip(&[manifest]), &limits);
    let message = "not read: limit exceeded: max_document_bytes (50)";
    assert_eq!(problems, [format!("META-INF/MANIFEST.MF: {message}")]);
}

#[test]
fn what_inflates_too_far_hides_nothing_beside_it() {
    let blank = vec![b' '; 4 << 20];
    let lib = zip(&[pom("g", "lib", "1")]);
    let items = [
        deflated("META-INF/maven/g/app/pom.xml", &blank),
        pom("g", "app", "3"),
        deflated("a.jar", &blank),
        stored("lib.jar", &lib),
    ];
    let (packages, problems) = read_with("app.jar", zip(&items), &Limits::default());
    assert_eq!(packages, ["g:app 3", "g:lib 1 lib.jar"]);
    let message = "not read: limit exceeded: max_archive_ratio (100)";
    let places = ["META-INF/maven/g/app/pom.xml", "a.jar"];
    assert_eq!(problems, places.map(|place| format!("{place}: {message}")));
    // One that lies about its size costs the archive's whole room, not what was read before.
    let lie = Item { stated_size: 9, ..deflated("META-INF/maven/g/app/pom.xml", &blank) };
    let items = [lie, pom("g", "app", "3"), stored("lib.jar", &lib)];
    let (packages, problems) = read_with("app.jar", zip(&items), &Limits::default());
    assert_eq!(packages, ["g:app 3"]);
    assert_eq!(problems, [": limit exceeded: max_archive_ratio (100)"]);
}

#[test]
fn a_limit_that_stops_an_archive_makes_the_result_incomplete() {
    let blank = deflated("a.jar", &vec![b' '; 4 << 20]);
    let limits = Limits::default();
    let mut file = File::from_bytes(TreePath::from("x.jar"), zip(&[blank]), &limits);
    let mut facts = Facts::default();
    Archive.read(&mut file, &mut facts).expect("a zip archive");
    let files = vec![MergedFile::new("x.jar", &facts)];
    let mut catalog = Catalog::default();
    Archive.assemble(&MergedFacts::new("java-archive", files), &mut catalog);
    let impacts: Vec<Impact> = catalog.diagnostics().iter().map(|it| it.impact).collect();
    assert_eq!(impacts, [Impact::Incomplete]);
}

#[test]
fn entries_and_unpacked_bytes_are_bounded_over_all_nested_archives() {
    let mut limits = Limits::default();
    limits.max_archive_entries = 3;
    let inner = zip(&[pom("g", "a", "1"), pom("g", "b", "1")]);
    let items = [pom("g", "app", "3"), stored("x.jar", &inner)];
    let (packages, problems) = read_with("app.jar", zip(&items), &limits);
    assert_eq!(packages, ["g:app 3", "g:a 1 x.jar"]);
    assert_eq!(problems, [": limit exceeded: max_archive_entries (3)"]);
    limits.max_archive_entries = 10;
    limits.max_archive_bytes = 100;
    let (_, problems) = read_with("app.jar", zip(&items), &limits);
    assert_eq!(problems, [": limit exceeded: max_archive_bytes (100)"]);
}

#[test]
fn headers_that_disagree_are_said_and_the_directory_counts() {
    let hidden = Item { local_name: "read.me".to_owned(), ..pom("g", "app", "3") };
    let name = hidden.name.clone();
    let (packages, problems) = read(&[hidden]);
    assert_eq!(packages, ["g:app 3"]);
    let message = "local headers contradict the central directory for 1 entries";
    assert_eq!(problems, [format!(": {message}: {name}")]);
}

#[test]
fn entries_that_share_data_are_read_once() {
    let inner = zip(&[pom("g", "a", "1")]);
    let again = Item { name: "y.jar".to_owned(), shares_data: true, ..stored("x.jar", &inner) };
    let (packages, problems) = read(&[stored("x.jar", &inner), again]);
    assert_eq!(packages, ["g:a 1 x.jar"]);
    assert!(
        problems.iter().any(|it| it == "y.jar: not read: its data overlaps that of another entry")
    );
}

#[test]
fn a_wrong_size_or_checksum_hides_nothing() {
    let small = Item { stated_size: 1, ..pom("g", "app", "3") };
    let name = small.name.clone();
    let (packages, problems) = read(&[small]);
    assert_eq!(packages, ["g:app 3"]);
    assert_eq!(problems, [format!("{name}: its size is not what the central directory says")]);
    let (packages, problems) = read(&[Item { crc32: 0, ..pom("g", "app", "3") }]);
    assert_eq!(packages, ["g:app 3"]);
    assert_eq!(problems, [format!("{name}: its checksum is wrong")]);
}

#[test]
fn what_cannot_be_unpacked_is_said() {
    for (item, reason) in [
        (Item { flags: 1, ..stored("a.jar", b"x") }, "encrypted"),
        (Item { method: 93, ..stored("a.jar", b"x") }, "compression method 93 is not supported"),
    ] {
        assert_eq!(read(&[item]).1, [format!("a.jar: not read: {reason}")]);
    }
    let broken = Item { data: vec![0xff; 9], ..deflated("a.jar", b"x") };
    let problems = read(&[broken]).1;
    assert!(problems[0].starts_with("a.jar: not read: cannot be inflated"), "{problems:?}");
}

#[test]
fn an_archive_of_classes_without_identity_is_said() {
    let (packages, problems) = read(&[stored("a/B.class", b"")]);
    assert_eq!(packages, [""; 0]);
    let reason = "not identified: no Maven metadata and no version in manifest or name";
    assert_eq!(problems, [format!(": {reason}")]);
}

#[test]
fn metadata_that_is_given_twice_is_said() {
    let mut second = pom("g", "other", "1");
    second.name = pom("g", "app", "3").name;
    second.local_name = second.name.clone();
    let (packages, problems) = read(&[pom("g", "app", "3"), second]);
    assert_eq!(packages, ["g:other 1"]);
    let place = "META-INF/maven/g/app/pom.properties";
    assert_eq!(problems, [format!("{place}: given twice, the last one counts")]);
}

proptest! {
    #[test]
    fn damaged_archives_never_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let library = zip(&[pom("g", "lib", "1"), stored("META-INF/MANIFEST.MF", b"A: b\n")]);
        let mut bytes = zip(&[stored("a.jar", &library), deflated("b.jar", &library)]);
        for (place, value) in damage {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        let cut = cut.index(bytes.len() * 4);
        bytes.truncate(cut);
        let limits = Limits::default();
        let mut file = File::from_bytes(TreePath::from("app.jar"), bytes, &limits);
        drop(Archive.read(&mut file, &mut Facts::default()));
    }
}
