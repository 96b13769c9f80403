//! Exchanges with a server on loopback.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::test_server::{Server, reply};
use crate::unreached::Leave;
use crate::{
    Body, Client, Config, Error, ErrorKind, Method, Phase, Proxies, Reach, Request, Roots, Url,
};

fn quick() -> Config {
    let mut config = Config::default();
    config.timeouts.idle = Duration::from_millis(300);
    config.timeouts.answer = Duration::from_millis(300);
    config.timeouts.window = Duration::from_millis(200);
    config.timeouts.least_bytes = 100;
    config.retry.first_wait = Duration::from_millis(5);
    config.retry.longest_wait = Duration::from_secs(1);
    config
}

fn client() -> Client {
    Client::new(quick()).unwrap()
}

fn get(url: &Url) -> Result<Vec<u8>, Error> {
    client().send(Request::get(url).once())?.bytes(1000)
}

#[test]
fn asks_and_reads() {
    let server = Server::start(|asked, stream| {
        assert_eq!(asked.line, "GET /a?b HTTP/1.1");
        reply(stream, "200 OK\r\nX-A: 1", "hello")
    });
    let response = client().send(Request::get(&server.url("127.0.0.1", "/a?b"))).unwrap();
    assert_eq!((response.status(), response.headers().get("x-a")), (200, Some("1")));
    assert_eq!(response.length(), Some(5));
    assert_eq!(response.bytes(5).unwrap(), b"hello");
}

#[test]
fn sends_bodies_with_their_length() {
    let server = Server::start(|_, stream| reply(stream, "201 Created", ""));
    let url = server.url("127.0.0.1", "/");
    let mut reader = &b"stream"[..];
    for body in
        [Body::Bytes(b""), Body::Bytes(b"bytes"), Body::Reader { reader: &mut reader, bytes: 6 }]
    {
        let put = Request::new(Method::Put, &url).body(body);
        assert_eq!(client().send(put).unwrap().status(), 201);
    }
    let asked = server.asked();
    assert!(asked.iter().all(|asked| asked.has_header("content-length: ")));
    let bodies: Vec<_> = asked.into_iter().map(|asked| asked.body).collect();
    assert_eq!(bodies, [&b""[..], b"bytes", b"stream"]);
}

#[test]
fn credentials_do_not_follow_to_another_origin() {
    let other = Server::start(|_, stream| reply(stream, "200 OK", "blob"));
    let place = other.url("localhost", "/blob").full();
    let server = Server::start(move |asked, stream| match asked.line.as_str() {
        "GET /far HTTP/1.1" => reply(stream, &format!("307 Away\r\nLocation: {place}"), ""),
        "GET /near HTTP/1.1" => reply(stream, "302 Here\r\nLocation: /far", ""),
        _ => reply(stream, "404 No", ""),
    });
    let near = server.url("127.0.0.1", "/near");
    let request = Request::get(&near).header("Authorization", "Basic secret").header("x-own", "1");
    let response = client().send(request).unwrap();
    assert_eq!(response.url().path(), "/blob");
    assert!(server.asked().iter().all(|asked| asked.has_header("authorization: ")));
    let [asked] = &other.asked()[..] else { panic!("asked once") };
    assert!(!asked.has_header("authorization") && asked.has_header("x-own"));
}

#[test]
fn redirects_end() {
    let server = Server::start(|_, stream| reply(stream, "302 Again\r\nLocation: /again", ""));
    let error = get(&server.url("127.0.0.1", "/")).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::TooManyRedirects { max: 10 }), "{error}");
    assert_eq!(server.asked().len(), 11);
    let url = server.url("127.0.0.1", "/");
    let response = client().send(Request::get(&url).without_redirects()).unwrap();
    assert_eq!(response.status(), 302);
    let response = client().send(Request::new(Method::Post, &url).body(Body::Bytes(b""))).unwrap();
    assert_eq!(response.status(), 302);
}

#[test]
fn redirects_from_elsewhere_do_not_lead_inside() {
    let mut request = Request::get(&"https://registry.example/".parse().unwrap());
    for place in ["http://127.0.0.1/", "https://169.254.169.254/", "https://[::1]/x"] {
        let to = place.parse().unwrap();
        let error = crate::redirect::follow(&mut request, to, |_| false).unwrap_err();
        assert!(matches!(error, ErrorKind::RedirectInward { .. }), "{place}");
    }
    let plain = "http://storage.example/".parse().unwrap();
    crate::redirect::follow(&mut request, plain, |_| false).unwrap();
    let error = client().send(request).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::PlainHttp), "{error}");
}

