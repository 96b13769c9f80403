//! `rebar.lock` (Rebar3, "Dependencies", "Lock Files"): Erlang terms. Entries are
//! `{<<"app">>, {pkg, <<"name">>, <<"version">>}, LEVEL}` or `{<<"app">>, {git, "url", {ref,
//! "commit"}}, LEVEL}`.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::Relationship;

use crate::catalogers::declared;
use crate::catalogers::text::{self, LineIndex};
use crate::{Cataloger, Error, Facts};

const FORMAT: &str = "rebar.lock";

/// Finds the packages that Rebar locked.
#[derive(Debug)]
pub(crate) struct Rebar;

impl Cataloger for Rebar {
    fn name(&self) -> &'static str {
        "hex-rebar"
    }

    /// A lockfile below `_build` was fetched with a package.
    fn names(&self) -> &'static [&'static str] {
        &["rebar.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"rebar.lock" && !path.components().any(|folder| folder == b"_build")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let text = text::utf8(file.bytes()?, FORMAT)?;
        let lines = LineIndex::of(text);
        let tokens = tokens(text).map_err(|at| Error::Malformed {
            format: FORMAT,
            reason: "not a list of Erlang terms".to_owned(),
            line: Some(lines.at(at)),
        })?;
        if !matches!(tokens.first(), None | Some((_, Kind::Sign(b'{' | b'[')))) {
            facts.problem(Some(1), "neither a list nor a tuple of Erlang");
        }
        let mut is_known = !tokens.iter().any(|(_, kind)| matches!(kind, Kind::Binary(_)));
        for place in 0..tokens.len() {
            let Some(entry) = tokens.get(place..).and_then(Entry::of) else { continue };
            is_known = true;
            let package = super::package(entry.name, entry.version).map(|mut package| {
                package.relationship = entry.relationship;
                package
            });
            declared::add(package, lines.at(entry.at), facts);
        }
        if !is_known {
            facts.problem(None, "none of its entries is a package or a repository");
        }
        Ok(())
    }
}

/// A part of a term with the offset at which it begins.
type Token<'t> = (usize, Kind<'t>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind<'t> {
    Sign(u8),
    Binary(&'t str),
    Text(&'t str),
    Word(&'t str),
}

/// Reads the terms. The error is the offset of what is no term.
fn tokens(text: &str) -> Result<Vec<Token<'_>>, usize> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let at = text.len() - rest.len();
        let Some(first) = rest.bytes().next() else { return Ok(tokens) };
        let (kind, after) = match first {
            b'%' => {
                rest = rest.split_once('\n').map_or("", |(_, after)| after);
                continue;
            }
            b'{' | b'}' | b'[' | b']' | b',' | b'.' => (Kind::Sign(first), rest.get(1..)),
            b'<' => {
                let inner = rest.strip_prefix("<<\"").and_then(|inner| inner.split_once('"'));
                let (binary, after) = inner.ok_or(at)?;
                (Kind::Binary(binary), after.strip_prefix(">>"))
            }
            b'"' => {
                let (inner, after) = rest.get(1..).unwrap_or_default().split_once('"').ok_or(at)?;
                (Kind::Text(inner), Some(after))
            }
            _ => {
                let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '@');
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let (word, after) = rest.split_at_checked(end).ok_or(at)?;
                (Kind::Word(word), Some(after).filter(|_| !word.is_empty()))
            }
        };
        tokens.push((at, kind));
        rest = after.ok_or(at)?;
    }
}

struct Entry<'t> {
    at: usize,
    name: &'t str,
    version: &'t str,
    relationship: Relationship,
}

impl<'t> Entry<'t> {
    /// The entry that begins with the first of the tokens.
    fn of(tokens: &[Token<'t>]) -> Option<Self> {
        use Kind::{Binary, Sign, Text, Word};
        let kinds: Vec<Kind<'t>> = tokens.iter().take(20).map(|(_, kind)| *kind).collect();
        let [Sign(b'{'), Binary(app), Sign(b','), Sign(b'{'), Word(kind), Sign(b','), rest @ ..] =
            kinds.as_slice()
        else {
            return None;
        };
        let (name, version) = match (*kind, rest) {
            ("pkg", [Binary(name), Sign(b','), Binary(version), ..]) => (*name, *version),
            (_, [Text(_), Sign(b','), Sign(b'{'), Word(_), Sign(b','), Text(commit), ..]) => {
                (*app, *commit)
            }
            _ => return None,
        };
        // The level ends the entry; 0 is what the project asks for.
        let level = rest.windows(3).find_map(|window| match window {
            [Sign(b','), Word(level), Sign(b'}')] if level.parse::<u32>().is_ok() => Some(*level),
            _ => None,
        });
        let relationship = match level {
            Some("0") => Relationship::Direct,
            Some(_) => Relationship::Indirect,
            None => Relationship::Unstated,
        };
        Some(Self { at: tokens.first()?.0, name, version, relationship })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{read, rows};

    #[test]
    fn takes_what_is_locked() {
        let text = "{\"1.2.0\",\n[{<<\"a\">>,{pkg,<<\"a_b\">>,<<\"1.1.5\">>},0},\n \
                    {<<\"c\">>,\n  {git,\"https://host/c.git\",\n       {ref,\"abc\"}},\n  1}]}.\n\
                    [\n{pkg_hash,[\n {<<\"a\">>, <<\"A6\">>}]}\n].\n";
        let (outcome, facts) = read(&Rebar, "rebar.lock", text);
        assert!(outcome.is_ok());
        assert_eq!(rows(&facts), ["a_b@1.1.5 2", "c@abc 3"]);
        let found: Vec<_> = facts.packages().map(|it| it.relationship).collect();
        assert_eq!(found, [Relationship::Direct, Relationship::Indirect]);
    }

    #[test]
    fn what_is_no_term_is_malformed_at_its_line() {
        for text in ["[\n{<<\"a{pkg,<<\"b\">>}]", "[\n<<\"a", "\n;"] {
            let outcome = read(&Rebar, "rebar.lock", text).0;
            assert!(matches!(outcome, Err(Error::Malformed { line: Some(2), .. })), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(\\{<<\"a\">>,|\\{pkg,|<<\"1\">>|,0\\}|[{}<>\",.a]){0,20}") {
            crate::check::holds(&Rebar, "rebar.lock", text)?;
        }
    }
}
