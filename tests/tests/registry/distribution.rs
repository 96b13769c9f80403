//! The client against Debian's `docker-registry`, and against what `skopeo` makes of the same
//! registry. Skipped where they are not installed.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use sealift_http::{Client, Config, ErrorKind as HttpErrorKind, Roots};
use sealift_model::{Digest, Reference};
use sealift_registry::{
    ErrorKind, Keychain, Limits, ManifestName, Registries, Repository, RepositoryBlobs,
};
use sealift_tests::instance::Layout;
use sealift_tests::{Suite, on_path};
use tempfile::TempDir;

use crate::config;
use crate::pull::tag;
use crate::push::{MANIFEST, artifact};

/// A registry that ends with the test.
struct Running {
    child: Child,
    host: String,
    folder: TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// A registry without TLS.
    fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), "")
    }

    /// A registry with TLS, whose certificate is of the authority `ca.pem` in its folder.
    fn start_with_tls() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("leaf.ext"), "subjectAltName=IP:127.0.0.1\n").unwrap();
        for arguments in [
            "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem",
            "req -newkey rsa:2048 -nodes -subj /CN=leaf -keyout leaf.key -out leaf.csr",
            "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
             -extfile leaf.ext -out leaf.pem",
        ] {
            let mut command = Command::new("openssl");
            command.args(arguments.split_whitespace()).current_dir(folder.path());
            assert!(command.output().unwrap().status.success());
        }
        let [certificate, key] = ["leaf.pem", "leaf.key"].map(|name| folder.path().join(name));
        let (certificate, key) = (certificate.display(), key.display());
        let tls = format!(", tls: {{certificate: {certificate}, key: {key}}}");
        Self::start_in(folder, &tls)
    }

    fn start_in(folder: TempDir, tls: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let data = folder.path().join("data");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}, \
             delete: {{enabled: true}}}}\nhttp: {{addr: \"{free}\"{tls}}}\n",
            data.display()
        );
        let file = folder.path().join("config.yml");
        fs::write(&file, text).unwrap();
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        let running = Self { child: command.spawn().unwrap(), host: free.to_string(), folder };
        for _ in 0..100 {
            if std::net::TcpStream::connect(free).is_ok() {
                return running;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("docker-registry does not listen at {free}");
    }

    fn name(&self, rest: &str) -> Reference {
        format!("{}/{rest}", self.host).parse().unwrap()
    }

    fn repository(&self, name: &str) -> Repository {
        let mut limits = Limits::default();
        limits.upload_chunk_bytes = 10_000;
        let client = Client::new(config()).unwrap();
        Registries::with_limits(client, Keychain::default(), limits).repository(&self.name(name))
    }
}

#[test]
fn works_with_docker_registry_and_skopeo() {
    let mut suite = Suite::new("docker-registry", "");
    if on_path("docker-registry").is_some() {
        let running = Running::start();
        suite.run("blobs", || blobs(&running));
        suite.run("manifests", || manifests(&running));
        suite.run("referrers", || referrers(&running));
        if on_path("openssl").is_some() {
            suite.run("TLS", tls);
        } else {
            suite.skip("TLS", "openssl is not installed");
        }
        if on_path("skopeo").is_some() {
            suite.run("skopeo pushes", || skopeo_pushes(&running));
            suite.run("skopeo pulls", || skopeo_pulls(&running));
        } else {
            suite.skip("skopeo", "it is not installed");
        }
    } else {
        suite.skip("all", "docker-registry is not installed");
    }
    suite.finish();
}

fn blobs(running: &Running) {
    let (repository, other) = (running.repository("a"), running.repository("b"));
    for length in [0_u32, 1, 9_999, 10_000, 10_001, 35_000] {
        let content: Vec<u8> = (0..length).map(|at| at.to_le_bytes()[0]).collect();
        let pushed = repository.push_blob("a/b", &content).unwrap();
        assert!(repository.blob_bytes(&pushed, 1 << 20).unwrap() == content);
        assert!(repository.has_blob(&pushed.digest).unwrap());
        assert!(!other.has_blob(&pushed.digest).unwrap());
        assert!(other.mount_blob(&pushed.digest, &repository).unwrap());
        assert!(other.has_blob(&pushed.digest).unwrap());
        let streamed = repository.push_blob_from("a/b", &mut &*content).unwrap();
        assert_eq!(streamed.digest, pushed.digest);
    }
    assert!(!other.mount_blob(&Digest::sha256_of(b"nowhere"), &repository).unwrap());
}

fn layout() -> (Layout, Digest) {
    let mut layout = Layout::default();
    let image = layout.image(&[&[7; 40_000], b"second"]);
    layout.tag("1", &image);
    (layout, image["digest"].as_str().unwrap().parse().unwrap())
}

fn push(repository: &Repository, layout: &Layout, image: &Digest) {
    for bytes in layout.blobs.values() {
        repository.push_blob("a/b", bytes).unwrap();
    }
    let manifest = &layout.blobs[&image.hex()];
    let pushed = repository.push_manifest(manifest, MANIFEST, &tag("1")).unwrap();
    assert_eq!(pushed.descriptor.digest, *image);
}

fn manifests(running: &Running) {
    let repository = running.repository("manifests");
    let (layout, image) = layout();
    assert!(repository.find_manifest(&tag("1")).unwrap().is_none());
    push(&repository, &layout, &image);
    let found = repository.manifest(&tag("1")).unwrap();
    assert_eq!(found.descriptor.digest, image);
    assert_eq!(repository.head_manifest(&tag("1")).unwrap(), Some(found.descriptor));
    assert_eq!(repository.tags().unwrap(), ["1"]);
    repository.delete_manifest(&ManifestName::Digest(image.clone())).unwrap();
    assert!(repository.find_manifest(&ManifestName::Digest(image)).unwrap().is_none());
}

fn referrers(running: &Running) {
    let repository = running.repository("referrers");
    let (layout, image) = layout();
    push(&repository, &layout, &image);
    let manifest = artifact(&repository, &image, "a/type");
    for number in 0..3 {
        let bytes = manifest(number);
        let name = ManifestName::Digest(Digest::sha256_of(&bytes));
        repository.push_manifest(&bytes, MANIFEST, &name).unwrap();
    }
    let found = repository.referrers(&image).unwrap().manifests;
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|one| one.artifact_type.as_deref() == Some("a/type")));
}

