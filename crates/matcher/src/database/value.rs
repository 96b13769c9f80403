//! Values, in CBOR (RFC 8949), their strings borrowed from the file.
//!
//! All are maps with numbered fields, so that fields can be added: older programs ignore unknown
//! fields, and newer ones use the default for missing ones. Enumerations are written as numbers, so
//! that an unknown kind can still be read.

use minicbor::bytes::ByteSlice;
use minicbor::{Decode, Encode};

use super::list::{List, Malformed};

/// The entry of a record about one package in one ecosystem.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Affected<'b> {
    /// Id of the record.
    #[b(0)]
    pub(crate) record: &'b str,
    /// The package's name in the record, if its key has another spelling.
    #[b(1)]
    pub(crate) name: Option<&'b str>,
    #[cbor(b(2), default, skip_if = "List::is_empty")]
    pub(crate) ranges: List<'b, Range<'b>>,
    /// Trimmed by [`Schemes::trim`](crate::evaluate::Schemes::trim). The installed version is found
    /// by comparing bytes, so they need not be text.
    #[cbor(b(3), default, skip_if = "List::is_empty")]
    pub(crate) versions: List<'b, &'b ByteSlice>,
    /// Module of an RPM, `nodejs:16`, if the record states one.
    #[b(4)]
    pub(crate) module: Option<&'b str>,
    #[cbor(b(5), default, skip_if = "Vec::is_empty")]
    pub(crate) scores: Vec<Score<'b>>,
    /// The source's own severity word for this package.
    #[b(6)]
    pub(crate) word: Option<&'b str>,
    /// The part of this entry that could not be read; it makes the verdict undetermined.
    #[b(7)]
    pub(crate) defect: Option<&'b str>,
    /// Whether its ecosystem is one of extended support, `Ubuntu:Pro:16.04:LTS`, which its key
    /// states, not its value.
    #[cbor(skip)]
    pub(crate) extended: bool,
}

impl Affected<'_> {
    /// Reads the items of its lists, down to the last event.
    pub(crate) fn read_lists(&self) -> Result<(), Malformed> {
        for range in self.ranges.iter() {
            range?.events.iter().try_for_each(|event| event.map(drop))?;
        }
        self.versions.iter().try_for_each(|version| version.map(drop))
    }
}

/// A range of versions between events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Range<'b> {
    #[n(0)]
    pub(crate) kind: u8,
    #[cbor(b(1), default, skip_if = "List::is_empty")]
    pub(crate) events: List<'b, Event<'b>>,
}

impl Range<'_> {
    pub(crate) const SEMVER: u8 = 0;
    pub(crate) const ECOSYSTEM: u8 = 1;
    pub(crate) const GIT: u8 = 2;
    /// A type that is not in the OSV schema.
    pub(crate) const OTHER: u8 = 255;
}

/// A version at which the state changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Event<'b> {
    #[n(0)]
    pub(crate) kind: u8,
    #[b(1)]
    pub(crate) version: &'b str,
}

impl Event<'_> {
    pub(crate) const INTRODUCED: u8 = 0;
    pub(crate) const FIXED: u8 = 1;
    pub(crate) const LAST_AFFECTED: u8 = 2;
    pub(crate) const LIMIT: u8 = 3;
    /// An event that is not in the OSV schema.
    pub(crate) const OTHER: u8 = 255;
}

/// A CVSS vector, or a score without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Score<'b> {
    /// Its OSV type: `CVSS_V3`.
    #[b(0)]
    pub(crate) kind: &'b str,
    /// The vector, or the score as a decimal number.
    #[b(1)]
    pub(crate) text: &'b str,
}

/// A record without its entries about packages.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Record<'b> {
    #[b(0)]
    pub(crate) id: &'b str,
    #[cbor(b(1), default, skip_if = "Vec::is_empty")]
    pub(crate) aliases: Vec<&'b str>,
    #[cbor(b(2), default, skip_if = "Vec::is_empty")]
    pub(crate) upstream: Vec<&'b str>,
    #[cbor(b(3), default, skip_if = "Vec::is_empty")]
    pub(crate) related: Vec<&'b str>,
    #[cbor(b(4), default, skip_if = "str::is_empty")]
    pub(crate) summary: &'b str,
    #[cbor(b(5), default, skip_if = "str::is_empty")]
    pub(crate) details: &'b str,
    #[cbor(b(6), default, skip_if = "Vec::is_empty")]
    pub(crate) scores: Vec<Score<'b>>,
    /// The record's own severity word.
    #[b(7)]
    pub(crate) word: Option<&'b str>,
    #[b(8)]
    pub(crate) published: Option<&'b str>,
    #[b(9)]
    pub(crate) modified: Option<&'b str>,
    #[cbor(b(10), default, skip_if = "Vec::is_empty")]
    pub(crate) references: Vec<&'b str>,
    #[cbor(b(11), default, skip_if = "Vec::is_empty")]
    pub(crate) cwe_ids: Vec<&'b str>,
    /// Base names of the ecosystems that the record names.
    #[cbor(b(12), default, skip_if = "Vec::is_empty")]
    pub(crate) ecosystems: Vec<&'b str>,
}

