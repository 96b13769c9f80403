//! Log entries that do not lie beside signatures, looked up by what requires signatures.

use std::net::{Shutdown, TcpListener, TcpStream};
use std::{fs, io, thread};

use sealift_model::Digest;
use sealift_tests::instance::LogKind;
use sealift_tests::registry::{Access, TestRegistry};
use serde_json::{Value, json};

use crate::logged::questions;
use crate::scanned::{SCAN, Scanned};
use crate::world::{SERVED, SigningWorld, said, with};

const OLD: &str = "--new-bundle-format=false";
const NOWHERE: &str = "http://127.0.0.1:1";
const AWAY: &str = "the transparency log cannot be asked";

/// An image whose signature by the key is in the log, and whose entry lies nowhere else.
struct Sought {
    signing: SigningWorld,
    scanned: Scanned,
    image: String,
    log: String,
}

impl Sought {
    fn new() -> Self {
        Self::signed(1)
    }

    /// The same signed so many times.
    fn signed(times: usize) -> Self {
        let signing = SigningWorld::new(LogKind::Rekor1, None);
        let scanned = Scanned::new(&signing.world, Access::Anybody);
        let log = format!("{}/rekor1", signing.running.url());
        let image = scanned.at("demo");
        let sign = with(&["sign", "--key", "cosign.key", OLD, &image], &SERVED);
        for time in 0..times {
            // The same claims would be signed once.
            let claim = format!("time={time}");
            assert_eq!(signing.world.status(&with(&sign, &["-a", &claim])), Some(0));
        }
        strip(&scanned.registry, &scanned.image, "sig");
        Self { signing, scanned, image, log }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.signing.world.0.path().join(name), text).unwrap();
    }

    /// Runs the command: its status, what it says, and how often the log was asked.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, usize) {
        let before = questions(&self.signing);
        let output = self.signing.world.run(arguments);
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), said(&output));
        (output.status.code(), told, questions(&self.signing) - before)
    }
}

/// Takes the log entry away from the signatures that a tag of cosign lists.
fn strip(registry: &TestRegistry, image: &Digest, suffix: &str) {
    let tag = format!("{}.{suffix}", image.to_string().replace(':', "-"));
    let listed = registry.tagged("app", &tag).unwrap();
    let mut manifest: Value = serde_json::from_slice(&registry.manifest(&listed).unwrap()).unwrap();
    for layer in manifest["layers"].as_array_mut().unwrap() {
        let taken = layer["annotations"].as_object_mut().unwrap();
        assert!(taken.remove("dev.sigstore.cosign/bundle").is_some(), "{taken:?}");
    }
    let media_type = manifest["mediaType"].as_str().unwrap().to_owned();
    let at = Some(("app", tag.as_str()));
    registry.put_manifest(&media_type, manifest.to_string().as_bytes(), at);
}

#[test]
fn the_gate_looks_a_signature_up() {
    let sought = Sought::new();
    let rules = |url: &str| {
        format!(
            "[gate]\nfail-on = []\nwarn-on = []\nunknown = 'pass'\n[verify]\nkey = 'cosign.pub'\n\
             trusted-root = 'root.json'\nrekor-url = '{url}'\n"
        )
    };
    sought.write("sealift.toml", &rules(NOWHERE));
    let gate = with(&["gate", &sought.image], &SCAN);
    let (status, told, _) = sought.run(&gate);
    assert!(status == Some(1) && told.contains(AWAY), "{told}");
    let (status, told, asked) = sought.run(&with(&gate, &["--rekor-url", &sought.log]));
    assert_eq!((status, asked), (Some(0), 1), "{told}");
    sought.write("sealift.toml", &rules(&sought.log));
    let (status, told, asked) = sought.run(&gate);
    assert_eq!((status, asked), (Some(0), 1), "{told}");
    let (status, told, asked) = sought.run(&with(&gate, &["--offline"]));
    assert_eq!((status, asked), (Some(1), 0), "{told}");
    sought.write("sealift.toml", &rules("no URL"));
    let (status, told, _) = sought.run(&gate);
    assert!(status == Some(2) && told.contains("no URL"), "{told}");
}

/// Passes the first question on to the log at that address, and answers no other.
fn answers_once(log: &str) -> String {
    let log = log.trim_start_matches("http://").trim_end_matches("/rekor1").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut asking, _) = listener.accept().unwrap();
        let mut answering = TcpStream::connect(log).unwrap();
        let (mut question, mut to) = (asking.try_clone().unwrap(), answering.try_clone().unwrap());
        thread::spawn(move || io::copy(&mut question, &mut to));
        io::copy(&mut answering, &mut asking).unwrap();
        asking.shutdown(Shutdown::Both).unwrap();
        listener.incoming().for_each(drop);
    });
    format!("http://{address}/rekor1")
}

#[test]
fn an_entry_counts_that_came_before_the_log_stopped_answering() {
    let sought = Sought::signed(2);
    let verify = |log: &str| {
        let by = ["--key", "cosign.pub", "--trusted-root", "root.json", "--rekor-url", log];
        sought.run(&with(&["verify", &sought.image], &by))
    };
    let (status, told, asked) = verify(&sought.log);
    assert_eq!((status, asked), (Some(0), 2), "{told}");
    let (status, told, asked) = verify(&answers_once(&sought.log));
    assert_eq!((status, asked), (Some(0), 1), "{told}");
}