fn tls() {
    let running = Running::start_with_tls();
    let pem = fs::read(running.folder.path().join("ca.pem")).unwrap();
    let tags = |config: Config| {
        let registries = Registries::new(Client::new(config).unwrap(), Keychain::default());
        registries.repository(&running.name("app")).find_manifest(&tag("1"))
    };
    let unknown = tags(config()).unwrap_err();
    let ErrorKind::Http(error) = unknown.kind else { panic!("{unknown}") };
    assert!(matches!(error.kind, HttpErrorKind::Tls(_)), "{error}");
    let mut known = config();
    known.roots = Roots::Pem(pem);
    assert!(tags(known).unwrap().is_none());
    let mut insecure = config();
    insecure.insecure_hosts.insert(running.host.clone());
    assert!(tags(insecure).unwrap().is_none());
}

fn skopeo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("skopeo").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn skopeo_pushes(running: &Running) {
    let (layout, image) = layout();
    let folder = running.folder.path().join("layout");
    fs::create_dir(&folder).unwrap();
    layout.write(&folder).unwrap();
    let from = format!("oci:{}:1", folder.display());
    let to = format!("docker://{}/skopeo:1", running.host);
    // Uncompressed layers would be compressed on the way.
    skopeo(&["copy", "-q", "--preserve-digests", "--dest-tls-verify=false", &from, &to]);
    let blobs = RepositoryBlobs::new(running.repository("skopeo"));
    assert_eq!(blobs.resolve(&tag("1")).unwrap().unwrap().digest, image);
}

fn skopeo_pulls(running: &Running) {
    let (layout, image) = layout();
    push(&running.repository("pulled"), &layout, &image);
    let name = format!("docker://{}/pulled:1", running.host);
    let raw = skopeo(&["inspect", "--raw", "--tls-verify=false", &name]);
    assert_eq!(Digest::sha256_of(&raw), image);
    let to = format!("dir:{}", running.folder.path().join("pulled").display());
    skopeo(&["copy", "-q", "--src-tls-verify=false", &name, &to]);
}
