//! Folders of the host with things in them that are no files.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use crate::case::{Case, Place};
use crate::tar::npm;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("FIFO at a wanted path", 9, |place| {
            let name = wanted(place);
            special("mkfifo", &[&name]);
            place.rootfs()
        })
        .says("CVE-2021-23337"),
        Case::new("socket at a wanted path", 9, |place| {
            let name = wanted(place);
            drop(UnixListener::bind(name).expect("a socket"));
            place.rootfs()
        })
        .says("CVE-2021-23337"),
        Case::new("device at a wanted path", 9, |place| {
            let name = wanted(place);
            // Where devices cannot be made, a link to one has to do.
            if !Command::new("mknod").args([&name, "c", "1", "5"]).status().expect("runs").success()
            {
                symlink("/dev/zero", &name).expect("a link");
            }
            place.rootfs()
        })
        .says("CVE-2021-23337"),
        Case::new("link to a device at a wanted path", 9, |place| {
            let name = wanted(place);
            symlink("/dev/zero", name).expect("a link");
            place.rootfs()
        })
        .says("CVE-2021-23337"),
        Case::new("link out of the folder at a wanted path", 9, |place| {
            let name = wanted(place);
            let outside = tempfile::Builder::new().suffix(".json").tempfile().expect("a file");
            let (_, path) = outside.keep().expect("a file that stays");
            std::fs::write(&path, npm("axios", "0.21.0")).expect("a file");
            symlink(&path, name).expect("a link");
            place.rootfs()
        })
        .says("CVE-2021-23337")
        .never("axios\""),
        Case::new("links in a circle", 9, |place| {
            let name = wanted(place);
            symlink(".", place.folder.join("app/self")).expect("a link");
            symlink("..", place.folder.join("app/up")).expect("a link");
            symlink(&name, &name).expect("a link");
            place.rootfs()
        })
        .says("CVE-2021-23337"),
        Case::new("folders 2,000 deep", 9, |place| {
            wanted(place);
            std::fs::create_dir_all(place.folder.join("d/".repeat(1_900))).expect("folders");
            place.rootfs()
        })
        .says("CVE-2021-23337"),
        Case::new("file of 1 TiB at a wanted path", 9, |place| {
            let file = std::fs::File::create(wanted(place)).expect("a file");
            file.set_len(1 << 40).expect("a sparse file");
            place.rootfs()
        })
        .says("CVE-2021-23337")
        .says("max_"),
        Case::new("folder at every wanted path", 9, |place| {
            for name in ["etc/os-release", "var/lib/dpkg/status", "lib/apk/db/installed", "a.jar"] {
                std::fs::create_dir_all(place.folder.join(name)).expect("folders");
            }
            std::fs::create_dir(wanted(place)).expect("a folder");
            place.rootfs()
        })
        .says("CVE-2021-23337"),
    ]
}

/// One package that is to be found, and the path where another could be.
fn wanted(place: &Place<'_>) -> String {
    place.write("app/node_modules/lodash/package.json", npm("lodash", "4.17.20"));
    std::fs::create_dir_all(place.folder.join("app/node_modules/x")).expect("a folder");
    place.path("app/node_modules/x/package.json")
}

/// Makes a special file with a command.
pub(crate) fn special(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status().expect("coreutils");
    assert!(status.success(), "{program} {arguments:?}");
}
