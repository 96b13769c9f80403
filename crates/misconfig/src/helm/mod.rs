//! Helm charts as rendered by `helm template`, with the checks of manifests.
//!
//! The output for a whole chart can be checked as one file, or template by template with
//! [`rendered_templates`], so that each failure names its template.

use std::collections::HashMap;

use crate::{FileKind, FileResult, Options, SourceFile, kubernetes};

/// Checks what `helm template` printed of charts.
pub(crate) fn check(files: &[SourceFile<'_>], options: &Options) -> Vec<FileResult> {
    files.iter().map(|file| kubernetes::check_file(file, FileKind::Helm, options)).collect()
}

/// The output of `helm template` for one template.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RenderedTemplate {
    /// The template's path in its chart, `templates/service.yaml`, `charts/db/templates/pod.yaml`.
    pub path: String,
    /// Its rendered documents, separated by `---`.
    pub text: String,
}

/// Splits the output of `helm template` by template, in order. Documents without the name of a
/// template, which Helm never prints, get the path `-`.
#[must_use]
pub fn rendered_templates(printed: &str) -> Vec<RenderedTemplate> {
    let mut templates: Vec<RenderedTemplate> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for text in documents(printed).into_iter().filter(|text| !text.trim().is_empty()) {
        let path = source(text).unwrap_or("-");
        match places.get(path).and_then(|at| templates.get_mut(*at)) {
            Some(template) => {
                template.text.push_str("---\n");
                template.text.push_str(text);
            }
            None => {
                places.insert(path, templates.len());
                templates.push(RenderedTemplate { path: path.to_owned(), text: text.to_owned() })
            }
        }
    }
    templates
}

/// The documents between lines of `---`.
fn documents(printed: &str) -> Vec<&str> {
    let mut documents = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in printed.split_inclusive('\n') {
        let end = at;
        at += line.len();
        if line.trim_end() == "---" {
            documents.extend(printed.get(start..end));
            start = at;
        }
    }
    documents.extend(printed.get(start..));
    documents
}

/// The template that the comment on the first line names, without the chart's name.
fn source(document: &str) -> Option<&str> {
    let (_, path) = document.lines().next()?.strip_prefix("# Source: ")?.split_once('/')?;
    Some(path.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan;

    const PRINTED: &str = "---\n# Source: shop/templates/a.yaml\na: 1\n---\n\
                           # Source: shop/charts/db/templates/b.yaml\nb: 1\n---\n\
                           # Source: shop/templates/a.yaml\na: 2\n";

    #[test]
    fn documents_go_to_their_templates() {
        let templates = rendered_templates(PRINTED);
        let found: Vec<_> =
            templates.iter().map(|it| (&*it.path, it.text.lines().count())).collect();
        assert_eq!(found, [("templates/a.yaml", 5), ("charts/db/templates/b.yaml", 2)]);
        assert_eq!(rendered_templates("x: 1\n").first().unwrap().path, "-");
        assert_eq!(rendered_templates("---\n\n"), []);
    }

    #[test]
    fn limits_of_a_namespace_are_asked_of_manifests_only() {
        let service = b"apiVersion: v1\nkind: Service\nspec: {}\n";
        let failing = |kind| {
            let file = SourceFile::new("x.yaml", service).of_kind(kind);
            let results = scan(&[file], &Options::default());
            results
                .iter()
                .flat_map(FileResult::failures)
                .map(|(check, _)| check.id.to_string())
                .collect()
        };
        let of_manifest: Vec<String> = failing(FileKind::Kubernetes);
        let of_chart: Vec<String> = failing(FileKind::Helm);
        assert_eq!((of_manifest, of_chart), (vec!["KSV-0039".into(), "KSV-0040".into()], vec![]));
    }
}
