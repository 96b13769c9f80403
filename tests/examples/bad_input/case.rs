//! A case: how its input is made, and what the command has to make of it.

use std::path::Path;

use crate::run::{MAX_MIB, MAX_SECONDS, Outcome};

/// Where a case is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'p> {
    /// An empty folder of its own.
    pub(crate) folder: &'p Path,
    /// A whole advisory database.
    pub(crate) database: &'p Path,
}

impl Place<'_> {
    /// The arguments that scan the layout in the folder.
    pub(crate) fn image(&self) -> Vec<String> {
        self.scan("image", &format!("oci:{}", self.folder.display()))
    }

    /// The arguments that scan the folder as a root file system.
    pub(crate) fn rootfs(&self) -> Vec<String> {
        self.scan("rootfs", &self.path("."))
    }

    /// The arguments that scan something into a JSON report.
    pub(crate) fn scan(&self, verb: &str, target: &str) -> Vec<String> {
        let database = self.database.display().to_string();
        ["--format=json", "--exit-code=9", "--db", &database, target]
            .iter()
            .fold(vec![verb.to_owned()], |all, next| [all, vec![(*next).to_owned()]].concat())
    }

    /// The path of something in the folder.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders");
        std::fs::write(path, content).expect("the case's own folder can be written to");
    }
}

/// Makes an input in a place and gives the arguments that read it.
type Make = Box<dyn Fn(&Place<'_>) -> Vec<String>>;

/// One hostile input.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) make: Make,
    /// The program and its first arguments that the command runs within; mostly none.
    pub(crate) within: &'static [&'static str],
    status: i32,
    says: Vec<&'static str>,
    never: Vec<&'static str>,
}

impl Case {
    /// A case that ends with this exit status.
    pub(crate) fn new(
        name: &'static str,
        status: i32,
        make: impl Fn(&Place<'_>) -> Vec<String> + 'static,
    ) -> Self {
        let make = Box::new(make);
        Self { name, make, within: &[], status, says: Vec::new(), never: Vec::new() }
    }

    /// Runs the command as an argument of another one.
    pub(crate) fn within(mut self, program: &'static [&'static str]) -> Self {
        self.within = program;
        self
    }

    /// Words that must stand on stderr or in the report.
    pub(crate) fn says(mut self, words: &'static str) -> Self {
        self.says.push(words);
        self
    }

    /// Words that must stand nowhere.
    pub(crate) fn never(mut self, words: &'static str) -> Self {
        self.never.push(words);
        self
    }

    /// What is not as expected.
    pub(crate) fn judge(&self, outcome: &Outcome) -> Vec<String> {
        let mut problems = Vec::new();
        let mut demand = |holds: bool, problem: String| {
            if !holds {
                problems.push(problem);
            }
        };
        demand(outcome.status == Some(self.status), format!("exit status {} wanted", self.status));
        demand(outcome.seconds <= MAX_SECONDS, format!("longer than {MAX_SECONDS} s"));
        demand(outcome.mib <= MAX_MIB, format!("more than {MAX_MIB} MiB"));
        let said = [outcome.stderr.as_slice(), &outcome.stdout].concat();
        let said = String::from_utf8_lossy(&said);
        for words in &self.says {
            demand(said.contains(words), format!("does not say `{words}`"));
        }
        for words in self.never.iter().chain(&["panicked"]) {
            demand(!said.contains(words), format!("says `{words}`"));
        }
        let raw = said.chars().find(|at| at.is_control() && !matches!(at, '\n' | '\t'));
        demand(raw.is_none(), format!("prints {raw:?} raw"));
        problems
    }
}
