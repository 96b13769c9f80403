//! The verbs that verify, from outside: what they print, where, and how they exit.
//!
//! Everything is signed here, by an instance that is made anew and always the same.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use sealift_tests::instance::{
    EntryRecipe, Identity, Instance, KeyKind, Layout, LogKind, Recipe, Signed, SimpleSignature,
    TimestampRecipe, digest, signing_statement, simple_signing,
};
use serde_json::{Value, json};
use tempfile::TempDir;

const KEY: [&str; 3] = ["--key", "key.pub", "--insecure-ignore-tlog=true"];

/// A folder with a layout `image`, signed by a key and by an identity, and what verifies it.
struct World {
    folder: TempDir,
    image: String,
    instance: Instance,
}

impl World {
    fn new() -> Self {
        let instance = Instance::new("command", 1_780_000_000);
        let mut layout = Layout::default();
        let image = layout.image(&[b"one layer", b"another layer"]);
        layout.tag("1.0", &image);
        let unsigned = layout.image(&[b"unsigned"]);
        layout.tag("unsigned", &unsigned);
        let payload = simple_signing(&image, &json!({"env": "prod"}));
        let by_key = Recipe::key(&instance, KeyKind::P256, "ada", &payload);
        let promised = Recipe::keyless(&instance, "ada", &payload);
        let signatures = [by_key, promised]
            .map(|recipe| SimpleSignature::new(payload.clone(), instance.sign(&recipe)));
        layout.sign(&image, &signatures);
        let mut bundle = Recipe::keyless(&instance, "grace", b"");
        bundle.content = signing_statement(&image);
        bundle.entries = vec![EntryRecipe::usual(LogKind::Rekor2Ed25519)];
        bundle.timestamps = vec![TimestampRecipe::default()];
        let bundle = instance.sign(&bundle).json();
        let referrer = layout.refer(&image, "https://sigstore.dev/cosign/sign/v1", &bundle);
        layout.list(&[referrer]);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image");
        fs::create_dir(&path).unwrap();
        layout.write(&path).unwrap();
        let root = instance.trusted_root().to_string();
        fs::write(folder.path().join("root.json"), root).unwrap();
        for (file, name) in [("key.pub", "ada"), ("other.pub", "eve")] {
            let key = instance.key(KeyKind::P256, name).public_pem();
            fs::write(folder.path().join(file), key).unwrap();
        }
        Self { folder, image: format!("sha256:{}", digest(&image)), instance }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = command::sealift(&self.folder, arguments);
        command.envs(variables.iter().copied()).output().unwrap()
    }

    fn status(&self, arguments: &[&str]) -> Option<i32> {
        self.run(arguments).status.code()
    }

    /// What is said, the image's digest replaced.
    fn said(&self, output: &Output) -> String {
        String::from_utf8(output.stderr.clone()).unwrap().replace(&self.image, "IMAGE")
    }

    fn blob(&self, digest: &str) -> PathBuf {
        let (_, hex) = digest.split_once(':').unwrap();
        self.folder.path().join("image/blobs/sha256").join(hex)
    }

    fn document(&self, digest: &str) -> Value {
        serde_json::from_slice(&fs::read(self.blob(digest)).unwrap()).unwrap()
    }

    fn identity<'a>(&'a self, subject: &'a str, issuer: &'a str) -> [&'a str; 6] {
        [
            "--certificate-identity",
            subject,
            "--certificate-oidc-issuer",
            issuer,
            "--trusted-root",
            "root.json",
        ]
    }
}

fn with<'a>(start: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [start, rest].concat()
}

#[test]
fn a_signature_by_a_key() {
    let world = World::new();
    let output = world.run(&with(&["verify", "oci:image:1.0"], &KEY));
    assert_eq!(output.status.code(), Some(0), "{}", world.said(&output));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        printed,
        json!([{
            "critical": {
                "identity": {"docker-reference": "registry.test/app"},
                "image": {"docker-manifest-digest": world.image},
                "type": "cosign container image signature",
            },
            "optional": {"env": "prod"},
        }])
    );
    let said = world.said(&output);
    let (rejected, said) = said.split_once("\n\n").unwrap();
    assert_eq!(rejected.lines().count(), 2, "{rejected}");
    assert_eq!(
        said,
        "Verification for oci:image:1.0@IMAGE --\n\
         The following checks were performed on each of these signatures:\n  \
         - The cosign claims were validated\n  \
         - The signatures were verified against the specified public key\n  \
         - Every byte of the image was compared with its digest (1 manifests, 2 layers or other \
         blobs)\n\
         warning: not checked, as was asked for: signed entry timestamps of the transparency log; \
         inclusion in the transparency log, offline; the log entry is of this signature, signer \
         and content\n"
    );
    let text = world.run(&with(&["verify", "oci:image:1.0", "-o", "text"], &KEY));
    assert!(text.stdout.starts_with(b"{\"critical\":"));
}

