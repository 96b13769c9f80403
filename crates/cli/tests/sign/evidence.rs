//! What a verifier names himself must count: timestamps in files, and authorities of timestamps.

use std::fs;
use std::process::Output;

use sealift::verify::encode_base64;
use sealift_tests::instance::{
    Instance, KeyKind, Layout, Recipe, Signed, SimpleSignature, TimestampRecipe, pem,
    simple_signing,
};
use serde_json::json;

use crate::world::{World, said, with};

const KEY: [&str; 3] = ["--key", "key.pub", "--insecure-ignore-tlog"];
const STAMPER: [&str; 2] = ["--timestamp-certificate-chain", "tsa.pem"];

/// A folder with a signed file, and timestamps of all kinds over its signature.
struct Stamped {
    world: World,
    instance: Instance,
}

impl Stamped {
    fn new() -> Self {
        let instance = Instance::new("evidence", 1_780_000_000);
        let stamped = Self { world: World::new(), instance };
        let key = stamped.instance.key(KeyKind::P256, "ada").public_pem();
        stamped.write("key.pub", key.as_bytes());
        let chain = stamped.instance.timestamp_authority.chain();
        let chain: String = chain.iter().map(|der| pem("CERTIFICATE", der)).collect();
        stamped.write("tsa.pem", chain.as_bytes());
        let signed = stamped.sign(b"what is signed");
        let signature = encode_base64(&signed.signature);
        stamped.write("sig", signature.as_bytes());
        stamped.write("old.json", json!({"base64Signature": signature}).to_string().as_bytes());
        for (name, der) in ["good", "other", "foreign"].into_iter().zip(&signed.timestamps) {
            stamped.write(&format!("{name}.der"), der);
            let json = json!({"SignedRFC3161Timestamp": encode_base64(der)});
            stamped.write(&format!("{name}.json"), json.to_string().as_bytes());
        }
        let mut unstamped = signed.clone();
        unstamped.timestamps.clear();
        stamped.write("new.json", &unstamped.json());
        let mut badly = signed;
        badly.timestamps.remove(0);
        stamped.write("bad.json", &badly.json());
        stamped
    }

    /// Signs by the key of ada, with a timestamp that counts, one over something else, and one of
    /// an authority that nobody knows.
    fn sign(&self, message: &[u8]) -> Signed {
        let mut recipe = Recipe::key(&self.instance, KeyKind::P256, "ada", message);
        let (mut other, mut foreign) = (TimestampRecipe::default(), TimestampRecipe::default());
        other.of_another = true;
        foreign.unknown = true;
        recipe.timestamps = vec![TimestampRecipe::default(), other, foreign];
        self.instance.sign(&recipe)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.world.0.path().join(name), bytes).unwrap();
    }

    fn verify(&self, how: &[&str]) -> Output {
        self.world.run(&with(&with(&["verify-blob", "file"], &KEY), how))
    }
}

#[test]
fn a_timestamp_in_a_file_counts_or_is_an_error() {
    let stamped = Stamped::new();
    for proof in [["--signature", "sig"], ["--bundle", "old.json"]] {
        for (file, status) in [
            ("good.der", 0),
            ("good.json", 0),
            ("other.der", 1),
            ("other.json", 1),
            ("foreign.json", 1),
            ("old.json", 1),
            ("tsa.pem", 1),
            ("absent", 2),
        ] {
            let how = with(&with(&proof, &STAMPER), &["--rfc3161-timestamp", file]);
            let output = stamped.verify(&how);
            assert_eq!(output.status.code(), Some(status), "{proof:?} {file}: {}", said(&output));
        }
        // Without the chain nobody is known who could have stamped, and offline nobody is asked.
        let how = ["--rfc3161-timestamp", "good.json", "--offline"];
        let output = stamped.verify(&with(&proof, &how));
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("0 of 1 required signed timestamps"), "{}", said(&output));
    }
    for file in ["good.json", "absent"] {
        let how = ["--bundle", "new.json", "--rfc3161-timestamp", file];
        let refused = stamped.verify(&with(&how, &STAMPER));
        assert_eq!(refused.status.code(), Some(2));
        assert!(said(&refused).contains("leave out --rfc3161-timestamp"), "{}", said(&refused));
    }
}

