//! Predicates by their type: the parts that a policy needs. The whole document is available as text
//! ([`Statement::predicate_json`](super::Statement::predicate_json)).

use super::{PredicateKind, ProvenanceV1, ProvenanceV02, required, text};
use crate::json::{Field, FieldError, FieldErrorKind, Value};
use crate::limits::Limits;

/// The predicate of a statement.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Predicate {
    /// SLSA provenance v1.
    SlsaProvenanceV1(Box<ProvenanceV1>),
    /// SLSA provenance v0.2.
    SlsaProvenanceV02(Box<ProvenanceV02>),
    /// A CycloneDX bill of materials.
    CycloneDx(CycloneDxPredicate),
    /// An SPDX document.
    Spdx(SpdxPredicate),
    /// cosign's report of a vulnerability scan.
    Vuln(Box<VulnPredicate>),
    /// An OpenVEX document.
    OpenVex(OpenVexPredicate),
    /// cosign's wrapping of anything.
    Custom(CustomPredicate),
    /// Any other; null if there is no predicate.
    Other(Value<'static>),
}

/// A CycloneDX bill of materials.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CycloneDxPredicate {
    /// Version of the format: `1.6`.
    pub spec_version: String,
    /// Its identifier.
    pub serial_number: Option<String>,
    /// Components at its top level.
    pub components: usize,
}

/// An SPDX document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "cosign attests SPDX as JSON or as text")]
pub enum SpdxPredicate {
    /// In JSON.
    Json {
        /// Version of the format: `SPDX-2.3`.
        spdx_version: String,
        /// The document's name.
        name: Option<String>,
        /// The document's identifier.
        namespace: Option<String>,
        /// Packages of the document.
        packages: usize,
    },
    /// In tag-value form, as a text.
    TagValue(String),
}

/// cosign's report of a vulnerability scan (cosign `specs/COSIGN_VULN_ATTESTATION_SPEC.md`).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VulnPredicate {
    /// URI of the run.
    pub invocation_uri: Option<String>,
    /// The event that caused the run.
    pub event_id: Option<String>,
    /// Who ran it.
    pub builder_id: Option<String>,
    /// Parameters of the run, of any shape.
    pub parameters: Value<'static>,
    /// The scanner and its result.
    pub scanner: VulnScanner,
    /// When the scan began, as written (RFC 3339).
    pub scan_started_on: Option<String>,
    /// When the scan ended, as written (RFC 3339).
    pub scan_finished_on: Option<String>,
}

/// A vulnerability scanner and its result.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VulnScanner {
    /// URI of the scanner.
    pub uri: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its advisories.
    pub database: VulnDatabase,
    /// Its result, of any shape.
    pub result: Value<'static>,
}

/// Where a scanner's advisories come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VulnDatabase {
    /// URI of the advisories.
    pub uri: Option<String>,
    /// Their version.
    pub version: Option<String>,
}

/// An OpenVEX document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenVexPredicate {
    /// Its identifier.
    pub id: Option<String>,
    /// The author of the document.
    pub author: Option<String>,
    /// The time of the document, as written (RFC 3339).
    pub timestamp: Option<String>,
    /// The statements of the document.
    pub statements: Vec<VexStatement>,
}

/// One statement of an OpenVEX document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VexStatement {
    /// The vulnerability: a CVE or other id.
    pub vulnerability: String,
    /// `not_affected`, `affected`, `fixed` or `under_investigation`.
    pub status: String,
    /// The reason for `not_affected`.
    pub justification: Option<String>,
    /// Identifiers of the products; none if the subject itself is meant.
    pub products: Vec<String>,
}

/// cosign's wrapping of anything.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomPredicate {
    /// The wrapped content, mostly the text of a file.
    pub data: Value<'static>,
    /// The time of the statement, as written (RFC 3339).
    pub timestamp: Option<String>,
}

impl Predicate {
    /// The URI of the builder, if the predicate names one.
    #[must_use]
    pub fn builder_id(&self) -> Option<&str> {
        match self {
            Self::SlsaProvenanceV1(provenance) => Some(&provenance.builder.id),
            Self::SlsaProvenanceV02(provenance) => Some(&provenance.builder_id),
            _ => None,
        }
    }

    pub(super) fn read(
        kind: PredicateKind,
        field: Field<'_>,
        limits: &Limits,
    ) -> Result<Self, FieldError> {
        Ok(match kind {
            PredicateKind::SlsaProvenanceV1 => {
                Self::SlsaProvenanceV1(Box::new(ProvenanceV1::read(field, limits)?))
            }
            PredicateKind::SlsaProvenanceV02 => {
                Self::SlsaProvenanceV02(Box::new(ProvenanceV02::read(field, limits)?))
            }
            PredicateKind::CycloneDx => Self::CycloneDx(CycloneDxPredicate::read(field)?),
            PredicateKind::Spdx => Self::Spdx(SpdxPredicate::read(field)?),
            PredicateKind::Vuln => Self::Vuln(Box::new(VulnPredicate::read(field)?)),
            PredicateKind::OpenVex => Self::OpenVex(OpenVexPredicate::read(field)?),
            PredicateKind::Custom => Self::Custom(CustomPredicate::read(field)?),
            _ => Self::Other(owned(Some(field))),
        })
    }
}

