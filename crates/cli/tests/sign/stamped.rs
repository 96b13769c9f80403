//! A timestamp authority that asks who the client is.

use std::fs;

use sealift::verify::decode_base64;
use sealift_tests::instance::{HashKind, Layout, LogKind, triangulate};
use sealift_tests::mutual::Mutual;
use sealift_tests::registry::{Options, TestRegistry};
use serde_json::Value;

use crate::world::{ADA, SERVED, SigningWorld, said, with};

#[test]
fn a_timestamp_authority_is_shown_a_certificate() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let SigningWorld { world, running, .. } = &signing;
    let behind = running.url().replace("http://", "");
    let tls = Mutual::start("stamps.test", &behind);
    let Mutual { authority, certificate, key, .. } = &tls;
    for (name, text) in [("ca.pem", authority), ("own.pem", certificate), ("own.key", key)] {
        fs::write(world.0.path().join(name), text).unwrap();
    }
    let url = format!("https://{}/api/v1/timestamp", tls.host);
    let sign = ["sign-blob", "--key", "cosign.key", "--tlog-upload=false", "--yes"];
    let files = ["--use-signing-config=false", "--bundle", "b.json", "file"];
    let stamped = ["--trusted-root", "root.json", "--timestamp-server-url", &url];
    let sign = with(&with(&sign, &files), &stamped);
    let roots = ["--timestamp-client-cacert", "ca.pem"];
    let own = ["--timestamp-client-cert", "own.pem", "--timestamp-client-key", "own.key"];
    let name = ["--timestamp-server-name", "stamps.test"];
    let all = with(&with(&roots, &own), &name);
    let signed = world.run(&with(&sign, &all));
    assert_eq!(signed.status.code(), Some(0), "{}", said(&signed));
    let verify = ["verify-blob", "--key", "cosign.pub", "--bundle", "b.json", "file"];
    let with_stamp = ["--trusted-root", "root.json", "--use-signed-timestamps"];
    let unlogged = ["--insecure-ignore-tlog"];
    let verify = with(&with(&verify, &with_stamp), &unlogged);
    assert_eq!(world.status(&verify), Some(0));
    // A key without a log needs no signing configuration, so that no repository is asked for one
    // (there is no folder to keep it in).
    let sign: Vec<_> = sign.into_iter().filter(|it| *it != "--use-signing-config=false").collect();
    let signed = world.run(&with(&sign, &all));
    assert_eq!(signed.status.code(), Some(0), "{}", said(&signed));
    assert_eq!(world.status(&verify), Some(0));
    for lacking in [with(&roots, &own), with(&roots, &name), with(&own, &name)] {
        let refused = world.run(&with(&sign, &lacking));
        assert_eq!(refused.status.code(), Some(2), "{lacking:?}: {}", said(&refused));
        let told = said(&refused);
        assert!(told.contains("the timestamp authority cannot be asked"), "{told}");
    }
}

#[test]
fn what_is_half_said_of_a_timestamp_authority_is_refused() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let world = &signing.world;
    fs::write(world.0.path().join("none.pem"), "no certificate").unwrap();
    let sign = ["sign-blob", "--key", "cosign.key", "--tlog-upload=false", "file"];
    let sign = with(&sign, &["--bundle", "b.json"]);
    let url = ["--timestamp-server-url", "https://127.0.0.1:1/"];
    for (flags, told) in [
        (&["--timestamp-client-cacert", "none.pem"][..], "--timestamp-server-url"),
        (&["--timestamp-client-cert", "x"], "--timestamp-client-key"),
        (&["--timestamp-client-key", "x"], "--timestamp-client-cert"),
        (&["--timestamp-server-name", "x"], "--timestamp-server-url"),
    ] {
        let refused = world.run(&with(&sign, flags));
        assert_eq!(refused.status.code(), Some(2), "{flags:?}");
        assert!(said(&refused).contains(told), "{}", said(&refused));
    }
    for flags in [["--timestamp-client-cacert", "none.pem"], ["--timestamp-server-name", "a b"]] {
        let refused = world.run(&with(&with(&sign, &url), &flags));
        assert_eq!(refused.status.code(), Some(2), "{flags:?}");
        assert!(said(&refused).contains("timestamp authority"), "{}", said(&refused));
    }
}

