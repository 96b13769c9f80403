//! The severity of a vulnerability, and its source.

use std::cmp::Reverse;

use sealift_model::Severity;

use super::data_source::data_source;
use super::finding::CvssEntry;
use super::group::Match;
use crate::cvss::{CvssRating, CvssScore, CvssVector, CvssVersion};
use crate::database::value::{Mention, Score};
use crate::{Database, Error};

/// Most scores of one record, and most records of one vulnerability. A record usually has one score
/// for each version of CVSS.
const MAX_SCORES: usize = 16;
const MAX_OPINIONS: usize = 64;

/// The opinion of one source.
#[derive(Debug, Default)]
pub(super) struct Opinion {
    source: String,
    word: Option<Severity>,
    /// The newest version of CVSS first.
    cvss: Vec<CvssEntry>,
}

/// The severity of a vulnerability, with all opinions that it was chosen from.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    pub(super) severity: Severity,
    pub(super) source: Option<String>,
    pub(super) vendors: Vec<(String, Severity)>,
    pub(super) cvss: Vec<CvssEntry>,
}

impl Opinion {
    /// The opinion of a matching record: about this package, else about the vulnerability.
    pub(super) fn of(found: &Match<'_>) -> Self {
        let entries = &found.hit.entries;
        let words = entries.iter().filter_map(|entry| entry.word).chain(found.record.word);
        let scores = entries.iter().flat_map(|entry| &entry.scores).chain(&found.record.scores);
        let source = data_source(found.record.id, &found.record.ecosystems).id;
        Self::new(source, words, scores)
    }

    fn of_mention(mention: &Mention<'_>) -> Self {
        let source = data_source(mention.record, &[]).id;
        Self::new(source, mention.word.into_iter(), mention.scores.iter())
    }

    fn new<'s>(
        source: String,
        words: impl Iterator<Item = &'s str>,
        scores: impl Iterator<Item = &'s Score<'s>>,
    ) -> Self {
        let (mut word, mut cvss) = (words.filter_map(word).next(), Vec::new());
        for score in scores.take(MAX_SCORES) {
            match entry(&source, score) {
                Some(entry) if cvss.contains(&entry) => {}
                Some(entry) => cvss.push(entry),
                // Ubuntu's own word is among the scores.
                None => word = word.or_else(|| self::word(score.text)),
            }
        }
        cvss.sort_by_key(|entry| Reverse((entry.version, entry.vector.is_some())));
        Self { source, word, cvss }
    }

    fn of_cvss(&self) -> Option<Severity> {
        let first = self.cvss.first()?;
        Some(severity(CvssRating::of(first.version, first.score)))
    }

    fn any(&self) -> Option<Severity> {
        self.word.or_else(|| self.of_cvss())
    }
}

impl Judgement {
    /// Chooses among the opinions of the matching records, in order of preference: a source's own
    /// word, else the score of a vector.
    pub(super) fn among(opinions: &[Opinion]) -> Self {
        let opinions = opinions.get(..MAX_OPINIONS).unwrap_or(opinions);
        let said = |say: fn(&Opinion) -> Option<Severity>| {
            opinions.iter().find_map(|opinion| Some((say(opinion)?, opinion.source.clone())))
        };
        let chosen = said(|opinion| opinion.word).or_else(|| said(Opinion::of_cvss));
        let mut judgement = Self::default();
        for opinion in opinions {
            judgement.add(opinion);
        }
        if let Some((severity, source)) = chosen {
            judgement.severity = severity;
            judgement.source = Some(source);
        }
        judgement
    }

    /// If no matching record has an opinion, uses that of another record of the same vulnerability
    /// that names no other one. `ids` are the ids of the vulnerability.
    pub(super) fn ask_others<'i>(
        &mut self,
        database: &Database,
        ids: impl Iterator<Item = &'i str>,
    ) -> Result<(), Error> {
        for id in ids {
            if self.severity != Severity::Unknown {
                break;
            }
            let mut mentions = database.mentions(id)?;
            mentions.retain(|mention| mention.cves <= 1);
            // A vector is about the vulnerability; a distribution's word is about its own packages.
            mentions.sort_by_key(|mention| {
                let reviewed = mention.record.starts_with("GHSA-");
                (!reviewed, mention.scores.is_empty(), mention.record)
            });
            let opinions = mentions.iter().map(Opinion::of_mention);
            let said = opinions.map(|opinion| (opinion.any(), opinion));
            if let Some((Some(severity), opinion)) = said.into_iter().find(|(any, _)| any.is_some())
            {
                self.add(&opinion);
                self.severity = severity;
                self.source = Some(opinion.source);
            }
        }
        Ok(())
    }

    fn add(&mut self, opinion: &Opinion) {
        if let Some(severity) = opinion.any()
            && self.vendors.iter().all(|(source, _)| *source != opinion.source)
        {
            let at = self.vendors.partition_point(|(source, _)| *source < opinion.source);
            self.vendors.insert(at, (opinion.source.clone(), severity));
        }
        for entry in &opinion.cvss {
            if !self.cvss.contains(entry) {
                self.cvss.push(entry.clone());
            }
        }
        self.cvss.sort_by(|a, b| (&a.source, b.version).cmp(&(&b.source, a.version)));
    }
}