#[test]
fn what_lacks_more_than_an_entry_is_not_looked_up() {
    let sought = Sought::new();
    let other = ["generate-key-pair", "--output-key-prefix", "other"];
    assert_eq!(sought.signing.world.status(&other), Some(0));
    let by = ["--key", "other.pub", "--trusted-root", "root.json", "--rekor-url", &sought.log];
    for verb in ["verify", "gate"] {
        let flags = if verb == "gate" { &SCAN[..] } else { &[] };
        let (status, told, asked) = sought.run(&with(&with(&[verb, &sought.image], flags), &by));
        assert_eq!(asked, 0, "{told}");
        assert!(matches!(status, Some(1 | 12)), "{told}");
    }
}

#[test]
fn admission_looks_a_signature_up_once() {
    let sought = Sought::new();
    let image = &sought.image;
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "a", "image": image}, {"name": "b", "image": image}]},
    });
    sought.write("pod.json", &pod.to_string());
    let review = ["admission", "review", "--resource", "pod.json", "--cache-dir", "cache"];
    let verify = |url: &str| format!("[verify]\ntrusted-root = 'root.json'\nrekor-url = '{url}'\n");
    let rules = |url: &str| format!("{}[admission]\nkey = 'cosign.pub'\n", verify(url));
    sought.write("sealift.toml", &rules(&sought.log));
    let (status, told, asked) = sought.run(&review);
    assert_eq!((status, asked), (Some(0), 1), "{told}");
    sought.write("sealift.toml", &rules(NOWHERE));
    let (status, told, _) = sought.run(&review);
    assert!(status == Some(1) && told.contains(AWAY), "{told}");
    let policy = |rekor: &str| {
        let key = sought.signing.world.read("cosign.pub").replace('\n', "\\n");
        format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: signed}}\nspec:\n  \
             rules:\n  - name: by-us\n    match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}\n    \
             verifyImages:\n    - imageReferences: ['*']\n      failureAction: Enforce\n      \
             attestors: [{{entries: [{{keys: {{publicKeys: \"{key}\"{rekor}}}}}]}}]\n"
        )
    };
    let by_policy = with(&review, &["--policy", "policy.yaml"]);
    // The usual log leads nowhere; the policy names another, and is asked there.
    sought.write("sealift.toml", &verify(NOWHERE));
    sought.write("policy.yaml", &policy(&format!(", rekor: {{url: '{}'}}", sought.log)));
    let (status, told, asked) = sought.run(&by_policy);
    assert_eq!((status, asked), (Some(0), 1), "{told}");
    sought.write("policy.yaml", &policy(""));
    let (status, told, _) = sought.run(&by_policy);
    assert!(status == Some(1) && told.contains(AWAY), "{told}");
    sought.write("sealift.toml", &verify(&sought.log));
    let (status, told, asked) = sought.run(&by_policy);
    assert_eq!((status, asked), (Some(0), 1), "{told}");
}

#[test]
fn a_database_is_looked_up() {
    let sought = Sought::new();
    let name = format!("{}/app:advisories", sought.scanned.registry.host());
    assert_eq!(sought.run(&["db", "push", &name, "--db", "db"]).0, Some(0));
    let sign = with(&["sign", "--key", "cosign.key", OLD, &name], &SERVED);
    assert_eq!(sought.run(&sign).0, Some(0));
    let digest = sought.scanned.registry.tagged("app", "advisories").unwrap();
    strip(&sought.scanned.registry, &digest, "sig");
    let pull = ["db", "pull", &name, "--cache-dir", "cache"];
    let by = ["--key", "cosign.pub", "--trusted-root", "root.json", "--rekor-url", &sought.log];
    let by_flags = with(&pull, &by);
    let (status, told, asked) = sought.run(&with(&by_flags, &["--offline"]));
    assert_eq!((status, asked), (Some(12), 0), "{told}");
    assert!(told.contains("without --offline"), "{told}");
    let (status, told, asked) = sought.run(&by_flags);
    assert_eq!((status, asked), (Some(0), 1), "{told}");
    let rules = format!(
        "[db]\nkey = 'cosign.pub'\n[verify]\ntrusted-root = 'root.json'\nrekor-url = '{}'\n",
        sought.log
    );
    sought.write("sealift.toml", &rules);
    let (status, told, asked) = sought.run(&pull);
    assert_eq!((status, asked), (Some(0), 1), "{told}");
}

#[test]
fn vex_attestations_are_looked_up() {
    let sought = Sought::new();
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex/1",
        "author": "Ada", "timestamp": "2022-01-01T00:00:00Z", "version": 1,
        "statements": [{
            "vulnerability": { "name": "CVE-2021-44228" },
            "products": [{ "@id": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1" }],
            "status": "not_affected", "justification": "vulnerable_code_not_present",
        }],
    });
    sought.write("vex.json", &document.to_string());
    let attest = ["attest", "--type", "openvex", "--predicate", "vex.json", OLD, &sought.image];
    let attest = with(&with(&attest, &["--key", "cosign.key"]), &SERVED);
    assert_eq!(sought.run(&attest).0, Some(0));
    strip(&sought.scanned.registry, &sought.scanned.image, "att");
    let image = with(&["image", &sought.image, "--vex-key", "cosign.pub"], &SCAN);
    let rules = |url: &str| format!("[verify]\ntrusted-root = 'root.json'\nrekor-url = '{url}'\n");
    sought.write("sealift.toml", &rules(&sought.log));
    let (_, told, asked) = sought.run(&image);
    assert_eq!(asked, 1, "{told}");
    assert!(told.contains("OpenVEX: attestation"), "{told}");
    let (_, told, asked) = sought.run(&with(&image, &["--offline"]));
    assert_eq!(asked, 0, "{told}");
    assert!(told.contains("a VEX attestation does not count"), "{told}");
    sought.write("sealift.toml", &rules(NOWHERE));
    let (_, told, _) = sought.run(&image);
    assert!(told.contains(AWAY) && told.contains("does not count"), "{told}");
}
