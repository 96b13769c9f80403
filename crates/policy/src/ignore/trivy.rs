//! `.trivyignore`: one id per line, `#` for comments, `exp:2026-01-31` for an expiry date.

use sealift_model::Timestamp;

use super::rule::Condition;
use super::{IgnoreFile, Rule, Scope};
use crate::error::text;
use crate::{Error, Limits};

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<IgnoreFile, Error> {
    let mut file = IgnoreFile::default();
    for (line, number) in text(bytes, limits)?.lines().zip(1_u64..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match rule(line) {
            Ok(mut rule) => {
                rule.line = Some(number);
                if let Some(word) = unknown_word(line) {
                    let told = format!("line {number}: {word} is not known and counts for nothing");
                    file.warnings.push(told);
                }
                file.rules.push(rule);
            }
            Err(day) => file.warnings.push(format!(
                "line {number}: {day} is no day, as 2026-01-31, so the line does not count"
            )),
        }
        if file.rules.len() > limits.max_rules {
            return Err(Error::LimitExceeded { limit: "rules", max: limits.max_rules });
        }
    }
    Ok(file)
}

/// Reads a line that is neither empty nor a comment; the error is the invalid day.
fn rule(line: &str) -> Result<Rule, &str> {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let expires = match words.find_map(|word| word.strip_prefix("exp:")) {
        Some(day) => Some(Timestamp::from_day(day).map_err(|_| day)?),
        None => None,
    };
    let id = license(line).unwrap_or(first).to_owned();
    let mut rule = Rule::new(Scope::Anything, vec![Condition::AnyId(id)]);
    rule.expires = expires;
    Ok(rule)
}

/// Returns a word that is neither an id nor an expiry date, and not in a comment.
fn unknown_word(line: &str) -> Option<&str> {
    if license(line).is_some() {
        return None;
    }
    let words = line.split_whitespace().skip(1).take_while(|word| !word.starts_with('#'));
    words.filter(|word| !word.starts_with("exp:")).last()
}

/// Returns the text before the expiry date, when it is a licence expression of several words.
fn license(line: &str) -> Option<&str> {
    let text = line.split(" exp:").next()?.trim();
    let is_one = text.contains(' ') && spdx::Expression::parse(text).is_ok();
    is_one.then_some(text)
}
