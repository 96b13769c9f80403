//! Packages of operating systems from the files of a tree to the inventory, through the public
//! interface.
#![expect(clippy::unwrap_used, reason = "a suite stops at what it cannot read")]

use sealift_layers::{File, Limits, Metadata, TreePath};
use sealift_model::{Diagnostic, Digest, Impact, Package};
use sealift_sbom::{
    ALL, Catalog, Cataloger, Facts, MergedFacts, MergedFile, identify_distribution,
};

const DEBIAN: (&str, &str) = ("usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
const ALPINE: (&str, &str) = ("etc/os-release", "ID=alpine\nVERSION_ID=3.9.2\n");

const STATUS: &str = "var/lib/dpkg/status";
const INSTALLED: &str = "lib/apk/db/installed";

/// What a tree of these files holds: packages and diagnostics.
fn scan(files: &[(&str, &str)]) -> (Vec<Package>, Vec<Diagnostic>) {
    let layer = Digest::sha256_of(b"layer");
    let facts: Vec<_> = ALL.iter().map(|cataloger| (*cataloger, read(*cataloger, files))).collect();
    let release = facts.iter().find(|(cataloger, _)| cataloger.name() == "os-release").unwrap();
    let (distribution, _) = identify_distribution(&merged(&release.1, &layer));
    let mut catalog = Catalog::default();
    for (cataloger, read) in &facts {
        let mut merged = MergedFacts::new(cataloger.name(), merged(read, &layer));
        merged.distribution = distribution.as_ref();
        cataloger.assemble(&merged, &mut catalog);
    }
    (catalog.packages().to_vec(), catalog.diagnostics().to_vec())
}

fn read<'f>(cataloger: &dyn Cataloger, files: &[(&'f str, &str)]) -> Vec<(&'f str, Facts)> {
    let limits = Limits::default();
    let mut read = Vec::new();
    for (path, content) in files {
        let path_in_tree = TreePath::from(*path);
        if cataloger.wants(path_in_tree, &Metadata::new(1, 0o644), &[]) {
            let mut facts = Facts::default();
            let bytes = content.as_bytes().to_vec();
            cataloger
                .read(&mut File::from_bytes(path_in_tree, bytes, &limits), &mut facts)
                .unwrap();
            read.push((*path, facts));
        }
    }
    read
}

fn merged<'a>(read: &'a [(&str, Facts)], layer: &'a Digest) -> Vec<MergedFile<'a>> {
    let files = read.iter().map(|(path, facts)| {
        let mut file = MergedFile::new(*path, facts);
        file.layer = Some(layer);
        file
    });
    files.collect()
}

fn purls(packages: &[Package]) -> Vec<String> {
    packages.iter().map(|package| package.purl.to_string()).collect()
}

#[test]
fn a_debian_package_has_its_distribution_source_licences_and_needs() {
    let status = "Package: curl\nStatus: install ok installed\nMaintainer: A <a@example.org>\n\
                  Architecture: amd64\nVersion: 1:7.88-1+b1\nSource: curl (7.88-1)\n\
                  Depends: libc6 (>= 2.34), awk | gawk, absent\n\n\
                  Package: libc6\nStatus: hold ok installed\nArchitecture: amd64\nVersion: 2.36\n\n\
                  Package: mawk\nStatus: install ok unpacked\nArchitecture: amd64\nVersion: 1.3\nProvides: awk\n\n\
                  Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n\n";
    let copyright = "Files: *\nLicense: curl\n\nFiles: debian/*\nLicense: GPL-2+\n";
    let files = [DEBIAN, (STATUS, status), ("usr/share/doc/curl/copyright", copyright)];
    let (packages, diagnostics) = scan(&files);
    assert_eq!(diagnostics, []);
    assert_eq!(packages.len(), 3);
    let curl = &packages[0];
    let purl =
        "pkg:deb/debian/curl@1:7.88-1%2Bb1?arch=amd64&distro=debian-12&upstream=curl%407.88-1";
    assert_eq!(curl.purl, purl.parse().unwrap());
    assert_eq!((curl.id().as_str(), curl.cataloger.as_str()), ("curl@1:7.88-1+b1", "dpkg-status"));
    assert_eq!(curl.source.as_ref().map(|source| source.version.as_str()), Some("7.88-1"));
    assert_eq!(curl.licenses, ["curl", "GPL-2.0-or-later"]);
    assert_eq!(curl.depends_on, ["libc6@2.36", "mawk@1.3"]);
    let place = &curl.locations[0];
    assert_eq!(
        (place.path.as_str(), place.lines, place.layer.is_some()),
        (STATUS, Some((1, 7)), true)
    );
}

