//! Helm charts whose templates are not rendered, and so are not manifests yet.

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
        charts.dedup();
        Self(charts)
    }

    /// Whether a file is a template of one of the charts.
    pub(crate) fn have(&self, path: &str) -> bool {
        self.with_template(path).next().is_some()
    }

    /// Notes that the templates of each chart were not checked.
    pub(crate) fn not_rendered(&self, files: &[SourceFile<'_>]) -> Vec<FileResult> {
        let mut open = vec![false; self.0.len()];
        let mut set = |at: usize, to| open.get_mut(at).into_iter().for_each(|it| *it = to);
        let plain = files.iter().filter(|file| file.kind.is_none());
        plain.flat_map(|file| self.with_template(file.path)).for_each(|at| set(at, true));
        // What was rendered is given as files below the chart's folder.
        let rendered = files.iter().filter(|file| file.kind == Some(FileKind::Helm));
        let folders = |path| folders_above(path).filter_map(|folder| self.place(folder));
        rendered.flat_map(|file| folders(file.path)).for_each(|at| set(at, false));
        let told = |(_, path): &(&str, &str)| {
            let message = "the templates of this chart are not checked: render them with \
                           `helm template` and check what that prints";
            let mut result = FileResult::new(*path, FileKind::Helm);
            let diagnostic = Diagnostic::new("helm", message, Impact::Incomplete);
            result.diagnostics.push(diagnostic.at(*path, None));
            result
        };
        let charts = self.0.iter().zip(open).filter(|(_, is_open)| *is_open);
        charts.map(|(chart, _)| told(chart)).collect()
    }

    /// The places of the charts that a path is a template of.
    fn with_template(&self, path: &str) -> impl Iterator<Item = usize> {
        let is_template = move |folder: &&str| {
            path.strip_prefix(folder).is_some_and(|rest| rest.starts_with("templates/"))
        };
        folders_above(path).filter(is_template).filter_map(|folder| self.place(folder))
    }

    fn place(&self, folder: &str) -> Option<usize> {
        self.0.binary_search_by(|(other, _)| (*other).cmp(folder)).ok()
    }
}

/// The folders that a path is in, each with its last `/`, the one of them all as an empty text.
fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends).filter_map(|end| path.get(..end))
}

#[cfg(test)]
mod tests {
    use sealift_model::Impact;

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
        let impacts: Vec<_> = results[0].diagnostics.iter().map(|it| it.impact).collect();
        assert_eq!(impacts, [Impact::Incomplete], "a gate does not open for it");
        let rendered = SourceFile::new("shop/rendered.yaml", b"kind: Service\n");
        let files = [files[0], files[1], rendered.of_kind(FileKind::Helm)];
        assert!(scan(&files, &Options::default()).iter().all(|it| it.path != "shop/Chart.yaml"));
    }

    #[test]
    fn many_charts_and_files_cost_what_they_are() {
        let paths: Vec<String> = (0..20_000)
            .flat_map(|at| [format!("{at}/Chart.yaml"), format!("{at}/templates/x.yaml")])
            .collect();
        let files: Vec<_> = paths.iter().map(|path| SourceFile::new(path, b"a: 1\n")).collect();
        assert_eq!(scan(&files, &Options::default()).len(), 20_000);
    }
}
