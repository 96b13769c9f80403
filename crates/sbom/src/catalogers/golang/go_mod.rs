//! `go.mod`, after the Go Modules Reference, "go.mod files".

use std::collections::{HashMap, HashSet};

use super::modules::Module;
use super::release;

/// What a `go.mod` says of the modules that its project needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct GoMod {
    /// The `go` directive, with its line.
    pub(super) go: Option<(String, u64)>,
    /// The `toolchain` directive as a version, with its line.
    pub(super) toolchain: Option<(String, u64)>,
    /// The required modules after replacement.
    pub(super) requirements: Vec<Requirement>,
    /// Lines that could not be read.
    pub(super) broken_lines: Vec<u64>,
}

/// A required module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    pub(super) module: Module,
    pub(super) line: u64,
    /// Whether only another module asks for it.
    pub(super) is_indirect: bool,
}

/// A directive; as an error, one that is not known: the `go` command refuses such a file, too.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown directive {word:?}")]
pub(super) struct Directive {
    pub(super) word: String,
    pub(super) line: u64,
}

/// Directives that name no module that is needed.
const OTHERS: &[&str] = &["godebug", "ignore", "module", "retract", "tool"];

impl GoMod {
    pub(super) fn parse(text: &str) -> Result<Self, Directive> {
        let mut file = Self::default();
        let mut replacements = Vec::new();
        let mut excluded = HashSet::new();
        for statement in statements(text) {
            let Statement { directive, words, line, is_indirect } = statement;
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            match (directive.word.as_str(), words.as_slice()) {
                ("go", [version]) => file.go = Some(((*version).to_owned(), line)),
                ("toolchain", ["default"]) => {}
                ("toolchain", [name]) => file.toolchain = Some((release(name).to_owned(), line)),
                ("require", [path, version]) => file.requirements.push(Requirement {
                    module: module(path, version),
                    line,
                    is_indirect,
                }),
                ("exclude", [path, version]) => {
                    excluded.insert(((*path).to_owned(), (*version).to_owned()));
                }
                ("replace", words) => match Replacement::parse(words) {
                    Some(replacement) => replacements.push((replacement, line)),
                    None => file.broken_lines.push(line),
                },
                (other, _) if OTHERS.contains(&other) => {}
                ("go" | "toolchain" | "require" | "exclude", _) => file.broken_lines.push(line),
                _ => return Err(directive),
            }
        }
        // "exclude directives ... requirements on excluded versions are ignored".
        let is_excluded = |it: &Requirement| {
            excluded.contains(&(it.module.path.clone(), it.module.version.clone()))
        };
        file.requirements.retain(|requirement| !is_excluded(requirement));
        file.replace(&replacements);
        Ok(file)
    }

    /// A replacement of one version counts before one of all versions.
    fn replace(&mut self, replacements: &[(Replacement, u64)]) {
        // The last of several for the same module counts.
        let by_module: HashMap<_, _> = replacements
            .iter()
            .map(|(it, line)| ((it.path.as_str(), it.version.as_deref()), (&it.with, line)))
            .collect();
        for requirement in &mut self.requirements {
            let Module { path, version } = &requirement.module;
            let exact = by_module.get(&(path.as_str(), Some(version.as_str())));
            let any = || by_module.get(&(path.as_str(), None));
            let Some((with, line)) = exact.or_else(any).copied() else {
                continue;
            };
            if with.version.is_empty() {
                requirement.module.version.clear();
            } else {
                (requirement.module, requirement.line) = (with.clone(), *line);
            }
        }
    }

    /// Whether every module is named: since Go 1.17 the indirect ones are, too ("Module graph
    /// pruning"). Without a `go` directive 1.16 is assumed.
    pub(super) fn is_complete(&self) -> bool {
        let Some((version, _)) = &self.go else {
            return false;
        };
        let mut numbers = version.split(['.', 'r', 'b']).map(str::parse::<u64>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= (1, 17),
            _ => false,
        }
    }
}

/// `path [version] => path [version]`.
struct Replacement {
    path: String,
    version: Option<String>,
    with: Module,
}

impl Replacement {
    fn parse(words: &[&str]) -> Option<Self> {
        let arrow = words.iter().position(|word| *word == "=>")?;
        let (old, new) = (words.get(..arrow)?, words.get(arrow + 1..)?);
        let (path, version) = match old {
            [path] => (path, None),
            [path, version] => (path, Some((*version).to_owned())),
            _ => return None,
        };
        let with = match new {
            [folder] => module(folder, ""),
            [path, version] => module(path, version),
            _ => return None,
        };
        Some(Self { path: (*path).to_owned(), version, with })
    }
}

fn module(path: &str, version: &str) -> Module {
    Module { path: path.to_owned(), version: version.to_owned() }
}

