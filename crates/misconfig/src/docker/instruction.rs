//! One instruction.

use crate::Lines;
use crate::docker::heredoc::{Heredoc, heredoc};
use crate::docker::lines::Logical;
use crate::docker::words::{blank_separated, flags, is_blank, json_list, pairs, quoted_words};

/// One instruction of a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Instruction {
    /// Its name in lower case: `run`.
    pub command: String,
    /// The instruction that `ONBUILD` defers, as written.
    pub sub_command: String,
    /// Its flags, `--from=build`, without quotes.
    pub flags: Vec<String>,
    /// Its arguments, with their quotes: one text for the shell form of `RUN`; name, value and `=`
    /// in turn for `ENV` and `LABEL`; the script for a here-document.
    pub values: Vec<String>,
    /// Whether the arguments are a JSON list, the exec form.
    pub json: bool,
    /// The instruction as written, with continuation lines joined.
    pub original: String,
    /// The number of its stage, from 0; instructions before the first `FROM` belong to stage 0.
    pub stage: usize,
    /// Its lines.
    pub lines: Lines,
}

/// How an instruction writes its arguments.
#[derive(Clone, Copy)]
enum Form {
    /// One text.
    Text,
    /// Words between blanks.
    Words,
    /// Words that may be quoted.
    Quoted,
    /// Names with values.
    Pairs,
    /// A JSON list, or else one text.
    ListOrText,
    /// A JSON list, or else words.
    ListOrWords,
    /// A word that says what, then a JSON list or text.
    Healthcheck,
    /// An instruction for later.
    Deferred,
}

/// Every instruction, and how few arguments it may have.
static INSTRUCTIONS: &[(&str, Form, usize)] = &[
    ("add", Form::ListOrWords, 2),
    ("arg", Form::Quoted, 1),
    ("cmd", Form::ListOrText, 0),
    ("copy", Form::ListOrWords, 2),
    ("entrypoint", Form::ListOrText, 0),
    ("env", Form::Pairs, 1),
    ("expose", Form::Words, 1),
    ("from", Form::Words, 1),
    ("healthcheck", Form::Healthcheck, 1),
    ("label", Form::Pairs, 1),
    ("maintainer", Form::Text, 1),
    ("onbuild", Form::Deferred, 1),
    ("run", Form::ListOrText, 0),
    ("shell", Form::ListOrText, 1),
    ("stopsignal", Form::Text, 1),
    ("user", Form::Text, 1),
    ("volume", Form::ListOrWords, 1),
    ("workdir", Form::Text, 1),
];

impl Instruction {
    /// Reads an instruction; an error says what is wrong with it.
    pub(super) fn read(line: Logical, escape: char) -> Result<Self, String> {
        let Parts { command, flags, rest } = Parts::of(&line.text);
        let (name, form, least) = look_up(command)?;
        let wrong = |why: &str| format!("{}: {why}", name.to_ascii_uppercase());
        let (mut values, json) = arguments(rest, form, escape).map_err(|why| wrong(&why))?;
        let mut sub_command = String::new();
        if matches!(form, Form::Deferred) {
            sub_command = Parts::of(rest).command.to_owned();
        }
        let mut original = line.text.clone();
        if let (Some(first), false) = (line.heredocs.first(), name == "onbuild") {
            original = with_bodies(&line.text, &line.heredocs);
            let text = values.first().map(String::as_str).unwrap_or_default();
            values = vec![script(text, first, &line.heredocs)];
        } else if values.len() < least {
            return Err(wrong("has too few arguments"));
        }
        let Logical { lines, .. } = line;
        let command = name.to_owned();
        Ok(Self { command, sub_command, flags, values, json, original, stage: 0, lines })
    }

    /// Whether an instruction of this text takes here-documents.
    pub(super) fn takes_heredocs(text: &str) -> bool {
        let takes = |Parts { command, rest, .. }: Parts<'_>| {
            ["add", "copy", "run"].iter().any(|name| command.eq_ignore_ascii_case(name))
                && !matches!(json_list(rest), Ok(Some(_)))
        };
        let parts = Parts::of(text);
        if parts.command.eq_ignore_ascii_case("onbuild") {
            takes(Parts::of(parts.rest))
        } else {
            takes(parts)
        }
    }
}

/// An instruction's text in parts.
struct Parts<'t> {
    command: &'t str,
    flags: Vec<String>,
    rest: &'t str,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Self {
        let text = text.trim();
        let (command, rest) = text.split_once(is_blank).unwrap_or((text, ""));
        let (flags, rest) = flags(rest);
        Self { command, flags, rest: rest.trim() }
    }
}

fn look_up(command: &str) -> Result<(&'static str, Form, usize), String> {
    let known = INSTRUCTIONS.iter().find(|(name, ..)| command.eq_ignore_ascii_case(name));
    known.copied().ok_or_else(|| {
        let shown: String = command.chars().take(40).collect();
        format!("{shown:?} is no instruction")
    })
}

/// The arguments, and whether they are a JSON list.
fn arguments(rest: &str, form: Form, escape: char) -> Result<(Vec<String>, bool), String> {
    let text = || if rest.is_empty() { Vec::new() } else { vec![rest.to_owned()] };
    let list = || json_list(rest);
    Ok(match form {
        Form::Text => (text(), false),
        Form::Words => (blank_separated(rest), false),
        Form::Quoted => (quoted_words(rest, escape), false),
        Form::Pairs => (pairs(rest, escape)?, false),
        Form::ListOrText => list()?.map_or_else(|| (text(), false), |list| (list, true)),
        Form::ListOrWords => {
            list()?.map_or_else(|| (blank_separated(rest), false), |list| (list, true))
        }
        Form::Healthcheck => healthcheck(rest)?,
        Form::Deferred => deferred(rest, escape)?,
    })
}

fn healthcheck(rest: &str) -> Result<(Vec<String>, bool), String> {
    let (kind, command) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (command, json) = arguments(command.trim_start(), Form::ListOrText, '\\')?;
    let kind = (!kind.is_empty()).then(|| kind.to_owned());
    Ok((kind.into_iter().chain(command).collect(), json))
}

fn deferred(rest: &str, escape: char) -> Result<(Vec<String>, bool), String> {
    let parts = Parts::of(rest);
    match look_up(parts.command)? {
        (_, Form::Deferred, _) => Err("ONBUILD defers no other ONBUILD".into()),
        (_, form, _) => arguments(parts.rest, form, escape),
    }
}

/// The text with the here-documents after it.
fn with_bodies(text: &str, heredocs: &[Heredoc]) -> String {
    let bodies: Vec<_> =
        heredocs.iter().map(|heredoc| format!("{}{}", heredoc.body, heredoc.name)).collect();
    format!("{text}\n{}", bodies.join("\n"))
}

/// What runs: the lines of a here-document that stands alone, one after the other; otherwise the
/// text with the here-documents that it feeds to its commands.
fn script(text: &str, first: &Heredoc, heredocs: &[Heredoc]) -> String {
    if heredoc(text).is_none() || first.body.starts_with("#!") {
        return with_bodies(text, heredocs);
    }
    let lines = first.body.lines();
    let lines = lines.map(|line| if first.chomp { line.trim_start_matches('\t') } else { line });
    lines.collect::<Vec<_>>().join(" ; ")
}
