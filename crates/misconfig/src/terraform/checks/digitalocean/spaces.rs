//! Object storage.

use sealift_model::Severity::{Critical, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "DIG-0006",
        severity: Critical,
        title: "Space is public",
        why: "Everyone reads its objects.",
        fix: "Set `acl = \"private\"`.",
        kinds: &["digitalocean_spaces_bucket", "digitalocean_spaces_bucket_object"],
        run: public,
    },
    Rule {
        id: "DIG-0007",
        severity: Medium,
        title: "Space keeps no versions",
        why: "What is overwritten or removed is lost.",
        fix: "Set `versioning` with `enabled = true`.",
        kinds: &["digitalocean_spaces_bucket"],
        run: |look| look.must_be_true("versioning.enabled", false),
    },
    Rule {
        id: "DIG-0009",
        severity: Medium,
        title: "Space is removed with what is in it",
        why: "A wrong run removes every object.",
        fix: "Remove `force_destroy`.",
        kinds: &["digitalocean_spaces_bucket"],
        run: |look| look.must_be_false("force_destroy", false),
    },
];

fn public(look: &mut Look<'_>) {
    let acl = look.resource.get("acl");
    look.fail_if(acl.text().as_deref() == Some("public-read"), &acl);
}
