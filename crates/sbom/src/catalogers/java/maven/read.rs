//! Reads the content of a `pom.xml`.

use std::mem;

use super::project::{MavenDependency, MavenParent, MavenProject};
use crate::catalogers::xml::{Closed, Elements, Step};
use crate::{Error, Facts};

const FORMAT: &str = "pom.xml";

/// Reads a project. Of profiles those count that are active by default; what activates others
/// (a JDK, a system, a property) is not in the file.
pub(super) fn project(text: &str, facts: &mut Facts) -> Result<MavenProject, Error> {
    let mut reading = Reading::default();
    let mut elements = Elements::new(text, FORMAT);
    let mut line = 1;
    loop {
        match elements.next() {
            Ok(Some(Step::Open(tag))) => {
                line = tag.line;
                reading.open(&names(tag.path), tag.line);
            }
            Ok(Some(Step::Close(end))) => reading.close(&names(end.path), &end, facts),
            Ok(None) => break,
            // The part before the error is still reported.
            Err(error) if reading.is_project => {
                facts.problems.push(error.into());
                break;
            }
            Err(error) => return Err(error),
        }
    }
    if reading.is_project {
        return Ok(reading.main.with_profiles(reading.active));
    }
    let reason = "its root is no project".to_owned();
    Err(Error::Malformed { format: FORMAT, reason, line: Some(line) })
}

fn names(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

#[derive(Debug, Default)]
struct Reading {
    is_project: bool,
    main: MavenProject,
    profile: MavenProject,
    active: Vec<MavenProject>,
    is_profile_active: bool,
    dependency: MavenDependency,
}

impl Reading {
    fn open(&mut self, path: &[&str], line: u64) {
        match path {
            ["project"] => self.is_project = true,
            ["project", "parent"] => self.main.parent = Some(MavenParent::default()),
            ["project", "profiles", "profile"] => {
                self.profile = MavenProject::default();
                self.is_profile_active = false;
            }
            [.., "dependencies", "dependency"] => {
                self.dependency = MavenDependency { lines: (line, line), ..Default::default() };
            }
            _ => {}
        }
    }

    fn close(&mut self, path: &[&str], end: &Closed<'_>, facts: &mut Facts) {
        match path {
            ["project", "groupId"] => self.main.group = some(end.text),
            ["project", "artifactId"] => self.main.artifact = some(end.text),
            ["project", "version"] => self.main.version = some(end.text),
            ["project", "parent", name] => self.parent(name, end.text),
            ["project", "profiles", "profile", "activation", "activeByDefault"] => {
                self.is_profile_active = end.text.eq_ignore_ascii_case("true");
            }
            ["project", "profiles", "profile"] if self.is_profile_active => {
                self.active.push(mem::take(&mut self.profile));
            }
            ["project", "profiles", "profile", rest @ ..] => self.part(true, rest, end, facts),
            ["project", rest @ ..] => self.part(false, rest, end, facts),
            _ => {}
        }
    }

    fn parent(&mut self, name: &str, text: &str) {
        let Some(parent) = &mut self.main.parent else { return };
        match name {
            "groupId" => text.clone_into(&mut parent.group),
            "artifactId" => text.clone_into(&mut parent.artifact),
            "version" => text.clone_into(&mut parent.version),
            "relativePath" => parent.relative_path = Some(text.to_owned()),
            _ => {}
        }
    }

    /// Reads a part that projects and profiles share.
    fn part(&mut self, of_profile: bool, path: &[&str], end: &Closed<'_>, facts: &mut Facts) {
        let part = if of_profile { &mut self.profile } else { &mut self.main };
        match path {
            ["modules", "module"] => part.modules.extend(some(end.text)),
            ["properties", name] => {
                part.properties.insert((*name).to_owned(), end.text.to_owned());
            }
            ["dependencies", "dependency"] => {
                part.dependencies.extend(whole(mem::take(&mut self.dependency), end.line, facts));
            }
            ["dependencyManagement", "dependencies", "dependency"] => {
                part.managed.extend(whole(mem::take(&mut self.dependency), end.line, facts));
            }
            ["dependencies", "dependency", name]
            | ["dependencyManagement", "dependencies", "dependency", name] => {
                field(&mut self.dependency, name, end.text);
            }
            _ => {}
        }
    }
}

fn field(dependency: &mut MavenDependency, name: &str, text: &str) {
    match name {
        "groupId" => text.clone_into(&mut dependency.group),
        "artifactId" => text.clone_into(&mut dependency.artifact),
        "version" => dependency.version = some(text),
        "type" => dependency.kind = some(text),
        "classifier" => dependency.classifier = some(text),
        "scope" => dependency.scope = some(text),
        "optional" => dependency.is_optional = text == "true",
        _ => {}
    }
}

/// A dependency whose last line is read, when it has what each must have.
fn whole(mut dependency: MavenDependency, last: u64, facts: &mut Facts) -> Option<MavenDependency> {
    dependency.lines.1 = last;
    if dependency.group.is_empty() || dependency.artifact.is_empty() {
        let MavenDependency { group, artifact, lines, .. } = dependency;
        let message = format!("dependency \"{group}:{artifact}\" lacks a part of its name");
        facts.problem(Some(lines.0), message);
        return None;
    }
    Some(dependency)
}

fn some(text: &str) -> Option<String> {
    Some(text).filter(|text| !text.is_empty()).map(str::to_owned)
}
