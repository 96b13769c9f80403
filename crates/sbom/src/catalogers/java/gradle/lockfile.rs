//! `gradle.lockfile` and names that end in it, `buildscript-gradle.lockfile` and
//! `settings-gradle.lockfile` (Gradle user manual, "Locking Versions"): lines
//! `group:artifact:version=configurations`, and `empty=configurations`. A package that is locked
//! only for the tests' source set is only needed to test.
//!
//! Before Gradle 7: `gradle/dependency-locks/CONFIGURATION.lockfile` with lines
//! `group:artifact:version` (Gradle 6 user manual, "Locking dependency versions").

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::Scope;

use crate::catalogers::{declared, java, text};
use crate::{Cataloger, Error, Facts};

/// Finds the modules that Gradle locked.
#[derive(Debug)]
pub(crate) struct Lockfile;

impl Cataloger for Lockfile {
    fn name(&self) -> &'static str {
        "java-gradle"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.lockfile"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name().ends_with(b"gradle.lockfile") || configuration(path).is_some()
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let configuration =
            configuration(file.path()).map(|name| String::from_utf8_lossy(name).into_owned());
        parse(text::utf8(file.bytes()?, "gradle.lockfile")?, configuration.as_deref(), facts);
        Ok(())
    }
}

/// The configuration that the file is for, where each has a file.
fn configuration(path: TreePath<'_>) -> Option<&[u8]> {
    let folder = path.parent()?;
    let name = path.file_name().strip_suffix(b".lockfile")?;
    (folder.file_name() == b"dependency-locks").then_some(name)
}

/// Reads the lines, which are all for one configuration or each name theirs.
fn parse(text: &str, configuration: Option<&str>, facts: &mut Facts) {
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        // Newer Gradle, which names them in each line, can be configured to write there, too.
        let of_file = configuration.map(|configuration| (line, configuration));
        let (module, configurations) = line.split_once('=').or(of_file).unwrap_or_default();
        let mut parts = module.split(':');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(group), Some(artifact), Some(version), None) if !version.is_empty() => {
                let package = java::package(group, artifact, version).map(|mut package| {
                    package.scope = scope(configurations);
                    package
                });
                declared::add(package, number, facts);
            }
            _ => facts.problem(Some(number), format!("{line:?} locks no module")),
        }
    }
}

/// What the configurations are for (Gradle user manual, "The Java Plugin", "Dependency
/// management": those of a source set other than `main` begin with its name, `test`).
fn scope(configurations: &str) -> Scope {
    let is_of_tests = |name: &str| {
        let rest = name.strip_prefix("test");
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    match configurations.split(',').all(|name| is_of_tests(name.trim())) {
        true => Scope::Development,
        false => Scope::Unstated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows, wants};

    #[test]
    fn takes_what_is_locked() {
        let text = "# generated\norg.a:b-c:1.2=compileClasspath,testRuntimeClasspath\n\
                    empty=annotationProcessor\n";
        let (outcome, facts) = read(&Lockfile, "gradle.lockfile", text);
        assert!(outcome.is_ok() && facts.problems.is_empty());
        assert_eq!(rows(&facts), ["org.a:b-c@1.2 2"]);
        let purl = facts.packages().next().unwrap().purl.to_string();
        assert_eq!(purl, "pkg:maven/org.a/b-c@1.2");
    }

    #[test]
    fn takes_what_is_locked_for_one_configuration() {
        let text = "# generated\norg.a:b-c:1.2\nrubbish\n";
        let folder = "app/gradle/dependency-locks";
        for (name, scope) in [
            ("compileClasspath", Scope::Unstated),
            ("testRuntimeClasspath", Scope::Development),
            ("buildscript-classpath", Scope::Unstated),
        ] {
            let (outcome, facts) = read(&Lockfile, &format!("{folder}/{name}.lockfile"), text);
            assert!(outcome.is_ok());
            assert_eq!(rows(&facts), ["org.a:b-c@1.2 2"]);
            assert_eq!(facts.packages().next().unwrap().scope, scope, "{name}");
            assert_eq!(problem_lines(&facts), [3]);
        }
        let named = "org.a:b:1.2=compileClasspath\n";
        let (_, facts) = read(&Lockfile, &format!("{folder}/gradle.lockfile"), named);
        assert_eq!(rows(&facts), ["org.a:b@1.2 1"]);
        assert!(wants(&Lockfile, &format!("{folder}/a.lockfile")));
        assert!(!wants(&Lockfile, &format!("{folder}/a.txt")));
    }

    #[test]
    fn what_only_tests_need_is_marked() {
        let [dev, unstated] = [Scope::Development, Scope::Unstated];
        for (configurations, expected) in [
            ("testCompileClasspath,testRuntimeClasspath", dev),
            ("compileClasspath,testCompileClasspath", unstated),
            ("testimony", unstated),
            ("", unstated),
        ] {
            assert_eq!(scope(configurations), expected, "{configurations}");
        }
    }

    #[test]
    fn other_lines_are_told() {
        let (_, facts) = read(&Lockfile, "gradle.lockfile", ">>\na:b=x\na:b:=x\na:b:1\n:b:1=x\n");
        assert_eq!((rows(&facts).len(), problem_lines(&facts)), (0, vec![1, 2, 3, 4, 5]));
        for name in ["gradle", "buildscript-gradle", "settings-gradle"] {
            assert!(wants(&Lockfile, &format!("a/{name}.lockfile")), "{name}");
        }
        assert!(!wants(&Lockfile, "a/other.lockfile"));
    }
}
