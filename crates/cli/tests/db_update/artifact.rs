//! A database in a registry: pushed and signed by one, pulled by others.

use std::fs;
use std::process::Output;

use sealift_tests::registry::{Options, TestRegistry};

use crate::bench::{Bench, done, findings, said};
use crate::exports::{export, records};

fn keys(bench: &Bench, prefix: &str) {
    let mut generate = bench.command(&["generate-key-pair", "--output-key-prefix", prefix]);
    done(&generate.env("COSIGN_PASSWORD", "secret").output().unwrap());
}

fn push(bench: &Bench, reference: &str, key: &[&str]) -> Output {
    let arguments = [&["db", "push", reference][..], key].concat();
    bench.command(&arguments).env("COSIGN_PASSWORD", "secret").output().unwrap()
}

fn pull(bench: &Bench, reference: &str, key: &str) -> Output {
    bench.run(&["db", "pull", reference, "--key", key, "--insecure-ignore-tlog"])
}

#[test]
fn a_database_is_pushed_signed_and_pulled() {
    let registry = TestRegistry::start(Options::default());
    let reference = format!("{}/advisories:1", registry.host());
    let from = Bench::new();
    from.server.publish(export("npm", &records(60)));
    done(&from.update());
    keys(&from, "own");
    keys(&from, "other");
    done(&push(&from, &reference, &["--key", "own.key"]));
    let key = from.path("own.pub");
    let key = key.to_str().unwrap();
    // On a machine that asks nothing but this registry.
    let to = Bench::new();
    done(&pull(&to, &reference, key));
    assert_eq!(to.database(), from.database());
    assert_eq!(findings(&to.scan(&["--offline"])), 60);
    assert_eq!(findings(&to.scan(&[])), 60);
    assert_eq!(to.server.asked(), [""; 0], "what was pulled is not updated");
    // By whom it is not signed.
    let other = from.path("other.pub");
    let refused = pull(&to, &reference, other.to_str().unwrap());
    assert_eq!(refused.status.code(), Some(12), "{}", said(&refused));
    let unsaid = to.run(&["db", "pull", &reference]);
    assert_eq!(unsaid.status.code(), Some(2));
    assert!(said(&unsaid).contains("--key"), "{}", said(&unsaid));
    let missing = pull(&to, &format!("{}/nothing:1", registry.host()), key);
    assert_eq!(missing.status.code(), Some(11), "{}", said(&missing));
    assert_eq!(to.database(), from.database());
}

#[test]
fn what_is_not_signed_or_older_is_not_pulled() {
    let registry = TestRegistry::start(Options::default());
    let reference = format!("{}/advisories:1", registry.host());
    let bench = Bench::new();
    bench.server.publish(export("npm", &records(60)));
    done(&bench.update());
    keys(&bench, "own");
    let key = bench.path("own.pub");
    let key = key.to_str().unwrap();
    done(&push(&bench, &reference, &[]));
    let to = Bench::new();
    let refused = pull(&to, &reference, key);
    assert_eq!(refused.status.code(), Some(10), "{}", said(&refused));
    assert_eq!(to.database(), None);
    done(&push(&bench, &reference, &["--key", "own.key"]));
    done(&pull(&to, &reference, key));
    // Whoever has the registry cannot bring an old one back, though it is signed.
    let mut later = bench.command(&["db", "update"]);
    bench.server.publish(export("npm", &records(70)));
    done(&later.env("SOURCE_DATE_EPOCH", "1800086400").output().unwrap());
    fs::copy(bench.file("sealift.db"), to.file("sealift.db")).unwrap();
    let refused = pull(&to, &reference, key);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("older"), "{}", said(&refused));
    assert_eq!(to.database(), bench.database());
}
