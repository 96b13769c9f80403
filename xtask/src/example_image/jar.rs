//! The application of the example image: a jar like those of Spring Boot, with another in it.

use crate::{Failure, zip};

type Jar = Result<Vec<u8>, Failure>;

/// `shop.jar` with `log4j-core-2.14.1.jar` in it, identified by its `pom.properties`.
pub(super) fn shop() -> Jar {
    let manifest = "Manifest-Version: 1.0\r\nImplementation-Title: shop\r\n\
                    Implementation-Version: 1.4.0\r\n\r\n";
    zip::stored(&[
        ("META-INF/MANIFEST.MF", manifest.as_bytes()),
        (
            "META-INF/maven/org.example/shop/pom.properties",
            &properties("org.example", "shop", "1.4.0"),
        ),
        ("BOOT-INF/lib/log4j-core-2.14.1.jar", &log4j_core()?),
    ])
}

fn log4j_core() -> Jar {
    let group = "org.apache.logging.log4j";
    let path = format!("META-INF/maven/{group}/log4j-core/pom.properties");
    zip::stored(&[
        ("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\n\r\n"),
        (&path, &properties(group, "log4j-core", "2.14.1")),
    ])
}

fn properties(group: &str, artifact: &str, version: &str) -> Vec<u8> {
    format!("version={version}\ngroupId={group}\nartifactId={artifact}\n").into_bytes()
}
