//! What the README and the pages of `docs` show is what the command prints and takes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sealift::policy::{Limits, Policy};
use sealift::{Database, Format, NoProgress, ScanOptions, Scanner, TableStyle, Target};

/// The README's picture is of a terminal this wide.
const COLUMNS: usize = 100;

#[test]
fn the_picture_is_what_the_demo_prints() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("db");
    let from = project().join("examples/advisories");
    let built = sealift(&[
        "db",
        "build",
        "--from",
        from.to_str().unwrap(),
        "--output",
        database.to_str().unwrap(),
    ]);
    assert!(built.status.success(), "{built:?}");
    let scanner = Scanner::new(Database::open(&database).unwrap());
    let target = Target::image_layout(project().join("examples/image"), Some("demo"));
    let mut options = ScanOptions::default();
    options.name = Some("examples/image:demo".to_owned());
    let report = scanner.scan(&target, &options, &NoProgress).unwrap();
    let mut printed = Vec::new();
    let format = Format::Table(TableStyle::plain(COLUMNS));
    sealift::render(&report, &format, &mut printed).unwrap();
    let printed = String::from_utf8(printed).unwrap();

    let pictures = blocks_of(&project().join("README.md"), "text");
    let [picture] = &pictures[..] else { panic!("one picture, not {}", pictures.len()) };
    let parts: Vec<&str> = picture.split("...\n").map(|part| part.trim_matches('\n')).collect();
    assert!(parts.len() > 2, "it has parts, and dots between them");
    for part in parts {
        assert!(printed.contains(part), "{part}\nis not in\n{printed}");
    }
}

#[test]
fn each_flag_is_one_of_its_verb() {
    let mut told = 0;
    let mut help: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for line in blocks("sh").iter().flat_map(|block| commands(block)) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let verbs = verbs(&words);
        let flags = words.iter().filter(|word| word.starts_with('-') && word.len() > 1);
        for flag in flags.map(|flag| flag.split('=').next().unwrap_or_default()) {
            let page = help.entry(verbs.clone()).or_insert_with(|| page(&verbs));
            assert!(flags_of(page).contains(flag), "{flag} is no flag of {verbs:?}: {line}");
            told += 1;
        }
    }
    assert!(told > 80, "{told} flags were found");
}

/// What is written in the place of a peer's flag is a flag here.
#[test]
fn each_flag_for_those_who_switch_is_one() {
    let flags = all_flags();
    let text = fs::read_to_string(project().join("docs/switching.md")).unwrap();
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let told = line.trim_matches('|').split(" | ").last().unwrap();
        for flag in flags_in(told) {
            assert!(flags.contains(flag), "{flag} is no flag of any verb: {line}");
        }
    }
}

/// The table of what becomes of Trivy's flags is what the command does with them.
#[test]
fn a_flag_of_trivys_is_taken_as_the_page_says() {
    let flags = all_flags();
    let text = fs::read_to_string(project().join("docs/switching.md")).unwrap();
    let part = text.split("\n## ").find(|part| part.starts_with("From Trivy")).unwrap();
    let mut told = 0;
    for line in part.lines().filter(|line| line.starts_with("| `--")) {
        let [left, right] = line.trim_matches('|').split(" | ").collect::<Vec<_>>()[..] else {
            panic!("two columns: {line}");
        };
        for flag in flags_in(left) {
            let output = sealift(&["image", &format!("{flag}=x"), "--input", "/nowhere"]);
            let said = String::from_utf8(output.stderr).unwrap();
            told += 1;
            let is_so = match right.trim() {
                it if it.starts_with("the same") || it.starts_with("said") => flags.contains(flag),
                it if it.starts_with("left out:") => {
                    said.contains(&format!("{flag} has no effect here"))
                }
                it if it.starts_with("refused") => {
                    said.contains(&format!("{flag} is not supported"))
                }
                _ => continue,
            };
            assert!(is_so, "{flag}: {line}\n{said}");
        }
    }
    assert!(told > 10, "{told} flags were found");
}

#[test]
fn the_policy_is_one() {
    let policies = blocks("toml");
    for policy in &policies {
        Policy::read("sealift.toml", policy.as_bytes(), &Limits::default()).unwrap();
    }
    assert!(!policies.is_empty());
}

/// The commands of a script: lines are joined, comments and what is beside `sealift` left out.
fn commands(script: &str) -> Vec<String> {
    let joined = script.replace("\\\n", " ");
    let lines = joined.lines().map(|line| line.split(" #").next().unwrap_or_default());
    let parts = lines.flat_map(|line| line.split(['|', '&', '(', ')'])).map(str::trim);
    parts.filter_map(|part| part.strip_prefix("sealift ")).map(str::to_owned).collect()
}

/// The verb, of `db`, `download` and the like with the second word.
fn verbs(words: &[&str]) -> Vec<String> {
    let deep = ["db", "download", "admission", "harbor"].contains(words.first().unwrap());
    words.iter().take(if deep { 2 } else { 1 }).map(|&word| word.to_owned()).collect()
}

fn page(verbs: &[String]) -> String {
    let mut arguments: Vec<&str> = verbs.iter().map(String::as_str).collect();
    arguments.push("--help");
    let output = sealift(&arguments);
    assert!(output.status.success(), "{verbs:?} is no verb: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The flags of all verbs.
fn all_flags() -> BTreeSet<String> {
    let top = page(&[]);
    let verbs = top.lines().skip_while(|line| *line != "Commands:").skip(1);
    let verbs = verbs.take_while(|line| !line.is_empty());
    // Deeper lines go on with what is said of a verb.
    let verbs = verbs.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let verbs = verbs.filter_map(|line| line.split_whitespace().next());
    let mut flags = BTreeSet::new();
    for verb in verbs.filter(|verb| *verb != "help") {
        let told = page(&[verb.to_owned()]);
        flags.extend(flags_of(&told).into_iter().map(str::to_owned));
    }
    for verbs in
        [["db", "build"], ["db", "update"], ["admission", "review"], ["admission", "serve"]]
    {
        let told = page(&verbs.map(str::to_owned));
        flags.extend(flags_of(&told).into_iter().map(str::to_owned));
    }
    flags
}

/// The flags that a text has between backquotes.
fn flags_in(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let words = quoted.flat_map(|code| code.split([' ', '=', '*']));
    words.filter(|word| word.starts_with("--") && word.len() > 2).collect()
}

/// The flags that a page of `--help` tells of.
fn flags_of(page: &str) -> BTreeSet<&str> {
    let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    let lines = page.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    lines.flat_map(|line| line.split(is_end)).filter(|word| word.starts_with('-')).collect()
}

/// The blocks of a language in the README and the pages of `docs`.
fn blocks(language: &str) -> Vec<String> {
    let docs = fs::read_dir(project().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = docs.chain([project().join("README.md")]);
    pages.flat_map(|page| blocks_of(&page, language)).collect()
}

fn blocks_of(page: &Path, language: &str) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let start = format!("\n```{language}\n");
    let ends = text.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    ends.map(str::to_owned).collect()
}

fn sealift(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
    command.args(arguments).env_clear().stdin(Stdio::null()).output().unwrap()
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
