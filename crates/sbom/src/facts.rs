//! What a cataloger takes out of one file.

use sealift_layers::FileError;
use sealift_model::{Distribution, Package};
use serde::{Deserialize, Serialize};

use crate::{DatabasePages, Error, MavenProject, OsPackage};

/// Problems listed of one file; a file of rubbish has one on every line.
const MAX_PROBLEMS: usize = 100;

/// The facts of one file, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Facts {
    /// What it says.
    pub facts: Vec<Fact>,
    /// What of it could not be read.
    pub problems: Vec<Problem>,
    /// What is odd about it, though nothing is missing.
    pub notes: Vec<Problem>,
}

impl Facts {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.problems.is_empty() && self.notes.is_empty()
    }

    /// Adds a package. A location in it holds only what lies inside the file: the path within an
    /// archive (the part behind the colon) and the lines; the merge puts the file's path and
    /// layer in front. A package without location gets the file's.
    pub fn package(&mut self, package: Package) {
        self.facts.push(Fact::Package(Box::new(package)));
    }

    /// Adds a problem with one record.
    pub fn problem(&mut self, line: Option<u64>, message: impl Into<String>) {
        push_bounded(&mut self.problems, Problem::new(line, None, message.into()));
    }

    /// Adds a problem with what lies at `inner_path` in the archive that the file is; with the
    /// archive itself when that is empty.
    pub fn problem_inside(&mut self, inner_path: &str, message: impl Into<String>) {
        push_bounded(&mut self.problems, Problem::new(None, Some(inner_path), message.into()));
    }

    /// Adds that a bound was passed, so that the rest of the file or of a record stays unknown.
    pub fn limit(&mut self, line: Option<u64>, message: impl Into<String>) {
        let problem = Problem::new(line, None, message.into());
        push_bounded(&mut self.problems, Problem { is_limit: true, ..problem });
    }

    /// Adds that a bound was passed by what lies at `inner_path` in the archive that the file is,
    /// by the archive itself when that is empty: what else is in it stays unknown.
    pub fn limit_inside(&mut self, inner_path: &str, message: impl Into<String>) {
        let problem = Problem::new(None, Some(inner_path), message.into());
        push_bounded(&mut self.problems, Problem { is_limit: true, ..problem });
    }

    /// Adds something odd, though nothing is missing for it.
    pub fn note(&mut self, line: Option<u64>, message: impl Into<String>) {
        push_bounded(&mut self.notes, Problem::new(line, None, message.into()));
    }

    /// The packages among the facts.
    pub fn packages(&self) -> impl Iterator<Item = &Package> {
        self.facts.iter().filter_map(|fact| match fact {
            Fact::Package(package) => Some(&**package),
            _ => None,
        })
    }
}

fn push_bounded(list: &mut Vec<Problem>, problem: Problem) {
    match list.len() {
        ..MAX_PROBLEMS => list.push(problem),
        MAX_PROBLEMS => {
            let message = "what else is wrong with this file is not listed".to_owned();
            list.push(Problem { is_limit: problem.is_limit, ..Problem::new(None, None, message) });
        }
        _ => {
            if let Some(rest) = list.last_mut() {
                rest.is_limit |= problem.is_limit;
            }
        }
    }
}

/// One thing that a file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Fact {
    /// A package is installed or declared.
    Package(Box<Package>),
    /// The tree is of this distribution.
    Distribution(Box<Distribution>),
    /// The operating system's package manager has this package installed.
    OsPackage(Box<OsPackage>),
    /// A package of the operating system brought these files. Only those are listed that a
    /// cataloger of a language may take packages from.
    Owns {
        /// Name of the package.
        owner: String,
        /// Paths without leading slash.
        paths: Vec<String>,
    },
    /// The file names only what its project asks for itself: a file beside it knows the rest.
    ListsDirectOnly,
    /// The file takes in another one, by its path from the folder of this one, on this line.
    Includes {
        /// The path as written.
        path: String,
        /// 1-based line.
        line: u64,
    },
    /// The file pins all that its project needs: manifests beside it and below say nothing more.
    PinsAll,
    /// How the packages of an RPM database lie in its pages, or what a log beside it puts there.
    RpmPages(Box<DatabasePages>),
    /// A Maven project, to which parents and bills of materials beside it may add.
    MavenProject(Box<MavenProject>),
    /// Licences of a package that is stated elsewhere.
    Licenses {
        /// Name of the package.
        package: String,
        /// Licences as written.
        licenses: Vec<String>,
    },
    /// What a lockfile calls one of its packages where others ask for it.
    Described {
        /// As written: `name@range`, or where it is from.
        descriptor: String,
        /// Name and version of the package.
        package: String,
    },
    /// What the parts of a workspace may inherit under a name.
    Inheritable {
        /// Name in the workspace.
        name: String,
        /// The package that is meant; none where it is a folder, or whatever a repository has today.
        package: Option<Box<Package>>,
    },
}

/// Something in a file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Problem {
    /// 1-based line, where there is one.
    pub line: Option<u64>,
    /// Path inside the archive that the file is, where it is one.
    pub inner_path: Option<String>,
    /// What is wrong, one sentence.
    pub message: String,
    /// Whether a bound of the reader's stopped it: how much is missing is not known.
    pub is_limit: bool,
}

impl Problem {
    /// A problem with a record, or with what lies at a path inside.
    pub(crate) fn new(line: Option<u64>, inner_path: Option<&str>, message: String) -> Self {
        let inner_path = inner_path.filter(|path| !path.is_empty()).map(str::to_owned);
        Self { line, inner_path, message, is_limit: false }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let line = match &error {
            Error::Malformed { line, .. } => *line,
            _ => None,
        };
        let is_limit = matches!(error, Error::Limit(_) | Error::File(FileError::Limit(_)));
        Self { is_limit, ..Self::new(line, None, error.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_told_however_many_problems_there_are() {
        let mut facts = Facts::default();
        for _ in 0..=MAX_PROBLEMS + 1 {
            facts.problem(None, "x");
        }
        assert!(facts.problems.iter().all(|problem| !problem.is_limit));
        facts.limit_inside("a", "y");
        assert_eq!(facts.problems.len(), MAX_PROBLEMS + 1);
        assert!(facts.problems.last().is_some_and(|last| last.is_limit));
    }
}
