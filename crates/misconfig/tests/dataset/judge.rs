//! Judging the cases of one type.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sealift_misconfig::{FileKind, FileResult, Options, SourceFile, Status, scan};
use sealift_model::Timestamp;
use sealift_suite::{Suite, folders, test_data};

/// The cases of one type.
pub(crate) struct Judge {
    /// What the closing line calls them.
    pub(crate) name: &'static str,
    /// Their folder below `misconfig`.
    pub(crate) folder: &'static str,
    /// What their files are read as.
    pub(crate) kind: FileKind,
    /// The name of the file in each case.
    pub(crate) file: &'static str,
    /// Cases that may differ: lines `case: reason`.
    pub(crate) exceptions: &'static str,
}

/// Checks every case and compares what fails with `expected.tsv`: the same checks, of the same
/// severity, at the same lines, no more and no fewer. Prints a table by check and closes.
pub(crate) fn judge(cases: &Judge) {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new(cases.name, cases.exceptions);
    let mut table = Counts::new();
    for folder in folders(&data.join("misconfig").join(cases.folder)) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let bytes = fs::read(folder.join(cases.file)).unwrap();
        let results = check(cases, &bytes);
        let found = Rows::found(&results);
        let expected = Rows::expected(&folder.join("expected.tsv"), cases.file);
        count(&mut table, &expected, &found);
        suite.case(name, compare(&expected, &found, &results));
    }
    print(&table);
    suite.finish();
}

fn check(cases: &Judge, bytes: &[u8]) -> Vec<FileResult> {
    let file = SourceFile::new(cases.file, bytes);
    // What `helm template` printed is called like any manifest.
    let file = if cases.kind == FileKind::Helm { file.of_kind(FileKind::Helm) } else { file };
    let mut options = Options::default();
    // A day on which what has expired in the cases has, and what has not has not.
    options.now = Timestamp::from_day("2026-08-21").ok();
    let results = scan(&[file], &options);
    assert!(results.iter().all(|result| result.kind == cases.kind), "read as another kind");
    results
}

/// A check that fails, how bad that is, and the lines: `29-43`, `-` for none.
type Row = (String, String, String);

/// What a case fails and passes.
struct Rows {
    fail: BTreeSet<Row>,
    pass: BTreeSet<String>,
}

impl Rows {
    fn found(results: &[FileResult]) -> Self {
        let mut rows = Self { fail: BTreeSet::new(), pass: BTreeSet::new() };
        for found in results.iter().flat_map(|result| &result.misconfigurations) {
            let id = found.check.id.to_string();
            match &found.status {
                Status::Fail(failure) => {
                    let lines = failure.lines.map(|lines| format!("{}-{}", lines.start, lines.end));
                    let lines = lines.unwrap_or_else(|| "-".into());
                    rows.fail.insert((id, found.check.severity.to_string(), lines));
                }
                Status::Pass => {
                    rows.pass.insert(id);
                }
                Status::Ignored(_) | Status::NotRun(_) => {}
            }
        }
        rows
    }

    /// The rows about `file`; those of KICS's queries, which Trivy has not, aside.
    fn expected(table: &Path, file: &str) -> Self {
        let mut rows = Self { fail: BTreeSet::new(), pass: BTreeSet::new() };
        for line in fs::read_to_string(table).unwrap().lines() {
            let columns: Vec<_> = line.split('\t').collect();
            let [check, severity, status, start, end, about, _] = columns[..] else {
                panic!("{}: {line:?}", table.display());
            };
            if line.starts_with('#') || check.starts_with("kics:") || !["-", file].contains(&about)
            {
                continue;
            }
            match (status, start) {
                ("pass", _) => _ = rows.pass.insert(check.into()),
                (_, "-") => _ = rows.fail.insert((check.into(), severity.into(), "-".into())),
                _ => {
                    let lines = format!("{start}-{end}");
                    rows.fail.insert((check.into(), severity.into(), lines));
                }
            }
        }
        rows
    }
}

fn compare(expected: &Rows, found: &Rows, results: &[FileResult]) -> Result<(), String> {
    let row = |(check, severity, lines): &Row| format!("{check} {severity} {lines}");
    let lost: Vec<_> = expected.fail.difference(&found.fail).map(row).collect();
    let false_ones: Vec<_> = found.fail.difference(&expected.fail).map(row).collect();
    let not_run: Vec<_> = expected.pass.difference(&found.pass).collect();
    if lost.is_empty() && false_ones.is_empty() && not_run.is_empty() {
        return Ok(());
    }
    let said: Vec<_> = results.iter().flat_map(|result| &result.diagnostics).collect();
    let said: Vec<_> = said.iter().map(ToString::to_string).collect();
    Err(format!("lost {lost:?}, false {false_ones:?}, not passed {not_run:?}, {said:?}"))
}

/// For each check: rows expected, of these found, and found beside them.
type Counts = BTreeMap<String, [usize; 3]>;

fn count(table: &mut Counts, expected: &Rows, found: &Rows) {
    for row in &expected.fail {
        let counts = table.entry(row.0.clone()).or_default();
        counts[0] += 1;
        counts[1] += usize::from(found.fail.contains(row));
    }
    for (check, ..) in found.fail.difference(&expected.fail) {
        table.entry(check.clone()).or_default()[2] += 1;
    }
}

fn print(table: &Counts) {
    println!("{:<12}{:>8}{:>8}{:>8}{:>8}", "check", "rows", "exact", "lost", "false");
    let mut sum = [0; 3];
    for (check, counts) in table {
        print_row(check, *counts);
        sum = [sum[0] + counts[0], sum[1] + counts[1], sum[2] + counts[2]];
    }
    for (group, counts) in groups(table) {
        print_row(&group, counts);
    }
    print_row("all", sum);
}

/// The same by provider: by what stands before the number of a check.
fn groups(table: &Counts) -> Counts {
    let mut groups = Counts::new();
    for (check, counts) in table {
        let group = check.split('-').next().unwrap_or(check);
        let sum = groups.entry(format!("{group}-*")).or_default();
        for (sum, count) in sum.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    if groups.len() < 2 { Counts::new() } else { groups }
}

fn print_row(name: &str, [rows, exact, false_ones]: [usize; 3]) {
    println!("{name:<12}{rows:>8}{exact:>8}{:>8}{false_ones:>8}", rows - exact);
}
