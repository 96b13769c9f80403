//! GitHub Actions: the dependencies of workflows and composite actions.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `github-actions` | `.github/workflows/*.yml`, `action.yml` and `action.yaml` below `.github` | every action and reusable workflow of another repository, by `owner/name`, with lines |
//!
//! The version is the part after the `@`; for a commit, it is the release that a comment on the
//! line names. It does not find: container images (a note reports each), actions that an action
//! itself uses, and those of the repository itself.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Package, Purl, PurlError};

use crate::catalogers::shape::Kind;
use crate::catalogers::yaml::{Line, Yaml};
use crate::catalogers::{declared, text};
use crate::{Cataloger, Error, Facts};

/// Finds the actions that workflows use.
#[derive(Debug)]
pub(crate) struct Workflows;

impl Cataloger for Workflows {
    fn name(&self) -> &'static str {
        "github-actions"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.yml", "*.yaml"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        if !path.extension().is_some_and(|it| it == b"yml" || it == b"yaml") {
            return false;
        }
        let folders: Vec<&[u8]> = path.components().collect();
        let is_workflow = matches!(folders.as_slice(), [.., b".github", b"workflows", _]);
        let is_action = matches!(path.file_name(), b"action.yml" | b"action.yaml")
            && folders.contains(&b".github".as_slice());
        (is_workflow || is_action) && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(text::utf8(file.bytes()?, "workflow")?, facts);
        Ok(())
    }
}

fn parse(text: &str, facts: &mut Facts) {
    let Some(yaml) = Yaml::valid(text, facts) else { return };
    let mut section = "";
    for line in yaml.lines() {
        if line.indent == 0 {
            section = line.key.unwrap_or_default();
        } else if line.indent == 2 && section == "jobs" {
            line.expect(Kind::Map, facts);
        }
        match line.key {
            Some("uses") if line.expect(Kind::Scalar, facts) => {
                uses(line.value.trim(), &line, facts)
            }
            Some("jobs") if line.indent == 0 => _ = line.expect(Kind::Map, facts),
            Some("steps") => _ = line.expect(Kind::List, facts),
            None if line.indent == 0 && !line.is_item => {
                facts.problem(Some(line.number), format!("{:?} is no `key: value`", line.value));
            }
            _ => {}
        }
    }
}

