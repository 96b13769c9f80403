//! What is in the example image, layer by layer.

use crate::Failure;

use super::layer::Layer;
use super::{debian, jar};

const OS_RELEASE: &str = "\
PRETTY_NAME=\"Debian GNU/Linux 11 (bullseye)\"
NAME=\"Debian GNU/Linux\"
VERSION_ID=\"11\"
VERSION=\"11 (bullseye)\"
VERSION_CODENAME=bullseye
ID=debian
";

const MODULES: &str = "opt/shop/web/node_modules";
const SITE_PACKAGES: &str = "usr/local/lib/python3.9/site-packages";

/// npm packages: name, version, licence.
const NPM: &[(&str, &str, &str)] = &[
    ("@example/cart", "2.1.0", "MIT"),
    ("axios", "0.21.0", "MIT"),
    ("ini", "1.3.4", "ISC"),
    ("lodash", "4.17.15", "MIT"),
    ("minimist", "1.2.0", "MIT"),
];

/// Python distributions: name, version, licence.
const PYTHON: &[(&str, &str, &str)] = &[
    ("Django", "3.2", "BSD-3-Clause"),
    ("asgiref", "3.3.4", "BSD-3-Clause"),
    ("urllib3", "1.26.4", "MIT"),
];

/// The layers, base first.
pub(super) fn layers() -> Result<Vec<Layer>, Failure> {
    Ok(vec![base(), libraries(), application()?])
}

fn base() -> Layer {
    let mut layer = Layer::new("debian 11 base");
    layer.file("etc/os-release", OS_RELEASE);
    layer.file("var/lib/dpkg/status", debian::status());
    for (path, list) in debian::file_lists() {
        layer.file(&path, list);
    }
    layer
}

fn libraries() -> Layer {
    let mut layer = Layer::new("npm and Python packages");
    for (name, version, license) in NPM {
        let manifest = format!(
            "{{\n  \"name\": \"{name}\",\n  \"version\": \"{version}\",\n  \"license\": \"{license}\"\n}}\n"
        );
        layer.file(&format!("{MODULES}/{name}/package.json"), manifest);
    }
    for (name, version, license) in PYTHON {
        let metadata = format!(
            "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nLicense: {license}\n\n\
             Metadata of {name} without its code.\n"
        );
        let folder = format!("{SITE_PACKAGES}/{name}-{version}.dist-info");
        layer.file(&format!("{folder}/INSTALLER"), "pip\n");
        layer.file(&format!("{folder}/METADATA"), metadata);
    }
    layer
}

/// The application as a fat jar; it also takes the package `ini` away again.
fn application() -> Result<Layer, Failure> {
    let mut layer = Layer::new("shop.jar, without ini");
    layer.file("opt/shop/shop.jar", jar::shop()?);
    layer.file(&format!("{MODULES}/.wh.ini"), "");
    Ok(layer)
}
