//! The step of `action.yml` that signs.

use std::path::Path;
use std::process::{Command, Stdio};

use sealift_tests::instance::{Layout, LogKind, digest};
use sealift_tests::project;
use sealift_tests::registry::{Options, TestRegistry};

use crate::world::{ADA, Vouching, said, with};

#[test]
fn the_action_signs_what_was_scanned_by_its_digest() {
    let mut layout = Layout::default();
    let image = layout.image(&[b"one layer"]);
    layout.tag("1.0", &image);
    let registry = TestRegistry::start(Options::default());
    registry.put_layout(&layout, "app");
    let vouching = Vouching::new(LogKind::Rekor1, None);
    let folder = vouching.world.0.path();
    let sign = |name: &str, digest: &str| {
        let own = Path::new(env!("CARGO_BIN_EXE_sealift")).parent().unwrap();
        let mut command = Command::new("/bin/bash");
        command.arg(project().join("examples/action/sign.sh")).env_clear().current_dir(folder);
        command.env("PATH", format!("{}:/usr/bin:/bin", own.display()));
        command.env("INPUT_IMAGE_REF", name).env("DIGEST", digest);
        command.env("COSIGN_SIGNING_CONFIG", "config.json").env("COSIGN_TRUSTED_ROOT", "root.json");
        command.env("COSIGN_IDENTITY_TOKEN", "token");
        command.stdin(Stdio::null()).output().unwrap()
    };
    let name = format!("{}/app", registry.host());
    assert_eq!(sign(&name, "").status.code(), Some(2));
    let digest = format!("sha256:{}", digest(&image));
    for written in [format!("{name}:1.0"), format!("{name}@{digest}"), name.clone()] {
        let output = sign(&written, &digest);
        assert!(output.status.success(), "{written}: {}", said(&output));
        assert!(said(&output).contains(&format!("Signed {name}@{digest}")), "{}", said(&output));
    }
    let verified = vouching.world.run(&with(&["verify", &format!("{name}:1.0")], &ADA));
    assert!(verified.status.success(), "{}", said(&verified));
}