/// A directive with its words, alone on its line or one line of a block.
struct Statement {
    directive: Directive,
    words: Vec<String>,
    line: u64,
    is_indirect: bool,
}

fn statements(text: &str) -> impl Iterator<Item = Statement> {
    let mut block: Option<Directive> = None;
    (1..).zip(text.lines()).filter_map(move |(line, content)| {
        let (mut words, comment) = words(content);
        let first = words.first()?;
        let directive = match &block {
            Some(_) if first == ")" => {
                block = None;
                return None;
            }
            Some(directive) => directive.clone(),
            None => Directive { word: words.remove(0), line },
        };
        if words == ["("] {
            block = Some(directive);
            return None;
        }
        Some(Statement { directive, words, line, is_indirect: is_indirect(comment) })
    })
}

/// The comment that the `go` command sets behind what only another module asks for.
fn is_indirect(comment: &str) -> bool {
    let comment = comment.trim();
    comment == "indirect" || comment.starts_with("indirect;")
}

/// The words of a line ("Lexical elements") and its comment. A string in quotes is a word.
fn words(line: &str) -> (Vec<String>, &str) {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            return (words, comment);
        }
        let (word, after) = match first {
            '"' | '`' => {
                let inside = rest.strip_prefix(first).unwrap_or_default();
                inside.split_once(first).unwrap_or((inside, ""))
            }
            '(' | ')' => rest.split_at(1),
            _ => {
                let is_end = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
                let end = rest.find(is_end).unwrap_or(rest.len());
                let (word, _) = rest.split_at(end);
                rest.split_at(word.find("//").unwrap_or(end))
            }
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    (words, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn requirements(text: &str) -> Vec<(String, u64)> {
        let file = GoMod::parse(text).expect("well-formed");
        assert_eq!(file.broken_lines, [0; 0]);
        let required = file.requirements.into_iter();
        required.map(|it| (format!("{} {}", it.module.path, it.module.version), it.line)).collect()
    }

    fn expected<const N: usize>(rows: [(&str, u64); N]) -> Vec<(String, u64)> {
        rows.map(|(module, line)| (module.to_owned(), line)).to_vec()
    }

    #[test]
    fn reads_lines_blocks_comments_and_strings() {
        let text = "module (\n m\n)\ngo 1.21 // x\nrequire a v1.0.0\nrequire (\n\n// b v1\n\
                    \t\"c\" v1.0.0 // indirect\n\t`d` v1.0.0//indirect; y\n)\nretract [v1, v2]\n";
        assert_eq!(
            requirements(text),
            expected([("a v1.0.0", 5), ("c v1.0.0", 9), ("d v1.0.0", 10)])
        );
        let file = GoMod::parse(text).expect("well-formed");
        let indirect: Vec<_> = file.requirements.iter().map(|it| it.is_indirect).collect();
        assert_eq!(indirect, [false, true, true]);
        assert_eq!(file.go, Some(("1.21".to_owned(), 4)));
    }

    #[test]
    fn replaces_and_excludes() {
        let text = "require (\na v1.0.0\nb v1.0.0\nc v1.0.0\nd v1.0.0\n)\n\
                    replace a => x v9.0.0\nreplace a v1.0.0 => y v2.0.0\n\
                    replace (\nb v2.0.0 => z v1.0.0\nc => ../c\n)\nexclude d v1.0.0\n";
        assert_eq!(requirements(text), expected([("y v2.0.0", 8), ("b v1.0.0", 3), ("c ", 4)]));
    }

    #[test]
    fn a_toolchain_is_a_version() {
        let toolchain = |text| GoMod::parse(text).expect("well-formed").toolchain;
        assert_eq!(toolchain("toolchain go1.23.6-x"), Some(("1.23.6".to_owned(), 1)));
        assert_eq!(toolchain("toolchain default"), None);
    }

    #[test]
    fn names_every_module_since_1_17() {
        let is_complete = |text| GoMod::parse(text).expect("well-formed").is_complete();
        for text in ["go 1.17", "go 1.21rc1", "go 2.0"] {
            assert!(is_complete(text), "{text}");
        }
        for text in ["go 1.16", "go 1.16.9", "", "go x"] {
            assert!(!is_complete(text), "{text}");
        }
    }

    #[test]
    fn what_is_broken_is_told() {
        let file = GoMod::parse("require a\nrequire b v1\nreplace =>\n").expect("well-formed");
        assert_eq!((file.requirements.len(), file.broken_lines), (1, vec![1, 3]));
        let unknown = Directive { word: "ruire".to_owned(), line: 2 };
        assert_eq!(GoMod::parse("go 1.17\nruire (\na v1\n)\n"), Err(unknown));
    }

    proptest! {
        #[test]
        fn never_panics(text in "((require|replace|go|exclude|a) ?|[(=>\"`) \n/v1.é]){0,20}") {
            drop(GoMod::parse(&text));
        }
    }
}
