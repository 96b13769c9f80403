//! Names, links and whiteouts.

use crate::case::Case;
use crate::layout::image;
use crate::tar::{Tar, npm};

const FOUND: &str = "CVE-2021-23337";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("../ and absolute names", 9, |place| {
            let up = Tar::default().file("../../outside/node_modules/axios/package.json", AXIOS);
            image(place, &[up.npm("/app", "lodash", "4.17.20").end()])
        })
        .says(FOUND),
        Case::new("link to the host's files", 0, |place| {
            place.write("secret/package.json", npm("lodash", "4.17.20"));
            let target = place.path("secret/package.json");
            image(place, &[Tar::default().symlink("node_modules/a/package.json", &target).end()])
        })
        .never(FOUND),
        Case::new("link up and out of the tree", 0, |place| {
            place.write("secret/package.json", npm("lodash", "4.17.20"));
            let target = format!("{}{}", "../".repeat(20), place.path("secret"));
            image(place, &[Tar::default().symlink("node_modules/a", &target).end()])
        })
        .never(FOUND),
        Case::new("symbolic links in a circle", 9, |place| {
            let links = Tar::default().symlink("a", "b").symlink("b", "a").symlink("c", "c/c/c");
            let links = links.symlink("app/node_modules/x/package.json", "/a/package.json");
            image(place, &[links.npm("app", "lodash", "4.17.20").end()])
        })
        .says(FOUND),
        Case::new("parent folders are links in a circle", 9, |place| {
            let links = Tar::default().symlink("a", "b").symlink("b", "a");
            let links = links.npm("a", "axios", "0.21.0").npm("app", "lodash", "4.17.20");
            image(place, &[links.end()])
        })
        .says(FOUND),
        Case::new("hard links in a circle", 9, |place| {
            let name = "x/node_modules/a/package.json";
            let links = Tar::default().hardlink(name, "y").hardlink("y", name).hardlink("z", "z");
            image(place, &[links.npm("app", "lodash", "4.17.20").end()])
        })
        .says(FOUND),
        Case::new("hard link to a file that was not wanted", 9, |place| {
            let tar = Tar::default().file("data.bin", npm("lodash", "4.17.20"));
            image(place, &[tar.hardlink("node_modules/lodash/package.json", "data.bin").end()])
        })
        .says(FOUND),
        Case::new("the same, over two layers", 9, |place| {
            let first = Tar::default().file("data.bin", npm("lodash", "4.17.20"));
            let second = Tar::default().hardlink("node_modules/lodash/package.json", "data.bin");
            image(place, &[first.end(), second.end()])
        })
        .says(FOUND),
        Case::new("100,000 hard links to one wanted file", 9, |place| {
            let mut tar = Tar::default().file("data.bin", npm("lodash", "4.17.20"));
            for number in 0..100_000 {
                let name = format!("{number}/node_modules/lodash/package.json");
                tar = tar.raw(&Tar::header(b'1', name.as_bytes(), b"data.bin", 0));
            }
            image(place, &[tar.end()])
        })
        .says(FOUND),
        Case::new("file in place of a folder", 0, |place| {
            let first = Tar::default().npm("app", "lodash", "4.17.20");
            image(place, &[first.end(), Tar::default().file("app", "text").end()])
        })
        .never(FOUND),
        Case::new("folder in place of a file", 9, |place| {
            let second = Tar::default().npm("app", "lodash", "4.17.20");
            image(place, &[Tar::default().file("app", "text").end(), second.end()])
        })
        .says(FOUND),
        Case::new("odd whiteouts", 9, |place| {
            let first = Tar::default().npm("app", "lodash", "4.17.20").npm("b", "axios", "0.21.0");
            let second = Tar::default()
                .file("app/.wh.", "")
                .file("app/.wh..", "")
                .file("app/.wh...", "")
                .file(".wh./app", "")
                .file("app/.wh..wh..wh..opq", "")
                .file("app/.wh..wh.plnk/1", "")
                .file(".wh.b", "");
            image(place, &[first.end(), second.end()])
        })
        .says(FOUND)
        .never("axios\""),
        Case::new("whiteout and opaque mark after new files", 9, |place| {
            let first = Tar::default().npm("app", "axios", "0.21.0");
            let second = Tar::default()
                .npm("app", "lodash", "4.17.20")
                .file("app/.wh..wh..opq", "")
                .file(".wh.app", "");
            image(place, &[first.end(), second.end()])
        })
        .says(FOUND)
        .never("axios\""),
        Case::new("names that are no UTF-8", 9, |place| {
            let name = b"\xff\xfe/node_modules/lodash/package.json";
            let tar = Tar::default().entry(b'0', name, b"", npm("lodash", "4.17.20").as_bytes());
            image(place, &[tar.end()])
        })
        .says(FOUND)
        .says("xff"),
        Case::new("a path of 100,000 bytes", 9, |place| {
            let long = format!("{}/node_modules/a/package.json\0", "d/".repeat(50_000));
            let tar = Tar::default().entry(b'L', b"././@LongLink", b"", long.as_bytes());
            let tar = tar.file("short", AXIOS);
            image(place, &[tar.npm("app", "lodash", "4.17.20").end()])
        })
        .says(FOUND)
        .says("max_path_bytes"),
        Case::new("a device at a wanted path", 9, |place| {
            let name = b"app/node_modules/x/package.json";
            let tar = Tar::default().entry(b'3', name, b"", b"").dir("etc/os-release");
            let tar = tar.entry(b'6', b"var/lib/dpkg/status", b"", b"");
            image(place, &[tar.npm("app", "lodash", "4.17.20").end()])
        })
        .says(FOUND),
    ]
}

const AXIOS: &str = r#"{"name":"axios","version":"0.21.0"}"#;
