//! pip's requirements files.

use std::collections::{BTreeMap, HashMap};
use std::iter::Peekable;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Impact, Location};

use super::requirement::Requirement;
use crate::catalogers::paths::{folder_of, joined};
use crate::catalogers::text;
use crate::{Catalog, Cataloger, Error, Fact, Facts, MergedFacts, MergedFile, Problem};

/// Options that take requirements from elsewhere (pip docs, "Requirements File Format").
const INCLUDES: &[&str] = &["-r", "--requirement"];
/// Options with a URL or path to install from.
const EDITABLE: &[&str] = &["-e", "--editable"];
/// Options that name no package to install.
const OTHER: &[&str] = &[
    "-c",
    "-f",
    "-i",
    "-C",
    "--config-setting",
    "--config-settings",
    "--constraint",
    "--extra-index-url",
    "--find-links",
    "--global-option",
    "--hash",
    "--index-url",
    "--no-binary",
    "--no-index",
    "--only-binary",
    "--pre",
    "--prefer-binary",
    "--require-hashes",
    "--trusted-host",
    "--use-feature",
];

/// A text of another name than those in use is taken for one of requirements up to this size.
const MAX_INCLUDED_BYTES: u64 = 1 << 20;

/// Finds what requirements files ask for.
#[derive(Debug)]
pub(crate) struct Requirements;

impl Cataloger for Requirements {
    fn name(&self) -> &'static str {
        "python-requirements"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.txt"]
    }

    /// One of another name counts when one of these includes it.
    fn wants(&self, path: TreePath<'_>, metadata: &Metadata, head: &[u8]) -> bool {
        let is_worth = is_requirements(path)
            || is_text(path) && metadata.size <= MAX_INCLUDED_BYTES && pins_something(head);
        is_worth && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(file.bytes()?, facts)
    }

    /// Those that are called so, and what they include (pip docs, "Requirements File Format",
    /// `-r`), by its path from their own folder.
    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        extend_included(merged, is_requirements, catalog);
    }
}

/// The same for a file that was asked for by its name: pip takes any name.
#[derive(Debug)]
pub(crate) struct NamedRequirements;

impl Cataloger for NamedRequirements {
    fn name(&self) -> &'static str {
        Requirements.name()
    }

    fn names(&self) -> &'static [&'static str] {
        Requirements.names()
    }

    fn wants(&self, path: TreePath<'_>, metadata: &Metadata, head: &[u8]) -> bool {
        Requirements.wants(path, metadata, head)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        Requirements.read(file, facts)
    }

    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        extend_included(merged, |_| true, catalog);
    }
}

