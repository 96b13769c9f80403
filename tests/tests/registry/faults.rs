//! All that a registry may do wrong: a typed error in bounded time, and no credential shown.

use std::io::Read as _;
use std::time::{Duration, Instant};

use sealift_model::Descriptor;
use sealift_registry::{Credential, Error, Keychain, ManifestName, Repository};
use sealift_tests::Suite;
use sealift_tests::registry::{Asked, Fault, Options};

use crate::pull::{tag, with_image};
use crate::{name, registries, special};

/// The longest that any case may take with the times of the tests.
const MOST: Duration = Duration::from_secs(10);
const SECRET: &str = "open-sesame";

type Work = fn(&Repository, &ManifestName) -> Result<(), Error>;
type Rule = fn(&Asked) -> Option<Fault>;

fn manifest(repository: &Repository, digest: &ManifestName) -> Result<(), Error> {
    repository.manifest(digest).map(drop)
}

fn by_tag(repository: &Repository, _: &ManifestName) -> Result<(), Error> {
    repository.manifest(&tag("1")).map(drop)
}

fn blob(repository: &Repository, _: &ManifestName) -> Result<(), Error> {
    let blob = Descriptor::new("a/b", sealift_model::Digest::sha256_of(&[7; 40_000]), 40_000);
    let mut blob = repository.blob(&blob)?;
    let read = blob.read_to_end(&mut Vec::new());
    read.map(drop).map_err(|error| error.downcast::<Error>().unwrap())
}

fn referrers(repository: &Repository, digest: &ManifestName) -> Result<(), Error> {
    let ManifestName::Digest(digest) = digest else { panic!("a digest") };
    repository.referrers(digest).map(drop)
}

fn push(repository: &Repository, _: &ManifestName) -> Result<(), Error> {
    repository.push_blob("a/b", b"new").map(drop)
}

fn at(asked: &Asked, part: &str) -> bool {
    asked.path().contains(part)
}

