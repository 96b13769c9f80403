//! `misconfig/kubernetes`.

use sealift_misconfig::FileKind;

use crate::judge::{Judge, judge};

#[test]
fn manifests_fail_where_trivy_says() {
    judge(&Judge {
        name: "misconfig-kubernetes",
        folder: "kubernetes",
        kind: FileKind::Kubernetes,
        file: "manifest.yaml",
        exceptions: include_str!("kubernetes.txt"),
    });
}
