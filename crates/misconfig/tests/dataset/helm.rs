//! `misconfig/helm`.

use sealift_misconfig::FileKind;

use crate::judge::{Judge, judge};

#[test]
fn rendered_charts_fail_where_trivy_says() {
    judge(&Judge {
        name: "misconfig-helm",
        folder: "helm",
        kind: FileKind::Helm,
        file: "rendered.yaml",
        exceptions: include_str!("helm.txt"),
    });
}
