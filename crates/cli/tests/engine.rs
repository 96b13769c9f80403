//! Images that a container engine has: the command against one on loopback.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::thread;

use sealift_tests::mutual::Mutual;
use sealift_tests::{project, stderr};
use serde_json::Value;
use tempfile::TempDir;

const LIST: [&str; 5] = ["--scanners", "license", "--format", "json", "--no-cache"];

/// What the command is run in, and the archive of the one image that the engine has: `app:1`.
struct World {
    home: TempDir,
    archive: Arc<Vec<u8>>,
}

impl World {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let archive = home.path().join("image.tar");
        let mut tar = Command::new("tar");
        tar.arg("-cf").arg(&archive).arg("-C").arg(project().join("examples/image")).arg(".");
        assert!(tar.status().unwrap().success());
        let archive = Arc::new(fs::read(archive).unwrap());
        Self { home, archive }
    }

    fn at_socket(&self) -> PathBuf {
        let socket = self.home.path().join("docker.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let archive = Arc::clone(&self.archive);
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&mut stream.unwrap(), &archive);
            }
        });
        socket
    }

    fn at_port(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let archive = Arc::clone(&self.archive);
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&mut stream.unwrap(), &archive);
            }
        });
        place
    }

    fn run(&self, image: &str, variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
        command.args(["image", image, "--image-src", "docker"]).args(LIST).env_clear();
        command.envs(variables.iter().copied()).current_dir(self.home.path());
        command.stdin(Stdio::null()).output().unwrap()
    }

    fn assert_gives(&self, variables: &[(&str, &str)]) {
        for image in ["app:1", "docker-daemon:app:1"] {
            let output = self.run(image, variables);
            assert!(output.status.success(), "{}", stderr(&output));
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert!(
                report
                    .pointer("/Results")
                    .and_then(Value::as_array)
                    .is_some_and(|results| !results.is_empty())
            );
        }
        for image in ["app:2", "docker-daemon:app:2"] {
            let output = self.run(image, variables);
            assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
            assert!(stderr(&output).contains("does not have the image"), "{}", stderr(&output));
        }
    }

    fn folder(&self, name: &str, files: &[(&str, &str)]) -> String {
        let folder = self.home.path().join(name);
        fs::create_dir(&folder).unwrap();
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
        }
        folder.to_str().unwrap().to_owned()
    }
}

/// Answers one request, to the engine's own HTTP/1.0 and HTTP/1.1 alike.
fn answer(stream: &mut (impl Read + Write), archive: &[u8]) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read_exact(&mut byte).is_err() {
            return;
        }
        head.push(byte[0]);
    }
    let has = String::from_utf8_lossy(&head).starts_with("GET /images/app:1/get ");
    let (status, body) = if has { ("200 OK", archive) } else { ("404 Not Found", &b"{}"[..]) };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
        .unwrap();
    // Who does not read to the end has seen enough.
    let _ = stream.write_all(body);
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn an_engine_gives_its_archive_at_its_socket() {
    let world = World::new();
    let socket = world.at_socket();
    world.assert_gives(&[("DOCKER_HOST", &format!("unix://{}", text(&socket)))]);
}

#[test]
fn an_engine_gives_its_archive_over_the_network() {
    let world = World::new();
    let place = world.at_port();
    world.assert_gives(&[("DOCKER_HOST", &format!("tcp://{place}"))]);
    let podman = [("CONTAINER_HOST", &*format!("tcp://{place}"))];
    let output = world.run("podman:app:1", &podman);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn an_engine_behind_tls_sees_who_asks_and_shows_who_it_is() {
    let world = World::new();
    let tls = Mutual::start("127.0.0.1", &world.at_port());
    let host = format!("tcp://{}", tls.host);
    let own = [("cert.pem", &*tls.certificate), ("key.pem", &tls.key)];
    let folder = world.folder("own", &[&own[..], &[("ca.pem", &tls.authority)]].concat());
    let named = [("DOCKER_HOST", &*host), ("DOCKER_CERT_PATH", &folder)];
    world.assert_gives(&[&named[..], &[("DOCKER_TLS_VERIFY", "1")]].concat());
    world.assert_gives(&named);

    let other = Mutual::start("127.0.0.1", &tls.host);
    let of_others = world.folder("other", &[&own[..], &[("ca.pem", &other.authority)]].concat());
    let nobody = world.folder("nobody", &[("ca.pem", &tls.authority)]);
    let half = world.folder("half", &[("ca.pem", &*tls.authority), own[0]]);
    for folder in [&of_others, &nobody, &half] {
        let variables = [("DOCKER_HOST", &*host), ("DOCKER_CERT_PATH", folder)];
        let output = world.run("app:1", &variables);
        assert_eq!(output.status.code(), Some(2), "{folder}: {}", stderr(&output));
    }
    // Without TLS nothing is said to it.
    assert_eq!(world.run("app:1", &[("DOCKER_HOST", &host)]).status.code(), Some(2));
}

#[test]
fn an_engine_that_is_not_there_or_none_is_told_of() {
    let world = World::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = world.run("app:1", &[("DOCKER_HOST", &format!("tcp://{port}"))]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no engine listens at http://127.0.0.1"), "{output:?}");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.unwrap().write_all(b"SSH-2.0-none\r\n");
        }
    });
    let output = world.run("app:1", &[("DOCKER_HOST", &format!("tcp://{place}"))]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is no container engine"), "{output:?}");
}
