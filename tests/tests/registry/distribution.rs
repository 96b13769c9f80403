//! The client against Debian's `docker-registry`, and against what `skopeo` makes of the same
//! registry. Skipped where they are not installed.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use sealift_http::Client;
use sealift_model::{Digest, Reference};
use sealift_registry::{Keychain, Limits, ManifestName, Registries, Repository, RepositoryBlobs};
use sealift_tests::Suite;
use sealift_tests::instance::Layout;
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

fn is_installed(program: &str) -> bool {
    let tried = Command::new(program).arg("--version").stdout(Stdio::null()).status();
    tried.is_ok()
}

impl Running {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let data = folder.path().join("data");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}, \
             delete: {{enabled: true}}}}\nhttp: {{addr: \"{free}\"}}\n",
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
    if is_installed("docker-registry") {
        let running = Running::start();
        suite.case("blobs", whole(&|| blobs(&running)));
        suite.case("manifests", whole(&|| manifests(&running)));
        suite.case("referrers", whole(&|| referrers(&running)));
        if is_installed("skopeo") {
            suite.case("skopeo pushes", whole(&|| skopeo_pushes(&running)));
            suite.case("skopeo pulls", whole(&|| skopeo_pulls(&running)));
        } else {
            eprintln!("skipped: skopeo is not installed");
            suite.skip();
        }
    } else {
        eprintln!("skipped: docker-registry is not installed");
        suite.skip();
    }
    suite.finish();
}

/// Whether a case goes through; what it panics with is printed by the harness.
fn whole(case: &(dyn Fn() + std::panic::RefUnwindSafe)) -> Result<(), String> {
    std::panic::catch_unwind(case).map_err(|_| "failed".to_owned())
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
