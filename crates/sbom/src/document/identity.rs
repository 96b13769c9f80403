//! Makes a package from the purl of a component.

use std::borrow::Cow;

use sealift_model::{Ecosystem, Package, Purl, SourcePackage};

use super::gem::split_platform;

/// The fields of a component besides its purl.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stated<'a> {
    pub(crate) group: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
}

/// The package that a purl of an ecosystem names.
pub(crate) fn package(ecosystem: Ecosystem, purl: Purl, stated: Stated<'_>) -> Package {
    let name = name(ecosystem, &purl, stated);
    let version = version(ecosystem, &purl, stated.version);
    let source = purl.qualifier("upstream").and_then(|text| upstream(text, &version));
    let architecture = purl.qualifier("arch").map(str::to_owned);
    let module_label = purl.qualifier("modularitylabel").or(purl.qualifier("rpmmod"));
    let module_label = module_label.map(str::to_owned);

    let (version, purl) = match split_platform(&version).filter(|_| ecosystem == Ecosystem::Gem) {
        Some((bare, platform)) => (bare.to_owned(), of_platform(purl, bare, platform)),
        None => (version, purl),
    };

    let mut package = Package::new(ecosystem, name, version, purl);
    package.source = source;
    package.architecture = architecture;
    package.module_label = module_label;
    package
}

/// The purl of a gem for a platform, in the form of the purl specification's type `gem`; as it is
/// where it has no version.
fn of_platform(purl: Purl, version: &str, platform: &str) -> Purl {
    if purl.version().is_none() {
        return purl;
    }
    let stated = purl.qualifier("platform").is_some();
    let builder = purl.clone().into_builder().version(version);
    let builder = if stated { builder } else { builder.qualifier("platform", platform) };
    builder.build().unwrap_or(purl)
}

/// The name in the form of [`Package::name`]. The purl decides; where the component's own name is
/// the same but for spelling that the purl's type does away with (`Jinja2`), that is kept.
fn name(ecosystem: Ecosystem, purl: &Purl, stated: Stated<'_>) -> String {
    let separator = match ecosystem {
        Ecosystem::Maven => ":",
        _ => "/",
    };
    // The namespace of an operating system's package is the distribution.
    let namespace = purl.namespace().filter(|_| !ecosystem.is_operating_system());
    let named = join(namespace, separator, purl.name());
    let Some(own) = stated.name else { return named.into_owned() };
    // Some tools move the tail of a long Go module path into the subpath; the part of a pod is one.
    let longer = purl
        .subpath()
        .filter(|_| matches!(ecosystem, Ecosystem::Cocoapods | Ecosystem::Golang))
        .map(|subpath| format!("{named}/{subpath}"));
    let is_same = |own: &str| same_name(own, &named) || longer.as_deref() == Some(own);
    if is_same(own) {
        return own.to_owned();
    }
    let whole = join(stated.group, separator, own);
    if is_same(&whole) { whole.into_owned() } else { named.into_owned() }
}

fn join<'a>(group: Option<&str>, separator: &str, name: &'a str) -> Cow<'a, str> {
    match group.filter(|group| !group.is_empty()) {
        Some(group) => Cow::Owned([group, separator, name].concat()),
        None => Cow::Borrowed(name),
    }
}

/// Whether two names differ only in case and in what PyPI's normalisation folds: runs of `-`, `_`
/// and `.` are one `-`.
fn same_name(a: &str, b: &str) -> bool {
    a == b || folded(a).eq(folded(b))
}

fn folded(name: &str) -> impl Iterator<Item = char> {
    let mut before = None;
    name.chars().filter_map(move |c| {
        let folded = if matches!(c, '-' | '_' | '.') { '-' } else { c.to_ascii_lowercase() };
        let repeated = folded == '-' && before == Some('-');
        before = Some(folded);
        (!repeated).then_some(folded)
    })
}

/// The version in the form of [`Package::version`]: the purl's, and its `epoch` qualifier in front.
fn version(ecosystem: Ecosystem, purl: &Purl, stated: Option<&str>) -> String {
    let Some(version) = purl.version() else { return stated.unwrap_or_default().to_owned() };
    let has_epochs = matches!(ecosystem, Ecosystem::Deb | Ecosystem::Rpm);
    match purl.qualifier("epoch").filter(|_| has_epochs && !version.contains(':')) {
        // Epoch 0 is the same as none; the component tells which way it was found.
        Some("0") if stated == Some(version) => version.to_owned(),
        Some(epoch) => format!("{epoch}:{version}"),
        None => version.to_owned(),
    }
}

