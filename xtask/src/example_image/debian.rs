//! The dpkg database of the example image.

use std::fmt::Write;

/// A Debian package of the example image.
struct Package {
    name: &'static str,
    version: &'static str,
    /// `Source` as dpkg writes it: left out when name and version are the package's own.
    source: Option<&'static str>,
    section: &'static str,
    /// Whether it can be installed for several architectures, which shows in its list's name.
    multi_arch: bool,
    /// Removed, its configuration left behind.
    removed: bool,
    files: &'static [&'static str],
}

const PLAIN: Package = Package {
    name: "",
    version: "",
    source: None,
    section: "utils",
    multi_arch: false,
    removed: false,
    files: &[],
};

const PACKAGES: &[Package] = &[
    Package {
        name: "base-files",
        version: "11.1",
        section: "admin",
        files: &["/etc/debian_version", "/etc/os-release"],
        ..PLAIN
    },
    Package {
        name: "bash",
        version: "5.1-2+b3",
        source: Some("bash (5.1-2)"),
        section: "shells",
        files: &["/bin/bash"],
        ..PLAIN
    },
    Package {
        name: "curl",
        version: "7.74.0-1.3",
        section: "web",
        removed: true,
        files: &[],
        ..PLAIN
    },
    Package { name: "gzip", version: "1.10-4", files: &["/bin/gzip", "/bin/zgrep"], ..PLAIN },
    Package {
        name: "libexpat1",
        version: "2.2.10-2",
        source: Some("expat"),
        section: "libs",
        multi_arch: true,
        files: &["/lib/x86_64-linux-gnu/libexpat.so.1"],
        ..PLAIN
    },
    Package {
        name: "liblzma5",
        version: "5.2.5-2",
        source: Some("xz-utils"),
        section: "libs",
        multi_arch: true,
        files: &["/lib/x86_64-linux-gnu/liblzma.so.5"],
        ..PLAIN
    },
    Package {
        name: "libssl1.1",
        version: "1.1.1k-1",
        source: Some("openssl"),
        section: "libs",
        multi_arch: true,
        files: &[
            "/usr/lib/x86_64-linux-gnu/libcrypto.so.1.1",
            "/usr/lib/x86_64-linux-gnu/libssl.so.1.1",
        ],
        ..PLAIN
    },
    Package { name: "openssl", version: "1.1.1k-1", files: &["/usr/bin/openssl"], ..PLAIN },
    Package {
        name: "zlib1g",
        version: "1:1.2.11.dfsg-2",
        source: Some("zlib"),
        section: "libs",
        multi_arch: true,
        files: &["/lib/x86_64-linux-gnu/libz.so.1"],
        ..PLAIN
    },
];

/// `var/lib/dpkg/status`.
pub(super) fn status() -> String {
    let paragraphs: Vec<String> = PACKAGES.iter().map(paragraph).collect();
    paragraphs.join("\n")
}

fn paragraph(package: &Package) -> String {
    let state = if package.removed { "deinstall ok config-files" } else { "install ok installed" };
    let mut text = String::new();
    let mut field = |name: &str, value: &str| {
        _ = writeln!(text, "{name}: {value}");
    };
    field("Package", package.name);
    field("Status", state);
    field("Priority", "optional");
    field("Section", package.section);
    field("Maintainer", "The sealift example <example@example.org>");
    field("Architecture", "amd64");
    if package.multi_arch {
        field("Multi-Arch", "same");
    }
    if let Some(source) = package.source {
        field("Source", source);
    }
    field("Version", package.version);
    field("Description", &format!("metadata of {} without its files", package.name));
    text
}

/// Path and content of `var/lib/dpkg/info/*.list`.
pub(super) fn file_lists() -> impl Iterator<Item = (String, String)> {
    PACKAGES.iter().map(|package| {
        let architecture = if package.multi_arch { ":amd64" } else { "" };
        let path = format!("var/lib/dpkg/info/{}{architecture}.list", package.name);
        let lines: Vec<&str> = ["/."].iter().chain(package.files).copied().collect();
        (path, lines.join("\n") + "\n")
    })
}