#[test]
fn who_names_an_authority_of_timestamps_wants_one() {
    let stamped = Stamped::new();
    for how in [["--signature", "sig"], ["--bundle", "new.json"], ["--bundle", "bad.json"]] {
        assert_eq!(stamped.verify(&how).status.code(), Some(0));
        let refused = stamped.verify(&with(&how, &STAMPER));
        assert_eq!(refused.status.code(), Some(1), "{how:?}: {}", said(&refused));
        assert!(said(&refused).contains("required signed timestamps"), "{}", said(&refused));
    }
    let mut layout = Layout::default();
    for (tag, timestamps) in [("good", 0..1), ("bad", 1..3), ("none", 0..0)] {
        let image = layout.image(&[tag.as_bytes()]);
        layout.tag(tag, &image);
        let payload = simple_signing(&image, &json!({}));
        let mut signed = stamped.sign(&payload);
        signed.timestamps = signed.timestamps[timestamps].to_vec();
        layout.sign(&image, &[SimpleSignature::new(payload, signed)]);
    }
    let path = stamped.world.0.path().join("image");
    fs::create_dir(&path).unwrap();
    layout.write(&path).unwrap();
    for (tag, status) in [("good", 0), ("bad", 12), ("none", 12)] {
        let verify = ["verify", &format!("oci:image:{tag}")];
        let verify = with(&verify, &KEY);
        assert_eq!(stamped.world.status(&verify), Some(0), "{tag}");
        let output = stamped.world.run(&with(&verify, &STAMPER));
        assert_eq!(output.status.code(), Some(status), "{tag}: {}", said(&output));
    }
}

#[test]
fn a_timestamp_that_does_not_count_is_told() {
    let stamped = Stamped::new();
    let root = stamped.instance.trusted_root().to_string();
    stamped.write("root.json", root.as_bytes());
    let output = stamped.verify(&["--bundle", "bad.json", "--trusted-root", "root.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for told in ["stamped is something else", "no trusted timestamp authority has this signer"] {
        let told = format!("not counted: timestamp: {told}");
        assert!(said(&output).contains(&told), "{}", said(&output));
    }
    // Where none is known, none is looked for.
    let output = stamped.verify(&["--bundle", "bad.json"]);
    assert!(!said(&output).contains("not counted"), "{}", said(&output));
}

#[test]
fn a_signature_may_be_as_it_is() {
    let stamped = Stamped::new();
    let signed = stamped.sign(b"what is signed");
    stamped.write("raw.sig", &signed.signature);
    assert_eq!(stamped.verify(&["--signature", "raw.sig"]).status.code(), Some(0));
    let mut changed = signed.signature;
    *changed.last_mut().unwrap() ^= 1;
    stamped.write("raw.sig", &changed);
    assert_eq!(stamped.verify(&["--signature", "raw.sig"]).status.code(), Some(1));
    stamped.write("raw.sig", b"no base64");
    let output = stamped.verify(&["--signature", "raw.sig"]);
    assert!(said(&output).contains("not in base64"), "{}", said(&output));
}

#[test]
fn a_bundle_may_be_of_a_digest() {
    let stamped = Stamped::new();
    // SHA-256 of "what is signed", and of nothing.
    let digest = "sha256:819893434c4fe98186a93ce2782c7a73023a46b588b089bb559f98fc4b895c3c";
    let other = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let status = |file: &str, how: &[&str]| {
        stamped.world.status(&with(&with(&["verify-blob", file], &KEY), how))
    };
    for bundle in ["new.json", "old.json"] {
        assert_eq!(status(digest, &["--bundle", bundle]), Some(0), "{bundle}");
        assert_eq!(status(other, &["--bundle", bundle]), Some(1), "{bundle}");
        assert_eq!(status(&digest[..20], &["--bundle", bundle]), Some(2), "{bundle}");
    }
    assert_eq!(status(digest, &["--signature", "sig"]), Some(2), "no file of this name");
    stamped.write(digest, b"a file of this name");
    assert_eq!(status(digest, &["--bundle", "new.json"]), Some(1));
}

#[test]
fn a_url_in_the_place_of_a_file_is_not_fetched() {
    let stamped = Stamped::new();
    let url = "https://files.example/file";
    for (file, how) in [("file", ["--signature", url]), (url, ["--signature", "sig"])] {
        let output = stamped.world.run(&with(&with(&["verify-blob", file], &KEY), &how));
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("a URL is not fetched"), "{}", said(&output));
    }
}

#[test]
fn an_empty_claim_of_a_workflow_is_named_by_its_flag() {
    let world = World::new();
    for part in ["name", "ref", "repository", "sha", "trigger"] {
        let flag = format!("--certificate-github-workflow-{part}");
        let identity = ["--certificate-identity", "a", "--certificate-oidc-issuer", "b"];
        let verify = ["verify-blob", "--signature", "AAAA", "file", &flag, ""];
        let refused = world.run(&with(&verify, &identity));
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
        assert!(said(&refused).contains(&format!("{flag}: an empty text")), "{}", said(&refused));
    }
}
