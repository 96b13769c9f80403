//! Inventories made by hand.

use proptest::prelude::*;
use sealift_model::{
    BaseEvidence, Diagnostic, Digest, Distribution, Ecosystem, Evidence, Hidden, HiddenBy, Impact,
    Inventory, Location, Package, Purl, Relationship, Scope, SourcePackage,
};
use sealift_sbom::{Document, Subject, SubjectKind, SubjectLayer};

pub(crate) fn purl(text: &str) -> Purl {
    text.parse().expect("a purl")
}

pub(crate) fn digest(text: &str) -> Digest {
    Digest::sha256_of(text.as_bytes())
}

/// An image with something of everything.
pub(crate) fn image() -> (Inventory, Subject) {
    let mut inventory = Inventory::default();
    inventory.distribution = Some(distribution());
    inventory.packages = vec![libc(), bash(), core(), lodash(true), lodash(false), log4j(), rpm()];
    inventory.diagnostics = vec![
        Diagnostic::new("npm-package-json", "not valid JSON", Impact::Partial)
            .at("srv/app/broken/package.json", Some(digest("layer 2")))
            .on_line(3),
    ];
    inventory.sort();

    let mut subject = Subject::new(SubjectKind::Container, "registry.example/shop:1.0");
    subject.version = Some("1.0".to_owned());
    subject.purl =
        Some(purl("pkg:oci/shop@sha256%3A00?repository_url=registry.example/shop&tag=1.0"));
    subject.image_id = Some(digest("config"));
    subject.digest = Some(digest("manifest"));
    subject.layers = vec![
        SubjectLayer::new(digest("layer 1"), Some(digest("layer 1, packed"))),
        SubjectLayer::new(digest("layer 2"), None),
    ];
    (inventory, subject)
}

/// Asserts that nothing of [`image`] was lost on the way into a document and back.
pub(crate) fn assert_is_image(document: &Document) {
    let (inventory, subject) = image();
    assert_eq!(document.subject, Some(subject));
    assert_eq!(document.inventory.distribution, inventory.distribution);

    let mut expected = inventory.packages.clone();
    for package in &mut expected {
        // Licences come back by their identifiers, a graph without what it does not hold.
        package.depends_on.retain(|id| id != "gone@1");
        package.licenses = match package.name.as_str() {
            "@babel/core" => vec!["(MIT OR Apache-2.0) AND ISC".to_owned()],
            "org.apache.logging.log4j:log4j-core" => vec!["Apache-2.0".to_owned()],
            _ => package.licenses.clone(),
        };
    }
    assert_eq!(document.inventory.packages, expected);
    assert_eq!(messages(&document.inventory), ["srv/app/broken/package.json:3: not valid JSON"]);
    assert_eq!(document.inventory.diagnostics[0].impact, Impact::Partial);
}

fn distribution() -> Distribution {
    let mut distribution = Distribution::new("debian", Some("12"));
    distribution.full_version = Some("12.15".to_owned());
    distribution.codename = Some("bookworm".to_owned());
    distribution.pretty_name = Some("Debian GNU/Linux 12 (bookworm)".to_owned());
    distribution
}

fn place(path: &str, layer: &str) -> Location {
    let mut location = Location::new(path);
    location.layer = Some(digest(layer));
    location
}

fn libc() -> Package {
    let purl = purl("pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12");
    let mut package = Package::new(Ecosystem::Deb, "libc6", "2.36-9", purl);
    package.architecture = Some("amd64".to_owned());
    package.source = Some(SourcePackage::new("glibc", "2.36-9"));
    package.licenses = vec!["LGPL-2.1+".to_owned(), "public-domain".to_owned()];
    package.maintainer = Some("GNU Libc Maintainers <debian-glibc@lists.debian.org>".to_owned());
    package.locations = vec![place("var/lib/dpkg/status", "layer 1")];
    package.cataloger = "dpkg-status".to_owned();
    package
}

fn bash() -> Package {
    let purl = purl("pkg:deb/debian/bash@1%3A5.2-1?arch=amd64&distro=debian-12");
    let mut package = Package::new(Ecosystem::Deb, "bash", "1:5.2-1", purl);
    package.architecture = Some("amd64".to_owned());
    package.depends_on = vec!["libc6@2.36-9".to_owned(), "gone@1".to_owned()];
    package.locations = vec![place("var/lib/dpkg/status", "layer 1")];
    package.cataloger = "dpkg-status".to_owned();
    package.brought_by = Some(digest("layer 1"));
    package.from_base = Some(BaseEvidence::Guessed);
    package
}

