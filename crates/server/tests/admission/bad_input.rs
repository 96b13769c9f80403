//! What no good client sends.

use std::io::Write;
use std::net::Shutdown;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use sealift::admission::{Decision, ImageRefusal, Request};
use sealift_server::admission::{Judge, OnTimeout};
use sealift_server::http::Limits;

use crate::world::{Answer, Running, connect, exchange, pod, post};

/// Does what the object's name says.
pub(crate) struct Told;

impl Judge for Told {
    fn validate(&self, request: &Request, _: Instant) -> Decision {
        match request.name.as_str() {
            "panic" => panic!("as it was told"),
            "sleep" => thread::sleep(Duration::from_millis(1500)),
            _ => {}
        }
        Decision::allow()
    }

    fn mutate(&self, request: &Request, until: Instant) -> Decision {
        self.validate(request, until)
    }

    fn images(&self, names: &[String], _: Instant) -> Vec<Result<String, ImageRefusal>> {
        names.iter().map(|name| Ok(name.clone())).collect()
    }
}

fn named(name: &str) -> String {
    let mut review = pod(&["r.example/a"]);
    review["request"]["name"] = name.into();
    review.to_string()
}

#[test]
fn what_is_no_review_is_refused() {
    let running = Running::start(Told);
    let old = named("a").replace("k8s.io/v1\"", "k8s.io/v1beta1\"");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = named("a").replace("[{", &format!("[{deep},{{"));
    let json = "application/json";
    for (what, request, status, says) in [
        ("another version", post("/validate", json, &old), 400, "admission.k8s.io/v1beta1"),
        ("not JSON", post("/validate", json, "{\"apiVersion\""), 400, "no AdmissionReview"),
        ("nothing", post("/validate", json, ""), 400, "no AdmissionReview"),
        (
            "not UTF-8",
            [&post("/validate", json, "xx")[..], b""].concat(),
            400,
            "no AdmissionReview",
        ),
        ("very deep", post("/validate", json, &deep), 400, "recursion limit"),
        ("another type", post("/validate", "text/yaml", &named("a")), 415, "application/json"),
        ("nowhere", post("/nowhere", json, &named("a")), 404, ""),
        ("GET", b"GET /validate HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec(), 405, "POST"),
        ("POST", post("/healthz", json, ""), 405, "GET"),
        ("no HTTP", b"\x16\x03\x01 this is TLS\r\n\r\n".to_vec(), 400, "no HTTP"),
        (
            "two lengths",
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".to_vec(),
            400,
            "length",
        ),
        (
            "a long head",
            format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(20_000)).into(),
            431,
            "bytes",
        ),
        (
            "too long",
            b"POST /validate HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n".to_vec(),
            413,
            "16777216",
        ),
    ] {
        let answer = exchange(running.address(), &request);
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        assert!(answer.body.contains(says), "{what}: {answer:?}");
    }
    assert!(running.post("/validate", &named("a")).response()["allowed"].as_bool().unwrap());
}

#[test]
fn a_huge_object_is_read_or_refused_whole() {
    let mut limits = Limits::default();
    limits.max_bodies_bytes = 6 << 20;
    limits.max_body_bytes = 8 << 20;
    let running = Running::with(Arc::new(Told), OnTimeout::Deny, limits, None);
    let of = |bytes: usize| {
        let mut review = pod(&["r.example/a"]);
        review["request"]["object"]["metadata"] = serde_json::json!({"note": "x".repeat(bytes)});
        review.to_string()
    };
    assert_eq!(running.post("/validate", &of(3 << 20)).response()["allowed"], true);
    // More than all bodies together may have: it is not the client's fault alone.
    assert_eq!(running.post("/validate", &of(7 << 20)).status, 503);
    assert_eq!(running.post("/validate", &of(9 << 20)).status, 413);
    let chunked = format!(
        "POST /validate HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
        named("a").len(),
        named("a")
    );
    assert_eq!(exchange(running.address(), chunked.as_bytes()).response()["allowed"], true);
}