impl CycloneDxPredicate {
    fn read(field: Field<'_>) -> Result<Self, FieldError> {
        let document = unwrapped(field)?;
        let format = document.get("bomFormat")?;
        if format.string()? != "CycloneDX" {
            return Err(format.unknown_value());
        }
        Ok(Self {
            spec_version: required(document, "specVersion")?,
            serial_number: text(document, "serialNumber")?,
            components: document.list("components", usize::MAX)?.len(),
        })
    }
}

impl SpdxPredicate {
    fn read(field: Field<'_>) -> Result<Self, FieldError> {
        let document = unwrapped(field)?;
        if let Value::String(_) = document.value() {
            return Ok(Self::TagValue(document.nonempty_string()?.to_owned()));
        }
        Ok(Self::Json {
            spdx_version: required(document, "spdxVersion")?,
            name: text(document, "name")?,
            namespace: text(document, "documentNamespace")?,
            packages: document.list("packages", usize::MAX)?.len(),
        })
    }
}

impl VulnPredicate {
    fn read(field: Field<'_>) -> Result<Self, FieldError> {
        let scanner = field.get("scanner")?;
        let invocation = field.optional("invocation")?;
        // cosign's readers expect a name with a dot; the specification's text nests it.
        let builder_id = match text_of(invocation, "builder.id")? {
            Some(id) => Some(id),
            None => text_of(member(invocation, "builder")?, "id")?,
        };
        let metadata = field.optional("metadata")?;
        Ok(Self {
            invocation_uri: text_of(invocation, "uri")?,
            event_id: text_of(invocation, "event_id")?,
            builder_id,
            parameters: owned(member(invocation, "parameters")?),
            scanner: VulnScanner::read(scanner)?,
            scan_started_on: text_of(metadata, "scanStartedOn")?,
            scan_finished_on: text_of(metadata, "scanFinishedOn")?,
        })
    }
}

impl VulnScanner {
    fn read(field: Field<'_>) -> Result<Self, FieldError> {
        let database = field.optional("db")?;
        Ok(Self {
            uri: text(field, "uri")?,
            version: text(field, "version")?,
            database: VulnDatabase {
                uri: text_of(database, "uri")?,
                version: text_of(database, "version")?,
            },
            result: owned(field.optional("result")?),
        })
    }
}

impl OpenVexPredicate {
    fn read(field: Field<'_>) -> Result<Self, FieldError> {
        Ok(Self {
            id: text(field, "@id")?,
            author: text(field, "author")?,
            timestamp: text(field, "timestamp")?,
            statements: field
                .list("statements", usize::MAX)?
                .into_iter()
                .map(VexStatement::read)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl VexStatement {
    fn read(field: Field<'_>) -> Result<Self, FieldError> {
        let status = field.get("status")?;
        let known = ["not_affected", "affected", "fixed", "under_investigation"];
        if !known.contains(&status.string()?) {
            return Err(status.unknown_value());
        }
        Ok(Self {
            vulnerability: named(field.get("vulnerability")?, &["name", "@id"])?,
            status: status.string()?.to_owned(),
            justification: text(field, "justification")?,
            products: field
                .list("products", usize::MAX)?
                .into_iter()
                .map(|one| named(one, &["@id"]))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl CustomPredicate {
    fn read(field: Field<'_>) -> Result<Self, FieldError> {
        Ok(Self { data: owned(field.optional("Data")?), timestamp: text(field, "Timestamp")? })
    }
}

/// The document, which cosign before 2.0 put under `Data`, beside the time.
fn unwrapped(field: Field<'_>) -> Result<Field<'_>, FieldError> {
    match field.value() {
        Value::Object(_) => Ok(field.optional("Data")?.unwrap_or(field)),
        _ => Ok(field),
    }
}

/// A name, written as text (OpenVEX 0.0.1) or as a member of an object (since 0.0.2).
fn named(field: Field<'_>, members: &[&str]) -> Result<String, FieldError> {
    if let Value::String(_) = field.value() {
        return Ok(field.nonempty_string()?.to_owned());
    }
    for name in members {
        if let Some(text) = text(field, name)? {
            return Ok(text);
        }
    }
    Err(field.error(FieldErrorKind::Missing))
}

fn member<'v>(field: Option<Field<'v>>, name: &str) -> Result<Option<Field<'v>>, FieldError> {
    field.map_or(Ok(None), |field| field.optional(name))
}

fn text_of(field: Option<Field<'_>>, name: &str) -> Result<Option<String>, FieldError> {
    field.map_or(Ok(None), |field| text(field, name))
}

/// A value of any shape; null if there is none.
fn owned(field: Option<Field<'_>>) -> Value<'static> {
    field.map_or(Value::Null, |field| field.value().clone().into_owned())
}
