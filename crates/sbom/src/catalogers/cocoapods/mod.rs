//! Swift and Objective-C: packages locked by CocoaPods.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `cocoapods-lock` | `Podfile.lock` | every pod and subspec that is locked, with what each needs, lines, and whether the project asked for it |
//!
//! It does not find libraries that a pod contains in its own folder.

use std::collections::HashSet;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Package, Purl, PurlError, Relationship};

use crate::catalogers::declared::Declared;
use crate::catalogers::shape::Kind;
use crate::catalogers::text;
use crate::catalogers::yaml::Yaml;
use crate::{Cataloger, Error, Facts};

const FORMAT: &str = "Podfile.lock";

/// Finds the pods that CocoaPods locked.
#[derive(Debug)]
pub(crate) struct Lockfile;

impl Cataloger for Lockfile {
    fn name(&self) -> &'static str {
        "cocoapods-lock"
    }

    /// `Pods/Manifest.lock` is a copy of the file.
    fn names(&self) -> &'static [&'static str] {
        &["Podfile.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == FORMAT.as_bytes()
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(text::utf8(file.bytes()?, FORMAT)?, facts)
    }
}

#[derive(Debug)]
struct Pod<'t> {
    name: &'t str,
    version: &'t str,
    requires: Vec<String>,
    lines: (u64, u64),
}

/// Sections of lists; below `PODS` what a pod needs is a list within the list.
fn parse(text: &str, facts: &mut Facts) -> Result<(), Error> {
    let (mut pods, mut asked_for): (Vec<Pod<'_>>, HashSet<&str>) = Default::default();
    let (mut section, mut outer) = ("", None);
    let yaml = Yaml::read(text, &[], facts);
    for line in yaml.lines() {
        let entry = line.key.filter(|_| line.value.is_empty()).unwrap_or(line.value);
        match section {
            _ if line.indent == 0 && !line.is_item => match line.key {
                Some(key) => {
                    section = key;
                    if matches!(key, "PODS" | "DEPENDENCIES") {
                        line.expect(Kind::List, facts);
                    }
                }
                None => facts.problem(Some(line.number), format!("{entry:?} begins no section")),
            },
            "PODS" if line.is_item && *outer.get_or_insert(line.indent) == line.indent => {
                match pod(entry) {
                    Some((name, version)) => {
                        let lines = (line.number, line.number);
                        pods.push(Pod { name, version, requires: Vec::new(), lines });
                    }
                    None => facts.problem(Some(line.number), format!("{entry:?} is no pod")),
                }
            }
            "PODS" if line.is_item => {
                if let Some(pod) = pods.last_mut() {
                    pod.requires.push(name_of(entry).to_owned());
                    pod.lines.1 = line.number;
                }
            }
            "DEPENDENCIES" if line.is_item => {
                asked_for.insert(name_of(entry));
            }
            "PODS" | "DEPENDENCIES" => {
                facts.problem(Some(line.number), format!("{entry:?} is no item of a list"));
            }
            _ => {}
        }
    }
    if section.is_empty() {
        let reason = "it has no sections".to_owned();
        return Err(Error::Malformed { format: FORMAT, reason, line: None });
    }
    let mut found = Declared::default();
    for Pod { name, version, requires, lines } in pods {
        let package = package(name, version).map(|mut package| {
            package.relationship = match asked_for.contains(name) {
                true => Relationship::Direct,
                false => Relationship::Indirect,
            };
            package
        });
        found.add(package, lines, requires, facts);
    }
    found.report(facts);
    Ok(())
}

/// Name and version in `name (version)`.
fn pod(entry: &str) -> Option<(&str, &str)> {
    let (name, version) = entry.split_once(" (")?;
    Some((name, version.strip_suffix(')')?))
}

/// The name in `name`, `name (~> 1.0)` or `` name (from `url`) ``.
fn name_of(entry: &str) -> &str {
    entry.split(" (").next().unwrap_or(entry)
}

/// A subspec is a path inside its pod.
fn package(name: &str, version: &str) -> Result<Package, PurlError> {
    let (pod, subspec) = name.split_once('/').unwrap_or((name, ""));
    let purl = Purl::builder(Ecosystem::Cocoapods.purl_type(), pod).version(version);
    Ok(Package::new(Ecosystem::Cocoapods, name, version, purl.subpath(subspec).build()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    #[test]
    fn takes_pods_and_subspecs() {
        let text = "PODS:\n  - A (3.1.2):\n    - B/Core (~> 3)\n  - \"B/Core (3.0)\"\n  - nameless\n\n\
                    DEPENDENCIES:\n  - A (from `../A`)\n\nSPEC CHECKSUMS:\n  A: 00\n";
        let (outcome, facts) = read(&Lockfile, "Podfile.lock", text);
        assert!(outcome.is_ok());
        assert_eq!(rows(&facts), ["A@3.1.2 2", "B/Core@3.0 4"]);
        let found: Vec<_> = facts.packages().collect();
        assert_eq!(found[0].depends_on, ["B/Core@3.0"]);
        assert_eq!(found[0].relationship, Relationship::Direct);
        assert_eq!(found[1].purl.to_string(), "pkg:cocoapods/B@3.0#Core");
        assert_eq!(problem_lines(&facts), [5]);
        assert!(read(&Lockfile, "Podfile.lock", "").0.is_err());
        assert!(read(&Lockfile, "Podfile.lock", "rubbish\n").0.is_err());
    }

    #[test]
    fn any_layout_is_read() {
        for text in [
            "PODS:\n    - A (1.0):\n        - B (~> 2)\n    - B (2.0)\nDEPENDENCIES:\n    - A\n",
            "PODS: [{A (1.0): [B (~> 2)]}, B (2.0)]\nDEPENDENCIES: [A]\n",
            "{\"PODS\": [{\"A (1.0)\": [\"B\"]}, \"B (2.0)\"],\n\"DEPENDENCIES\": [\"A\"]}",
        ] {
            let (_, facts) = read(&Lockfile, "Podfile.lock", text);
            let found: Vec<_> =
                facts.packages().map(|it| (it.id(), it.depends_on.join(" "))).collect();
            let expected = [("A@1.0", "B@2.0"), ("B@2.0", "")]
                .map(|(id, needs)| (id.to_owned(), needs.to_owned()));
            assert_eq!(found, expected, "{text}");
            assert_eq!(problem_lines(&facts), [0; 0], "{text}");
        }
    }

    #[test]
    fn what_has_the_wrong_type_is_a_problem() {
        for (text, line) in [
            ("PODS: 7\n", 1),
            ("PODS: {}\n", 1),
            ("PODS:\n  - 7\n", 2),
            ("PODS:\n  A: 1\n", 2),
            ("PODS: [\n", 1),
        ] {
            let (_, facts) = read(&Lockfile, "Podfile.lock", text);
            assert_eq!(problem_lines(&facts).last(), Some(&line), "{text:?}: {facts:?}");
        }
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(PODS:\n|  - [A/( )1]{0,6}:?\n|    - A\n|.{0,5}\n){0,12}") {
            crate::check::holds(&Lockfile, "Podfile.lock", text)?;
        }
    }
}
