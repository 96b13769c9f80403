//! Detects the kind of a file, by its name and a look at its content.

use crate::FileKind;
use crate::terraform::lists_modules;

/// The kind of a file; none of a file that no check looks at.
pub(crate) fn kind(path: &str, bytes: &[u8]) -> Option<FileKind> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    if is_dockerfile(&name) {
        return Some(FileKind::Dockerfile);
    }
    if [".tf", ".tf.json", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json"]
        .iter()
        .any(|end| name.ends_with(end))
    {
        return Some(FileKind::Terraform);
    }
    if name.ends_with(".json") {
        if lists_modules(path) {
            return Some(FileKind::Terraform);
        }
        return json_kind(bytes);
    }
    if !name.ends_with(".yaml") && !name.ends_with(".yml") {
        return None;
    }
    let keys = ["apiVersion", "kind"];
    // In JSON, this scan cannot see which keys are top-level.
    let tells = !is_compose(&name) || !bytes.trim_ascii_start().starts_with(b"{");
    if tells && keys.iter().all(|key| has_yaml_key(bytes, key)) {
        // The fields of an object say more than the name of its file.
        return Some(FileKind::Kubernetes);
    }
    is_compose(&name).then_some(FileKind::Compose)
}

/// The kind of a file that other tools check but this crate does not; none for any other file.
#[must_use]
pub fn not_checked(path: &str, bytes: &[u8]) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let json = name.ends_with(".json");
    if kind(path, bytes).is_some() || !(json || name.ends_with(".yaml") || name.ends_with(".yml")) {
        return None;
    }
    if !json && is_playbook(bytes) {
        return Some("a playbook of Ansible");
    }
    let key = "AWSTemplateFormatVersion";
    let is_template = if json { has_json_key(bytes, key) } else { has_yaml_key(bytes, key) };
    let is_stack = contains(bytes, b"\"Resources\"") && contains(bytes, b"\"AWS::");
    if is_template || (json && is_stack) {
        return Some("a template of CloudFormation");
    }
    let is_arm =
        json && has_json_key(bytes, "$schema") && contains(bytes, b"deploymentTemplate.json");
    is_arm.then_some("a template of Azure Resource Manager")
}

/// Whether a file with this name may be relevant to a check, so that it is worth reading for
/// [`concerns`].
#[must_use]
pub fn may_concern(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let ends = [".yaml", ".yml", ".json", ".tf", ".tofu", ".tfvars"];
    ends.iter().any(|end| name.ends_with(end)) || is_dockerfile(&name)
}

/// Whether a file is checked, or needed for other checks, such as the file that marks a folder as a
/// Helm chart.
#[must_use]
pub fn concerns(path: &str, bytes: &[u8]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    kind(path, bytes).is_some() || name == "Chart.yaml"
}

/// `Dockerfile`, `Dockerfile.prod`, `prod.Dockerfile`, and the same of a Containerfile; not
/// `Dockerfile.dockerignore`, which says what its build leaves out.
fn is_dockerfile(name: &str) -> bool {
    ["dockerfile", "containerfile"].iter().any(|kind| {
        let before = name.strip_suffix(kind);
        let after = name.strip_prefix(kind);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
            || after.is_some_and(|after| after.starts_with('.') && after != ".dockerignore")
    })
}

/// `compose.yaml` and `docker-compose.yml`, and what is laid over them: `compose.prod.yaml`.
fn is_compose(name: &str) -> bool {
    ["compose", "docker-compose"]
        .iter()
        .any(|kind| name.strip_prefix(kind).is_some_and(|rest| rest.starts_with(['.', '-', '_'])))
}

/// A plan has a key that nothing else has; a Kubernetes object says what it is.
fn json_kind(bytes: &[u8]) -> Option<FileKind> {
    let has = |key: &str| has_json_key(bytes, key);
    if has("terraform_version") && has("planned_values") {
        return Some(FileKind::TerraformPlan);
    }
    (has("apiVersion") && has("kind")).then_some(FileKind::Kubernetes)
}

fn has_json_key(bytes: &[u8], key: &str) -> bool {
    contains(bytes, format!("\"{key}\"").as_bytes())
}

/// Whether a line begins with the key, quoted or not, or the document is written as JSON is. All
/// of a document may be indented as its first line is.
fn has_yaml_key(bytes: &[u8], key: &str) -> bool {
    let key = key.as_bytes();
    let begins = |line: &[u8]| {
        let line = line.strip_prefix(b"--- ").unwrap_or(line);
        let line = line.strip_prefix(b"\"").or(line.strip_prefix(b"'")).unwrap_or(line);
        line.strip_prefix(key).is_some_and(ends_key)
    };
    let text = without_mark(bytes);
    if text.trim_ascii_start().starts_with(b"{") {
        return contains(text, key);
    }
    let indent = first_line(text).map(blanks).unwrap_or_default();
    lines(text).any(|line| line.get(indent.min(blanks(line))..).is_some_and(begins))
}

