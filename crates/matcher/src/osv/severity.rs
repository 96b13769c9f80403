//! Reads severities from their various places.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::fields::Fields;

/// A CVSS vector or score, or a source's word, with its type in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScoreText {
    /// `CVSS_V3`, `Ubuntu`.
    pub(crate) kind: String,
    /// A vector, a decimal number, or a word.
    pub(crate) text: String,
}

#[derive(Deserialize)]
struct RawSeverity {
    r#type: String,
    score: String,
}

/// Reads a `severity` list.
pub(super) fn scores(fields: &mut Fields, name: &str, raw: Option<&RawValue>) -> Vec<ScoreText> {
    let list = fields.list::<RawSeverity>(name, raw).into_iter();
    list.map(|severity| ScoreText { kind: severity.r#type, text: severity.score }).collect()
}

/// The used parts of a `database_specific` or `ecosystem_specific` object. Each source defines its
/// own content, so nothing in them is an error.
#[derive(Debug, Default)]
pub(super) struct Specific {
    pub(super) word: Option<String>,
    pub(super) scores: Vec<ScoreText>,
    pub(super) cwe_ids: Vec<String>,
    /// GitHub's `last_known_affected_version_range`: `< 1.2`, `<= 1.2`.
    pub(super) last_known: Option<String>,
}

/// GitHub, Bitnami and OSS-Fuzz write `severity`, Debian `urgency`.
const WORDS: [&str; 2] = ["severity", "urgency"];

/// Plain scores of sources without vectors: the Ruby advisory database, the Node.js one.
const SCORES: [(&str, &str); 4] = [
    ("cvss_v4", "CVSS_V4"),
    ("cvss_v3", "CVSS_V3"),
    ("cvss_v2", "CVSS_V2"),
    ("cvss_score", "CVSS_V3"),
];

impl Specific {
    pub(super) fn read(fields: &mut Fields, name: &str, raw: Option<&RawValue>) -> Self {
        let Some(Value::Object(object)) = fields.read(name, raw) else { return Self::default() };
        let word = |key: &&str| object.get(*key).and_then(Value::as_str).map(str::to_owned);
        let score = |(key, kind): (&str, &str)| {
            let text = match object.get(key)? {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            Some(ScoreText { kind: kind.to_owned(), text })
        };
        let cwe_ids = object.get("cwe_ids").and_then(Value::as_array);
        Self {
            word: WORDS.iter().find_map(word),
            scores: SCORES.into_iter().filter_map(score).collect(),
            cwe_ids: cwe_ids
                .into_iter()
                .flatten()
                .filter_map(|id| id.as_str().map(str::to_owned))
                .collect(),
            last_known: word(&"last_known_affected_version_range"),
        }
    }
}

/// The word before the summary, `Important: kernel security update`, where only the errata of Red
/// Hat and its derivatives put the severity.
pub(super) fn word_of_summary(id: &str, summary: &str) -> Option<String> {
    let errata = ["ALSA-", "RHSA-", "RLSA-", "RXSA-"].iter().any(|prefix| id.starts_with(prefix));
    let (word, _) = summary.split_once(':').filter(|_| errata)?;
    ["Critical", "Important", "Moderate", "Low"].contains(&word).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_front_of_summaries_count_for_errata_only() {
        let summary = "Important: kernel security update";
        assert_eq!(word_of_summary("ALSA-2024:1", summary).as_deref(), Some("Important"));
        assert_eq!(word_of_summary("GHSA-1", summary), None);
        assert_eq!(word_of_summary("ALSA-2024:1", "nodejs:16 update"), None);
    }
}