fn challenge(realm: &str) -> Fault {
    let challenge = format!(r#"Bearer realm="{realm}",service="s""#);
    Fault::answer(401, &[("WWW-Authenticate", &challenge)], "")
}

/// Name, what is done, what goes wrong, and a part of the error that must come of it.
const CASES: &[(&str, Work, Rule, &str)] = &[
    (
        "manifest by digest: wrong bytes",
        manifest,
        |a| at(a, "/manifests/").then_some(Fault::Changed),
        "digest",
    ),
    (
        "manifest by tag: wrong bytes",
        by_tag,
        |a| at(a, "/manifests/").then_some(Fault::Changed),
        "digest",
    ),
    (
        "manifest of 1 GB",
        by_tag,
        |a| at(a, "/manifests/").then_some(Fault::Claims(1 << 30)),
        "more than 16777216 bytes",
    ),
    (
        "manifest without end",
        by_tag,
        |a| at(a, "/manifests/").then_some(Fault::Endless),
        "more than 16777216 bytes",
    ),
    (
        "manifest cut off",
        by_tag,
        |a| at(a, "/manifests/").then_some(Fault::Truncated(20)),
        "ends early",
    ),
    (
        "HTML in place of a manifest",
        by_tag,
        |a| {
            at(a, "/manifests/")
                .then(|| Fault::answer(200, &[("Content-Type", "text/html")], "<html>"))
        },
        "text/html",
    ),
    (
        "HTML called JSON",
        by_tag,
        |a| {
            at(a, "/manifests/")
                .then(|| Fault::answer(200, &[("Content-Type", "application/json")], "<html>"))
        },
        "malformed",
    ),
    (
        "HTML error page",
        by_tag,
        |a| {
            at(a, "/manifests/")
                .then(|| Fault::answer(500, &[("Content-Type", "text/html")], "<html>"))
        },
        "status 500",
    ),
    (
        "content type against body",
        by_tag,
        |a| {
            at(a, "/manifests/")
                .then(|| Fault::Typed("application/vnd.oci.image.index.v1+json".into()))
        },
        "index.v1+json",
    ),
    (
        "digest that is none",
        by_tag,
        |a| {
            at(a, "/manifests/")
                .then(|| Fault::answer(200, &[("Docker-Content-Digest", "sha256:x")], "{}"))
        },
        "digest",
    ),
    ("blob: wrong bytes", blob, |a| at(a, "/blobs/").then_some(Fault::Changed), "digest"),
    (
        "blob cut off, again and again",
        blob,
        |a| at(a, "/blobs/").then_some(Fault::Truncated(10)),
        "ends early",
    ),
    ("blob without end", blob, |a| at(a, "/blobs/").then_some(Fault::Endless), "or more bytes"),
    (
        "blob of another length",
        blob,
        |a| at(a, "/blobs/").then_some(Fault::Claims(1 << 40)),
        "or more bytes",
    ),
    (
        "blob byte by byte",
        blob,
        |a| at(a, "/blobs/").then_some(Fault::Drip(Duration::from_millis(20))),
        "bytes came in",
    ),
    (
        "no answer",
        by_tag,
        |a| at(a, "/manifests/").then_some(Fault::Silent(Duration::from_secs(3))),
        "waiting for",
    ),
    ("hangs up", by_tag, |a| at(a, "/manifests/").then_some(Fault::HangUp), "ends early"),
    (
        "429 storm",
        by_tag,
        |a| at(a, "/manifests/").then(|| Fault::answer(429, &[("Retry-After", "1")], "")),
        "status 429",
    ),
    (
        "429 until tomorrow",
        by_tag,
        |a| at(a, "/manifests/").then(|| Fault::answer(429, &[("Retry-After", "86400")], "")),
        "status 429",
    ),
    (
        "503 while pushing",
        push,
        |a| at(a, "/uploads/").then(|| Fault::answer(503, &[], "")),
        "status 503",
    ),
    (
        "redirect loop",
        blob,
        |a| at(a, "/blobs/").then(|| Fault::answer(307, &[("Location", &a.target)], "")),
        "more than 10 redirects",
    ),
    (
        "redirect to no URL",
        blob,
        |a| at(a, "/blobs/").then(|| Fault::answer(307, &[("Location", "file:///etc/passwd")], "")),
        "no URL",
    ),
    (
        "redirect to plain HTTP elsewhere",
        blob,
        |a| {
            at(a, "/blobs/")
                .then(|| Fault::answer(307, &[("Location", "http://storage.example/")], ""))
        },
        "plain HTTP is refused",
    ),
    (
        "401 loop",
        by_tag,
        |a| {
            at(a, "/manifests/")
                .then(|| challenge(&format!("http://{}/token", a.header("host").unwrap())))
        },
        "gives no token",
    ),
    (
        "401 without challenge",
        by_tag,
        |a| at(a, "/manifests/").then(|| Fault::answer(401, &[], "")),
        "denied",
    ),
    (
        "401 of an unknown kind",
        by_tag,
        |a| {
            at(a, "/manifests/")
                .then(|| Fault::answer(401, &[("WWW-Authenticate", "Negotiate")], ""))
        },
        "neither Bearer nor Basic",
    ),
    (
        "realm of another host inside the network",
        by_tag,
        |a| at(a, "/manifests/").then(|| challenge("https://10.0.0.1/token")),
        "inside the network",
    ),
    (
        "realm at the link's own address",
        by_tag,
        |a| at(a, "/manifests/").then(|| challenge("https://169.254.169.254/latest")),
        "inside the network",
    ),
    (
        "realm without TLS elsewhere",
        by_tag,
        |a| at(a, "/manifests/").then(|| challenge("http://tokens.example/")),
        "plain HTTP is refused",
    ),
    (
        "realm that is no URL",
        by_tag,
        |a| at(a, "/manifests/").then(|| challenge("file:///etc/passwd")),
        "no URL",
    ),
    (
        "token service gives HTML",
        by_tag,
        |a| {
            if at(a, "/token") {
                Some(Fault::answer(200, &[], "<html>"))
            } else {
                at(a, "/manifests/")
                    .then(|| challenge(&format!("http://{}/token", a.header("host").unwrap())))
            }
        },
        "no JSON",
    ),
    (
        "token service gives 1 GB",
        by_tag,
        |a| {
            if at(a, "/token") {
                Some(Fault::Claims(1 << 30))
            } else {
                at(a, "/manifests/")
                    .then(|| challenge(&format!("http://{}/token", a.header("host").unwrap())))
            }
        },
        "more than",
    ),
    (
        "referrers: pages without end",
        referrers,
        |a| {
            at(a, "/referrers/").then(|| {
                Fault::answer(
                    200,
                    &[("Link", &format!("<{}x>; rel=\"next\"", a.target))],
                    r#"{"manifests":[]}"#,
                )
            })
        },
        "more than 100 pages",
    ),
    (
        "referrers: the same page again",
        referrers,
        |a| {
            at(a, "/referrers/").then(|| {
                Fault::answer(
                    200,
                    &[("Link", &format!("<{}>; rel=\"next\"", a.target))],
                    r#"{"manifests":[]}"#,
                )
            })
        },
        "more than 100 pages",
    ),
    (
        "referrers: page of another host",
        referrers,
        |a| {
            at(a, "/referrers/").then(|| {
                Fault::answer(
                    200,
                    &[("Link", "<https://other.example/>; rel=\"next\"")],
                    r#"{"manifests":[]}"#,
                )
            })
        },
        "another host",
    ),
    (
        "referrers: HTML",
        referrers,
        |a| at(a, "/referrers/").then(|| Fault::answer(200, &[], "<html>")),
        "malformed",
    ),
    (
        "referrers: denied",
        referrers,
        |a| at(a, "/referrers/").then(|| Fault::answer(403, &[], "")),
        "denied",
    ),
    (
        "upload leads elsewhere without TLS",
        push,
        |a| {
            at(a, "/uploads/")
                .then(|| Fault::answer(202, &[("Location", "http://other.example/")], ""))
        },
        "plain HTTP is refused",
    ),
    (
        "upload leads nowhere",
        push,
        |a| at(a, "/uploads/").then(|| Fault::answer(202, &[], "")),
        "Location",
    ),
];

#[test]
fn every_fault_is_an_error_in_bounded_time() {
    let mut suite = Suite::new("registry-faults", "");
    println!("{:<45} {:>9}  outcome", "case", "time");
    for (case, work, rule, part) in CASES {
        let (registry, digest) = with_image(Options::default());
        registry.fail(rule);
        let mut keychain = Keychain::default();
        let credential = Credential::Basic { user: "ada".into(), password: SECRET.into() };
        keychain.given.insert(registry.host(), credential);
        let repository = registries(keychain).repository(&name(&registry, "app"));
        let started = Instant::now();
        let outcome = work(&repository, &ManifestName::Digest(digest));
        let time = started.elapsed();
        let said = outcome.as_ref().map_or_else(ToString::to_string, |()| "ok".to_owned());
        let whole = format!("{said} {:?}", outcome);
        let shown = said.replace(&registry.host(), "HOST");
        println!("{case:<45} {:>7.2} s  {shown}", time.as_secs_f64());
        suite.case(
            case,
            match outcome {
                Ok(()) => Err("no error".to_owned()),
                Err(_) if time > MOST => Err(format!("took {time:?}")),
                Err(_) if whole.contains(SECRET) => Err("shows the password".to_owned()),
                Err(_) if !said.contains(part) => Err(format!("{said} does not say {part:?}")),
                Err(_) => Ok(()),
            },
        );
    }
    for (case, work) in special::CASES {
        let started = Instant::now();
        let outcome = work();
        let time = started.elapsed();
        let said = outcome.clone().unwrap_or_else(|wrong| wrong);
        println!("{case:<45} {:>7.2} s  {said}", time.as_secs_f64());
        let outcome = outcome.map(drop).map_err(|wrong| format!("unexpected: {wrong}"));
        suite.case(case, if time > MOST { Err(format!("took {time:?}")) } else { outcome });
    }
    suite.finish();
}
