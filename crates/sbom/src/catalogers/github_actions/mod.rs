//! GitHub Actions: the dependencies of workflows and composite actions.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `github-actions` | `.github/workflows/*.yml`, `action.yml` and `action.yaml` below `.github` | every action and reusable workflow of another repository, by `owner/name`, with lines |
//!
//! The version is the part after the `@`; for a commit, it is the release that a comment on the
//! line names. It does not find: container images (a note reports each), actions that an action
//! itself uses, and those of the repository itself.

mod masked;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Package, Purl, PurlError};

use crate::catalogers::yaml::{self, Line};
use crate::catalogers::{declared, text};
use crate::{Cataloger, Error, Facts};
use masked::masked;

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

/// The lines that say `uses:`, but for those in scripts and quoted texts.
fn parse(text: &str, facts: &mut Facts) {
    for line in yaml::lines(&masked(text)) {
        match line.key {
            Some("uses") => uses(scalar(line.value), &line, facts),
            None if line.indent == 0 && !line.is_item => {
                facts.problem(Some(line.number), format!("{:?} is no `key: value`", line.value));
            }
            _ => in_flow(&line, facts),
        }
    }
}

/// `{name: x, uses: o/a@v1}`: YAML 1.2.2, 7.4.2 "Flow Mappings".
fn in_flow(line: &Line<'_>, facts: &mut Facts) {
    let begins = |text: &str| text.starts_with(['{', '[']);
    if !begins(line.value) && !line.key.is_some_and(begins) {
        return;
    }
    let text = line.key.map_or(line.value.to_owned(), |key| format!("{key}: {}", line.value));
    for (at, key) in text.match_indices("uses") {
        let (before, after) = text.split_at(at);
        let after = after.strip_prefix(key).unwrap_or_default();
        let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\''));
        let value = value_of(after, quote);
        let before = before.trim_end_matches(['"', '\'']).trim_end();
        if let Some(value) = value.filter(|_| before.ends_with(['{', ','])) {
            uses(scalar(value), line, facts);
        }
    }
}

/// What stands behind the colon of a key in a flow mapping. Behind one without quotes a blank must
/// follow (YAML 1.2.2, 7.3.3 "Plain Style").
fn value_of(after: &str, quote: Option<char>) -> Option<&str> {
    match quote {
        Some(quote) => after.strip_prefix(quote)?.trim_start().strip_prefix(':'),
        None => {
            let value = after.trim_start().strip_prefix(':')?;
            (value.is_empty() || value.starts_with(' ')).then_some(value)
        }
    }
}

/// A value without what ends it in a flow mapping, and without quotes.
fn scalar(value: &str) -> &str {
    let end = value.find([',', '{', '}', '[', ']']).unwrap_or(value.len());
    value.get(..end).unwrap_or(value).trim().trim_matches(['"', '\''])
}

/// `owner/name[/path]@ref` (GitHub docs, "Workflow syntax", `jobs.<job_id>.steps[*].uses`).
fn uses(value: &str, line: &Line<'_>, facts: &mut Facts) {
    if value.starts_with(['.', '/']) {
        return;
    }
    if value.starts_with("docker://") {
        return facts.note(Some(line.number), format!("{:?} is a container image", value));
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
             - uses: \"o/c@{commit}\"\n      - uses: d\nrubbish\n"
        );
        let (_, facts) = read(&Workflows, PATH, text);
        assert_eq!(rows(&facts), ["o/a@v4 4", "o/b@5.1 6", &format!("o/c@{commit} 12")]);
        assert_eq!((problem_lines(&facts), facts.notes.len()), (vec![13, 14], 1));
        let purl = facts.packages().next().unwrap().purl.to_string();
        assert_eq!(purl, "pkg:github/o/a@v4");
    }

    #[test]
    fn takes_what_is_used_in_flow_mappings() {
        let text = "jobs:\n  a:\n    steps:\n      - {uses: o/a@v1}\n      \
                    - { name: x, \"uses\": \"o/b@v2\", with: {y: z} } # here\n    \
                    more: [{uses: o/c@v3}, {\"uses\":'o/d@v4'}]\n      - {\n        \
                    uses: o/e@v5,\n        name: x}\n      - {run: echo uses: no}\n      \
                    - name: what it uses: no\n";
        let (_, facts) = read(&Workflows, PATH, text);
        assert_eq!(rows(&facts), ["o/a@v1 4", "o/b@v2 5", "o/c@v3 6", "o/d@v4 6", "o/e@v5 8"]);
        assert_eq!(problem_lines(&facts), [0; 0]);
    }

    #[test]
    fn takes_no_text_for_a_key() {
        let text = "jobs:\n  a:\n    steps:\n      - run: \"echo\n          uses: o/no@v1\"\n      \
                    - {run: \"echo {uses: o/no@v1}\", uses: o/a@v1}\n      \
                    - name: 'x, uses: o/no@v1'\n      - {'uses:o/no@v1', uses:o/no@v1}\n      \
                    - |\n        uses: o/no@v1\n      - run: |\n          x\n      -   uses: o/b@v1\n";
        let (_, facts) = read(&Workflows, PATH, text);
        assert_eq!(rows(&facts), ["o/a@v1 6", "o/b@v1 13"]);
        assert_eq!(problem_lines(&facts), [0; 0]);
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

    /// Each value ends where another mapping begins, so that none holds the rest of the line.
    #[test]
    fn many_mappings_on_one_line_are_read_once_each() {
        let text = format!("jobs:\n  a: {}\n", "{uses: o/n@1".repeat(50_000));
        let mut facts = Facts::default();
        parse(&text, &mut facts);
        assert!(facts.packages().all(|package| package.version == "1"));
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(uses: |[a/@]{0,4}|# v1|run: \\||\n *- |\n){0,16}") {
            crate::check::holds(&Workflows, PATH, text)?;
        }
    }
}