/// The record of a mention of a vulnerability, with the severities that it gives.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Mention<'b> {
    #[b(0)]
    pub(crate) record: &'b str,
    /// Number of CVEs that the record names: with several, its severities apply to none in
    /// particular.
    #[cbor(n(1), default)]
    pub(crate) cves: u32,
    #[b(2)]
    pub(crate) word: Option<&'b str>,
    #[cbor(b(3), default, skip_if = "Vec::is_empty")]
    pub(crate) scores: Vec<Score<'b>>,
}

/// The entry of a CVE in the KEV catalogue.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Exploited<'b> {
    #[cbor(b(0), default)]
    pub(crate) date_added: &'b str,
    #[b(1)]
    pub(crate) due_date: Option<&'b str>,
    #[cbor(n(2), default)]
    pub(crate) ransomware: bool,
    #[b(3)]
    pub(crate) name: Option<&'b str>,
    #[b(4)]
    pub(crate) action: Option<&'b str>,
}

/// The EPSS score of a CVE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Epss {
    #[n(0)]
    pub(crate) score: f64,
    #[n(1)]
    pub(crate) percentile: f64,
}

/// The block of information about the whole database.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Info<'b> {
    /// Seconds since 1970.
    #[n(0)]
    pub(crate) built: i64,
    #[cbor(b(1), default)]
    pub(crate) sources: Vec<Source<'b>>,
    #[cbor(b(2), default)]
    pub(crate) ecosystems: Vec<Ecosystem<'b>>,
    #[cbor(b(3), default, skip_if = "Vec::is_empty")]
    pub(crate) origins: Vec<Origin<'b>>,
}

/// A publisher of content of the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Origin<'b> {
    #[b(0)]
    pub(crate) name: &'b str,
    #[b(1)]
    pub(crate) url: Option<&'b str>,
    #[b(2)]
    pub(crate) license: Option<&'b str>,
    #[cbor(n(3), default)]
    pub(crate) records: u64,
}

/// A source of the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Source<'b> {
    #[b(0)]
    pub(crate) name: &'b str,
    #[cbor(n(1), default)]
    pub(crate) records: u64,
    #[n(2)]
    pub(crate) newest: Option<i64>,
}

/// An ecosystem with advisories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Ecosystem<'b> {
    #[b(0)]
    pub(crate) name: &'b str,
    #[cbor(n(1), default)]
    pub(crate) records: u64,
    #[cbor(n(2), default)]
    pub(crate) packages: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::list::encoded;

    #[derive(Encode)]
    #[cbor(map)]
    struct NewerRecord<'b> {
        #[b(0)]
        id: &'b str,
        #[b(4)]
        summary: &'b str,
        /// Not yet known.
        #[n(200)]
        votes: Vec<(u8, Option<bool>)>,
    }

    #[test]
    fn newer_fields_are_passed_over_and_missing_ones_are_empty() {
        let newer =
            NewerRecord { id: "X-1", summary: "text", votes: vec![(1, None), (2, Some(true))] };
        let bytes = minicbor::to_vec(newer).unwrap();
        let record: Record<'_> = minicbor::decode(&bytes).unwrap();
        assert_eq!(record, Record { id: "X-1", summary: "text", ..Record::default() });
    }

    #[test]
    fn values_lead_back() {
        let events = encoded([Event { kind: Event::FIXED, version: "1.0" }]);
        let ranges = encoded([Range { kind: Range::SEMVER, events: List::filling(&events) }]);
        let versions = encoded([<&ByteSlice>::from(&b"0.9"[..])]);
        let affected = Affected {
            record: "X-1",
            ranges: List::filling(&ranges),
            versions: List::filling(&versions),
            module: Some("nodejs:16"),
            ..Affected::default()
        };
        let bytes = minicbor::to_vec(&affected).unwrap();
        assert_eq!(minicbor::decode::<Affected<'_>>(&bytes).unwrap(), affected);
        for length in 0..bytes.len() {
            assert!(minicbor::decode::<Affected<'_>>(&bytes[..length]).is_err());
        }
    }
}