/// Takes the facts of the files that count by their names, and of what they include.
fn extend_included(
    merged: &MergedFacts<'_>,
    counts: impl Fn(TreePath<'_>) -> bool,
    catalog: &mut Catalog,
) {
    let by_path: HashMap<&str, &MergedFile<'_>> =
        merged.files.iter().map(|file| (file.path.as_str(), file)).collect();
    let named = merged.files.iter().filter(|file| counts(TreePath::from(file.path.as_str())));
    let mut next: Vec<&MergedFile<'_>> = named.collect();
    let mut counted: BTreeMap<&str, &MergedFile<'_>> = BTreeMap::new();
    while let Some(file) = next.pop() {
        if counted.insert(&file.path, file).is_some() {
            continue;
        }
        for (path, line) in includes(file.facts) {
            let place = joined(folder_of(&file.path), path);
            match place.and_then(|place| by_path.get(place.as_str())) {
                Some(included) => next.push(included),
                None => {
                    let message = format!("{path:?} is included, but not read");
                    let problem = Problem::new(Some(line), None, message);
                    let partial = Impact::Partial;
                    catalog.diagnose(file.diagnostic(&problem, merged.cataloger, partial));
                }
            }
        }
    }
    let mut all = MergedFacts::new(merged.cataloger, Vec::new());
    all.files = counted.into_values().cloned().collect();
    catalog.extend(&all);
}

fn includes(facts: &Facts) -> impl Iterator<Item = (&str, u64)> {
    facts.facts.iter().filter_map(|fact| match fact {
        Fact::Includes { path, line } => Some((path.as_str(), *line)),
        _ => None,
    })
}

/// Whether a text begins with lines of which one pins a version, `name==1`.
fn pins_something(head: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    head.split(|byte| *byte == b'\n').any(|line| {
        let at = line.windows(2).position(|pair| pair == b"==");
        let sides = at.and_then(|at| line.split_at_checked(at));
        sides.is_some_and(|(name, version)| {
            let first = version.get(2..).unwrap_or_default().trim_ascii_start().first();
            // Extras may stand behind the name, `a[b, c]`.
            let name = name.split(|byte| *byte == b'[').next().unwrap_or_default().trim_ascii();
            !name.is_empty() && name.iter().all(is_name) && first.is_some_and(u8::is_ascii_digit)
        })
    })
}

/// `requirements.txt`, `dev-requirements.txt`, `requirements/base.txt`: the names in use; pip
/// itself asks for none.
fn is_requirements(path: TreePath<'_>) -> bool {
    let is_named = |name: &[u8]| name.windows(12).any(|part| part == b"requirements");
    let in_folder = || path.parent().is_some_and(|folder| folder.file_name() == b"requirements");
    is_text(path) && (is_named(path.file_name()) || in_folder())
}

fn is_text(path: TreePath<'_>) -> bool {
    path.extension().is_some_and(|extension| extension == b"txt")
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let text = text::any(bytes);
    if let Some((before, _)) = text.split_once('\0') {
        let line = u64::try_from(before.lines().count().max(1)).ok();
        let reason = "not a text".to_owned();
        return Err(Error::Malformed { format: "requirements file", reason, line });
    }
    let numbered = text.lines().zip(1..).peekable();
    for line in (LogicalLines { lines: numbered }) {
        read_line(&line, facts);
    }
    Ok(())
}

fn read_line(line: &LogicalLine, facts: &mut Facts) {
    let text = line.text.trim();
    if text.is_empty() {
        return;
    }
    if text.starts_with('-') {
        let (option, value) = option(text);
        if INCLUDES.contains(&option) {
            facts.facts.push(Fact::Includes { path: value.to_owned(), line: line.first });
        } else if let Some(problem) = option_problem(option, value) {
            facts.problem(Some(line.first), problem);
        }
        return;
    }
    let requirement = match Requirement::parse(without_options(text)) {
        Ok(requirement) => requirement,
        Err(reason) => return facts.problem(Some(line.first), reason.to_string()),
    };
    if !requirement.trailing.is_empty() {
        let Requirement { name, trailing, .. } = &requirement;
        facts.problem(Some(line.first), format!("{trailing:?} after {name:?} is not understood"));
    }
    let version = requirement.pinned.unwrap_or_default();
    if let Some(mut package) = super::package(requirement.name, &version) {
        package.evidence = Evidence::Declared;
        package.locations = vec![Location::new("").on_lines(Some((line.first, line.last)))];
        facts.package(package);
    }
}

/// The requirement before its own options, `--hash=...` and the like.
fn without_options(text: &str) -> &str {
    let starts = text.match_indices('-').map(|(at, _)| text.get(..at).unwrap_or_default());
    starts
        .into_iter()
        .find(|before| before.ends_with(char::is_whitespace))
        .unwrap_or(text)
        .trim_end()
}

/// An option and its value. That of a short one may stand right behind it (Python docs, `optparse`,
/// "Terminology").
fn option(text: &str) -> (&str, &str) {
    let joined = text.split_at_checked(2).filter(|(option, value)| {
        let is_short = option.ends_with(|c: char| c.is_ascii_alphabetic());
        is_short && !value.starts_with(|c: char| c == '=' || c.is_whitespace())
    });
    let (option, value) =
        joined.or_else(|| text.split_once(['=', ' ', '\t'])).unwrap_or((text, ""));
    (option, value.trim())
}

/// What an option line leaves unknown.
fn option_problem(option: &str, value: &str) -> Option<String> {
    if EDITABLE.contains(&option) {
        // A path is a part of the project.
        let problem = || format!("{value:?} is taken from a URL; its version is not known");
        value.contains("://").then(problem)
    } else if OTHER.contains(&option) {
        None
    } else {
        Some(format!("{option:?} is not an option of requirements files"))
    }
}

/// One or more lines, joined where a backslash ends them.
#[derive(Debug, Default)]
struct LogicalLine {
    /// Without comment.
    text: String,
    first: u64,
    last: u64,
}

/// pip docs, "Requirements File Format": lines are joined first, comments go then; a comment
/// line ends what was to be joined.
struct LogicalLines<L: Iterator> {
    lines: Peekable<L>,
}

impl<'a, L: Iterator<Item = (&'a str, u64)>> Iterator for LogicalLines<L> {
    type Item = LogicalLine;

    fn next(&mut self) -> Option<LogicalLine> {
        let (_, first) = *self.lines.peek()?;
        let mut joined = LogicalLine { text: String::new(), first, last: first };
        for (line, number) in self.lines.by_ref() {
            joined.last = number;
            let content = without_comment(line);
            joined.text.push_str(content.trim_end_matches('\\'));
            if content.len() < line.len() || !line.ends_with('\\') {
                break;
            }
        }
        Some(joined)
    }
}

