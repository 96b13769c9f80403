//! `misconfig/terraform`.

use sealift_misconfig::FileKind;

use crate::judge::{Judge, judge};

#[test]
fn terraform_fails_where_trivy_says() {
    judge(&Judge {
        name: "misconfig-terraform",
        folder: "terraform",
        kind: FileKind::Terraform,
        file: "main.tf",
        exceptions: include_str!("terraform.txt"),
    });
}
