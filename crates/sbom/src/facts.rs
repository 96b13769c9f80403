//! The facts that a cataloger extracts from one file.

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
    /// The content of the file.
    pub facts: Vec<Fact>,
    /// The parts that could not be read.
    pub problems: Vec<Problem>,
    /// Oddities, although nothing is missing.
    pub notes: Vec<Problem>,
}

impl Facts {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.problems.is_empty() && self.notes.is_empty()
    }

    /// Adds a package. A location in it only has the part inside the file: the path within an
    /// archive (after the colon) and the lines; the merge adds the file's path and layer. A package
    /// without a location gets the file's.
    pub fn package(&mut self, package: Package) {
        self.facts.push(Fact::Package(Box::new(package)));
    }

    /// Adds a problem with one record.
    pub fn problem(&mut self, line: Option<u64>, message: impl Into<String>) {
        push_bounded(&mut self.problems, Problem::new(line, None, message.into()));
    }

    /// Adds a problem at `inner_path` in the archive; if it is empty, with the archive itself.
    pub fn problem_inside(&mut self, inner_path: &str, message: impl Into<String>) {
        push_bounded(&mut self.problems, Problem::new(None, Some(inner_path), message.into()));
    }

    /// Adds that a limit was exceeded, so that the rest of the file or of a record is unknown.
    pub fn limit(&mut self, line: Option<u64>, message: impl Into<String>) {
        let problem = Problem::new(line, None, message.into());
        push_bounded(&mut self.problems, Problem { is_limit: true, ..problem });
    }

    /// Adds that `inner_path` in the archive, or if it is empty the archive itself, exceeded a
    /// limit, so that the rest of it is unknown.
    pub fn limit_inside(&mut self, inner_path: &str, message: impl Into<String>) {
        let problem = Problem::new(None, Some(inner_path), message.into());
        push_bounded(&mut self.problems, Problem { is_limit: true, ..problem });
    }

    /// Adds an oddity, although nothing is missing.
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

/// One fact of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Fact {
    /// A package is installed or declared.
    Package(Box<Package>),
    /// The distribution of the tree.
    Distribution(Box<Distribution>),
    /// A package that the operating system's package manager has installed.
    OsPackage(Box<OsPackage>),
    /// The files of a package of the operating system, as far as catalogers of languages may read
    /// packages from them.
    Owns {
        /// Name of the package.
        owner: String,
        /// Paths without leading slash.
        paths: Vec<String>,
    },
    /// The file only lists direct requirements; a file beside it lists the rest.
    ListsDirectOnly,
    /// The file includes another one, by its path relative to this one's folder, on this line.
    Includes {
        /// The path as written.
        path: String,
        /// 1-based line.
        line: u64,
    },
    /// The file pins everything that its project needs: manifests beside and below it add nothing.
    PinsAll,
    /// The layout of an RPM database's packages in its pages, or the pages of a log beside it.
    RpmPages(Box<DatabasePages>),
    /// A Maven project, to which parents and bills of materials in the tree may add.
    MavenProject(Box<MavenProject>),
    /// Licences of a package that another file names.
    Licenses {
        /// Name of the package.
        package: String,
        /// Licences as written.
        licenses: Vec<String>,
    },
    /// The name by which a lockfile's packages refer to one of them.
    Described {
        /// As written: `name@range`, or its origin.
        descriptor: String,
        /// Name and version of the package.
        package: String,
    },
    /// A dependency that the members of a workspace may inherit by name, with its real name.
    Inheritable {
        /// Name in the workspace.
        name: String,
        /// The package that is meant; none where it is a folder, or whatever a repository has today.
        package: Option<Box<Package>>,
    },
}

/// A part of a file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Problem {
    /// 1-based line, where there is one.
    pub line: Option<u64>,
    /// Path inside the archive, if the file is one.
    pub inner_path: Option<String>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Whether a limit stopped the reader: the size of the missing part is unknown.
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
