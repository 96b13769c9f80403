//! Helm charts whose templates are not rendered: they are no manifests yet.

use sealift_model::{Diagnostic, Impact};

use crate::{FileKind, FileResult, SourceFile};

/// The folders of charts among files, each with the path of its `Chart.yaml`.
pub(crate) struct Charts<'f>(Vec<(&'f str, &'f str)>);

impl<'f> Charts<'f> {
    pub(crate) fn among(files: &[SourceFile<'f>]) -> Self {
        let folder = |path: &'f str| {
            let folder = path.strip_suffix("Chart.yaml")?;
            (folder.is_empty() || folder.ends_with('/')).then_some((folder, path))
        };
        let mut charts: Vec<_> = files.iter().filter_map(|file| folder(file.path)).collect();
        charts.sort_unstable();
        Self(charts)
    }

    /// Whether a file is a template of one of the charts.
    pub(crate) fn have(&self, path: &str) -> bool {
        self.0.iter().any(|chart| is_template(chart, path))
    }

    /// That the templates of each chart were not looked at.
    pub(crate) fn not_rendered(&self, files: &[SourceFile<'_>]) -> Vec<FileResult> {
        let has_templates = |chart: &&(&str, &str)| {
            files.iter().any(|file| file.kind.is_none() && is_template(chart, file.path))
        };
        // What was rendered is given as files below the chart's folder.
        let is_rendered = |(folder, _): &&(&str, &str)| {
            let of_chart = |file: &&SourceFile<'_>| file.kind == Some(FileKind::Helm);
            files.iter().filter(of_chart).any(|file| file.path.starts_with(folder))
        };
        let told = |(_, path): &(&str, &str)| {
            let message = "the templates of this chart are not checked: render them with \
                           `helm template` and check what that prints";
            let mut result = FileResult::new(*path, FileKind::Helm);
            let diagnostic = Diagnostic::new("helm", message, Impact::Partial);
            result.diagnostics.push(diagnostic.at(*path, None));
            result
        };
        let open = self.0.iter().filter(|chart| has_templates(chart) && !is_rendered(chart));
        open.map(told).collect()
    }
}

fn is_template((folder, _): &(&str, &str), path: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with("templates/"))
}

#[cfg(test)]
mod tests {
    use crate::{FileKind, Options, SourceFile, scan};

    #[test]
    fn templates_are_no_manifests_until_they_are_rendered() {
        let template = b"apiVersion: v1\nkind: {{ .Values.kind }}\n".as_slice();
        let files = [
            SourceFile::new("shop/Chart.yaml", b"apiVersion: v2\nname: shop\n"),
            SourceFile::new("shop/templates/x.yaml", template),
        ];
        let results = scan(&files, &Options::default());
        let told: Vec<_> = results.iter().map(|it| (&*it.path, it.kind)).collect();
        assert_eq!(told, [("shop/Chart.yaml", FileKind::Helm)]);
        assert_eq!(results[0].diagnostics.len(), 1);
    }
}