/// The severity for a word of any source.
fn word(word: &str) -> Option<Severity> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "critical" => Severity::Critical,
        "high" | "important" => Severity::High,
        "medium" | "moderate" => Severity::Medium,
        "low" | "minor" | "negligible" | "unimportant" => Severity::Low,
        _ => return None,
    })
}

fn severity(rating: CvssRating) -> Severity {
    match rating {
        // Five words without "none": the lowest severity.
        CvssRating::None | CvssRating::Low => Severity::Low,
        CvssRating::Medium => Severity::Medium,
        CvssRating::High => Severity::High,
        CvssRating::Critical => Severity::Critical,
    }
}

fn entry(source: &str, score: &Score<'_>) -> Option<CvssEntry> {
    let source = source.to_owned();
    if let Ok(vector) = CvssVector::parse(score.text) {
        return Some(CvssEntry {
            source,
            version: vector.version(),
            vector: Some(score.text.trim().to_owned()),
            score: vector.score(),
        });
    }
    let version = match score.kind {
        "CVSS_V2" => CvssVersion::V2,
        "CVSS_V3" => CvssVersion::V3_1,
        "CVSS_V4" => CvssVersion::V4,
        _ => return None,
    };
    Some(CvssEntry { source, version, vector: None, score: bare(score.text)? })
}

/// A score as a decimal number, `9.8`.
fn bare(text: &str) -> Option<CvssScore> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut digits = fraction.chars().map(|digit| digit.to_digit(10));
    let tenth = u8::try_from(digits.next()??).ok()?;
    if digits.any(|digit| digit != Some(0)) {
        return None;
    }
    let whole: u8 = whole.parse().ok()?;
    CvssScore::from_tenths(whole.checked_mul(10)?.checked_add(tenth)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTOR: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

    fn opinion(words: &[&str], scores: &[(&str, &str)]) -> Opinion {
        let scores: Vec<_> = scores.iter().map(|(kind, text)| Score { kind, text }).collect();
        Opinion::new("x".to_owned(), words.iter().copied(), scores.iter())
    }

    #[test]
    fn a_word_of_its_own_comes_before_a_score() {
        let both = opinion(&["not yet assigned", "moderate"], &[("CVSS_V3", VECTOR)]);
        let judgement = Judgement::among(&[opinion(&[], &[("CVSS_V3", VECTOR)]), both]);
        assert_eq!(judgement.severity, Severity::Medium);
        assert_eq!(judgement.vendors, [("x".to_owned(), Severity::Critical)]);
        assert_eq!(judgement.cvss.len(), 1);
    }

    #[test]
    fn the_newest_version_of_cvss_decides() {
        let v4 = "CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N";
        let scores = [("CVSS_V3", VECTOR), ("CVSS_V4", v4), ("CVSS_V2", "10.0")];
        let judgement = Judgement::among(&[opinion(&[], &scores)]);
        assert_eq!(judgement.severity, Severity::Low);
        assert_eq!(judgement.cvss.len(), 3);
    }

    #[test]
    fn what_says_nothing_stays_unknown() {
        for scores in [("CVSS_V3", "CVSS:3.1/AV:N"), ("CVSS_V3", "high?"), ("Odd", "7.0")] {
            let judgement = Judgement::among(&[opinion(&["none"], &[scores])]);
            assert_eq!((judgement.severity, judgement.source), (Severity::Unknown, None));
        }
        let ubuntu = opinion(&[], &[("Ubuntu", "negligible")]);
        assert_eq!(Judgement::among(&[ubuntu]).severity, Severity::Low);
    }

    #[test]
    fn bare_scores_are_decimal_numbers_up_to_ten() {
        for (text, tenths) in [("9.8", 98), ("10", 100), ("10.0", 100), ("0.0", 0), ("6.50", 65)] {
            assert_eq!(bare(text).map(CvssScore::tenths), Some(tenths), "{text}");
        }
        for text in ["", ".", "10.1", "-1", "5.", "5.55", "1e1", "99999999999"] {
            assert_eq!(bare(text), None, "{text}");
        }
    }
}
