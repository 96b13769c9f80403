//! Dockerfiles: a parser by BuildKit's grammar, and Trivy's checks.

mod checks;
mod heredoc;
mod instruction;
mod lines;
mod words;

use sealift_model::{Diagnostic, Impact};

pub use self::instruction::Instruction;
use self::lines::Reader;
use crate::{FileKind, FileResult, Options, SourceFile};

/// The most problems that are reported for one file; a file that is no Dockerfile would have one on
/// each line.
const MAX_PROBLEMS: usize = 10;

/// The most instructions that are read from one file; the rest is left out, which is reported. An
/// image has no more than 127 layers.
const MAX_INSTRUCTIONS: usize = 100_000;

/// A Dockerfile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dockerfile {
    /// The stages. If there is anything before the first `FROM`, it is a first stage without a
    /// name.
    pub stages: Vec<Stage>,
    /// The parts that could not be read and are left out.
    pub problems: Vec<Problem>,
}

/// One stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stage {
    /// The text after its `FROM`: `golang:1.25 AS build`.
    pub name: String,
    /// Its instructions, starting with `FROM`.
    pub instructions: Vec<Instruction>,
}

/// A part of a Dockerfile that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// 1-based line on which it begins.
    pub line: u32,
    /// The fault.
    pub message: String,
}

impl Dockerfile {
    /// Reads a Dockerfile. An instruction that cannot be read is left out and reported.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (mut file, mut stage) = (Self::default(), Stage::default());
        let (mut number, mut begun) = (0, false);
        let mut left = MAX_INSTRUCTIONS;
        let mut reader = Reader::new(text);
        while let Some(line) = reader.next(Instruction::takes_heredocs) {
            let start = line.lines.start;
            let Some(rest) = left.checked_sub(1) else {
                let why =
                    format!("more than {MAX_INSTRUCTIONS} instructions: the rest is not read");
                file.problem(start, why);
                break;
            };
            left = rest;
            if let Some(name) = &line.unterminated {
                file.problem(start, format!("the here-document {name:?} does not end"));
            }
            let mut instruction = match Instruction::read(line, reader.escape()) {
                Ok(instruction) => instruction,
                Err(why) => {
                    file.problem(start, why);
                    continue;
                }
            };
            if instruction.command == "from" {
                number += usize::from(begun);
                begun = true;
                file.stages.push(std::mem::take(&mut stage));
                stage.name = name(&instruction.original);
            }
            instruction.stage = number;
            stage.instructions.push(instruction);
        }
        file.stages.push(stage);
        file.stages.retain(|stage| !stage.instructions.is_empty());
        file
    }

    /// Every instruction that is `command`, in the order of the file.
    fn all<'f>(&'f self, command: &'f str) -> impl Iterator<Item = &'f Instruction> {
        self.stages.iter().flat_map(move |stage| stage.all(command))
    }

    fn problem(&mut self, line: u32, message: String) {
        self.problems.push(Problem { line, message });
    }
}

impl Stage {
    fn all<'s>(&'s self, command: &'s str) -> impl Iterator<Item = &'s Instruction> {
        self.instructions.iter().filter(move |instruction| instruction.command == command)
    }
}

fn name(from: &str) -> String {
    from.strip_prefix("FROM ").unwrap_or(from).trim().to_owned()
}

/// Checks Dockerfiles.
pub(crate) fn check(files: &[SourceFile<'_>], options: &Options) -> Vec<FileResult> {
    files.iter().map(|file| check_one(file, options)).collect()
}

fn check_one(file: &SourceFile<'_>, _: &Options) -> FileResult {
    let mut result = FileResult::new(file.path, FileKind::Dockerfile);
    let dockerfile = Dockerfile::parse(&String::from_utf8_lossy(file.bytes));
    let told = |line: u32, message: &str| {
        let diagnostic = Diagnostic::new("dockerfile", message, Impact::Incomplete);
        diagnostic.at(file.path, None).on_line(line.into())
    };
    let problems = dockerfile.problems.iter().take(MAX_PROBLEMS);
    result.diagnostics = problems.map(|problem| told(problem.line, &problem.message)).collect();
    if let Some(next) = dockerfile.problems.get(MAX_PROBLEMS) {
        let more = dockerfile.problems.len() - MAX_PROBLEMS;
        result.diagnostics.push(told(next.line, &format!("{more} more that cannot be read")));
    }
    if dockerfile.stages.is_empty() {
        let nothing = Diagnostic::new("dockerfile", "there is no instruction", Impact::Partial);
        result.diagnostics.push(nothing.at(file.path, None));
    } else {
        result.misconfigurations = checks::run(&dockerfile);
    }
    result
}
