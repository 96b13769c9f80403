//! VEX: statements about the vulnerabilities of a product.

mod csaf;
mod cyclonedx;
mod openvex;
mod range;
mod statement;

use serde::Deserialize;

use crate::error::json;
use crate::{Error, Limits};
use serde::Serialize;

pub use range::VersionRange;
pub use statement::{Product, Statement, VexStatus};

/// The form of a VEX document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VexFormat {
    /// OpenVEX 0.0.1 to 0.2.0.
    OpenVex,
    /// CSAF 2.0 and 2.1 with the profile VEX.
    Csaf,
    /// CycloneDX with vulnerabilities.
    CycloneDx,
}

impl VexFormat {
    /// Returns the name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenVex => "OpenVEX",
            Self::Csaf => "CSAF VEX",
            Self::CycloneDx => "CycloneDX VEX",
        }
    }
}

/// A VEX document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VexDocument {
    /// Its source, for reports.
    pub name: String,
    /// Its form.
    pub format: VexFormat,
    /// Its statements in order; in CSAF, those with the status affected are last.
    pub statements: Vec<Statement>,
    /// Parts that never count, whatever is scanned, and why.
    pub unusable: Vec<Unusable>,
}

/// A statement, or a product of one, that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unusable {
    /// The place, as `statements[3].products[0]`.
    pub place: String,
    /// The vulnerability that it names.
    pub id: String,
    /// Why it cannot be used.
    pub reason: String,
}

impl VexDocument {
    /// Reads a document of any of the forms. `name` is its source in reports.
    ///
    /// # Errors
    /// The document is not JSON, has no supported form, or exceeds a limit. A statement that cannot
    /// be used is one of `unusable`.
    pub fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let marks: Marks = json(bytes, limits)?;
        let (format, read) = if marks.is_openvex() {
            (VexFormat::OpenVex, openvex::read(bytes, limits)?)
        } else if marks.document.is_some() {
            (VexFormat::Csaf, csaf::read(bytes, limits)?)
        } else if marks.bom_format.as_deref() == Some("CycloneDX") {
            (VexFormat::CycloneDx, cyclonedx::read(bytes, limits)?)
        } else {
            return Err(Error::UnknownDocument);
        };
        let Read { statements, unusable } = read;
        Ok(Self { name: name.to_owned(), format, statements, unusable })
    }
}

/// The fields that distinguish the forms.
#[derive(Deserialize)]
struct Marks {
    #[serde(rename = "@context", default)]
    context: Option<serde_json::Value>,
    #[serde(default)]
    document: Option<serde::de::IgnoredAny>,
    #[serde(rename = "bomFormat", default)]
    bom_format: Option<String>,
}

impl Marks {
    fn is_openvex(&self) -> bool {
        let is_it = |text: &str| text.starts_with("https://openvex.dev/ns");
        match &self.context {
            Some(serde_json::Value::String(text)) => is_it(text),
            Some(serde_json::Value::Array(list)) => {
                list.iter().filter_map(serde_json::Value::as_str).any(is_it)
            }
            _ => false,
        }
    }
}

/// The statements that a reader found.
#[derive(Default)]
struct Read {
    statements: Vec<Statement>,
    unusable: Vec<Unusable>,
}

impl Read {
    fn skip(&mut self, place: String, id: &str, reason: impl Into<String>) {
        self.unusable.push(Unusable { place, id: id.to_owned(), reason: reason.into() });
    }

    /// Returns the justification of a statement, where the format knows it; another word justifies
    /// nothing, and is reported.
    fn justification(
        &mut self,
        place: &str,
        id: &str,
        word: Option<String>,
        known: &[&str],
    ) -> Option<String> {
        let word = some(word)?;
        if known.contains(&word.as_str()) {
            return Some(word);
        }
        self.skip(format!("{place}.justification"), id, format!("{word:?} is no justification"));
        None
    }

    /// Checks the limit, with `products` more to come.
    fn check(&self, products: usize, limits: &Limits) -> Result<(), Error> {
        match products.saturating_add(self.statements.len()).saturating_add(self.unusable.len()) {
            count if count > limits.max_statements => {
                Err(Error::LimitExceeded { limit: "statements", max: limits.max_statements })
            }
            _ => Ok(()),
        }
    }
}

/// The justifications for the status not affected: OpenVEX 0.2.0, "Status Justifications", and the
/// labels of flags in CSAF 2.0, 3.2.3.5.1.
const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

/// Returns the text unless it is empty.
fn some(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// Decodes percent-encoding; an invalid escape is kept as it is.
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2).filter(|hex| hex.bytes().all(|it| it.is_ascii_hexdigit()));
        match digits.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                bytes.push(value);
                bytes.extend(part.bytes().skip(2));
            }
            None => {
                bytes.push(b'%');
                bytes.extend(part.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
