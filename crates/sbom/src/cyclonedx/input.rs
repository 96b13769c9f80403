//! The parts of a CycloneDX document that are read, all versions.

use sealift_layers::LimitExceeded;
use sealift_model::{Digest, Location};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::clues::Clues;
use crate::document::{Gather, Take, Text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct Bom<'a> {
    #[serde(borrow)]
    pub(super) bom_format: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) spec_version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) serial_number: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) version: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) components: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) compositions: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    pub(super) timestamp: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) component: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) properties: Option<Gather<Property<'a>, Clues<'a>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Component<'a> {
    #[serde(rename = "bom-ref", borrow)]
    pub(super) bom_ref: Option<Text<'a>>,
    #[serde(rename = "type", borrow)]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) group: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) purl: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) scope: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) supplier: Option<Supplier<'a>>,
    #[serde(borrow)]
    pub(super) publisher: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) hashes: Option<Gather<Hash<'a>, FirstDigest>>,
    #[serde(borrow)]
    pub(super) licenses: Option<Gather<LicenseChoice<'a>, LicenseTexts>>,
    #[serde(borrow)]
    pub(super) evidence: Option<Evidence<'a>>,
    #[serde(borrow)]
    pub(super) properties: Option<Gather<Property<'a>, Clues<'a>>>,
    #[serde(borrow)]
    pub(super) components: Option<&'a RawValue>,
}

/// What names a component, for one whose other fields are not as they should be.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Identity<'a> {
    #[serde(rename = "bom-ref", borrow)]
    bom_ref: Option<Text<'a>>,
    #[serde(rename = "type", borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    group: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    version: Option<Text<'a>>,
    #[serde(borrow)]
    purl: Option<Text<'a>>,
    #[serde(borrow)]
    components: Option<&'a RawValue>,
}

impl<'a> From<Identity<'a>> for Component<'a> {
    fn from(identity: Identity<'a>) -> Self {
        Self {
            bom_ref: identity.bom_ref,
            kind: identity.kind,
            group: identity.group,
            name: identity.name,
            version: identity.version,
            purl: identity.purl,
            scope: None,
            supplier: None,
            publisher: None,
            hashes: None,
            licenses: None,
            evidence: None,
            properties: None,
            components: identity.components,
        }
    }
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Supplier<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Property<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) value: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Hash<'a> {
    #[serde(borrow)]
    alg: Option<Text<'a>>,
    #[serde(borrow)]
    content: Option<Text<'a>>,
}

/// The first SHA-256 or SHA-512 of a list of hashes.
#[derive(Default)]
pub(super) struct FirstDigest(pub(super) Option<Digest>);

impl Take<Hash<'_>> for FirstDigest {
    fn take(&mut self, hash: Hash<'_>) -> Result<(), LimitExceeded> {
        let algorithm = match hash.alg.as_deref() {
            Some("SHA-256") => "sha256",
            Some("SHA-512") => "sha512",
            _ => return Ok(()),
        };
        let Some(content) = hash.content.filter(|_| self.0.is_none()) else { return Ok(()) };
        self.0 = format!("{algorithm}:{}", content.to_ascii_lowercase()).parse().ok();
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct LicenseChoice<'a> {
    #[serde(borrow)]
    license: Option<License<'a>>,
    #[serde(borrow)]
    expression: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct License<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
}

/// The licences of a list, by identifier, expression or name.
#[derive(Default)]
pub(super) struct LicenseTexts(pub(super) Vec<String>);

impl Take<LicenseChoice<'_>> for LicenseTexts {
    fn take(&mut self, choice: LicenseChoice<'_>) -> Result<(), LimitExceeded> {
        let named = choice.license.and_then(|license| license.id.or(license.name));
        let text = choice.expression.or(named).filter(|text| !text.is_empty());
        self.0.extend(text.map(|text| text.0.into_owned()));
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Evidence<'a> {
    #[serde(borrow)]
    pub(super) occurrences: Option<Gather<Occurrence<'a>, Places>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Occurrence<'a> {
    #[serde(borrow)]
    location: Option<Text<'a>>,
    line: Option<u64>,
}

/// The locations of a list of occurrences.
#[derive(Default)]
pub(super) struct Places(pub(super) Vec<Location>);

impl Take<Occurrence<'_>> for Places {
    fn take(&mut self, occurrence: Occurrence<'_>) -> Result<(), LimitExceeded> {
        if let Some(path) = occurrence.location.filter(|path| !path.is_empty()) {
            let lines = occurrence.line.filter(|line| *line > 0).map(|line| (line, line));
            self.0.push(Location::new(path.0).on_lines(lines));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct Dependency<'a> {
    #[serde(rename = "ref", borrow)]
    pub(super) reference: Text<'a>,
    #[serde(borrow)]
    pub(super) depends_on: Option<Vec<Text<'a>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Composition<'a> {
    #[serde(borrow)]
    pub(super) aggregate: Option<Text<'a>>,
}
