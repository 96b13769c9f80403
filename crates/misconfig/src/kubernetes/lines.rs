//! Line numbers as Trivy's engine counts them in a file of several documents.
//!
//! It adds up the lines of the previous documents without the `---` between them: in the third
//! document, every line number is two less than in the file. A line-by-line comparison of the two
//! tools needs the same numbers, see [`crate::LineCount`]. They are only converted at the very end;
//! ignore comments use the lines of the file. Only a line with nothing but `---` separates
//! documents in Trivy's engine, and one on the first line of a file is counted.

use crate::{FileKind, FileResult, Lines, Status};

/// Counts the lines of what is said of a manifest as Trivy does.
pub(crate) fn count_as_trivy(result: &mut FileResult, bytes: &[u8]) {
    if !matches!(result.kind, FileKind::Kubernetes | FileKind::Helm) {
        return;
    }
    let separators = separators(bytes);
    for found in &mut result.misconfigurations {
        if let Status::Fail(failure) | Status::Ignored(failure) = &mut found.status {
            failure.lines = failure.lines.map(|lines| Lines {
                start: counted(lines.start, &separators),
                end: counted(lines.end, &separators),
            });
        }
    }
}

/// The lines of the `---` after a file's first line.
fn separators(bytes: &[u8]) -> Vec<u32> {
    let lines = (1..).zip(bytes.split(|byte| *byte == b'\n')).skip(1);
    let is_separator = |line: &[u8]| matches!(line, b"---" | b"---\r");
    lines.filter(|(_, line)| is_separator(line)).map(|(number, _)| number).collect()
}

fn counted(line: u32, separators: &[u32]) -> u32 {
    let before = separators.partition_point(|separator| *separator <= line);
    line.saturating_sub(u32::try_from(before).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_between_documents_are_not_counted() {
        let separators = separators(b"---\na: 1\n---\r\nb: 1\n--- # no\n---\nc: 1\n");
        assert_eq!(separators, [3, 6]);
        let lines = [1, 2, 3, 4, 7].map(|line| counted(line, &separators));
        assert_eq!(lines, [1, 2, 2, 3, 5]);
    }
}
