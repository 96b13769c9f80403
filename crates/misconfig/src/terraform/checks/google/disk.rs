//! Disks and their keys.

use sealift_model::Severity::{Critical, Low};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GCP-0034",
        severity: Low,
        title: "Disk is not encrypted with a key of your own",
        why: "A key that Google manages can be neither rotated nor withdrawn by you.",
        fix: "Set `kms_key_self_link` in `disk_encryption_key`.",
        kinds: &["google_compute_disk"],
        run: |look| look.must_be_given("disk_encryption_key.kms_key_self_link"),
    },
    Rule {
        id: "GCP-0037",
        severity: Critical,
        title: "Key of a disk is written out",
        why: "Whoever reads the configuration reads the disk.",
        fix: "Name a key of KMS instead.",
        kinds: &["google_compute_disk", "google_compute_instance"],
        run: plain_key,
    },
];

fn plain_key(look: &mut Look<'_>) {
    let resource = look.resource;
    let keys: Vec<_> = match &*resource.kind {
        "google_compute_disk" => vec![resource.at("disk_encryption_key.raw_key")],
        _ => ["boot_disk", "attached_disk"]
            .into_iter()
            .flat_map(|kind| resource.blocks(kind))
            .map(|disk| disk.get("disk_encryption_key_raw"))
            .collect(),
    };
    for key in keys {
        look.fail_if(key.text().is_some_and(|key| !key.is_empty()), &key);
    }
}
