//! Files that catalogers read: a package database, a lockfile, a jar.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use sealift::{Inventory, NoProgress, ScanOptions, Scanner, Target};
use serde_json::{Map, Value, json};

use crate::{Failure, row};

const PACKAGES: usize = 4_000;

pub(crate) fn measure() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let lines = |text: &[u8]| text.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
    let json = |text: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok();

    let status = file(folder.path(), "deb/var/lib/dpkg/status", &status())?;
    let scanned = || scan(Target::Rootfs(folder.path().join("deb")));
    row("dpkg, 4,000 packages", scanned, "find the lines", || lines(&status));

    let lock = file(folder.path(), "npm/package-lock.json", &package_lock()?)?;
    let scanned = || scan(Target::Filesystem(folder.path().join("npm")));
    row("package-lock, 4,000 packages", scanned, "check the JSON", || json(&lock));

    let jar = file(folder.path(), "jar/opt/app.jar", &jar()?)?;
    let scanned = || scan(Target::Rootfs(folder.path().join("jar")));
    row("jar, 4,000 classes", scanned, "its CRC-32", || flate2_crc(&jar));
    Ok(())
}

fn flate2_crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Writes a file below a folder and returns its bytes.
fn file(folder: &Path, path: &str, content: &[u8]) -> Result<Vec<u8>, Failure> {
    let path = folder.join(path);
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, content)?;
    Ok(content.to_vec())
}

fn scan(target: Target) -> Option<Inventory> {
    let report = Scanner::without_database().scan(&target, &ScanOptions::default(), &NoProgress);
    report.ok().map(|report| report.inventory)
}

fn status() -> Vec<u8> {
    let paragraph = |number: usize| {
        format!(
            "Package: package-{number}\nStatus: install ok installed\nPriority: optional\n\
             Section: libs\nInstalled-Size: 1234\n\
             Maintainer: Some Maintainers <packages@example.org>\nArchitecture: amd64\n\
             Multi-Arch: same\nSource: source-{number}\nVersion: 1:2.{number}-3+deb12u1\n\
             Depends: libc6 (>= 2.36), libgcc-s1 (>= 3.0), zlib1g (>= 1:1.1.4)\n\
             Description: a package of the benchmark\n It has a text of some lines,\n which \
             nobody reads.\nHomepage: https://example.org/package-{number}\n\n"
        )
    };
    (0..PACKAGES).map(paragraph).collect::<String>().into_bytes()
}

fn package_lock() -> Result<Vec<u8>, Failure> {
    let package = |number: usize| {
        let entry = json!({
            "version": format!("1.{number}.0"),
            "resolved": format!("https://registry.example.org/p{number}/-/p{number}-1.{number}.0.tgz"),
            "integrity": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
            "license": "MIT",
            "engines": { "node": ">=12" },
        });
        (format!("node_modules/p{number}"), entry)
    };
    let packages: Map<String, Value> = (0..PACKAGES).map(package).collect();
    let lock = json!({
        "name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": packages
    });
    Ok(serde_json::to_vec_pretty(&lock)?)
}

/// A jar with many classes and the coordinates that identify it.
fn jar() -> Result<Vec<u8>, Failure> {
    let properties = b"groupId=org.example\nartifactId=app\nversion=1.0\n";
    let mut jar = rawzip::ZipArchiveWriter::new(Cursor::new(Vec::new()));
    let mut add = |path: &str, content: &[u8]| -> Result<(), Failure> {
        let method = rawzip::CompressionMethod::DEFLATE;
        let (mut entry, config) = jar.new_file(path).compression_method(method).start()?;
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::new(6)));
        writer.write_all(content)?;
        let (encoder, descriptor) = writer.finish()?;
        encoder.finish()?;
        entry.finish(descriptor)?;
        Ok(())
    };
    add("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\n\r\n")?;
    add("META-INF/maven/org.example/app/pom.properties", properties)?;
    for number in 0..PACKAGES {
        let content: Vec<u8> =
            (0..4_000).map(|at| u8::try_from((at * number) % 251)).collect::<Result<_, _>>()?;
        add(&format!("org/example/Class{number}.class"), &content)?;
    }
    Ok(jar.finish()?.into_inner())
}
