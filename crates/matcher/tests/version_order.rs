//! The order of versions: the tables written by hand beside the schemes, and those of
//! `$SEALIFT_TESTDATA/versions`, which the ecosystems' own tools decided.
#![expect(clippy::panic, reason = "a suite fails by panicking")]

use std::cmp::Ordering;
use std::fs;
use std::path::Path;

use sealift_matcher::Scheme;
use sealift_suite::{Suite, files, test_data};

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

/// `<scheme>.tsv` and `<scheme>-invalid.txt`; those of ranges are for another suite.
#[test]
fn tables_of_the_ecosystems_own_tools() {
    let Some(data) = test_data() else { return };
    let folder = data.join("versions");
    let kinds: [(_, &str, Check); 2] =
        [("tsv", "", check_comparison), ("txt", "-invalid", refused)];
    for (extension, ending, check) in kinds {
        let tables = files(&folder, extension);
        assert!(!tables.is_empty(), "{}: no tables", folder.display());
        for path in tables {
            let stem = path.file_stem().unwrap().to_string_lossy();
            let name = stem.strip_suffix(ending).unwrap_or(&stem);
            if !["-ranges", "-specifiers"].iter().any(|kind| name.ends_with(kind)) {
                check_table(&path, &stem, Scheme::from_name(name), check);
            }
        }
    }
}

fn check_table(path: &Path, stem: &str, scheme: Option<Scheme>, check: Check) {
    let mut suite = Suite::new(format!("versions/{stem}"), "");
    for (line, number) in read(path).lines().zip(1..) {
        let case = format!("{stem}:{number}");
        match scheme {
            Some(scheme) => suite.case(&case, check(scheme, line).map_or(Ok(()), Err)),
            None => suite.unread(&case, "no scheme is called so"),
        }
    }
    suite.finish();
}

/// Describes what is wrong with a scheme's answer to a line.
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

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