#[test]
fn a_signature_by_an_identity_in_both_forms() {
    let world = World::new();
    let issuer = world.instance.issuer();
    for (name, log) in [("ada", true), ("grace", false)] {
        let subject = format!("{name}@{}", world.instance.organization);
        let flags = world.identity(&subject, &issuer);
        let output = world.run(&with(&["verify", "oci:image:1.0"], &flags));
        assert_eq!(output.status.code(), Some(0), "{}", world.said(&output));
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        let optional = &printed[0]["optional"];
        assert_eq!(optional["Subject"], subject.as_str());
        assert_eq!(optional["Issuer"], issuer.as_str());
        assert_eq!(optional["1.3.6.1.4.1.57264.1.1"], issuer.as_str());
        assert_eq!(optional["Bundle"]["Payload"]["logIndex"].is_u64(), log, "{optional}");
        let said = world.said(&output);
        assert!(said.contains("transparency log was verified offline"), "{said}");
        assert!(!said.contains("warning"), "{said}");
    }
}

#[test]
fn exit_statuses_are_those_of_cosign() {
    let world = World::new();
    let issuer = world.instance.issuer();
    let key = |image: &'static str| with(&["verify", image], &KEY);
    assert_eq!(world.status(&key("oci:image:1.0")), Some(0));
    assert_eq!(world.status(&key("oci:image:unsigned")), Some(10));
    assert_eq!(world.status(&key("oci:image:2.0")), Some(11));
    let other = ["--key", "other.pub", "--insecure-ignore-tlog"];
    assert_eq!(world.status(&with(&["verify", "oci:image:1.0"], &other)), Some(12));
    let identity = world.identity("eve@sealift.test", &issuer);
    assert_eq!(world.status(&with(&["verify", "oci:image:1.0"], &identity)), Some(12));
    let attestation = with(&["verify-attestation", "oci:image:1.0"], &KEY);
    assert_eq!(world.status(&attestation), Some(1));
    assert_eq!(world.status(&with(&key("oci:image:1.0"), &["-a", "env=prod"])), Some(0));
    assert_eq!(world.status(&with(&key("oci:image:1.0"), &["-a", "env=dev"])), Some(12));
}

#[test]
fn without_a_certificate_an_identity_proves_nothing() {
    let mut layout = Layout::default();
    let world = World::new();
    let image = layout.image(&[b"keyed"]);
    layout.tag("1.0", &image);
    let payload = simple_signing(&image, &Value::Null);
    let recipe = Recipe::key(&world.instance, KeyKind::P256, "ada", &payload);
    layout.sign(&image, &[SimpleSignature::new(payload, world.instance.sign(&recipe))]);
    let path = world.folder.path().join("keyed");
    fs::create_dir(&path).unwrap();
    layout.write(&path).unwrap();
    let issuer = world.instance.issuer();
    let identity = world.identity("ada@sealift.test", &issuer);
    assert_eq!(world.status(&with(&["verify", "oci:keyed"], &identity)), Some(13));
}

#[test]
fn a_bundle_without_an_entry_has_a_hint_at_what_does_without() {
    let world = World::new();
    let mut layout = Layout::default();
    let image = layout.image(&[b"not in a log"]);
    layout.tag("1.0", &image);
    let mut bundle = Recipe::key(&world.instance, KeyKind::P256, "ada", b"");
    bundle.content = signing_statement(&image);
    let bundle = world.instance.sign(&bundle).json();
    let referrer = layout.refer(&image, "https://sigstore.dev/cosign/sign/v1", &bundle);
    layout.list(&[referrer]);
    let path = world.folder.path().join("bare");
    fs::create_dir(&path).unwrap();
    layout.write(&path).unwrap();
    let verify = ["verify", "oci:bare:1.0", "--key", "key.pub", "--offline"];
    let output = world.run(&verify);
    assert_eq!(output.status.code(), Some(12));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--insecure-ignore-tlog does without"), "{said}");
    assert_eq!(world.status(&with(&verify, &["--insecure-ignore-tlog"])), Some(0));
}

