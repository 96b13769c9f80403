//! Attestations as cosign 2 writes them: in files of their own, in its older bundle, and under tags
//! with a timestamp over the envelope.

use std::fs;

use sealift::verify::encode_base64;
use sealift_tests::instance::{
    Content, HashKind, Instance, Layout, Recipe, Signed, TimestampRecipe, digest, pem,
};
use serde_json::{Value, json};

use crate::world::{ADA, World, said, with};

const TYPE: [&str; 2] = ["--type", "https://example.com/p"];
const UNLOGGED: [&str; 2] = ["--insecure-ignore-tlog", "--offline"];

/// An attestation by ada, about what has a digest, with its envelope.
fn attested(instance: &Instance, digest: &str) -> (Signed, Vec<u8>) {
    let mut recipe = Recipe::keyless(instance, "ada", b"");
    recipe.content = Content::statement_of(digest, TYPE[1], &json!({}));
    let signed = instance.sign(&recipe);
    let envelope = serde_json::to_vec(&signed.content.1).unwrap();
    (signed, envelope)
}

fn stamp(instance: &Instance, message: &[u8]) -> Vec<u8> {
    let (digest, recipe) = (HashKind::Sha256.digest(message), TimestampRecipe::default());
    let (authority, other) = (&instance.timestamp_authority, instance.foreign_key());
    authority.stamp_digest(&recipe, &digest, instance.now, other)
}

struct Files {
    world: World,
    instance: Instance,
    signed: Signed,
    envelope: Vec<u8>,
}

impl Files {
    fn new() -> Self {
        let (world, instance) = (World::new(), Instance::new("attested", 1_780_000_000));
        let digest = HashKind::Sha256.digest(b"what is signed");
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let (signed, envelope) = attested(&instance, &digest);
        let files = Self { world, instance, signed, envelope };
        files.write("root.json", files.instance.trusted_root().to_string().as_bytes());
        files
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.world.0.path().join(name), bytes).unwrap();
    }

    fn certificate(&self) -> String {
        pem("CERTIFICATE", self.signed.certificate.as_ref().unwrap())
    }

    fn verify(&self, how: &[&str]) -> (Option<i32>, String) {
        let verify = with(&["verify-blob-attestation"], &with(&ADA, &TYPE));
        let output = self.world.run(&with(&verify, how));
        (output.status.code(), said(&output))
    }
}

#[test]
fn an_attestation_in_files_of_its_own() {
    let files = Files::new();
    files.write("envelope.json", &files.envelope);
    files.write("cert.pem", files.certificate().as_bytes());
    let signature = &files.signed.signature;
    let stamped: [(&str, &[u8]); 3] =
        [("whole", &files.envelope), ("signature", signature), ("other", b"something else")];
    for (name, message) in stamped {
        let der = encode_base64(&stamp(&files.instance, message));
        let json = json!({"SignedRFC3161Timestamp": der}).to_string();
        files.write(&format!("{name}.json"), json.as_bytes());
    }
    let alone = with(&["--signature", "envelope.json", "--certificate", "cert.pem"], &UNLOGGED);
    // The certificate was valid for minutes, and nobody says when it was used.
    assert_eq!(files.verify(&with(&alone, &["file"])).0, Some(1));
    for (stamp, file, status) in [
        ("whole.json", "file", 0),
        ("signature.json", "file", 0),
        ("other.json", "file", 1),
        ("whole.json", "other", 1),
        ("absent.json", "file", 2),
    ] {
        let (code, said) = files.verify(&with(&alone, &["--rfc3161-timestamp", stamp, file]));
        assert_eq!(code, Some(status), "{stamp} {file}: {said}");
    }
    let bare = with(&["--signature", "envelope.json", "file"], &UNLOGGED);
    assert_eq!(files.verify(&bare).0, Some(1), "no certificate");
}

#[test]
fn an_attestation_in_an_older_bundle() {
    let files = Files::new();
    let promise = &files.signed.annotations()["dev.sigstore.cosign/bundle"];
    let bundle = json!({
        "base64Signature": encode_base64(&files.envelope),
        "cert": encode_base64(files.certificate().as_bytes()),
        "rekorBundle": serde_json::from_str::<Value>(promise).unwrap(),
    });
    files.write("old.json", bundle.to_string().as_bytes());
    files.write("whole.der", &stamp(&files.instance, &files.envelope));
    files.write("other.der", &stamp(&files.instance, b"something else"));
    for (how, file, status) in [
        (&[][..], "file", 0),
        (&[], "other", 1),
        (&["--type", "vuln"], "file", 1),
        (&["--rfc3161-timestamp", "whole.der"], "file", 0),
        (&["--rfc3161-timestamp", "other.der"], "file", 1),
        (&["--certificate", "root.json"], "file", 2),
    ] {
        let verify = ["verify-blob-attestation", "--bundle", "old.json", file, "--offline"];
        let kind = if how.contains(&"--type") { &[][..] } else { &TYPE };
        let output = files.world.run(&[&verify, how, kind, &ADA].concat());
        assert_eq!(output.status.code(), Some(status), "{how:?} {file}: {}", said(&output));
    }
}

#[test]
fn an_attestation_of_an_image_may_be_stamped_whole() {
    let (world, instance) = (World::new(), Instance::new("attested", 1_780_000_000));
    fs::write(world.0.path().join("root.json"), instance.trusted_root().to_string()).unwrap();
    let mut layout = Layout::default();
    for tag in ["whole", "other", "none"] {
        let image = layout.image(&[tag.as_bytes()]);
        layout.tag(tag, &image);
        let (mut signed, envelope) = attested(&instance, digest(&image));
        signed.timestamps = match tag {
            "whole" => vec![stamp(&instance, &envelope)],
            "other" => vec![stamp(&instance, &envelope[1..])],
            _ => Vec::new(),
        };
        layout.attest(&image, &[(TYPE[1], signed)]);
    }
    let path = world.0.path().join("image");
    fs::create_dir(&path).unwrap();
    layout.write(&path).unwrap();
    let verify = with(&["verify-attestation", "--use-signed-timestamps"], &with(&ADA, &TYPE));
    for (tag, status) in [("whole", 0), ("other", 1), ("none", 1)] {
        let image = format!("oci:image:{tag}");
        for more in [&[][..], &UNLOGGED] {
            let output = world.run(&[&verify, &[image.as_str()][..], more].concat());
            assert_eq!(output.status.code(), Some(status), "{tag}: {}", said(&output));
        }
    }
}