/// What stands in the file of a timestamp must be its answer over these bytes.
fn is_over(json: &str, message: &[u8]) -> bool {
    let json: Value = serde_json::from_str(json).unwrap();
    let response = decode_base64(json["SignedRFC3161Timestamp"].as_str().unwrap()).unwrap();
    let digest = HashKind::Sha256.digest(message);
    response.windows(digest.len()).any(|window| window == digest)
}

#[test]
fn a_timestamp_is_written_to_a_file_of_its_own() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let SigningWorld { world, running, .. } = &signing;
    fs::write(world.0.path().join("p.json"), "{}").unwrap();
    let url = format!("{}/api/v1/timestamp", running.url());
    let by_key = ["--key", "cosign.key", "--tlog-upload=false", "--new-bundle-format=false"];
    let trust = ["--trusted-root", "root.json", "--use-signing-config=false", "file"];
    let stamped = ["--timestamp-server-url", &url];
    let out = ["--output-signature", "sig", "--rfc3161-timestamp", "stamp.json"];
    let root = ["--key", "cosign.pub", "--insecure-ignore-tlog", "--trusted-root", "root.json"];
    let files = ["--signature", "sig", "--rfc3161-timestamp", "stamp.json"];
    for (sign, verify) in [
        (&["sign-blob"][..], "verify-blob"),
        (&["attest-blob", "--predicate", "p.json"], "verify-blob-attestation"),
    ] {
        let sign = with(&with(sign, &by_key), &trust);
        let lost = world.run(&with(&with(&sign, &out[..2]), &stamped));
        assert_eq!(lost.status.code(), Some(2));
        assert!(said(&lost).contains("would be written nowhere"), "{}", said(&lost));
        let nobody = world.run(&with(&sign, &out));
        assert_eq!(nobody.status.code(), Some(2));
        assert!(said(&nobody).contains("no timestamp authority is asked"), "{}", said(&nobody));
        assert!(!world.0.path().join("sig").exists());

        let signed = world.run(&with(&with(&sign, &out), &stamped));
        assert_eq!(signed.status.code(), Some(0), "{}", said(&signed));
        let verify = with(&with(&[verify], &root), &files);
        let verified = world.run(&with(&verify, &["file"]));
        assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
        assert_eq!(world.status(&with(&verify, &["other"])), Some(1));
        // cosign has the signature of a file stamped, of an attestation the envelope.
        let signature = world.read("sig");
        let stamped = match sign[0] {
            "sign-blob" => decode_base64(signature.trim()).unwrap(),
            _ => signature.into_bytes(),
        };
        assert!(is_over(&world.read("stamp.json"), &stamped));
        fs::remove_file(world.0.path().join("sig")).unwrap();
    }
}

#[test]
fn under_a_tag_the_envelope_of_an_attestation_is_stamped() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let world = &signing.world;
    fs::write(world.0.path().join("p.json"), "{}").unwrap();
    let mut layout = Layout::default();
    let image = layout.image(&[b"one layer"]);
    layout.tag("1.0", &image);
    let registry = TestRegistry::start(Options::default());
    registry.put_layout(&layout, "app");
    let name = format!("{}/app:1.0", registry.host());
    let attest = ["attest", "--yes", "--identity-token", "token", "--new-bundle-format=false"];
    let attest = with(&with(&attest, &SERVED), &["--predicate", "p.json", &name]);
    let attested = world.run(&attest);
    assert_eq!(attested.status.code(), Some(0), "{}", said(&attested));
    let manifest = registry.tagged("app", &format!("{}.att", triangulate(&image))).unwrap();
    let manifest: Value = serde_json::from_slice(&registry.manifest(&manifest).unwrap()).unwrap();
    let layer = &manifest["layers"][0];
    let envelope = registry.blob(&layer["digest"].as_str().unwrap().parse().unwrap()).unwrap();
    let stamp = layer["annotations"]["dev.sigstore.cosign/rfc3161timestamp"].as_str().unwrap();
    assert!(is_over(stamp, &envelope));
    let verify = with(&["verify-attestation", "--use-signed-timestamps", &name], &ADA);
    let verified = world.run(&verify);
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
}
