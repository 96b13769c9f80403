//! Values of flags.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command};
use sealift::admission::go_duration;
use sealift::{FileKind, Timestamp};

/// Reads a truth value as Go's `strconv.ParseBool` does.
pub(super) fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err("true or false is expected".to_owned()),
    }
}

/// Reads a word of a list as the inner parser does, without blanks around it: `HIGH, CRITICAL`.
#[derive(Clone, Debug)]
pub(super) struct Word<P>(pub(super) P);

impl<P: TypedValueParser> TypedValueParser for Word<P> {
    type Value = P::Value;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let word = value.to_str().map_or(value, |text| OsStr::new(text.trim()));
        self.0.parse_ref(command, arg, word)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.0.possible_values()
    }
}

/// Formats that Syft and Grype allow before `=FILE` in their `--output`.
const FORMATS_OF_OTHERS: [&str; 10] = [
    "cyclonedx-json",
    "cyclonedx-xml",
    "github-json",
    "json",
    "sarif",
    "spdx-json",
    "spdx-tag-value",
    "syft-json",
    "syft-table",
    "table",
];

/// Reads the path of a report. Refuses `json` and `cyclonedx-json=FILE`: as paths they would be
/// files of that name, and a reader of stdout would get no report.
pub(super) fn parse_report_path(text: &str) -> Result<PathBuf, String> {
    let format = text.split_once('=').map_or(text, |(format, _)| format);
    if FORMATS_OF_OTHERS.contains(&format) {
        return Err("write --format FORMAT --output FILE; a name like this is ./NAME".to_owned());
    }
    Ok(PathBuf::from(text))
}

/// Reads a duration as Go's `time.ParseDuration` does; none is negative.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    go_duration(text).ok_or_else(|| "a duration is expected, as 5m0s".to_owned())
}

/// Reads a day, as its start in UTC, or a time.
pub(super) fn parse_time(text: &str) -> Result<Timestamp, String> {
    let time = Timestamp::from_day(text).or_else(|_| text.parse());
    time.map_err(|_| "a day or time is expected, as 2026-01-31 or 2026-01-31T12:00:00Z".to_owned())
}

/// Reads a kind of configuration files by its name in Trivy's lists.
pub(super) fn parse_file_kind(text: &str) -> Result<FileKind, String> {
    let name = if text == "terraformplan-json" { "terraformplan" } else { text };
    let kind = FileKind::ALL.iter().find(|kind| kind.name() == name).copied();
    kind.ok_or_else(|| {
        let names: Vec<&str> = FileKind::ALL.iter().map(|kind| kind.name()).collect();
        format!("files of this kind are not checked; those that are: {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_no_file() {
        for text in ["json", "cyclonedx-json", "spdx-json=bom.json"] {
            assert!(parse_report_path(text).is_err(), "{text}");
        }
        for text in ["./json", "report.json", "a=b", "jsonl"] {
            assert_eq!(parse_report_path(text), Ok(PathBuf::from(text)));
        }
    }

    #[test]
    fn reads_durations_as_go_does() {
        assert_eq!(parse_duration("5m0s"), Ok(Duration::from_secs(300)));
        assert_eq!(parse_duration("1h1.5s"), Ok(Duration::from_millis(3_601_500)));
        assert_eq!(parse_duration("0"), Ok(Duration::ZERO));
        assert_eq!(parse_duration("250ms"), Ok(Duration::from_millis(250)));
        for text in ["", "5", "m", "5x", "-5s", "1e400s"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
