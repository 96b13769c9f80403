//! Lockfiles, package databases and SBOMs.

use crate::archives::bomb;
use crate::case::Case;
use crate::layout::image;
use crate::tar::Tar;

const DEBIAN: &str = "ID=debian\nVERSION_ID=\"11\"\n";
const ZLIB: &str = "Package: zlib1g\nStatus: install ok installed\nSource: zlib\n\
                    Architecture: amd64\nVersion: 1:1.2.11.dfsg-2\n\n";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        lockfile("unreadable lockfile", "package-lock.json", || {
            b"{\"lockfileVersion\": 3, ".into()
        })
        .says("package-lock.json"),
        lockfile("lockfile of a million brackets", "package-lock.json", || {
            format!("{{\"packages\":{}", "[".repeat(1_000_000)).into()
        })
        .says("package-lock.json"),
        lockfile("npm v1 lockfile 10,000 deep", "package-lock.json", || {
            let deep = r#"{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","#;
            let inner = r#""dependencies":{"a":{"version":"1.0.0","#;
            format!("{deep}{}", inner.repeat(10_000)).into()
        })
        .says("package-lock.json"),
        lockfile("YAML bomb as yarn.lock", "yarn.lock", || {
            let mut text = "__metadata:\n  version: 6\na0: &a0 [lol, lol]\n".to_owned();
            for level in 1..30 {
                let uses = vec![format!("*a{}", level - 1); 10].join(", ");
                text += &format!("a{level}: &a{level} [{uses}]\n");
            }
            text.into()
        })
        .says("yarn.lock"),
        lockfile("TOML of a million brackets", "poetry.lock", || {
            format!("a = {}", "[".repeat(1_000_000)).into()
        })
        .says("poetry.lock"),
        lockfile("requirements that include themselves", "requirements.txt", || {
            b"-r requirements.txt\n-r ../requirements.txt\nurllib3==1.26.4\n".into()
        })
        .says("lodash"),
        Case::new("dpkg database cut in the middle", 9, |place| {
            let cut = &ZLIB[..ZLIB.len() - 8];
            let tar = Tar::default().file("etc/os-release", DEBIAN);
            let status = format!("{ZLIB}Package: libexpat1\n{cut}");
            image(place, &[tar.file("var/lib/dpkg/status", status).end()])
        })
        .says("zlib1g")
        .says("Diagnostics"),
        Case::new("dpkg database of random bytes", 3, |place| {
            let noise: Vec<u8> = (0..100_000_u32)
                .flat_map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes())
                .collect();
            let tar = Tar::default().file("etc/os-release", DEBIAN);
            image(place, &[tar.file("var/lib/dpkg/status", noise).end()])
        })
        .says("dpkg/status"),
        Case::new("dpkg database with a line of 100 MiB", 9, |place| {
            let line = format!("Description: {}\n\n", "x".repeat(100 << 20));
            let tar = Tar::default().file("etc/os-release", DEBIAN);
            let status = format!("{ZLIB}Package: long\n{line}");
            image(place, &[tar.file("var/lib/dpkg/status", status).end()])
        })
        .says("zlib1g"),
        Case::new("apk database cut in the middle", 3, |place| {
            let tar = Tar::default().file("etc/os-release", "ID=alpine\nVERSION_ID=3.9.4\n");
            let installed = "C:Q1\nP:musl\nV:1.1.20-r4\nA:x86_64\n\nC:Q1\nP:busybo";
            image(place, &[tar.file("lib/apk/db/installed", installed).end()])
        })
        .says("musl")
        .says("lib/apk/db/installed"),
        sbom("CycloneDX XML bomb", || bomb("bom").into()),
        sbom("JSON SBOM of a million brackets", || {
            format!("{{\"bomFormat\":\"CycloneDX\",\"components\":{}", "[".repeat(1_000_000)).into()
        }),
        Case::new("CycloneDX components 50 deep", 9, |place| {
            let open = r#"{"type":"library","name":"lodash","version":"4.17.20",
                "purl":"pkg:npm/lodash@4.17.20","components":["#;
            let nested = format!("{}{}", open.repeat(50), "]}".repeat(50));
            let head = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":["#;
            place.write("bom.json", format!("{head}{nested}]}}"));
            place.scan("sbom", &place.path("bom.json"))
        })
        .says("CVE-2021-23337")
        .says("max_component_depth"),
        sbom("SBOM that is no text", || vec![0xff; 1 << 20]),
        sbom("SBOM cut in the middle", || {
            br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"lib"#.into()
        }),
    ]
}

/// A source tree with a lockfile, and an installed package beside it.
fn lockfile(name: &'static str, file: &'static str, make: fn() -> Vec<u8>) -> Case {
    Case::new(name, 9, move |place| {
        place.write(file, make());
        place.write(
            "other/package-lock.json",
            r#"{"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.20"}}}"#,
        );
        place.scan("fs", &place.path("."))
    })
    .says("CVE-2021-23337")
}

/// A document that is refused.
fn sbom(name: &'static str, make: fn() -> Vec<u8>) -> Case {
    Case::new(name, 2, move |place| {
        place.write("bom.json", make());
        place.scan("sbom", &place.path("bom.json"))
    })
    .says("bom.json")
}
