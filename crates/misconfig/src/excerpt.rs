//! Excerpts for reports: the lines of a file that a failure is about.

use std::collections::BTreeMap;

use crate::{FileResult, Status};

/// Lines that are shown of one failure.
const MAX_LINES: u32 = 10;
/// Characters that are shown of one line.
const MAX_CHARS: usize = 200;

/// Puts into each failure the first of its lines.
pub(crate) fn fill(result: &mut FileResult, bytes: &[u8]) {
    let mut wanted: BTreeMap<u32, String> = BTreeMap::new();
    for found in &result.misconfigurations {
        let (Status::Fail(failure) | Status::Ignored(failure)) = &found.status else { continue };
        let Some(lines) = failure.lines else { continue };
        let last = lines.end.min(lines.start.saturating_add(MAX_LINES - 1));
        wanted.extend((lines.start..=last).map(|line| (line, String::new())));
    }
    let Some(last) = wanted.keys().next_back().copied() else { return };
    for (number, line) in (1..=last).zip(bytes.split(|byte| *byte == b'\n')) {
        if let Some(text) = wanted.get_mut(&number) {
            // A cut may split a character, which has four bytes at most.
            let line = line.get(..MAX_CHARS * 4).unwrap_or(line);
            *text = String::from_utf8_lossy(line).trim_end().chars().take(MAX_CHARS).collect();
        }
    }
    for found in &mut result.misconfigurations {
        let (Status::Fail(failure) | Status::Ignored(failure)) = &mut found.status else {
            continue;
        };
        let Some(lines) = failure.lines else { continue };
        let last = lines.end.min(lines.start.saturating_add(MAX_LINES - 1));
        failure.excerpt = wanted
            .range(lines.start..=last.max(lines.start))
            .map(|(_, text)| text.clone())
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, SourceFile, scan};

    #[test]
    fn a_failure_shows_its_lines() {
        let text = b"FROM a:1\nRUN apt-get install \\\n   x\nUSER b\n";
        let results = scan(&[SourceFile::new("Dockerfile", text)], &Options::default());
        let (_, failure) = results[0].failures().find(|(check, _)| check.id == "DS-0021").unwrap();
        assert_eq!(failure.excerpt, ["RUN apt-get install \\", "   x"]);
    }
}