#[test]
fn distroless_images_list_packages_in_a_folder() {
    let files = [
        DEBIAN,
        ("var/lib/dpkg/status.d/libc6", "Package: libc6\nVersion: 2.36\nArchitecture: amd64"),
        ("var/lib/dpkg/status.d/libc6.md5sums", "0123  lib/libc.so.6\n"),
        ("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2026b-0\nArchitecture: all\n"),
    ];
    let (packages, diagnostics) = scan(&files);
    let expected = [
        "pkg:deb/debian/libc6@2.36?arch=amd64&distro=debian-12",
        "pkg:deb/debian/tzdata@2026b-0?arch=all&distro=debian-12",
    ];
    assert_eq!((purls(&packages), diagnostics), (expected.map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn both_architectures_of_a_package_are_packages() {
    let record = |arch| format!("Package: libc6\nArchitecture: {arch}\nVersion: 2.36\n\n");
    let (packages, diagnostics) = scan(&[DEBIAN, (STATUS, &(record("amd64") + &record("i386")))]);
    assert_eq!((packages.len(), diagnostics.len()), (2, 0));
}

#[test]
fn an_apk_package_has_its_distribution_origin_and_needs() {
    let installed = "P:musl\nV:1.1.20-r4\nA:x86_64\nL:MIT\no:musl\np:so:libc.musl-x86_64.so.1=1\n\n\
                     P:libcrypto1.1\nV:1.1.1b-r1\nA:x86_64\nL:OpenSSL\no:openssl\nD:so:libc.musl-x86_64.so.1\n\n\
                     P:.build\nV:2019\nA:noarch\nT:virtual meta package\nD:musl\n\n";
    let (packages, diagnostics) = scan(&[ALPINE, (INSTALLED, installed)]);
    let expected = [
        "pkg:apk/alpine/musl@1.1.20-r4?arch=x86_64&distro=alpine-3.9.2",
        "pkg:apk/alpine/libcrypto1.1@1.1.1b-r1?arch=x86_64&distro=alpine-3.9.2&upstream=openssl",
    ];
    assert_eq!((purls(&packages), diagnostics), (expected.map(str::to_owned).to_vec(), vec![]));
    assert_eq!(packages[1].source.as_ref().map(|source| source.name.as_str()), Some("openssl"));
    assert_eq!(packages[1].depends_on, ["musl@1.1.20-r4"]);
    let (merged_usr, _) = scan(&[ALPINE, ("usr/lib/apk/db/installed", installed)]);
    assert_eq!(purls(&merged_usr), purls(&packages));
}

#[test]
fn a_cut_database_leaves_the_inventory_incomplete() {
    for (files, line) in [
        ([DEBIAN, (STATUS, "Package: a\nVersion: 1\n\nPackage: b\nVer")], 5),
        ([ALPINE, (INSTALLED, "P:a\nV:1\n\nP:b\nV:")], 5),
    ] {
        let (packages, diagnostics) = scan(&files);
        assert_eq!(purls(&packages).len(), 1);
        let first = &diagnostics[0];
        assert_eq!((first.impact, first.line), (Impact::Incomplete, Some(line)));
        assert_eq!(first.path.as_deref(), Some(files[1].0));
    }
}

#[test]
fn a_database_of_another_manager_is_not_of_this_distribution() {
    let (packages, diagnostics) = scan(&[DEBIAN, (INSTALLED, "P:a\nV:1\n\n")]);
    assert_eq!(purls(&packages), ["pkg:apk/a@1"]);
    assert_eq!((diagnostics.len(), diagnostics[0].impact), (1, Impact::Incomplete));
}

#[test]
fn packages_without_a_distribution_are_listed() {
    let (packages, _) = scan(&[(STATUS, "Package: a\nVersion: 1\n\n")]);
    assert_eq!(purls(&packages), ["pkg:deb/a@1"]);
}

#[test]
fn databases_elsewhere_are_of_another_system() {
    let files = [
        DEBIAN,
        ("srv/chroot/var/lib/dpkg/status", "Package: a\nVersion: 1\n\n"),
        ("srv/chroot/lib/apk/db/installed", "P:a\nV:1\n\n"),
    ];
    let (packages, diagnostics) = scan(&files);
    assert_eq!(packages, []);
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.impact == Impact::Note));
    assert_eq!(diagnostics.len(), 2);
}

#[test]
fn a_database_of_rubbish_is_told_of_in_bounds() {
    let rubbish = "\u{1}\u{1b}[2J\n".repeat(100_000);
    for files in [[DEBIAN, (STATUS, &rubbish)], [ALPINE, (INSTALLED, &rubbish)]] {
        let (packages, diagnostics) = scan(&files);
        assert_eq!(packages, []);
        assert!((1..200).contains(&diagnostics.len()));
        assert!(diagnostics.iter().all(|diagnostic| diagnostic.impact == Impact::Incomplete));
    }
}
