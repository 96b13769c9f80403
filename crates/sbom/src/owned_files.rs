//! The files of an operating system's packages that matter to the catalogers of languages.

/// Names of files that catalogers of languages read.
const NAMES: &[&str] =
    &["METADATA", "PKG-INFO", "package.json", "installed.json", "pom.properties"];

/// Endings of files that catalogers of languages read: archives, metadata, programs and their
/// libraries.
const EXTENSIONS: &[&str] = &[
    "jar",
    "war",
    "ear",
    "egg-info",
    "dist-info",
    "egg",
    "whl",
    "gemspec",
    "node",
    "exe",
    "dll",
    "so",
];

/// Whether a file, by its path without leading slash, may be one that a cataloger of a language
/// takes packages from. A database lists hundreds of files for each such one.
pub(crate) fn may_hold_packages(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if NAMES.contains(&name) {
        return true;
    }
    match name.rsplit_once('.') {
        Some((_, extension)) if EXTENSIONS.contains(&extension) => true,
        Some((stem, _)) if stem.contains(".so.") => true,
        // `python3.11` is a program, `os.py` beside it is none.
        Some((_, end)) => end.bytes().all(|b| b.is_ascii_digit()) && is_program_folder(folder),
        None => is_program_folder(folder),
    }
}

/// Whether files there are run: in a `bin`, `sbin` or `libexec`, or straight below a folder of
/// `usr/lib`, where many packages keep their programs.
fn is_program_folder(folder: &str) -> bool {
    let folder = folder.strip_prefix("usr/").unwrap_or(folder);
    let mut parts = folder.split('/');
    match parts.next() {
        Some("lib") => folder.ends_with("/bin") || parts.count() <= 1 && folder != "lib",
        Some("bin" | "sbin" | "libexec" | "local" | "opt") => true,
        _ => folder.ends_with("/bin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_catalogers_read_from_what_they_do_not() {
        for path in [
            "usr/share/nodejs/semver/package.json",
            "usr/lib/python3/dist-packages/six-1.16.0.egg-info",
            "usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA",
            "usr/share/java/log4j-core.jar",
            "usr/bin/docker",
            "usr/bin/python3.11",
            "sbin/apk",
            "usr/lib/git-core/git-lfs",
            "usr/lib/go-1.19/bin/go",
            "usr/lib/x86_64-linux-gnu/libcryptography.so.1.0",
        ] {
            assert!(may_hold_packages(path), "{path}");
        }
        for path in [
            "",
            "etc/passwd",
            "usr/lib/os-release",
            "usr/share/doc/six/copyright",
            "usr/share/locale/de/LC_MESSAGES/a.mo",
            "usr/lib/python3.11/os.py",
            "usr/share/nodejs/semver/index.js",
        ] {
            assert!(!may_hold_packages(path), "{path}");
        }
    }
}
