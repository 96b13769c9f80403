//! Which packages of an image are from its base, what upper layers hide, and how old it all is,
//! through the public interface and on images made by hand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod guess;
mod hidden;
mod image;
mod known;

use std::fs;
use std::path::PathBuf;

use sealift::{Digest, NoProgress, Package, Report, ScanOptions, Scanner, Target};
use serde_json::{Value, json};
use tempfile::TempDir;

use image::Layer;

const RELEASE: (&str, &str) = ("etc/os-release", "ID=debian\nVERSION_ID=10\n");

/// Two packages of the operating system and one of npm.
const BASE: Layer<'_> = &[
    RELEASE,
    (
        "var/lib/dpkg/status",
        "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.0-4\n\n\
         Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.64-1\n",
    ),
    ("usr/lib/node_modules/npm/package.json", r#"{"name": "npm", "version": "6.0.0"}"#),
];

/// `curl` is upgraded, `jq` comes; `npm` is copied as it is, and put to another place as well.
const APP: Layer<'_> = &[
    (
        "var/lib/dpkg/status",
        "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.0-4\n\n\
         Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.64-2\n\n\
         Package: jq\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.5-1\n",
    ),
    ("usr/lib/node_modules/npm/package.json", r#"{"name": "npm", "version": "6.0.0"}"#),
    ("srv/node_modules/ms/package.json", r#"{"name": "ms", "version": "2.0.0"}"#),
];

/// A folder with images.
struct Images(TempDir);

impl Images {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes an image whose history says nothing.
    fn image(&self, name: &str, layers: &[Layer<'_>]) -> Vec<Digest> {
        self.image_with(name, layers, &json!([]))
    }

    fn image_with(&self, name: &str, layers: &[Layer<'_>], history: &Value) -> Vec<Digest> {
        let folder = self.0.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        image::write(&folder, layers, history)
    }

    /// Writes an index of images of one layer, by architecture.
    fn index(&self, name: &str, images: &[(&str, Layer<'_>)]) {
        let folder = self.0.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        image::write_index(&folder, images);
    }

    fn target(&self, name: &str) -> Target {
        Target::image_layout(self.0.path().join(name), None)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn scan(&self, name: &str, options: &ScanOptions) -> Report {
        Scanner::without_database().scan(&self.target(name), options, &NoProgress).unwrap()
    }
}

/// Name and version of the packages that `which` holds for.
fn ids(report: &Report, which: impl Fn(&Package) -> bool) -> String {
    let packages = report.inventory.packages.iter().filter(|package| which(package));
    packages.map(Package::id).collect::<Vec<_>>().join(" ")
}

fn from_base(report: &Report) -> String {
    ids(report, |package| package.from_base.is_some())
}

fn messages(report: &Report) -> Vec<String> {
    report.inventory.diagnostics.iter().map(ToString::to_string).collect()
}