#[test]
fn usage_is_explained() {
    let world = World::new();
    for (arguments, named) in [
        (&["verify", "oci:image:1.0"][..], "--certificate-identity"),
        (&["verify"], "IMAGE"),
        (&["verify", "oci:image:1.0", "--certificate-identity", "a"], "issuer"),
        (
            &["verify", "registry.example/app", "--key", "key.pub", "--insecure-ignore-tlog"],
            "registry",
        ),
        (&["verify", "oci:image:1.0", "--key", "key.pub"], "--trusted-root"),
        (&["verify", "oci:image:1.0", "--key", "awskms:///x"], "awskms://"),
        (&["verify", "oci:image:1.0", "--key", "key.pub", "--sk"], "--sk"),
        (&["verify", "oci:image:1.0", "--key", "none.pub"], "none.pub"),
        (&["verify-blob", "key.pub", "--key", "key.pub"], "--bundle"),
    ] {
        let output = world.run(arguments);
        let said = world.said(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(named), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_flipped_byte_in_config_or_layer_is_named() {
    let world = World::new();
    let manifest = world.document(&world.image);
    for blob in [&manifest["config"], &manifest["layers"][0], &manifest["layers"][1]] {
        let digest = blob["digest"].as_str().unwrap();
        let bytes = fs::read(world.blob(digest)).unwrap();
        let mut flipped = bytes.clone();
        *flipped.last_mut().unwrap() ^= 1;
        fs::write(world.blob(digest), flipped).unwrap();
        let output = world.run(&with(&["verify", "oci:image:1.0"], &KEY));
        fs::write(world.blob(digest), bytes).unwrap();
        let said = world.said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(digest), "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_weakening_by_a_variable_is_named() {
    let world = World::new();
    let variables = [("COSIGN_INSECURE_IGNORE_TLOG", "true"), ("TRIVY_OUTPUT", "report.json")];
    let output = world.run_with(&["verify", "oci:image:1.0", "--key", "key.pub"], &variables);
    let said = world.said(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("--insecure-ignore-tlog comes from COSIGN_INSECURE_IGNORE_TLOG"),
        "{said}"
    );
    let pem = fs::read_to_string(world.folder.path().join("key.pub")).unwrap();
    let flags = ["verify", "oci:image:1.0", "--key", "env://PEM", "--insecure-ignore-tlog"];
    assert_eq!(world.run_with(&flags, &[("PEM", &pem)]).status.code(), Some(0));
}

#[test]
fn wide_expressions_are_told() {
    let world = World::new();
    let run = |subject: &str, issuer: &str| {
        let flags = [
            "verify",
            "oci:image:1.0",
            "--certificate-identity-regexp",
            subject,
            "--certificate-oidc-issuer-regexp",
            issuer,
            "--trusted-root",
            "root.json",
        ];
        let output = world.run(&flags);
        (output.status.code(), world.said(&output))
    };
    let (status, said) = run("^ada@sealift\\.test$", "sealift");
    assert_eq!(status, Some(0), "{said}");
    assert!(
        said.contains("warning: --certificate-oidc-issuer-regexp sealift also matches"),
        "{said}"
    );
    assert!(!said.contains("identity-regexp ^ada"), "{said}");
    let (status, said) = run(".*", ".*");
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("ANY IDENTITY"), "{said}");
    assert_eq!(run("", ".*").0, Some(2));
}

#[test]
fn files_and_what_is_attached() {
    let world = World::new();
    let artifact = b"an artifact";
    let recipe = Recipe::keyless(&world.instance, "ada", artifact);
    let signed = world.instance.sign(&recipe).json();
    fs::write(world.folder.path().join("file"), artifact).unwrap();
    fs::write(world.folder.path().join("file.sigstore.json"), signed).unwrap();
    let issuer = world.instance.issuer();
    let identity = world.identity("ada@sealift.test", &issuer);
    let bundle = ["verify-blob", "--bundle", "file.sigstore.json"];
    let output = world.run(&with(&with(&bundle, &["file"]), &identity));
    assert_eq!(output.status.code(), Some(0), "{}", world.said(&output));
    assert!(world.said(&output).ends_with("Verified OK\n"));
    assert_eq!(world.status(&with(&with(&bundle, &["key.pub"]), &identity)), Some(1));

    let tree = world.run(&["tree", "oci:image:1.0"]);
    let drawn = String::from_utf8(tree.stdout).unwrap().replace(&world.image, "IMAGE");
    let lines: Vec<&str> = drawn.lines().collect();
    assert_eq!(lines.len(), 6, "{drawn}");
    assert!(lines[1].starts_with("└── 🔐 Signatures for an image tag: sha256-"), "{drawn}");
    assert!(lines[4].contains("via OCI referrer"), "{drawn}");
}

/// PEM of what a trusted root has in base64.
fn pem(label: &str, base64: &Value) -> String {
    let lines: Vec<&[u8]> = base64.as_str().unwrap().as_bytes().chunks(64).collect();
    let body: Vec<_> = lines.iter().map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", body.join("\n"))
}

#[test]
fn a_signature_in_files_of_its_own() {
    let world = World::new();
    let write =
        |name: &str, bytes: &[u8]| fs::write(world.folder.path().join(name), bytes).unwrap();
    let payload = simple_signing(&json!({"digest": world.image}), &json!({"env": "prod"}));
    let signed = world.instance.sign(&Recipe::key(&world.instance, KeyKind::P256, "ada", &payload));
    let signature = signed.annotations()["dev.cosignproject.cosign/signature"].clone();
    write("payload.json", &payload);
    write("payload.sig", signature.as_bytes());
    let files = ["--signature", "payload.sig", "--payload", "payload.json"];
    let verify = |image: &str, flags: &[&str]| {
        world.run(&[&["verify", image], &KEY[..], &files[..], flags].concat())
    };
    let output = verify("oci:image:1.0", &["-a", "env=prod"]);
    assert_eq!(output.status.code(), Some(0), "{}", world.said(&output));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed.as_array().unwrap().len(), 1);
    assert_eq!(verify("oci:image:unsigned", &[]).status.code(), Some(12), "of another image");
    assert_eq!(verify("oci:image:1.0", &["-a", "env=test"]).status.code(), Some(12));
    let inline = ["verify", "oci:image:1.0", "--signature", &signature];
    let inline = with(&inline, &[&KEY[..], &files[2..]].concat());
    assert_eq!(world.status(&inline), Some(0));
    write("payload.json", &simple_signing(&json!({"digest": world.image}), &json!({})));
    assert_eq!(verify("oci:image:1.0", &[]).status.code(), Some(12), "other claims");
    // What cosign would have signed has no such claims.
    assert_eq!(world.status(&with(&inline[..7], &[])), Some(12));
}

#[test]
fn authorities_and_logs_of_ones_own() {
    let world = World::new();
    let root = world.instance.trusted_root();
    let write = |name: &str, text: &str| fs::write(world.folder.path().join(name), text).unwrap();
    let certificates = root["certificateAuthorities"][0]["certChain"]["certificates"].as_array();
    let certificates: Vec<String> = certificates
        .unwrap()
        .iter()
        .map(|certificate| pem("CERTIFICATE", &certificate["rawBytes"]))
        .collect();
    write("chain.pem", &certificates.concat());
    write("roots.pem", certificates.last().unwrap());
    write("between.pem", &certificates[..certificates.len() - 1].concat());
    let key = |log: &Value| pem("PUBLIC KEY", &log["publicKey"]["rawBytes"]);
    write("ct.pub", &key(&root["ctlogs"][0]));
    let signed = world.instance.sign(&Recipe::keyless(&world.instance, "ada", b"what is signed"));
    let annotations = signed.annotations();
    let promise: Value = serde_json::from_str(&annotations["dev.sigstore.cosign/bundle"]).unwrap();
    let id = promise["Payload"]["logID"].as_str().unwrap();
    let log = root["tlogs"].as_array().unwrap().iter().find(|log| {
        let bytes = sealift::verify::decode_base64(log["logId"]["keyId"].as_str().unwrap());
        bytes.unwrap().iter().map(|byte| format!("{byte:02x}")).collect::<String>() == id
    });
    write("rekor.pub", &key(log.unwrap()));
    // What cosign wrote before there were bundles.
    let certificate = annotations["dev.sigstore.cosign/certificate"].as_bytes();
    let older = json!({
        "base64Signature": annotations["dev.cosignproject.cosign/signature"],
        "cert": sealift::verify::encode_base64(certificate),
        "rekorBundle": promise,
    });
    write("file", "what is signed");
    write("older.json", &older.to_string());

    let verify = ["verify-blob", "file", "--bundle", "older.json", "--offline"];
    let identity = &world.identity("ada@sealift.test", "https://oidc.sealift.test")[..4];
    let verify = with(&verify, identity);
    let whole = with(&verify, &["--trusted-root", "root.json"]);
    let output = world.run(&whole);
    assert_eq!(output.status.code(), Some(0), "{}", world.said(&output));
    let logs =
        [("SIGSTORE_REKOR_PUBLIC_KEY", "rekor.pub"), ("SIGSTORE_CT_LOG_PUBLIC_KEY_FILE", "ct.pub")];
    let roots = ["--ca-roots", "roots.pem", "--ca-intermediates", "between.pem"];
    for flags in [&["--certificate-chain", "chain.pem"][..], &roots] {
        let output = world.run_with(&with(&verify, flags), &logs);
        assert_eq!(output.status.code(), Some(0), "{flags:?}: {}", world.said(&output));
        assert!(world.said(&output).contains("SIGSTORE_REKOR_PUBLIC_KEY takes the place"));
    }
    let by_variable = [&logs[..], &[("SIGSTORE_ROOT_FILE", "chain.pem")]].concat();
    let output = world.run_with(&verify, &by_variable);
    assert_eq!(output.status.code(), Some(0), "{}", world.said(&output));
    // The log is known by its key, which signs the checkpoint of a proof; no other trust is needed,
    // so that no repository is asked for more (there is no folder to keep it in).
    let bundle = |signed: &Signed| String::from_utf8(signed.json()).unwrap();
    write("bundle.json", &bundle(&signed));
    let newer = with(&["verify-blob", "file", "--bundle", "bundle.json"], identity);
    let output = world.run_with(&newer, &by_variable);
    assert_eq!(output.status.code(), Some(0), "{}", world.said(&output));
    let mut forged = Recipe::keyless(&world.instance, "ada", b"what is signed");
    forged.entries[0].forged = true;
    forged.entries[0].promise = false;
    write("forged.json", &bundle(&world.instance.sign(&forged)));
    let forged = with(&["verify-blob", "file", "--bundle", "forged.json"], identity);
    let output = world.run_with(&forged, &by_variable);
    assert_eq!(output.status.code(), Some(1), "{}", world.said(&output));
    // The public instance's authorities and logs know nothing of this one.
    assert_eq!(world.run_with(&verify, &logs).status.code(), Some(1));
    assert_eq!(world.run_with(&verify, &by_variable[1..]).status.code(), Some(1));
    let output = world.run(&with(&whole, &["--ca-roots", "roots.pem"]));
    assert_eq!(output.status.code(), Some(2), "a trusted root is whole");
    let output = world.run(&with(&verify, &["--ca-roots", "ct.pub"]));
    assert_eq!(output.status.code(), Some(2));
    // A root among those that only lead to one is trusted by nobody.
    let others = root["timestampAuthorities"][0]["certChain"]["certificates"].as_array().unwrap();
    write("other.pem", &pem("CERTIFICATE", &others.last().unwrap()["rawBytes"]));
    let roots = ["--ca-roots", "other.pem", "--ca-intermediates", "chain.pem"];
    let output = world.run_with(&with(&verify, &roots), &logs);
    assert_eq!(output.status.code(), Some(1), "{}", world.said(&output));
}

/// cosign sorts the certificates of a file into one that signs, those between, and roots.
#[test]
fn certificates_of_a_timestamp_authority_in_any_order() {
    let world = World::new();
    let write = |name: &str, text: &str| fs::write(world.folder.path().join(name), text).unwrap();
    let root = world.instance.trusted_root();
    let pems = |part: &str| -> Vec<String> {
        let certificates = root[part][0]["certChain"]["certificates"].as_array().unwrap();
        certificates.iter().map(|it| pem("CERTIFICATE", &it["rawBytes"])).collect()
    };
    let (stamps, others) = (pems("timestampAuthorities"), pems("certificateAuthorities"));
    let [signer, between, top] = &stamps[..] else { panic!("three certificates") };
    let other = others.last().unwrap();
    let mut recipe = Recipe::key(&world.instance, KeyKind::P256, "ada", b"what is signed");
    recipe.timestamps = vec![TimestampRecipe::default()];
    let signed = world.instance.sign(&recipe).json();
    write("bundle.json", &String::from_utf8(signed).unwrap());
    write("file", "what is signed");
    let verify = ["verify-blob", "file", "--bundle", "bundle.json", "--use-signed-timestamps"];
    let verify = with(&with(&verify, &KEY), &["--timestamp-certificate-chain", "tsa.pem"]);
    for (chain, status) in [
        (&[signer, between, top][..], 0),
        (&[top, between, signer], 0),
        (&[between, top, signer], 0),
        (&[signer, between, top, other], 0),
        (&[other, top, between, signer], 0),
        (&[top, between], 0),
        (&[between, top], 0),
        (&[other, between, top], 0),
        (&[other], 1),
        (&[other, signer, between], 2),
        (&[top, signer], 2),
    ] {
        write("tsa.pem", &chain.iter().map(|pem| pem.as_str()).collect::<String>());
        let output = world.run(&verify);
        assert_eq!(output.status.code(), Some(status), "{}", world.said(&output));
    }
}

/// As cosign 3 signs and verifies with authorities of one's own.
#[test]
fn bundles_with_a_chain_of_certificates() {
    let world = World::new();
    let write = |name: &str, text: &str| fs::write(world.folder.path().join(name), text).unwrap();
    let mut root = world.instance.trusted_root();
    let chain = &mut root["certificateAuthorities"][0]["certChain"]["certificates"];
    let [between, top] = &chain.as_array().unwrap()[..] else { panic!("two certificates") };
    let (between, top) = (between.clone(), top.clone());
    *chain = json!([top]);
    write("top.json", &root.to_string());
    write("file", "what is signed");
    let bundle = |recipe: &Recipe, between: &[Value]| {
        let mut bundle: Value =
            serde_json::from_slice(&world.instance.sign(recipe).json()).unwrap();
        let material = bundle["verificationMaterial"].as_object_mut().unwrap();
        let leaf = material.remove("certificate").unwrap();
        let chain = [&[leaf], between].concat();
        material.insert("x509CertificateChain".to_owned(), json!({"certificates": chain}));
        write("bundle.json", &bundle.to_string());
    };
    let verify = |root: &str, flags: &[&str]| {
        let verify = ["verify-blob", "file", "--bundle", "bundle.json", "--trusted-root", root];
        world.run(&with(&verify, flags))
    };
    let allow = "--allow-certificate-chain";
    let names = ["--certificate-identity", "ada@sealift.test"];
    let exact = with(&names, &["--certificate-oidc-issuer", "https://oidc.sealift.test"]);
    let any = with(&names, &["--certificate-oidc-issuer-regexp", ".*"]);

    let usual = Recipe::keyless(&world.instance, "ada", b"what is signed");
    bundle(&usual, std::slice::from_ref(&between));
    let refused = verify("top.json", &exact);
    assert_eq!(refused.status.code(), Some(1));
    assert!(world.said(&refused).contains("not in a bundle of version 0.3"));
    let allowed = verify("top.json", &with(&exact, &[allow]));
    assert_eq!(allowed.status.code(), Some(0), "{}", world.said(&allowed));
    assert!(!world.said(&allowed).contains(allow), "{}", world.said(&allowed));
    // What comes along is not trusted: it must lead to a root that is.
    for between in [&[][..], std::slice::from_ref(&top)] {
        bundle(&usual, between);
        let lost = verify("top.json", &with(&exact, &[allow]));
        assert_eq!(lost.status.code(), Some(1), "{}", world.said(&lost));
    }
    let mut forged = usual.clone();
    forged.certificate.as_mut().unwrap().impostor = true;
    bundle(&forged, &[between]);
    let output = verify("top.json", &with(&exact, &[allow]));
    assert_eq!(output.status.code(), Some(1), "{}", world.said(&output));

    // Certificates by rules of one's own: several names, and nobody who vouches for them.
    let mut ordinary = usual;
    let certificate = ordinary.certificate.as_mut().unwrap();
    certificate.claims.clear();
    let names = [&[0x81, 16][..], b"ada@sealift.test", &[0x86, 7], b"urn:ada"].concat();
    certificate.identity = Identity::Names(names);
    write("bundle.json", &String::from_utf8(world.instance.sign(&ordinary).json()).unwrap());
    assert_eq!(verify("root.json", &any).status.code(), Some(1));
    let output = verify("root.json", &with(&any, &[allow]));
    assert_eq!(output.status.code(), Some(0), "{}", world.said(&output));
    assert_eq!(verify("root.json", &with(&exact, &[allow])).status.code(), Some(1));
}
