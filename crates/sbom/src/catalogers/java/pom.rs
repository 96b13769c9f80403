//! `pom.xml` inside an archive, after the Maven POM reference 4.0.0: the coordinates and licences
//! of the one project, without looking for its parents.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;

use super::maven::{MAX_VALUE_BYTES, fill_in};

/// The project's own data in a `pom.xml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pom {
    pub(super) group: Option<String>,
    pub(super) artifact: Option<String>,
    pub(super) version: Option<String>,
    /// Names of the licences as written.
    pub(super) licenses: Vec<String>,
}

/// The deepest element of interest is `project/licenses/license/name`.
const DEPTH: usize = 4;

impl Pom {
    /// Reads a `pom.xml`. Group and version are those of the parent where the project has none;
    /// a `${property}` is filled in from the file itself, and a value that cannot be is none.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, quick_xml::Error> {
        let mut values = Values::default();
        // An older encoding garbles a licence's name at worst: coordinates are ASCII.
        let xml = String::from_utf8_lossy(bytes);
        let mut reader = Reader::from_str(&xml);
        reader.config_mut().check_end_names = false;
        let mut path: Vec<String> = Vec::new();
        let mut depth = 0_usize;
        let mut text = String::new();
        loop {
            match reader.read_event()? {
                Event::Start(tag) => {
                    if depth < DEPTH {
                        path.truncate(depth);
                        let name = tag.local_name();
                        path.push(name.as_ref().to_owned());
                    }
                    depth = depth.saturating_add(1);
                    text.clear();
                }
                Event::End(_) => {
                    if depth == path.len() {
                        values.take(&path, text.trim());
                        path.pop();
                    }
                    depth = depth.saturating_sub(1);
                    text.clear();
                }
                Event::Text(part) if text.len() <= MAX_VALUE_BYTES => {
                    text.push_str(&part);
                }
                Event::CData(part) if text.len() <= MAX_VALUE_BYTES => {
                    text.push_str(&part);
                }
                Event::GeneralRef(name) if text.len() <= MAX_VALUE_BYTES => {
                    text.push_str(resolve_xml_entity(&name).unwrap_or_default());
                }
                Event::Eof => break,
                _ => {}
            }
        }
        Ok(values.into_pom())
    }
}

/// The values met, by their path below `project`.
#[derive(Debug, Default)]
struct Values {
    project: BTreeMap<&'static str, String>,
    properties: BTreeMap<String, String>,
    licenses: Vec<String>,
}

impl Values {
    fn take(&mut self, path: &[String], text: &str) {
        if text.is_empty() || text.len() > MAX_VALUE_BYTES {
            return;
        }
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let key = match path.as_slice() {
            ["project", "groupId"] => "project.groupId",
            ["project", "artifactId"] => "project.artifactId",
            ["project", "version"] => "project.version",
            ["project", "parent", "groupId"] => "project.parent.groupId",
            ["project", "parent", "version"] => "project.parent.version",
            ["project", "properties", name] => {
                self.properties.insert((*name).to_owned(), text.to_owned());
                return;
            }
            ["project", "licenses", "license", "name"] => {
                self.licenses.push(text.to_owned());
                return;
            }
            _ => return,
        };
        self.project.entry(key).or_insert_with(|| text.to_owned());
    }

    fn into_pom(self) -> Pom {
        let of_project =
            |key: &str| self.lookup(key).and_then(|value| fill_in(value, |name| self.lookup(name)));
        Pom {
            group: of_project("project.groupId"),
            artifact: of_project("project.artifactId"),
            version: of_project("project.version"),
            licenses: self.licenses.clone(),
        }
    }

    fn lookup(&self, key: &str) -> Option<&str> {
        // `pom.` is the old spelling of `project.`.
        let key = match key.strip_prefix("pom.") {
            Some(rest) => &format!("project.{rest}"),
            None => key,
        };
        let inherited = match key {
            "project.groupId" => "project.parent.groupId",
            "project.version" => "project.parent.version",
            _ => key,
        };
        let own = self.project.get(key).or_else(|| self.project.get(inherited));
        own.or_else(|| self.properties.get(key)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(inside: &str) -> Pom {
        let text = format!("<?xml version=\"1.0\"?><project xmlns=\"m\">{inside}</project>");
        Pom::parse(text.as_bytes()).expect("well-formed")
    }

    #[test]
    fn inherits_group_and_version_and_fills_in_properties() {
        let pom = parse(
            "<parent><groupId>org.a</groupId><version>1</version></parent>\
             <artifactId>b-${kind}</artifactId><version>${revision}.2</version>\
             <properties><revision>${project.parent.version}</revision><kind>c</kind></properties>\
             <dependencies><dependency><groupId>x</groupId></dependency></dependencies>\
             <licenses><license><name>A &amp; B</name><url>u</url></license></licenses>",
        );
        assert_eq!(pom.group.as_deref(), Some("org.a"));
        assert_eq!(pom.artifact.as_deref(), Some("b-c"));
        assert_eq!(pom.version.as_deref(), Some("1.2"));
        assert_eq!(pom.licenses, ["A & B"]);
    }

    #[test]
    fn a_property_from_elsewhere_is_none() {
        assert_eq!(parse("<version>${release}</version>").version, None);
    }

    #[test]
    fn rings_and_growing_properties_end() {
        let ring = parse("<version>${a}</version><properties><a>${b}</a><b>${a}</b></properties>");
        assert_eq!(ring.version, None);
        let bomb = parse("<version>${a}</version><properties><a>${a}${a}xxxx</a></properties>");
        assert_eq!(bomb.version, None);
    }

    #[test]
    fn entities_are_not_expanded_and_depth_costs_nothing() {
        let bomb = "<!DOCTYPE p [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\
                    <project><version>&b;</version></project>";
        let pom = Pom::parse(bomb.as_bytes()).expect("well-formed");
        assert_eq!(pom.version, None);
        let deep = "<project>".to_owned() + &"<a>".repeat(100_000);
        assert!(Pom::parse(deep.as_bytes()).is_ok());
    }

    proptest! {
        #[test]
        fn never_panics(text in "[<>/!\\[\\]?a${}\" &;-]{0,60}") {
            drop(Pom::parse(text.as_bytes()));
        }
    }
}
