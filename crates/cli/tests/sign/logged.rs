//! Signatures beside which no log entry lies: the log is asked.

use sealift_tests::instance::{Layout, LogKind};
use sealift_tests::registry::{Options, TestRegistry};

use crate::world::{ADA, SERVED, SigningWorld, said, with};

const RETRIEVE: &str = "POST /rekor1/api/v1/log/entries/retrieve";
const KEY: [&str; 4] = ["--key", "cosign.pub", "--trusted-root", "root.json"];

/// How often the log was asked for an entry.
pub(crate) fn questions(signing: &SigningWorld) -> usize {
    signing.running.asked().iter().filter(|asked| *asked == RETRIEVE).count()
}

#[test]
fn a_signature_in_a_file_is_looked_up() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let SigningWorld { world, running, token } = &signing;
    let log = format!("{}/rekor1", running.url());
    let by_key = ["sign-blob", "--key", "cosign.key", "--output-signature", "key.sig", "file"];
    let by_ada = [
        "sign-blob",
        "--yes",
        "--identity-token",
        token,
        "--output-signature",
        "ada.sig",
        "--output-certificate",
        "ada.pem",
        "file",
    ];
    for sign in [&by_key[..], &by_ada] {
        let signed = world.run(&with(sign, &SERVED));
        assert_eq!(signed.status.code(), Some(0), "{}", said(&signed));
    }
    let by_key = with(&["verify-blob", "--signature", "key.sig", "file"], &KEY);
    let by_ada = ["verify-blob", "--signature", "ada.sig", "--certificate", "ada.pem", "file"];
    let by_ada = with(&by_ada, &ADA);
    for verify in [&by_key, &by_ada] {
        let asked = questions(&signing);
        let verified = world.run(&with(verify, &["--rekor-url", &log]));
        assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
        assert_eq!(questions(&signing), asked + 1);
        let offline = world.run(&with(verify, &["--rekor-url", &log, "--offline"]));
        assert_eq!(offline.status.code(), Some(1));
        assert!(said(&offline).contains("without --offline"), "{}", said(&offline));
        // Of something else the log may say what it wants.
        let mut other = with(verify, &["--rekor-url", &log]);
        other.iter_mut().filter(|word| **word == "file").for_each(|word| *word = "other");
        assert_eq!(world.status(&other), Some(1));
        assert_eq!(questions(&signing), asked + 1);
        let nowhere = world.run(&with(verify, &["--rekor-url", "http://127.0.0.1:1"]));
        assert_eq!(nowhere.status.code(), Some(1));
        assert!(
            said(&nowhere).contains("the transparency log cannot be asked"),
            "{}",
            said(&nowhere)
        );
    }
    let unlogged = ["sign-blob", "--key", "cosign.key", "--tlog-upload=false"];
    let unlogged = with(&unlogged, &["--output-signature", "key.sig", "file"]);
    assert_eq!(world.status(&unlogged), Some(0));
    let refused = world.run(&with(&by_key, &["--rekor-url", &log]));
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("the log that was asked has none of it"), "{}", said(&refused));
}

#[test]
fn a_signature_of_an_image_is_looked_up() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let SigningWorld { world, running, .. } = &signing;
    let log = format!("{}/rekor1", running.url());
    let mut layout = Layout::default();
    let image = layout.image(&[b"one layer"]);
    layout.tag("1.0", &image);
    let registry = TestRegistry::start(Options::default());
    registry.put_layout(&layout, "app");
    let image = format!("{}/app:1.0", registry.host());
    let sign = ["sign", "--key", "cosign.key", "--new-bundle-format=false", "--upload=false"];
    let files = ["--output-signature", "sig", "--output-payload", "payload", &image];
    let signed = world.run(&with(&with(&sign, &files), &SERVED));
    assert_eq!(signed.status.code(), Some(0), "{}", said(&signed));
    let verify = ["verify", "--signature", "sig", "--payload", "payload", &image];
    let verify = with(&with(&verify, &KEY), &["--rekor-url", &log]);
    let verified = world.run(&verify);
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    assert_eq!(questions(&signing), 1);
    let offline = world.run(&with(&verify, &["--offline"]));
    assert_eq!(offline.status.code(), Some(12));
    assert!(said(&offline).contains("without --offline"), "{}", said(&offline));
    assert_eq!(questions(&signing), 1);
}
