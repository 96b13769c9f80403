//! Modules of RPM distributions: a fix of one stream says nothing about another stream, or about a
//! package outside of modules.

use sealift_model::Package;

use crate::database::list::Malformed;
use crate::database::value::{Affected, Event};

/// Whether a package with this version belongs to a module: only then can a module build
/// (`18.20.4-1.module_el8.10.0+3890+5a092792`) be a fix for it.
pub(super) fn is_of_one(package: &Package, version: &str) -> bool {
    label(package).is_some() || is_build(version)
}

/// The fixes of an entry, if all are module builds; otherwise none.
pub(super) fn builds<'b>(entry: &Affected<'b>) -> Result<Vec<&'b str>, Malformed> {
    let mut fixes = Vec::new();
    for range in entry.ranges.iter() {
        for event in range?.events.iter() {
            let event = event?;
            match event.kind {
                Event::FIXED if is_build(event.version) => fixes.push(event.version),
                Event::FIXED => return Ok(Vec::new()),
                _ => {}
            }
        }
    }
    Ok(fixes)
}

/// Whether the labels permit a match: they prevent it only if package and entry both state one.
pub(super) fn may_be(package: &Package, entry: &Affected<'_>) -> bool {
    let (Some(label), Some(module)) = (label(package), entry.module) else { return true };
    same_label(label, module)
}

/// The streams in a summary, such as `idm:DL1 and idm:client security update`.
pub(super) fn streams(summary: &str) -> Vec<&str> {
    let is_part = |part: &str| {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
        !part.is_empty() && part.chars().all(is_letter)
    };
    let words = summary.split_whitespace().map(|word| word.trim_matches([',', ';', '(', ')', '.']));
    let named = |word: &&str| {
        word.split_once(':').is_some_and(|(name, stream)| is_part(name) && is_part(stream))
    };
    words.filter(named).collect()
}

/// The module label of the package, if it has one.
pub(super) fn label(package: &Package) -> Option<&str> {
    package.module_label.as_deref().filter(|label| !label.is_empty())
}

/// Whether two labels name the same stream: `nodejs:16` and `nodejs:16:8070020230301:abcd`.
fn same_label(one: &str, other: &str) -> bool {
    let stream = |label: &str| label.splitn(3, ':').take(2).collect::<Vec<_>>().join(":");
    stream(one) == stream(other)
}

/// Whether a version is a module build, by its release: `.module_el8` of AlmaLinux, `.module+el8`
/// of Red Hat and Rocky Linux.
fn is_build(version: &str) -> bool {
    version.contains(".module_") || version.contains(".module+")
}

/// Whether fixes that are module builds belong to a package's stream, as far as this is known: by
/// its label and the `streams` of the record, else by the upstream series of both versions.
pub(super) fn same_stream(
    label: Option<&str>,
    version: &str,
    streams: &[&str],
    fixes: &[&str],
) -> bool {
    if let Some(label) = label
        && !streams.is_empty()
    {
        return streams.iter().any(|stream| same_label(label, stream));
    }
    let numbers: Vec<_> = label.iter().chain(streams).filter_map(|stream| number(stream)).collect();
    // The packages that a stream is named after have its number: if one of the versions has it, the
    // other must have it too.
    let follows = |version: &str| numbers.iter().any(|number| is_of_series(version, number));
    let by_number = match label {
        Some(_) => follows(version).then(|| fixes.iter().any(|fix| follows(fix))),
        None => fixes.iter().any(|fix| follows(fix)).then(|| follows(version)),
    };
    if let Some(same) = by_number {
        return same;
    }
    // A stream that follows the distribution (`container-tools:rhel8`) has different series over
    // time.
    let is_rolling = numbers.is_empty() && (label.is_some() || !streams.is_empty());
    is_rolling || fixes.iter().any(|fix| major(fix) == major(version))
}

/// The name of a stream, if it is a number: `5.32` for `perl:5.32`.
fn number(stream: &str) -> Option<&str> {
    let name = stream.split(':').nth(1)?;
    let is_number = name.chars().all(|c| c.is_ascii_digit() || c == '.');
    (is_number && !name.is_empty()).then_some(name)
}

fn is_of_series(version: &str, series: &str) -> bool {
    let rest = upstream(version).strip_prefix(series);
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn major(version: &str) -> &str {
    upstream(version).split(['.', '+', '~', '^']).next().unwrap_or_default()
}

/// A version without epoch and release.
fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    version.split('-').next().unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE_16: &str = "1:16.20.2-8.module_el8.10.0+3890+1";
    const NODE_18: &str = "1:18.20.4-1.module_el8.10.0+3890+5";

    #[test]
    fn labels_are_compared_by_module_and_stream() {
        assert!(same_label("nodejs:16:8070:abc", "nodejs:16"));
        assert!(!same_label("nodejs:18", "nodejs:16"));
    }

    #[test]
    fn summaries_name_streams() {
        assert_eq!(streams("Important: nodejs:18 security update"), ["nodejs:18"]);
        assert_eq!(
            streams("Low: idm:DL1 and idm:client update (x:1)"),
            ["idm:DL1", "idm:client", "x:1"]
        );
        assert!(streams("Important: varnish security update: now").is_empty());
    }

    #[test]
    fn streams_are_told_by_labels_then_by_versions() {
        for (label, version, streams, fix, expected) in [
            (Some("nodejs:16:80:ab"), NODE_16, vec!["nodejs:18"], NODE_18, false),
            (Some("nodejs:18"), NODE_16, vec!["nodejs:18"], NODE_18, true),
            (Some("php:8.0"), "1", vec!["ALSA-2022:5468", "php:8.0"], "2", true),
            // Named after the stream.
            (None, NODE_16, vec!["nodejs:18"], NODE_18, false),
            (None, "10.5.2-1", vec!["mariadb:10.3"], "3:10.3.39-1", false),
            (None, "3:10.3.2-1", vec!["mariadb:10.3"], "3:10.3.39-1", true),
            (None, "10.30.2-1", vec!["mariadb:10.3"], "3:10.3.39-1", false),
            // Beside it: by the major number.
            (None, "0.10.0-2", vec!["postgresql:16"], "2.4.0-1", false),
            (None, "1.2.3-1", vec!["ruby:3.3"], "1.5.4-1", true),
            // A stream that moves.
            (None, "1.54.0-3", vec!["rust-toolset:rhel8"], "2.1.0-1", true),
            (Some("go-toolset:rhel8"), "1.54.0-3", vec![], "2.1.0-1", true),
            // Nothing names a stream, or the label alone.
            (None, "2.5.9-1", vec![], "3.1.5-1", false),
            (None, "3.0.9-1", vec![], "3.1.5-1", true),
            (Some("ruby:3.0"), "3.0.9-1", vec![], "3.1.5-1", false),
        ] {
            let same = same_stream(label, version, &streams, &[fix]);
            assert_eq!(same, expected, "{label:?} {version} {streams:?} {fix}");
        }
    }
}
