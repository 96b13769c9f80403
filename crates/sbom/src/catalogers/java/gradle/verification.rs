//! `gradle/verification-metadata.xml` (Gradle user manual, "Verifying dependencies"): components
//! with the checksums that their files must have.

use sealift_layers::{File, Metadata, TreePath};

use crate::catalogers::xml::{Elements, Step};
use crate::catalogers::{declared, java, text};
use crate::{Cataloger, Error, Facts};

const FORMAT: &str = "verification-metadata.xml";

/// Finds the modules whose files Gradle verifies.
#[derive(Debug)]
pub(crate) struct Verification;

impl Cataloger for Verification {
    fn name(&self) -> &'static str {
        "java-gradle-verification"
    }

    fn names(&self) -> &'static [&'static str] {
        &["verification-metadata.xml"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.ends_with("gradle/verification-metadata.xml")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let text = text::any(file.bytes()?);
        let mut elements = Elements::rooted(&text, FORMAT, "verification-metadata");
        while let Some(step) = elements.next()? {
            let Step::Open(tag) = step else { continue };
            if tag.path != ["verification-metadata", "components", "component"] {
                continue;
            }
            let value = |name| tag.attribute(name).unwrap_or_default();
            let (group, artifact, version) = (value("group"), value("name"), value("version"));
            if version.is_empty() {
                let message = format!("component \"{group}:{artifact}\" has no version");
                facts.problem(Some(tag.line), message);
            }
            declared::add(java::package(&group, &artifact, &version), tag.line, facts);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    const PATH: &str = "gradle/verification-metadata.xml";

    #[test]
    fn takes_the_components() {
        let text = "<verification-metadata>\n<components>\n\
            <component group=\"a\" name='b' version=\"1\"><artifact name=\"b-1.jar\"/></component>\n\
            <component version=\"2\" name=\"c\" group=\"a\"/>\n\
            <component name=\"c\" version=\"2\"/>\n<component group=\"a\" name=\"d\"/>\n\
            </components></verification-metadata>";
        let (outcome, facts) = read(&Verification, PATH, text);
        assert!(outcome.is_ok());
        assert_eq!(rows(&facts), ["a:b@1 3", "a:c@2 4", "a:d@ 6"]);
        assert_eq!(problem_lines(&facts), [5, 6]);
        assert!(read(&Verification, PATH, "no XML").0.is_err());
    }
}