/// pip: a `#` begins a comment at the start of a line or after white space.
fn without_comment(line: &str) -> &str {
    let is_comment = |at: &usize| {
        line.get(..*at)
            .is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
    };
    let start = line.match_indices('#').map(|(at, _)| at).find(is_comment);
    start.and_then(|at| line.get(..at)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    fn facts(text: &str) -> Facts {
        facts_of(&Requirements, "requirements.txt", text)
    }

    /// `name@version` and lines.
    fn found(text: &str) -> Vec<(String, (u64, u64))> {
        let facts = facts(text);
        let lines = |location: &Location| location.lines.unwrap();
        facts.packages().map(|each| (each.id(), lines(&each.locations[0]))).collect()
    }

    #[test]
    fn wants_the_names_in_use() {
        let wants = |path| Requirements.wants(TreePath::from(path), &Metadata::new(0, 0), b"");
        for path in ["requirements.txt", "a/requirements.prod.txt", "a/requirements/base.txt"] {
            assert!(wants(path), "{path}");
        }
        for path in ["requirements.in", "base.txt", "site-packages/a/requirements.txt"] {
            assert!(!wants(path), "{path}");
        }
    }

    #[test]
    fn hashes_comments_and_continuations() {
        let text = "# top\na==1.0 \\\n    --hash=sha256:12 \\\n    --hash=sha256:34\n\
                    b==2.0 # why\nc==3.0;x#y\nd >= 1, \\\n  <2\ne--f==1 -C x\n";
        let expected = [
            ("a@1.0".to_owned(), (2, 4)),
            ("b@2.0".to_owned(), (5, 5)),
            ("c@3.0".to_owned(), (6, 6)),
            ("d@".to_owned(), (7, 8)),
            ("e--f@1".to_owned(), (9, 9)),
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn a_comment_ends_a_continued_line() {
        assert_eq!(found("a==1.0 \\\n# note \\\nb==1.0\n").len(), 2);
    }

    #[test]
    fn options_and_what_they_leave_unknown() {
        let text = "-r other-requirements.txt\n--index-url https://host\n-e .\n\
                    -r base.in\n-e git+https://host/a\n--bogus\na @ https://host/a.zip\n";
        let facts = facts(text);
        assert_eq!(facts.packages().count(), 0);
        let lines: Vec<_> = facts.problems.iter().map(|problem| problem.line.unwrap()).collect();
        assert_eq!(lines, [5, 6, 7]);
    }

    #[test]
    fn values_may_stand_right_behind_short_options() {
        let text = "-ihttps://host\n-fhttps://host\n-cconstraints.txt\n-e./a\n-rb.txt\n\
                    --global-option=--x\n--config-settings k=v\n";
        let facts = facts(text);
        assert_eq!(facts.problems, []);
        assert_eq!(includes(&facts).collect::<Vec<_>>(), [("b.txt", 5)]);
    }

    #[test]
    fn what_is_included_is_taken_in() {
        let texts = [
            ("a/requirements.txt", "-r ../deps/web.txt\n-rmissing.txt\na==1\n"),
            ("deps/more.txt", "-r web.txt\nc==3\n"),
            ("deps/other.txt", "-r nowhere.txt\nd==4\n"),
            ("deps/web.txt", "--requirement=./more.txt\nb==2\n"),
        ];
        let read: Vec<(&str, Facts)> = texts.map(|(path, text)| (path, facts(text))).into();
        let files = read.iter().map(|(path, facts)| MergedFile::new(*path, facts)).collect();
        let mut catalog = Catalog::default();
        Requirements.assemble(&MergedFacts::new("python-requirements", files), &mut catalog);
        let found: Vec<String> = catalog.packages().iter().map(|it| it.id()).collect();
        assert_eq!(found, ["a@1", "c@3", "b@2"]);
        let [missing] = catalog.diagnostics() else { panic!("{catalog:?}") };
        assert_eq!(
            missing.to_string(),
            "a/requirements.txt:2: \"missing.txt\" is included, but not read"
        );
    }

    #[test]
    fn another_name_counts_by_what_it_holds() {
        let wants = |head: &[u8]| {
            let (path, metadata) = (TreePath::from("deps/web.txt"), Metadata::new(9, 0o644));
            Requirements.wants(path, &metadata, head)
        };
        for head in [&b"# web\nb==2\n"[..], b"a[x, y] == 1.0", b"a == 1 ; python_version > '3'\r\n"]
        {
            assert!(wants(head), "{head:?}");
        }
        for head in [&b"a if x == 1, b"[..], b"==1", b"====\ntitle\n====", b"a = b", b"(c==1)"] {
            assert!(!wants(head), "{head:?}");
        }
    }

    #[test]
    fn utf16_as_editors_on_windows_write_it() {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend("a==1.0\r\nb==2.0\r\n".encode_utf16().flat_map(u16::to_le_bytes));
        let mut facts = Facts::default();
        parse(&bytes, &mut facts).unwrap();
        assert_eq!(
            facts.packages().map(sealift_model::Package::id).collect::<Vec<_>>(),
            ["a@1.0", "b@2.0"]
        );
    }

    #[test]
    fn what_is_no_text_is_malformed() {
        let error = parse(b"a\n\0", &mut Facts::default()).unwrap_err();
        assert_eq!(error.to_string(), "not a valid requirements file: not a text");
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in r"([ab\[\]=<~!;,@#$\\./ \n-]|==|1){0,40}") {
            crate::check::holds(&Requirements, "requirements.txt", text)?;
        }
    }
}
