//! Certificates, reloads, and the end.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sealift::http::{Client, Config, Request, Roots, Url};
use sealift_server::admission::OnTimeout;
use sealift_server::http::Limits;
use sealift_server::{CertificateFiles, Log, Metrics, Tls, Watch, watch};

use crate::world::{Ruled, Running, Said, clock, connect, pod};

/// A certificate for loopback that is its own authority.
fn certify(folder: &Path, name: &str, years: (i32, i32)) -> String {
    let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    parameters.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    fs::write(folder.join("tls.crt"), certificate.pem()).unwrap();
    fs::write(folder.join("tls.key"), key.serialize_pem()).unwrap();
    certificate.pem()
}

fn files(folder: &Path) -> CertificateFiles {
    CertificateFiles { certificate: folder.join("tls.crt"), key: folder.join("tls.key") }
}

fn ask(running: &Running, authority: &str) -> Result<u16, String> {
    let mut config = Config::default();
    config.roots = Roots::Pem(authority.as_bytes().to_vec());
    config.retry.attempts = 1;
    let client = Client::new(config).unwrap();
    let port = running.address().port();
    let url: Url = format!("https://localhost:{port}/readyz").parse().unwrap();
    client.send(Request::get(&url)).map(|it| it.status()).map_err(|error| error.to_string())
}

#[test]
fn a_certificate_is_taken_up_when_its_files_change() {
    let folder = tempfile::tempdir().unwrap();
    let first = certify(folder.path(), "first", (2020, 2090));
    let tls = Arc::new(Tls::open(files(folder.path())).unwrap());
    let ruled = Ruled::by("[admission]\nregistries = ['a.example']");
    ruled.load();
    let rules = Arc::clone(&ruled.rules);
    let running = Running::with(rules, OnTimeout::Deny, Limits::default(), Some(Arc::clone(&tls)));
    assert_eq!(ask(&running, &first), Ok(200));
    let (said, metrics) = (Said::default(), Metrics::default());
    let log = Log::new(said.clone(), clock());
    let look = watch::certificate(Arc::clone(&tls), clock(), log, metrics.clone());
    let watch = Watch::start(Duration::from_millis(20), vec![look]).unwrap();
    let until = |done: &dyn Fn() -> bool| {
        for _ in 0..500 {
            if done() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it takes too long: {}", said.text());
    };
    let second = certify(folder.path(), "second", (2020, 2091));
    until(&|| said.text().contains("has changed"));
    assert_eq!(ask(&running, &second), Ok(200));
    assert!(ask(&running, &first).is_err());
    // One whose key is another's is not taken up.
    fs::write(folder.path().join("tls.key"), rcgen::KeyPair::generate().unwrap().serialize_pem())
        .unwrap();
    until(&|| said.text().contains("cannot be used"));
    assert_eq!(ask(&running, &second), Ok(200));
    // One that has expired is: its clients will say so, and so do we.
    let old = certify(folder.path(), "old", (2020, 2021));
    until(&|| said.text().contains("has expired"));
    assert!(ask(&running, &old).is_err());
    assert!(metrics.text().contains("sealift_certificate_not_after_seconds 1609459200\n"));
    drop(watch);
}

#[test]
fn a_server_is_only_ready_with_a_good_certificate_and_policies() {
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path(), "old", (2020, 2021));
    let tls = Arc::new(Tls::open(files(folder.path())).unwrap());
    let ruled = Ruled::by("[admission]\nregistries = ['a.example']");
    let running = Running::start_with(&ruled);
    assert_eq!((running.get("/healthz").status, running.get("/readyz").status), (200, 503));
    assert_eq!(running.post("/validate", &pod(&[]).to_string()).response()["allowed"], false);
    ruled.load();
    assert_eq!(running.get("/readyz").status, 200);
    assert_eq!(running.post("/validate", &pod(&[]).to_string()).response()["allowed"], true);
    assert!(!tls.is_valid(clock().now()));
    assert!(running.get("/metrics").body.contains("sealift_ready 1\n"));
}

#[test]
fn a_reload_leaves_no_gap() {
    let ruled = Ruled::by("[admission]\nregistries = ['a.example']");
    let running = ruled.serve();
    let (said, metrics) = (Said::default(), Metrics::default());
    let log = Log::new(said.clone(), clock());
    let look =
        watch::policies(ruled.sources.clone(), Arc::clone(&ruled.rules), log, metrics.clone());
    let watch = Watch::start(Duration::from_secs(3600), vec![look]).unwrap();
    let allowed = |image: &str| {
        let response = running.post("/validate", &pod(&[image]).to_string()).response();
        response["allowed"].as_bool().unwrap()
    };
    let reload = |toml: &str| {
        let before = metrics.counted("sealift_reloads_total");
        ruled.write("sealift.toml", toml);
        watch.look();
        while metrics.counted("sealift_reloads_total") == before {
            // Whatever is being loaded, nothing else is admitted meanwhile.
            assert!(!allowed("evil.example/x"));
            thread::sleep(Duration::from_millis(1));
        }
    };
    assert!(allowed("a.example/x") && !allowed("b.example/x"));
    reload("[admission]\nregistries = ['b.example']");
    assert!(!allowed("a.example/x") && allowed("b.example/x"));
    reload("[admission]\nregistriez = []");
    assert!(said.text().contains("registriez"), "{}", said.text());
    assert!(!allowed("a.example/x") && allowed("b.example/x"));
}

#[test]
fn what_is_being_answered_is_answered_before_the_end() {
    let running = Running::start(crate::bad_input::Told);
    let mut review = pod(&["r.example/a"]);
    review["request"]["name"] = "sleep".into();
    let mut busy = connect(running.address());
    busy.write_all(&crate::world::post("/validate", "application/json", &review.to_string()))
        .unwrap();
    let mut idle = connect(running.address());
    idle.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").unwrap();
    let mut some = [0; 4];
    idle.read_exact(&mut some).unwrap();
    thread::sleep(Duration::from_millis(200));
    let address = running.address();
    assert_eq!(running.server.stop(Duration::from_secs(10)), 0);
    let answer = crate::world::Answer::read(&mut busy).unwrap();
    assert_eq!(answer.response()["allowed"], true);
    assert!(std::net::TcpStream::connect(address).is_err());
}
