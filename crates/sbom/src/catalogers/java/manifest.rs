//! `META-INF/MANIFEST.MF`, after the JAR File Specification of Java 21, "JAR Manifest".

use std::collections::BTreeMap;

/// The data of a manifest about its archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    main: Section,
    /// The first individual section that states an implementation version: what old archives have
    /// instead of main attributes ("Package versioning information").
    package: Option<(String, Section)>,
}

/// The attributes of one section, names in lower case.
type Section = BTreeMap<String, String>;

impl Manifest {
    /// A manifest that says nothing.
    pub(super) const fn new() -> Self {
        Self { main: Section::new(), package: None }
    }

    /// Reads a manifest. Lines that are no attributes are passed over, as a class loader does
    /// with those it does not need.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut sections = sections(bytes);
        let main = sections.next().unwrap_or_default();
        let package = sections
            .filter(|section| section.contains_key("implementation-version"))
            .find_map(|mut section| Some((section.remove("name")?, section)));
        Self { main, package }
    }

    /// A main attribute; `name` is in lower case. Empty values do not count.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        text(&self.main, name)
    }

    /// The bundle's name without its directives (OSGi Core 8, 3.2.1.12).
    pub(super) fn symbolic_name(&self) -> Option<&str> {
        let name = self.get("bundle-symbolicname")?.split(';').next()?.trim();
        Some(name).filter(|name| !name.is_empty())
    }

    /// The version, from the attribute that says most about the artifact.
    pub(super) fn version(&self) -> Option<&str> {
        const ATTRIBUTES: [&str; 4] =
            ["implementation-version", "plugin-version", "bundle-version", "specification-version"];
        let main = ATTRIBUTES.iter().filter_map(|name| self.get(name));
        let package =
            self.package.iter().filter_map(|(_, section)| text(section, "implementation-version"));
        main.chain(package).find_map(version_in)
    }

    /// The Java package of the individual section that states a version, in dots.
    pub(super) fn versioned_package(&self) -> Option<String> {
        let (name, _) = self.package.as_ref()?;
        let is_class = name.ends_with(".class");
        Some(name.trim_matches('/').replace('/', ".")).filter(|name| !is_class && !name.is_empty())
    }
}

/// A version is a first word that begins with a digit, perhaps after a `v`:
/// `1.4 1855 April 22 2006` is 1.4, `${project.version}` and `unspecified` are none.
fn version_in(value: &str) -> Option<&str> {
    let word = value.split_whitespace().next()?;
    let number = word.strip_prefix('v').unwrap_or(word);
    number.starts_with(|c: char| c.is_ascii_digit()).then_some(word)
}

fn text<'s>(section: &'s Section, name: &str) -> Option<&'s str> {
    section.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// The sections, divided by empty lines; of an attribute given twice the last counts.
fn sections(bytes: &[u8]) -> impl Iterator<Item = Section> {
    let mut lines = logical_lines(bytes).peekable();
    std::iter::from_fn(move || {
        lines.peek()?;
        let mut section = Section::new();
        for line in lines.by_ref() {
            if line.is_empty() {
                if section.is_empty() {
                    continue;
                }
                break;
            }
            let line = String::from_utf8_lossy(&line);
            if let Some((name, value)) = line.split_once(':') {
                section.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
            }
        }
        Some(section)
    })
}

/// Lines with their continuations, which begin with one space. They are joined as bytes: a line
/// of 72 bytes may end within a character.
fn logical_lines(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut lines = physical_lines(bytes).peekable();
    std::iter::from_fn(move || {
        let mut line = lines.next()?.to_vec();
        while let Some(more) = lines.peek().and_then(|next| next.strip_prefix(b" ")) {
            line.extend_from_slice(more);
            lines.next();
        }
        Some(line)
    })
}

/// Lines that end with CR LF, LF or CR.
fn physical_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..)).unwrap_or_default();
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_continued_lines_of_any_ending() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["Manifest-Version: 1.0", "Bundle-SymbolicName: org.exam", " ple;x:=y", ""];
            let manifest = Manifest::parse(text.join(end).as_bytes());
            assert_eq!(manifest.symbolic_name(), Some("org.example"));
        }
    }

    #[test]
    fn keeps_sections_apart() {
        let text = "Manifest-Version: 1.0\n\n\nName: org/example/\nImplementation-Version: 7 x\n";
        let manifest = Manifest::parse(text.as_bytes());
        assert_eq!(manifest.get("implementation-version"), None);
        assert_eq!(manifest.version(), Some("7"));
        assert_eq!(manifest.versioned_package().as_deref(), Some("org.example"));
    }

    #[test]
    fn takes_the_first_attribute_that_is_a_version() {
        let text = "Implementation-Version: ${v}\nBundle-Version: 1.0.0.GA\n";
        assert_eq!(Manifest::parse(text.as_bytes()).version(), Some("1.0.0.GA"));
        assert_eq!(Manifest::parse(b"Implementation-Version: unspecified").version(), None);
    }

    #[test]
    fn reads_names_in_any_case_and_the_last_of_two() {
        let manifest = Manifest::parse(b"group-id: a\nGROUP-ID: b\nno attribute\n: x\n");
        assert_eq!(manifest.get("group-id"), Some("b"));
    }
}