#[test]
fn repeats_what_may_be_repeated() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_, stream| match count.fetch_add(1, Ordering::Relaxed) {
        0 => reply(stream, "429 Slow down\r\nRetry-After: 1", ""),
        1 => Ok(()),
        2 => reply(stream, "503 Not now", ""),
        _ => reply(stream, "200 OK", "done"),
    });
    let url = server.url("127.0.0.1", "/");
    let started = Instant::now();
    assert_eq!(client().send(Request::get(&url)).unwrap().bytes(10).unwrap(), b"done");
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn repeats_nothing_that_could_happen_twice() {
    let server = Server::start(|_, stream| reply(stream, "503 Not now", ""));
    let url = server.url("127.0.0.1", "/");
    let post = Request::new(Method::Post, &url).body(Body::Bytes(b"x"));
    assert_eq!(client().send(post).unwrap().status(), 503);
    let mut reader = &b"x"[..];
    let body = Body::Reader { reader: &mut reader, bytes: 1 };
    assert_eq!(client().send(Request::new(Method::Put, &url).body(body)).unwrap().status(), 503);
    assert_eq!(server.asked().len(), 2);
    assert_eq!(client().send(Request::get(&url)).unwrap().status(), 503);
    assert_eq!(server.asked().len(), 6);
}

#[test]
fn does_not_wait_for_longer_than_it_was_told() {
    let server = Server::start(|_, stream| reply(stream, "429 No\r\nRetry-After: 86400", ""));
    let started = Instant::now();
    let response = client().send(Request::get(&server.url("127.0.0.1", "/"))).unwrap();
    assert_eq!((response.status(), server.asked().len()), (429, 1));
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_body_may_not_end_early() {
    let server = Server::start(|_, stream| {
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
    });
    let error = get(&server.url("127.0.0.1", "/")).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Truncated), "{error}");
}

#[test]
fn a_body_may_not_be_larger_than_wanted() {
    let server = Server::start(|asked, stream| match asked.line.contains("endless") {
        true => {
            write!(stream, "HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(&[b'x'; 1000])?;
            }
        }
        false => write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n"),
    });
    for path in ["/", "/endless"] {
        let error = get(&server.url("127.0.0.1", path)).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::BodyTooLarge { max: 1000 }), "{error}");
    }
    let request = Request::get(&server.url("127.0.0.1", "/endless")).max_bytes(2000);
    let error = client().send(request).unwrap().read_to_end(&mut Vec::new()).unwrap_err();
    let inner = error.get_ref().unwrap().downcast_ref::<Error>().unwrap();
    assert!(matches!(inner.kind, ErrorKind::BodyTooLarge { max: 2000 }), "{error}");
}

#[test]
fn headers_have_a_bound() {
    let server = Server::start(|_, stream| {
        write!(stream, "HTTP/1.1 200 OK\r\n")?;
        loop {
            write!(stream, "x-more: {}\r\n", "x".repeat(1000))?;
        }
    });
    let error = get(&server.url("127.0.0.1", "/")).unwrap_err();
    let is_bound = matches!(error.kind, ErrorKind::HeadersTooLarge { .. } | ErrorKind::Protocol(_));
    assert!(is_bound, "{error}");
}

#[test]
fn waits_for_nobody_too_long() {
    let server = Server::start(|asked, stream| {
        if asked.line.contains("body") {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")?;
        }
        stream.flush()?;
        sleep(Duration::from_secs(5));
        Ok(())
    });
    for (path, expected) in [("/", Phase::Answer), ("/body", Phase::Idle)] {
        let started = Instant::now();
        let error = get(&server.url("127.0.0.1", path)).unwrap_err();
        let ErrorKind::Timeout { phase, .. } = error.kind else { panic!("{error}") };
        assert_eq!(phase, expected);
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

#[test]
fn dripping_is_too_slow() {
    let server = Server::start(|_, stream| {
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")?;
        loop {
            stream.write_all(b"x")?;
            sleep(Duration::from_millis(20));
        }
    });
    let error = get(&server.url("127.0.0.1", "/")).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::TooSlow { .. }), "{error}");
}

#[test]
fn a_host_has_so_many_connections() {
    let server = Server::start(|_, stream| reply(stream, "200 OK", "hello"));
    let url = server.url("127.0.0.1", "/");
    let client = Client::new(Config { max_connections_per_host: 1, ..quick() }).unwrap();
    let first = client.send(Request::get(&url)).unwrap();
    let second = Request::get(&url).total(Duration::from_millis(50));
    let error = client.send(second).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Busy { max: 1 }), "{error}");
    first.bytes(10).unwrap();
    assert!(client.send(Request::get(&url)).is_ok());
}

#[test]
fn nothing_shows_credentials() {
    let url: Url = "https://storage.example/a?X-Amz-Signature=secret".parse().unwrap();
    let request = Request::get(&url).header("authorization", "Bearer secret");
    let proxies = Proxies { https: Some("http://u:secret@p:1".to_owned()), ..Proxies::default() };
    let config = Config { proxies, ..Config::default() };
    let client = Client::new(config).unwrap();
    assert!(!format!("{request:?} {client:?}").contains("secret"));
}

