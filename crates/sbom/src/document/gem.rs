//! Gems that were built for one platform.

/// What `Gem::Platform` knows of systems. A name behind the version counts as a platform where it
/// has one of them, so that the `rc1` of `1.0-rc1` stays part of the version.
const SYSTEMS: &[&str] = &[
    "aix", "cygwin", "dalvik", "darwin", "dotnet", "freebsd", "java", "jruby", "linux", "macruby",
    "mingw", "mswin", "netbsd", "openbsd", "solaris", "wasi",
];

/// Version and platform of `1.13.3-x86_64-linux`, as Syft and Bundler's lockfiles write it. The
/// platform is no part of the version: `Gem::Version` would read a pre-release, or nothing. In a
/// lockfile all behind a hyphen is one; in an SBOM somebody may have written `1.0-rc1`.
pub(super) fn split_platform(version: &str) -> Option<(&str, &str)> {
    let (version, platform) = version.split_once('-')?;
    let names_system = |part: &str| SYSTEMS.iter().any(|system| part.starts_with(system));
    let is_platform = !version.is_empty() && platform.split('-').any(names_system);
    is_platform.then_some((version, platform))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_no_part_of_versions() {
        for (version, split) in [
            ("1.13.5-x86_64-linux", Some(("1.13.5", "x86_64-linux"))),
            ("1.17.4-x86_64-linux-gnu", Some(("1.17.4", "x86_64-linux-gnu"))),
            ("1.13.6-java", Some(("1.13.6", "java"))),
            ("1.13.6-arm64-darwin-22", Some(("1.13.6", "arm64-darwin-22"))),
            ("1.0-x64-mingw-ucrt", Some(("1.0", "x64-mingw-ucrt"))),
            ("1.0.pre-x86-mswin32-60", Some(("1.0.pre", "x86-mswin32-60"))),
            ("1.0-rc1", None),
            ("-java", None),
            ("1.0", None),
        ] {
            assert_eq!(split_platform(version), split, "{version}");
        }
    }
}
