//! The flags of the control plane's programs: CIS Kubernetes Benchmark 1.23, sections 1.2 to 1.4
//! and 2.

mod flags;

use self::Flags::{
    CommandForbids, CommandListForbids, CommandListNeeds, CommandNeeds, Forbids, ListForbids,
    ListNeeds, Needs,
};
pub(super) use self::flags::RULES;
use super::object::{Container, Object};
use super::rule::{Cause, Found, sentence};
use crate::yaml::Node;

/// A check of the flags of a program.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlagTest {
    /// The program; empty for any.
    program: &'static str,
    flags: Flags,
}

/// A requirement on the flags. A flag is looked for anywhere in an argument; the variants with
/// `Command` look at `command` and not at `args`, as Trivy's checks of these do.
#[derive(Clone, Copy, Debug)]
enum Flags {
    /// All of them in `command`, or all in `args`.
    Needs(&'static [&'static str]),
    /// Nowhere.
    Forbids(&'static str),
    CommandNeeds(&'static str),
    CommandForbids(&'static str),
    /// The flag's value names a thing.
    ListNeeds(&'static str, &'static str),
    /// The same in `command` alone, also of a container that runs another program and names the
    /// flag: a shell that starts this one.
    CommandListNeeds(&'static str, &'static str),
    /// The flag's value does not name a thing.
    ListForbids(&'static str, &'static str),
    CommandListForbids(&'static str, &'static str),
}

impl FlagTest {
    /// The containers that run the program and fail.
    pub(super) fn failures(&self, object: &Object<'_>) -> Vec<Found> {
        let failing = object.containers.iter().filter(|container| self.fails(container));
        let words = self.flags.words();
        failing.map(|found| sentence(object, Cause::container(found), &words)).collect()
    }

    fn fails(&self, container: &Container<'_>) -> bool {
        let command = Arguments(container.node.get("command"));
        let args = Arguments(container.node.get("args"));
        let runs =
            command.first().is_some_and(|first| first.rsplit('/').next() == Some(self.program));
        let starts = matches!(self.flags, CommandListNeeds(flag, _) if command.lists(flag));
        if !runs && !starts && !self.program.is_empty() {
            return false;
        }
        match self.flags {
            Needs(flags) => {
                ![command, args].iter().any(|list| flags.iter().all(|flag| list.have(flag)))
            }
            Forbids(flag) => command.have(flag) || args.have(flag),
            CommandNeeds(flag) => !command.have(flag),
            CommandForbids(flag) => command.have(flag),
            ListNeeds(flag, name) => !command.list(flag, name) && !args.list(flag, name),
            CommandListNeeds(flag, name) => !command.list(flag, name),
            ListForbids(flag, name) => command.list(flag, name) || args.list(flag, name),
            CommandListForbids(flag, name) => command.list(flag, name),
        }
    }
}

impl Flags {
    /// What is wrong, after the container's name.
    fn words(&self) -> String {
        match self {
            Needs(flags) => format!("runs without {}", flags.join(" and ")),
            CommandNeeds(flag) => format!("runs without {flag}"),
            Forbids(flag) | CommandForbids(flag) => format!("runs with {flag}"),
            ListNeeds(flag, name) | CommandListNeeds(flag, name) => {
                format!("runs without {flag}{name}")
            }
            ListForbids(flag, name) | CommandListForbids(flag, name) => {
                format!("runs with {flag}{name}")
            }
        }
    }
}

/// `command` or `args` of a container.
#[derive(Clone, Copy)]
struct Arguments<'a>(Option<&'a Node>);

impl<'a> Arguments<'a> {
    fn all(self) -> impl Iterator<Item = &'a str> {
        self.0.into_iter().flat_map(Node::items).filter_map(Node::str)
    }

    fn first(self) -> Option<&'a str> {
        self.0?.items().first()?.str()
    }

    fn have(self, flag: &str) -> bool {
        self.all().any(|argument| argument.contains(flag))
    }

    /// Whether a flag that takes a list, `--flag=`, has a value.
    fn lists(self, flag: &str) -> bool {
        self.list(flag, "")
    }

    /// Whether the value of a flag that takes a list, `--flag=`, names something.
    fn list(self, flag: &str, name: &str) -> bool {
        let values = self.all().filter_map(|argument| argument.split_once(flag));
        values.into_iter().any(|(_, value)| {
            let value = value
                .split_ascii_whitespace()
                .next()
                .filter(|_| !value.starts_with(char::is_whitespace));
            value.is_some_and(|value| value.contains(name))
        })
    }
}
