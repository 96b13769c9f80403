//! The order of versions: the tables written by hand beside the schemes, and those of
//! `$SEALIFT_TESTDATA/versions`, which the ecosystems' own tools decided.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a suite fails by panicking and prints its figures"
)]

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use sealift_matcher::Scheme;

/// Lines `a < b`, `a = b`, `a > b`; a line `? a` names a text that the scheme refuses. `#` starts
/// a comment.
#[test]
fn tables_written_by_hand() {
    for &scheme in Scheme::ALL {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/version/testdata")
            .join(scheme.name())
            .with_extension("txt");
        let text = read(&path);
        for (index, line) in text.lines().enumerate() {
            let words: Vec<_> =
                line.split('#').next().unwrap_or_default().split_whitespace().collect();
            let failure = match words[..] {
                [] => None,
                ["?", text] => refused(scheme, text),
                [left, operator, right] => ordered(scheme, left, operator, right),
                _ => Some("neither a comparison nor a refusal".to_owned()),
            };
            if let Some(failure) = failure {
                panic!("{}:{}: {failure}", path.display(), index + 1);
            }
        }
    }
}

#[test]
fn tables_of_the_ecosystems_own_tools() {
    #[expect(clippy::disallowed_methods, reason = "tests find the shared data by this variable")]
    let Ok(root) = std::env::var("SEALIFT_TESTDATA") else {
        eprintln!("skipped: no test data");
        return;
    };
    let mut failures = Vec::new();
    for path in files(&Path::new(&root).join("versions")) {
        check_file(&path, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Checks `<scheme>.tsv` and `<scheme>-invalid.txt`; other files are for other suites.
fn check_file(path: &Path, failures: &mut Vec<String>) {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let (name, check): (_, Check) = match (&*extension, stem.strip_suffix("-invalid")) {
        ("tsv", None) => (&*stem, check_comparison),
        ("txt", Some(name)) => (name, refused),
        _ => return,
    };
    let Some(scheme) = Scheme::from_name(name) else { return };
    let text = read(path);
    let before = failures.len();
    for (index, line) in text.lines().enumerate() {
        if let Some(failure) = check(scheme, line) {
            failures.push(format!("{}:{}: {failure}", path.display(), index + 1));
        }
    }
    let (cases, failed) = (text.lines().count(), failures.len() - before);
    println!(
        "dataset versions/{stem}: {cases} cases, {} exact, 0 excepted, 0 skipped",
        cases - failed
    );
}

/// Says what is wrong with a scheme's answer to a line.
type Check = fn(Scheme, &str) -> Option<String>;

fn check_comparison(scheme: Scheme, line: &str) -> Option<String> {
    match line.split('\t').collect::<Vec<_>>()[..] {
        [left, operator, right] => ordered(scheme, left, operator, right),
        _ => Some("not three columns".to_owned()),
    }
}

fn ordered(scheme: Scheme, left: &str, operator: &str, right: &str) -> Option<String> {
    let expected = match operator {
        "<" => Ordering::Less,
        "=" => Ordering::Equal,
        ">" => Ordering::Greater,
        _ => return Some(format!("unknown operator {operator}")),
    };
    let (left, right) = match (scheme.parse(left), scheme.parse(right)) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(error), _) => return Some(format!("{left}: {error}")),
        (_, Err(error)) => return Some(format!("{right}: {error}")),
    };
    let found = (left.compare(&right), right.compare(&left));
    (found != (Some(expected), Some(expected.reverse())))
        .then(|| format!("{} {operator} {}, found {found:?}", left.text(), right.text()))
}

fn refused(scheme: Scheme, text: &str) -> Option<String> {
    scheme.parse(text).ok().map(|_| format!("{text} is read as a version"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
