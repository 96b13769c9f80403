//! Which format a document is of.

use std::fmt;

use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};

use super::{Document, DocumentLimits, Text, text_of};
use crate::{Error, cyclonedx, spdx};

/// The format of an SBOM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DocumentFormat {
    /// CycloneDX JSON.
    CycloneDx,
    /// SPDX 2 JSON.
    Spdx,
}

/// Reads an SBOM in whichever of the formats it is.
///
/// # Errors
/// It is of none of them, or one that [`cyclonedx::read`] or [`spdx::read`] refuses.
pub fn read_document(bytes: &[u8], limits: &DocumentLimits) -> Result<Document, Error> {
    const FORMAT: &str = "SBOM";
    let text = text_of(bytes, FORMAT, limits)?;
    let mut found = None;
    let result = serde_json::Deserializer::from_str(text).deserialize_map(Keys(&mut found));
    match (found, result) {
        (Some(DocumentFormat::CycloneDx), _) => cyclonedx::read(bytes, limits),
        (Some(DocumentFormat::Spdx), _) => spdx::read(bytes, limits),
        (None, Ok(())) => Err(Error::Malformed {
            format: FORMAT,
            reason: "it has neither bomFormat (CycloneDX) nor spdxVersion (SPDX 2)".to_owned(),
            line: None,
        }),
        (None, Err(error)) => Err(Error::Malformed {
            format: FORMAT,
            reason: super::reason_of(&error),
            line: u64::try_from(error.line()).ok(),
        }),
    }
}

/// Looks at the keys of an object up to the first that tells the format.
struct Keys<'f>(&'f mut Option<DocumentFormat>);

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Text<'_>>()? {
            *self.0 = match &*key {
                "bomFormat" => Some(DocumentFormat::CycloneDx),
                "spdxVersion" => Some(DocumentFormat::Spdx),
                _ => None,
            };
            if self.0.is_some() {
                // The rest is read by the reader of that format.
                return Err(A::Error::custom("found"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_the_format() {
        let limits = DocumentLimits::default();
        for (text, format) in [
            (
                r#"{"$schema":{"a":[]},"bomFormat":"CycloneDX","specVersion":"1.6"}"#,
                DocumentFormat::CycloneDx,
            ),
            ("\u{feff}{\"spdxVersion\":\"SPDX-2.3\"}", DocumentFormat::Spdx),
        ] {
            assert_eq!(read_document(text.as_bytes(), &limits).unwrap().format, format, "{text}");
        }
        for (text, message) in [
            ("[]", "not a valid SBOM: invalid type: sequence, expected an object"),
            (
                "{}",
                "not a valid SBOM: it has neither bomFormat (CycloneDX) nor spdxVersion (SPDX 2)",
            ),
            (
                r#"{"bomFormat":"CycloneDX""#,
                "not a valid CycloneDX document: EOF while parsing an object",
            ),
            ("<bom/>", "not a valid SBOM: XML is not read, only JSON"),
        ] {
            let error = read_document(text.as_bytes(), &limits).unwrap_err();
            assert_eq!(error.to_string(), message, "{text}");
        }
    }
}