#[test]
fn a_file_of_roots_has_certificates() {
    let config = Config { roots: Roots::Pem(b"-----".to_vec()), ..Config::default() };
    assert!(matches!(Client::new(config).unwrap_err().kind, ErrorKind::NoRoots(_)));
}

#[test]
fn a_refused_connection_says_so() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let error = get(&url).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Connect(_)), "{error}");
}

/// Names as they could be in anybody's zone: what is asked lies outside the network.
#[test]
fn who_is_outside_names_no_place_inside() {
    let server = Server::start(|asked, stream| {
        let to = asked.line.split(['/', ' ']).nth(2).unwrap().to_owned();
        reply(stream, &format!("302 Found\r\nLocation: https://{to}/"), "")
    });
    let port = server.url("localhost", "/").port();
    let mut config = quick();
    config.plain_hosts.extend(["outside.test".to_owned(), "private.test".to_owned()]);
    config.insecure_hosts.insert(format!("named.test:{port}"));
    let client = Client::new(config).unwrap();
    for (name, reach) in [
        ("outside.test", Reach::Elsewhere),
        ("other.test", Reach::Elsewhere),
        ("private.test", Reach::Private),
        ("near.test", Reach::Private),
        ("link.test", Reach::Link),
        ("named.test", Reach::Private),
    ] {
        client.made_up(name, reach);
    }
    let ask = |from: &str, to: &str| {
        let url: Url = format!("http://{from}:{port}/{to}:{port}").parse().unwrap();
        client.send(Request::get(&url).once()).unwrap_err().kind
    };
    for to in ["near.test", "link.test"] {
        let kind = ask("outside.test", to);
        assert!(matches!(kind, ErrorKind::Inward { .. }), "{to}: {kind}");
    }
    // These are asked, and do not speak TLS.
    for (from, to) in [
        ("outside.test", "other.test"),
        ("private.test", "near.test"),
        ("outside.test", "named.test"),
    ] {
        let kind = ask(from, to);
        assert!(!matches!(kind, ErrorKind::Inward { .. }), "{from} {to}: {kind}");
    }
    // A place that a document names is told by hand.
    let outside: Url = format!("http://outside.test:{port}/").parse().unwrap();
    let near: Url = format!("https://near.test:{port}/").parse().unwrap();
    let error = client.send(Request::get(&near).led_by(&outside).once()).unwrap_err();
    assert!(error.to_string().contains("outside.test"), "{error}");
}

#[test]
fn plain_hosts_need_no_tls_and_must_prove_it_where_they_have_it() {
    let mut config = quick();
    config.plain_hosts.insert("registry.test".to_owned());
    let client = Client::new(config).unwrap();
    let url: Url = "http://registry.test/".parse().unwrap();
    assert!(client.may_be_plain(&url) && !client.is_insecure(&url));
}

#[test]
fn a_client_certificate_must_be_one() {
    let mut config = quick();
    let identity = |certificates: &[u8], key: &[u8]| crate::ClientIdentity {
        host: "registry.test".to_owned(),
        certificates: certificates.to_vec(),
        key: key.to_vec(),
    };
    config.identity = Some(identity(b"", b"a secret"));
    let error = Client::new(config.clone()).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::ClientCertificate(_)), "{error}");
    assert!(!format!("{config:?} {error}").contains("secret"));
}

#[test]
fn a_host_that_is_not_there_is_waited_for_once() {
    let client = client();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let url: Url = format!("http://{place}/").parse().unwrap();
    drop(listener);
    let kind = || client.send(Request::get(&url)).map(drop).unwrap_err().kind;
    assert!(matches!(kind(), ErrorKind::Connect(_)));
    assert!(
        matches!(kind(), ErrorKind::LeftAlone { cause } if cause.starts_with("cannot connect"))
    );
    let there = Server::start(|_, stream| reply(stream, "200 OK", ""));
    assert!(client.send(Request::get(&there.url("127.0.0.1", "/"))).is_ok());
}

#[test]
fn a_host_that_is_back_is_asked_as_ever() {
    let mut config = quick();
    config.retry.rest = Duration::ZERO;
    let client = Client::new(config).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let url: Url = format!("http://{place}/").parse().unwrap();
    drop(listener);
    assert!(client.send(Request::get(&url)).is_err());
    assert_eq!(client.leave(&url), Leave::AskOnce);
    let listener = TcpListener::bind(place).unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1000]).unwrap();
        reply(&mut stream, "200 OK", "").unwrap();
    });
    assert!(client.send(Request::get(&url)).is_ok());
    assert_eq!(client.leave(&url), Leave::Ask);
}