fn core() -> Package {
    let mut package =
        Package::new(Ecosystem::Npm, "@babel/core", "7.0.0", purl("pkg:npm/%40babel/core@7.0.0"));
    package.licenses = vec!["(MIT OR Apache-2.0)".to_owned(), "ISC".to_owned()];
    package.relationship = Relationship::Direct;
    package.scope = Scope::Development;
    package.depends_on = vec!["lodash@4.17.20".to_owned()];
    package.locations = vec![place("srv/app/node_modules/@babel/core/package.json", "layer 2")];
    package.cataloger = "npm-package-json".to_owned();
    package
}

fn lodash(installed: bool) -> Package {
    let mut package =
        Package::new(Ecosystem::Npm, "lodash", "4.17.20", purl("pkg:npm/lodash@4.17.20"));
    package.licenses = vec!["MIT".to_owned()];
    if installed {
        package.locations = vec![
            place("srv/app/node_modules/lodash/package.json", "layer 2"),
            place("srv/app/node_modules/a/node_modules/lodash/package.json", "layer 2"),
        ];
        package.cataloger = "npm-package-json".to_owned();
    } else {
        package.evidence = Evidence::Declared;
        package.relationship = Relationship::Indirect;
        package.scope = Scope::DevelopmentOrOptional;
        package.locations =
            vec![place("srv/app/package-lock.json", "layer 2").on_lines(Some((12, 16)))];
        package.cataloger = "npm-lock".to_owned();
    }
    package
}

fn log4j() -> Package {
    let purl = purl("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1");
    let name = "org.apache.logging.log4j:log4j-core";
    let mut package = Package::new(Ecosystem::Maven, name, "2.14.1", purl);
    package.licenses = vec!["Apache License, Version 2.0".to_owned()];
    package.digest = Some(digest("log4j-core.jar"));
    package.guessed = Some("the group, from the file name".to_owned());
    package.hidden = Some(Hidden::new(digest("layer 3"), HiddenBy::Opaque));
    package.locations = vec![place("app/shop.war:WEB-INF/lib/log4j-core-2.14.1.jar", "layer 2")];
    package.cataloger = "java-archive".to_owned();
    package
}

fn rpm() -> Package {
    let purl = purl("pkg:rpm/fedora/nodejs@16.1-2.fc36?arch=x86_64&distro=fedora-36&epoch=1");
    let mut package = Package::new(Ecosystem::Rpm, "nodejs", "1:16.1-2.fc36", purl);
    package.architecture = Some("x86_64".to_owned());
    package.module_label = Some("nodejs:16".to_owned());
    package.source = Some(SourcePackage::new("nodejs", "1:16.1-2.fc36"));
    package.locations = vec![place("usr/lib/sysimage/rpm/rpmdb.sqlite", "layer 1")];
    package.cataloger = "rpm-sqlite".to_owned();
    package
}

/// What tells one package from another.
pub(crate) type Identity = (Ecosystem, String, String, Purl);

pub(crate) fn identity(package: &Package) -> Identity {
    (package.ecosystem, package.name.clone(), package.version.clone(), package.purl.clone())
}

pub(crate) fn messages(inventory: &Inventory) -> Vec<String> {
    inventory.diagnostics.iter().map(ToString::to_string).collect()
}

/// Packages of all ecosystems, with odd versions, licences and paths.
pub(crate) fn any_package() -> impl Strategy<Value = Package> {
    let ecosystem = proptest::sample::select(Ecosystem::all().collect::<Vec<_>>());
    let text = "[a-zA-Z0-9._+~@: äß%&=/#?-]{1,12}";
    (ecosystem, "[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,3})?", "[a-z][a-z0-9]{0,5}", text, text)
        .prop_filter_map("a purl", |(ecosystem, name, group, version, license)| {
            let (whole, group) = match ecosystem {
                Ecosystem::Maven => (format!("{group}:{name}"), Some(group)),
                Ecosystem::Composer | Ecosystem::Golang => (format!("{group}/{name}"), Some(group)),
                Ecosystem::Npm => (format!("@{group}/{name}"), Some(format!("@{group}"))),
                Ecosystem::Apk | Ecosystem::Deb | Ecosystem::Rpm => (name.clone(), Some(group)),
                _ => (name.clone(), None),
            };
            let mut purl = Purl::builder(ecosystem.purl_type(), &name).version(&version);
            if let Some(group) = group {
                purl = purl.namespace(group);
            }
            let purl = purl.build().ok()?;
            let version = purl.version()?.to_owned();
            let mut package = Package::new(ecosystem, whole, version, purl);
            package.licenses = vec![license.clone()];
            package.locations = vec![Location::new(format!("{license}/{name}"))];
            Some(package)
        })
}
