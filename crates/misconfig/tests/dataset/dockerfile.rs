//! `misconfig/dockerfile`.

use sealift_misconfig::FileKind;

use crate::judge::{Judge, judge};

#[test]
fn dockerfiles_fail_where_trivy_says() {
    judge(&Judge {
        name: "misconfig-dockerfile",
        folder: "dockerfile",
        kind: FileKind::Dockerfile,
        file: "Dockerfile",
        exceptions: include_str!("dockerfile.txt"),
    });
}