#[test]
fn a_panic_admits_nothing_and_is_counted() {
    // However much somebody who is only slow may pass.
    for on_timeout in [OnTimeout::Deny, OnTimeout::Allow] {
        let running = Running::with(Arc::new(Told), on_timeout, Limits::default(), None);
        for path in ["/validate", "/mutate"] {
            let response = running.post(path, &named("panic")).response();
            assert_eq!(response["allowed"], false, "{on_timeout:?}");
        }
        assert_eq!(running.metrics.counted("sealift_panics_total"), 2);
        assert!(running.said.text().contains("panicked"));
        assert_eq!(running.post("/mutate", &named("b")).response()["allowed"], true);
    }
}

#[test]
fn answers_come_ahead_of_the_deadline() {
    for (on_timeout, allowed) in [(OnTimeout::Deny, false), (OnTimeout::Allow, true)] {
        let running = Running::with(Arc::new(Told), on_timeout, Limits::default(), None);
        let began = Instant::now();
        let response = running.post("/validate?timeout=1s", &named("sleep")).response();
        assert!(began.elapsed() < Duration::from_millis(1000), "{:?}", began.elapsed());
        assert_eq!(response["allowed"], allowed);
        assert_eq!(running.metrics.counted("sealift_reviews_late_total"), 1);
    }
}

#[test]
fn slow_clients_and_those_that_stop_cost_nobody_else() {
    let mut limits = Limits::default();
    limits.head_time = Duration::from_millis(300);
    limits.body_time = Duration::from_millis(300);
    limits.max_connections = 8;
    let running = Running::with(Arc::new(Told), OnTimeout::Deny, limits, None);
    // Drips its head; drips its body; says nothing; stops in the middle.
    let mut drips = connect(running.address());
    let mut body = connect(running.address());
    body.write_all(b"POST /validate HTTP/1.1\r\nContent-Length: 100\r\n\r\n{").unwrap();
    let mut silent = connect(running.address());
    let mut gone = connect(running.address());
    gone.write_all(b"POST /validate HTTP/1.1\r\nContent-Length: 100\r\n\r\n{").unwrap();
    gone.shutdown(Shutdown::Both).unwrap();
    for letter in b"GET /healthz HTTP/1.1\r\n" {
        if drips.write_all(&[*letter]).is_err() {
            break;
        }
        thread::sleep(Duration::from_millis(30));
    }
    assert_eq!(Answer::read(&mut drips).map(|it| it.status), Some(408));
    assert_eq!(Answer::read(&mut body).map(|it| it.status), Some(408));
    assert!(Answer::read(&mut silent).is_none());
    assert_eq!(running.get("/healthz").status, 200);
}

#[test]
fn a_thousand_reviews_at_once_are_answered() {
    let running = Running::start(Told);
    let address = running.address();
    let clients: Vec<_> = (0..1000)
        .map(|at| {
            let body = named("a").replace("42010a800002", &format!("{at:012}"));
            let builder = thread::Builder::new().stack_size(128 << 10);
            let request = post("/validate", "application/json", &body);
            builder.spawn(move || (at, exchange(address, &request))).unwrap()
        })
        .collect();
    for client in clients {
        let (at, answer) = client.join().unwrap();
        let response = answer.response();
        assert_eq!(response["allowed"], true);
        assert!(response["uid"].as_str().unwrap().ends_with(&format!("{at:012}")));
    }
}

#[test]
fn requests_on_one_connection_are_answered_in_order() {
    let running = Running::start(Told);
    let keep = |request: Vec<u8>| {
        String::from_utf8(request).unwrap().replace("Connection: close\r\n", "").into_bytes()
    };
    let first = keep(post("/validate", "application/json", &named("a")));
    let expects = b"POST /mutate HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\
                    Content-Type: application/json\r\n\r\n{}";
    let last = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n";
    let mut stream = connect(running.address());
    stream.write_all(&[&first[..], expects, last].concat()).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut stream, &mut text).unwrap();
    let statuses: Vec<&str> = text
        .match_indices("HTTP/1.1 ")
        .map(|(at, start)| &text[at + start.len()..at + start.len() + 3])
        .collect();
    assert_eq!(statuses, ["200", "100", "400", "200"], "{text}");
}