/// Whether a document is a list of plays, each of which says for which hosts it is, or which other
/// playbook it stands for (Ansible's documentation, "Playbook Keywords").
fn is_playbook(bytes: &[u8]) -> bool {
    let text = without_mark(bytes);
    if !first_line(text).is_some_and(|line| line.trim_ascii_start().starts_with(b"- ")) {
        return false;
    }
    let has = |key: &str| {
        lines(text).any(|line| {
            let line = line.trim_ascii_start();
            let line = line.strip_prefix(b"- ").unwrap_or(line).trim_ascii_start();
            line.strip_prefix(key.as_bytes()).is_some_and(ends_key)
        })
    };
    let does = ["tasks", "roles", "pre_tasks", "post_tasks", "handlers"];
    ["import_playbook", "ansible.builtin.import_playbook"].into_iter().any(has)
        || (has("hosts") && does.into_iter().any(has))
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

/// The first line that is neither empty nor a comment nor where a document begins.
fn first_line(text: &[u8]) -> Option<&[u8]> {
    lines(text).find(|line| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b"---")
    })
}

fn blanks(line: &[u8]) -> usize {
    line.iter().take_while(|byte| **byte == b' ').count()
}

/// The colon after a key, and the quote that may end the key.
fn ends_key(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    rest.trim_ascii_start().starts_with(b":")
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_most_kinds() {
        use FileKind::{Compose, Dockerfile, Terraform};
        for (path, expected) in [
            ("Dockerfile", Some(Dockerfile)),
            ("a/b/dockerfile.prod", Some(Dockerfile)),
            ("api.Dockerfile", Some(Dockerfile)),
            ("Containerfile", Some(Dockerfile)),
            ("Dockerfile.dockerignore", None),
            ("MyDockerfile", None),
            ("docker-compose.override.yml", Some(Compose)),
            ("compose.yaml", Some(Compose)),
            ("composer.yaml", None),
            ("main.tf", Some(Terraform)),
            ("x.tofu", Some(Terraform)),
            ("x.tf.json", Some(Terraform)),
            ("x.tfvars", Some(FileKind::Terraform)),
        ] {
            assert_eq!(kind(path, b""), expected, "{path}");
        }
    }

    #[test]
    fn content_tells_the_others() {
        use FileKind::{Kubernetes, TerraformPlan};
        let is = |path, text: &str| kind(path, text.as_bytes());
        assert_eq!(is("a.yaml", "# x\r\napiVersion: v1\r\nkind: Pod\r\n"), Some(Kubernetes));
        assert_eq!(is("a.yml", "--- \n\"apiVersion\": v1\n'kind' : Pod\n"), Some(Kubernetes));
        assert_eq!(is("a.yaml", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}"), Some(Kubernetes));
        assert_eq!(is("a.yaml", "x:\n  apiVersion: v1\n  kind: Pod\n"), None);
        let indented = "# x\n  apiVersion: v1\n  kind: Pod\n";
        assert_eq!(is("a.yaml", indented), Some(Kubernetes));
        assert_eq!(is("compose.k8s.yaml", indented), Some(Kubernetes));
        assert_eq!(is("a.json", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}"), Some(Kubernetes));
        let plan =
            "{\"format_version\":\"1.2\",\"terraform_version\":\"1.9\",\"planned_values\":{}}";
        assert_eq!(is("plan.json", plan), Some(TerraformPlan));
        assert_eq!(is("package.json", "{\"kind\": 1}"), None);
    }

    #[test]
    fn what_other_tools_check_is_known() {
        let stack = "{\"Resources\": {\"B\": {\"Type\": \"AWS::S3::Bucket\"}}}";
        for (path, text, told) in [
            ("t.yaml", "AWSTemplateFormatVersion: 2010-09-09\n", true),
            ("t.json", stack, true),
            ("t.json", "{\"$schema\": \"https://x/deploymentTemplate.json#\"}", true),
            ("play.yml", "# x\n---\n- hosts: all\n  become: true\n  tasks:\n    - ping:\n", true),
            ("site.yaml", "- import_playbook: web.yaml\n", true),
            ("tasks.yaml", "- name: x\n  ping:\n", false),
            ("values.yaml", "ingress:\n  - hosts: [a]\n    roles: []\n", false),
            ("t.txt", stack, false),
            ("t.yaml", "apiVersion: v1\nkind: Pod\ndata: AWSTemplateFormatVersion\n", false),
            ("t.json", "{}", false),
        ] {
            assert_eq!(not_checked(path, text.as_bytes()).is_some(), told, "{text}");
        }
    }
}
