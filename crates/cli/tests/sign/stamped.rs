//! A timestamp authority that asks who the client is.

use std::fs;

use sealift_tests::instance::LogKind;
use sealift_tests::mutual::Mutual;

use crate::world::{SigningWorld, said, with};

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
