//! What a file is, by its name and a look at its content.

use crate::FileKind;

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
        return json_kind(bytes);
    }
    if !name.ends_with(".yaml") && !name.ends_with(".yml") {
        return None;
    }
    if is_compose(&name) {
        return Some(FileKind::Compose);
    }
    let keys = ["apiVersion", "kind"];
    keys.iter().all(|key| has_yaml_key(bytes, key)).then_some(FileKind::Kubernetes)
}

/// Whether a file of this name may be one that a check looks at: worth reading, so that
/// [`concerns`] can say.
#[must_use]
pub fn may_concern(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let ends = [".yaml", ".yml", ".json", ".tf", ".tofu", ".tfvars"];
    ends.iter().any(|end| name.ends_with(end)) || is_dockerfile(&name)
}

/// Whether a file is one that a check looks at, or that such files lean on: what says that a
/// folder is a Helm chart.
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
    let has = |key: &str| contains(bytes, format!("\"{key}\"").as_bytes());
    if has("terraform_version") && has("planned_values") {
        return Some(FileKind::TerraformPlan);
    }
    (has("apiVersion") && has("kind")).then_some(FileKind::Kubernetes)
}

/// Whether a line begins with the key, quoted or not, or the document is written as JSON is.
fn has_yaml_key(bytes: &[u8], key: &str) -> bool {
    let key = key.as_bytes();
    let begins = |line: &[u8]| {
        let line = line.strip_prefix(b"--- ").unwrap_or(line);
        let line = line.strip_prefix(b"\"").or(line.strip_prefix(b"'")).unwrap_or(line);
        line.strip_prefix(key).is_some_and(ends_key)
    };
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if text.trim_ascii_start().starts_with(b"{") {
        return contains(text, key);
    }
    text.split(|byte| *byte == b'\n').any(begins)
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
        assert_eq!(is("a.json", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}"), Some(Kubernetes));
        let plan =
            "{\"format_version\":\"1.2\",\"terraform_version\":\"1.9\",\"planned_values\":{}}";
        assert_eq!(is("plan.json", plan), Some(TerraformPlan));
        assert_eq!(is("package.json", "{\"kind\": 1}"), None);
    }
}