/// The `upstream` qualifier that Syft writes: a name, `name@version`, or the file name of a source
/// RPM. The source has the binary's version where none is given.
fn upstream(text: &str, version: &str) -> Option<SourcePackage> {
    if let Some(source) = source_rpm(text) {
        return Some(source);
    }
    let (name, version) = text.split_once('@').unwrap_or((text, version));
    (!name.is_empty()).then(|| SourcePackage::new(name, version))
}

/// Name and version out of `name-version-release.src.rpm`.
pub(crate) fn source_rpm(text: &str) -> Option<SourcePackage> {
    let stem = text.strip_suffix(".src.rpm").or_else(|| text.strip_suffix(".nosrc.rpm"))?;
    let (rest, release) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    (!name.is_empty()).then(|| SourcePackage::new(name, format!("{version}-{release}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(purl: &str, group: Option<&str>, name: Option<&str>, version: Option<&str>) -> Package {
        let purl: Purl = purl.parse().unwrap();
        let ecosystem = Ecosystem::from_purl_type(purl.kind()).unwrap();
        package(ecosystem, purl, Stated { group, name, version })
    }

    #[test]
    fn names_have_the_form_of_their_ecosystem() {
        for (purl, name, version) in [
            ("pkg:npm/%40babel/core@7.0.0", "@babel/core", "7.0.0"),
            ("pkg:maven/org.apache/commons@1", "org.apache:commons", "1"),
            ("pkg:golang/github.com/Foo/bar@v1", "github.com/Foo/bar", "v1"),
            ("pkg:golang/stdlib@1.20.4", "stdlib", "1.20.4"),
            ("pkg:composer/symfony/http@1", "symfony/http", "1"),
            ("pkg:deb/debian/curl@7.1-1?arch=amd64", "curl", "7.1-1"),
            ("pkg:deb/debian/curl@1%3A7.1-1", "curl", "1:7.1-1"),
            ("pkg:deb/debian/curl@7.1-1?epoch=1", "curl", "1:7.1-1"),
            ("pkg:rpm/fedora/curl@7.1-1?epoch=2", "curl", "2:7.1-1"),
            ("pkg:pypi/jinja2", "jinja2", ""),
        ] {
            let package = read(purl, None, None, None);
            assert_eq!((package.name.as_str(), package.version.as_str()), (name, version));
        }
    }

    #[test]
    fn the_component_may_refine_what_the_purl_folds() {
        assert_eq!(read("pkg:pypi/jinja2@3", None, Some("Jinja2"), None).name, "Jinja2");
        assert_eq!(read("pkg:pypi/jinja2@3", None, Some("flask"), None).name, "jinja2");
        assert_eq!(read("pkg:npm/%40a/b@3", Some("@a"), Some("b"), None).name, "@a/b");
        assert_eq!(
            read("pkg:golang/a.org/b/c@v2#v2/d", None, Some("a.org/b/c/v2/d"), None).name,
            "a.org/b/c/v2/d"
        );
        assert_eq!(
            read("pkg:golang/a.org/b/c@v2#d", None, Some("a.org/b/c"), None).name,
            "a.org/b/c"
        );
        assert_eq!(read("pkg:gem/a", None, None, Some("2")).version, "2");
        assert_eq!(read("pkg:rpm/a@1-1?epoch=0", None, None, Some("1-1")).version, "1-1");
    }

    #[test]
    fn the_platform_of_a_gem_is_no_part_of_its_version() {
        for (purl, version, expected) in [
            ("pkg:gem/a@1.2-x86_64-linux", None, "pkg:gem/a@1.2?platform=x86_64-linux"),
            ("pkg:gem/a@1.2-java?platform=java", None, "pkg:gem/a@1.2?platform=java"),
            ("pkg:gem/a", Some("1.2-java"), "pkg:gem/a"),
        ] {
            let package = read(purl, None, None, version);
            assert_eq!(
                (package.version.as_str(), package.purl.to_string().as_str()),
                ("1.2", expected)
            );
        }
        assert_eq!(read("pkg:npm/a@1.2-linux", None, None, None).version, "1.2-linux");
    }

    #[test]
    fn upstream_names_the_source() {
        for (purl, name, version) in [
            ("pkg:deb/debian/libc6@2.36-9?upstream=glibc%402.36", "glibc", "2.36"),
            ("pkg:deb/debian/libc6@2.36-9?upstream=glibc", "glibc", "2.36-9"),
            ("pkg:rpm/a/b@1-1?upstream=bash-doc-5.1.8-6.el9.src.rpm", "bash-doc", "5.1.8-6.el9"),
        ] {
            let package = read(purl, None, None, None);
            assert_eq!(package.source, Some(SourcePackage::new(name, version)), "{purl}");
        }
    }
}
