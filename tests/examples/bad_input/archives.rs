//! Jars and what is packed in them.

use crate::case::Case;
use crate::layout::image;
use crate::tar::Tar;
use crate::zip::Zip;

const FOUND: &str = "CVE-2021-44228";
const POM: &str = "META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties";
const LOG4J: &[u8] = b"groupId=org.apache.logging.log4j\nartifactId=log4j-core\nversion=2.14.1\n";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        jar("zip in a zip in a zip", 9, || nested(3)).says(FOUND),
        jar("zips 40 deep", 0, || nested(40)).says("max_archive_depth"),
        jar("zip after a megabyte of other bytes", 9, || [vec![b'#'; 1 << 20], log4j()].concat())
            .says(FOUND),
        jar("local and central header disagree", 9, || {
            Zip::default().differing("README", POM, LOG4J).end()
        })
        .says(FOUND)
        .says("contradict"),
        jar("cut jar", 0, || log4j()[..100].to_vec()).says("central directory"),
        jar("jar that unpacks to 5 GiB", 9, || {
            let giant = vec![0; 1 << 30];
            (0..5)
                .fold(Zip::default().entry(POM, LOG4J), |zip, number| {
                    zip.entry(&format!("{number}.jar"), &giant)
                })
                .end()
        })
        .says(FOUND)
        .says("max_"),
        jar("entries that share their data", 9, || {
            let inner = Zip::default().entry("a.jar", &vec![0; 500 << 10]);
            let bomb = (0..1_000).fold(inner.clone(), |zip, _| zip.again("b.jar", &inner));
            bomb.entry(POM, LOG4J).end()
        })
        .says(FOUND)
        .says("overlap"),
        jar("XML bomb in a pom.xml", 9, || {
            let pom = "META-INF/maven/a/b/pom.xml";
            Zip::default().entry(pom, bomb("project").as_bytes()).entry(POM, LOG4J).end()
        })
        .says(FOUND),
        jar("pom.xml of 100,000 nested elements", 9, || {
            let deep = format!("<project>{}", "<a>".repeat(100_000));
            let zip = Zip::default().entry("META-INF/maven/a/b/pom.xml", deep.as_bytes());
            zip.entry(POM, LOG4J).end()
        })
        .says(FOUND),
        jar("manifest of 200 MiB", 9, || {
            let text = [b"Manifest-Version: 1.0\n".as_slice(), &vec![b'a'; 200 << 20]].concat();
            Zip::default().entry("META-INF/MANIFEST.MF", &text).entry(POM, LOG4J).end()
        })
        .says(FOUND)
        .says("max_document_bytes"),
        Case::new("200 jars of 100 MiB of zeros each", 9, |place| {
            let zip = Zip::default().entry("inner.jar", &vec![0; 100 << 20]).end();
            let mut tar = Tar::default().file("log4j.jar", log4j());
            for number in 0..200 {
                tar = tar.file(&format!("{number}.jar"), &zip);
            }
            image(place, &[tar.end()])
        })
        .says(FOUND),
    ]
}

/// An image with one jar.
fn jar(name: &'static str, status: i32, make: impl Fn() -> Vec<u8> + 'static) -> Case {
    Case::new(name, status, move |place| {
        image(place, &[Tar::default().file("app.jar", make()).end()])
    })
}

fn log4j() -> Vec<u8> {
    Zip::default().entry(POM, LOG4J).end()
}

fn nested(depth: u32) -> Vec<u8> {
    (0..depth).fold(log4j(), |inner, _| Zip::default().entry("lib/inner.jar", &inner).end())
}

/// The billion laughs.
pub(crate) fn bomb(root: &str) -> String {
    let mut text = format!("<?xml version=\"1.0\"?><!DOCTYPE {root} [<!ENTITY a0 \"lol\">");
    for level in 1..10 {
        let uses = format!("&a{};", level - 1).repeat(10);
        text += &format!("<!ENTITY a{level} \"{uses}\">");
    }
    text + &format!("]><{root}><version>&a9;</version></{root}>")
}