/// `owner/name[/path]@ref` (GitHub docs, "Workflow syntax", `jobs.<job_id>.steps[*].uses`).
fn uses(value: &str, line: &Line<'_>, facts: &mut Facts) {
    if value.starts_with(['.', '/']) {
        return;
    }
    if value.starts_with("docker://") {
        return facts.note(Some(line.number), format!("{:?} is a container image", value));
    }
    if value.contains("${{") {
        let problem = format!("{value:?} is put together when the workflow runs");
        return facts.problem(Some(line.number), problem);
    }
    // Forgejo takes the address, too.
    let action = value.strip_prefix("https://github.com/").unwrap_or(value);
    let (path, reference) = action.split_once('@').unwrap_or((action, ""));
    let mut parts = path.split('/');
    let (owner, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let version = match is_commit(reference) {
        true => line.comment.split_whitespace().find(|it| is_release(it)).unwrap_or(reference),
        false => reference,
    };
    declared::add(package(owner, name, version), line.number, facts);
}

fn is_commit(reference: &str) -> bool {
    reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a word is a release, `v4.2.2`.
fn is_release(word: &str) -> bool {
    word.strip_prefix('v').unwrap_or(word).starts_with(|c: char| c.is_ascii_digit())
}

fn package(owner: &str, name: &str, version: &str) -> Result<Package, PurlError> {
    let ecosystem = Ecosystem::GithubActions;
    let purl = Purl::builder(ecosystem.purl_type(), name).namespace(owner).version(version);
    Ok(Package::new(ecosystem, format!("{owner}/{name}"), version, purl.build()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows, wants};

    const PATH: &str = ".github/workflows/ci.yml";

    #[test]
    fn takes_what_is_used() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let text = format!(
            "jobs:\n  a:\n    steps:\n      - uses: https://github.com/o/a@v4\n      - name: x\n        uses: o/b/sub@{commit} # v 5.1\n      \
             - run: |\n          uses: o/no@v1\n      - uses: ./local\n      - uses: ../beside\n      - uses: docker://x:1\n      \
             - uses: \"o/c@{commit}\"\n      - uses: d\n      - uses: ${{{{ x }}}}@v1\n"
        );
        let (_, facts) = read(&Workflows, PATH, text);
        assert_eq!(rows(&facts), ["o/a@v4 4", "o/b@5.1 6", &format!("o/c@{commit} 12")]);
        assert_eq!((problem_lines(&facts), facts.notes.len()), (vec![13, 14], 1));
        let purl = facts.packages().next().unwrap().purl.to_string();
        assert_eq!(purl, "pkg:github/o/a@v4");
    }

    #[test]
    fn takes_what_is_used_in_any_layout() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let text = format!(
            "jobs:\n  a:\n    steps:\n      - {{uses: o/a@v1}}\n      \
             - {{ name: x, \"uses\": \"o/b@{commit}\", with: {{y: z}} }} # v2\n      \
             - {{\n        uses: o/e@v5,\n        name: x}}\n      \
             - uses: &f o/f@v6 # here\n      - uses: !!str o/g@v7\n      - uses: >-\n          \
             o/h@v8\n      - uses:\n          o/i@v9\n      - uses: *f\n      - &step\n        \
             uses: |\n          o/j@v10\n      - *step\n"
        );
        let (_, facts) = read(&Workflows, PATH, text);
        let expected = [
            "o/a@v1 4",
            "o/b@2 5",
            "o/e@v5 7",
            "o/f@v6 9",
            "o/g@v7 10",
            "o/h@v8 11",
            "o/i@v9 13",
            "o/f@v6 15",
            "o/j@v10 17",
            "o/j@v10 19",
        ];
        assert_eq!(rows(&facts), expected.map(|row| row.replace("@2 ", "@v2 ")));
        assert_eq!(problem_lines(&facts), [0; 0]);
    }

    #[test]
    fn takes_no_text_for_a_key() {
        let text = "jobs:\n  a:\n    steps:\n      - run: \"echo\n          uses: o/no@v1\"\n      \
                    - {run: \"echo {uses: o/no@v1}\", uses: o/a@v1}\n      \
                    - name: 'x, uses: o/no@v1'\n      - ['uses:o/no@v1', uses:o/no@v1]\n      \
                    - |\n        uses: o/no@v1\n      - run: |\n          x\n      -   uses: o/b@v1\n";
        let (_, facts) = read(&Workflows, PATH, text);
        assert_eq!(rows(&facts), ["o/a@v1 6", "o/b@v1 13"]);
        assert_eq!(problem_lines(&facts), [0; 0]);
    }

    #[test]
    fn what_is_no_workflow_is_a_problem() {
        for text in [
            "jobs: 7\n",
            "jobs:\n  a: 7\n",
            "jobs:\n  a:\n    steps: 7\n",
            "hello",
            "- a\n",
            "jobs:\n  a:\n    uses:\n",
            "jobs:\n  a:\n    uses: [o/a@v1]\n",
            "hello: [\n",
            "a:\n  uses: o/a@v1\nrubbish\n",
        ] {
            let (_, facts) = read(&Workflows, PATH, text);
            assert_eq!(facts.problems.len(), 1, "{text:?}: {facts:?}");
        }
    }

    #[test]
    fn wants_workflows_and_actions() {
        for path in [PATH, "x/.github/workflows/a.yaml", ".github/actions/a/action.yml"] {
            assert!(wants(&Workflows, path), "{path}");
        }
        for path in ["workflows/a.yml", ".github/dependabot.yml", "action.yml"] {
            assert!(!wants(&Workflows, path), "{path}");
        }
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(uses: |[a/@]{0,4}|# v1|run: \\||\n *- |\n){0,16}") {
            crate::check::holds(&Workflows, PATH, text)?;
        }
    }
}
