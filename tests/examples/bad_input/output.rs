//! What is written, and where.

use crate::case::{Case, Place};
use crate::layout::image;
use crate::tar::{Tar, npm};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new("full disk: report to a device", 2, |place| {
            [lodash(place), vec!["--output=/dev/full".to_owned()]].concat()
        })
        .says("/dev/full"),
        Case::new("full disk: report to a file", 2, |place| {
            std::fs::create_dir(place.folder.join("full")).expect("a folder");
            let mut tar = Tar::default();
            for number in 0..200 {
                tar = tar.npm(&number.to_string(), &format!("package-{number}"), "1.0.0");
            }
            [image(place, &[tar.end()]), vec!["--output=full/report.json".to_owned()]].concat()
        })
        .within(FULL_DISK)
        .says("No space left"),
        Case::new("full disk: database", 2, |place| {
            let from = sealift_tests::project().join("examples/advisories");
            std::fs::create_dir(place.folder.join("full")).expect("a folder");
            let from = from.display().to_string();
            ["db", "build", "--from", &from, "--output=full/new.db"].map(str::to_owned).to_vec()
        })
        .within(FULL_DISK)
        .says("No space left"),
        Case::new("output in a folder that is not there", 2, |place| {
            [lodash(place), vec!["--output=./not/there.json".to_owned()]].concat()
        })
        .says("not/there.json"),
        escapes("control characters and ANSI in names: table", "table"),
        escapes("control characters and ANSI in names: json", "json"),
        escapes("control characters and ANSI in names: cyclonedx", "cyclonedx"),
        escapes("control characters and ANSI in names: spdx-json", "spdx-json"),
        Case::new("ANSI in an image's own words", 2, |place| {
            place.scan("image", "oci:./\u{1b}[31mred\u{7}\u{202e}")
        })
        .never("\u{202e}"),
    ];
    cases.retain(|case| case.within.is_empty() || may_mount());
    cases
}

fn lodash(place: &Place<'_>) -> Vec<String> {
    image(place, &[Tar::default().npm("app", "lodash", "4.17.20").end()])
}

/// Names, versions and a distribution that try to speak to the terminal.
fn escapes(name: &'static str, format: &'static str) -> Case {
    Case::new(name, 0, move |place| {
        const EVIL: &str = "\u{1b}]8;;http://x\u{7}\u{1b}[2J\u{9b}31m\r\u{202e}\u{2066}\u{0}";
        let release = "ID=debian\nVERSION_ID=\"11\u{1b}[31m\"\nPRETTY_NAME=\"\u{1b}[2J\"\n";
        let status = "Package: zlib1g\u{1b}[31m\u{202e}\nStatus: install ok installed\n\
             Architecture: amd64\nVersion: 1\u{1b}[2J\u{7}\n\nBroken \u{1b}[31m\n\n";
        let tar = Tar::default()
            .file("etc/os-release", release)
            .file("var/lib/dpkg/status", status)
            .file("a\u{1b}[31m\u{202e}\n/node_modules/b/package.json", npm(EVIL, EVIL))
            .file("c\u{1b}[2J\u{202e}\r/node_modules/d/package.json", "{\u{1b}[31m");
        let mut arguments = image(place, &[tar.end()]);
        arguments.retain(|argument| {
            !argument.starts_with("--format") && !argument.starts_with("--exit-code")
        });
        [arguments, vec![format!("--format={format}")]].concat()
    })
    .never("\u{202e}")
}

/// Runs a command in a mount namespace of its own, where `full/` is a disk of 16 KiB.
const FULL_DISK: &[&str] = &[
    "unshare",
    "--mount",
    "sh",
    "-c",
    "mount -t tmpfs -o size=16k full full && exec \"$0\" \"$@\"",
];

/// Whether the machine lets us have one.
fn may_mount() -> bool {
    let there = std::process::Command::new("unshare").args(["--mount", "true"]).output();
    there.is_ok_and(|output| output.status.success())
}
