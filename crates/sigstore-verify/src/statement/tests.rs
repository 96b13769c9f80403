use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn statement() -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": "a", "digest": {"sha256": "aB".repeat(32), "gitCommit": "x"}},
            {"name": "", "digest": {"sha512": "0".repeat(128)}, "uri": "ignored"}
        ],
        "predicateType": "https://example.com/p",
        "predicate": {"b": 1.50},
        "other": null
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut statement = statement();
    statement[name] = value;
    statement
}

fn read(statement: &Value) -> Result<Statement, StatementError> {
    Statement::from_json(statement.to_string().as_bytes(), &Limits::default())
}

fn predicate(predicate_type: &str, predicate: Value) -> Result<Predicate, StatementError> {
    let mut statement = with("predicateType", json!(predicate_type));
    statement["predicate"] = predicate;
    read(&statement).unwrap().predicate()
}

fn field(path: &str, kind: FieldErrorKind) -> StatementError {
    StatementError::Field(FieldError { path: path.to_owned(), kind })
}

fn missing(path: &str) -> StatementError {
    field(path, FieldErrorKind::Missing)
}

#[test]
fn subjects_are_found_by_digest_alone() {
    let statement = read(&statement()).unwrap();
    let hash = |algorithm, byte, length| Hash::new(algorithm, &vec![byte; length]).unwrap();
    let name = |hash| statement.subject_of(&hash).map(|subject| subject.name.as_deref());
    assert_eq!(name(hash(HashAlgorithm::Sha256, 0xab, 32)), Some(Some("a")));
    assert_eq!(name(hash(HashAlgorithm::Sha512, 0, 64)), Some(None));
    assert_eq!(name(hash(HashAlgorithm::Sha256, 0xac, 32)), None);
    assert_eq!(name(hash(HashAlgorithm::Sha384, 0, 48)), None);
    assert_eq!(statement.digest_algorithms(), [HashAlgorithm::Sha256, HashAlgorithm::Sha512]);
    assert_eq!(statement.version(), StatementVersion::V1);
    assert_eq!(statement.predicate_json(), r#"{"b":1.5}"#);
    assert!(matches!(statement.predicate(), Ok(Predicate::Other(_))));
}

#[test]
fn malformed_statements_are_refused() {
    for (name, value, error) in [
        ("subject", json!([]), missing("subject")),
        ("subject", json!(null), missing("subject")),
        ("subject", json!([{"name": "a"}]), missing("subject[0].digest")),
        ("subject", json!([{"digest": {}}]), missing("subject[0].digest")),
        ("subject", json!([{"digest": {"sha256": ""}}]), missing("subject[0].digest.sha256")),
        (
            "subject",
            json!([{"digest": {"sha256": "0g"}}]),
            field("subject[0].digest.sha256", FieldErrorKind::Hex),
        ),
        (
            "subject",
            json!([{"digest": {"sha256": "00"}}]),
            field("subject[0].digest.sha256", FieldErrorKind::Length { expected: 32, bytes: 1 }),
        ),
        (
            "subject",
            json!(vec![json!({}); 10_000]),
            field("subject", FieldErrorKind::TooMany { count: 10_000, max: 1024 }),
        ),
        ("predicateType", json!(""), missing("predicateType")),
        (
            "_type",
            json!("https://in-toto.io/Statement/v2"),
            StatementError::StatementType {
                statement_type: "https://in-toto.io/Statement/v2".to_owned(),
            },
        ),
        ("_type", json!(null), missing("_type")),
    ] {
        assert_eq!(read(&with(name, value)).unwrap_err(), error);
    }
    assert!(matches!(read(&json!([])), Err(StatementError::Field(_))));
    let twice = br#"{"predicate":{"a":1,"a":2}}"#;
    assert!(matches!(
        Statement::from_json(twice, &Limits::default()),
        Err(StatementError::Json(json::JsonError::DuplicateKey { .. }))
    ));
    let limits = Limits { max_statement_bytes: 1, ..Limits::default() };
    assert_eq!(
        Statement::from_json(b"{}", &limits),
        Err(StatementError::TooLarge { bytes: 2, max: 1 })
    );
}

#[test]
fn envelopes_of_other_payloads_are_refused() {
    let envelope = |payload_type: &str| {
        let payload = crate::base64::encode(statement().to_string().as_bytes());
        let envelope = json!({
            "payload": payload, "payloadType": payload_type, "signatures": [{"sig": "AA=="}]
        });
        let envelope =
            Envelope::from_json(envelope.to_string().as_bytes(), &Limits::default()).unwrap();
        Statement::from_envelope(&envelope, &Limits::default())
    };
    assert!(envelope("application/vnd.in-toto+json").is_ok());
    assert_eq!(
        envelope("text/plain").unwrap_err(),
        StatementError::PayloadType { payload_type: "text/plain".to_owned() }
    );
}

#[test]
fn unset_null_and_empty_mean_the_same() {
    let slsa = |value: Value| {
        let Ok(Predicate::SlsaProvenanceV1(one)) =
            predicate("https://slsa.dev/provenance/v1", value)
        else {
            panic!("provenance")
        };
        one
    };
    let unset = slsa(json!({
        "buildDefinition": {"buildType": "t"},
        "runDetails": {"builder": {"id": "b"}}
    }));
    let null = slsa(json!({
        "buildDefinition": {
            "buildType": "t", "externalParameters": null, "resolvedDependencies": null
        },
        "runDetails": {"builder": {"id": "b", "version": null}, "metadata": null}
    }));
    let empty = slsa(json!({
        "buildDefinition": {"buildType": "t", "resolvedDependencies": []},
        "runDetails": {
            "builder": {"id": "b", "version": {}},
            "metadata": {"invocationId": ""},
            "byproducts": []
        }
    }));
    assert_eq!(unset, null);
    assert_eq!(unset, empty);
    let none = read(&with("predicate", Value::Null)).unwrap();
    assert_eq!(none.predicate(), Ok(Predicate::Other(json::Value::Null)));
}

#[test]
fn slsa_v1_is_typed() {
    let value = json!({
        "buildDefinition": {
            "buildType": "t",
            "externalParameters": {"source": "s", "unused": {}, "flags": ["x"]},
            "resolvedDependencies": [{"uri": "u", "digest": {"gitCommit": "c"}, "content": "AA=="}]
        },
        "runDetails": {
            "builder": {"id": "b", "version": {"v": "1"}},
            "metadata": {"invocationId": "i", "startedOn": "2026-01-01T00:00:00Z"}
        }
    });
    let read = predicate("https://slsa.dev/provenance/v1", value.clone()).unwrap();
    assert_eq!(read.builder_id(), Some("b"));
    let Predicate::SlsaProvenanceV1(slsa) = read else { panic!("provenance v1") };
    assert_eq!(slsa.unexpected_parameters(&["source"]), ["flags"]);
    assert_eq!(slsa.metadata.invocation_id.as_deref(), Some("i"));
    let [dependency] = &*slsa.resolved_dependencies else { panic!("one dependency") };
    assert_eq!(dependency.digests.get("gitCommit"), Some("c"));
    assert_eq!(dependency.content.as_deref(), Some(&[0][..]));

    let without = |pointer: &str, key: &str| {
        let mut value = value.clone();
        value.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(key);
        predicate("https://slsa.dev/provenance/v1", value).unwrap_err()
    };
    assert_eq!(without("/buildDefinition", "buildType"), missing("buildDefinition.buildType"));
    assert_eq!(without("/runDetails", "builder"), missing("runDetails.builder"));
    assert_eq!(without("/runDetails/builder", "id"), missing("runDetails.builder.id"));
}

#[test]
fn slsa_v02_is_typed() {
    let read = predicate(
        "https://slsa.dev/provenance/v0.2",
        json!({
            "builder": {"id": "b"},
            "buildType": "t",
            "invocation": {
                "configSource": {"uri": "u", "digest": {"sha1": "d"}, "entryPoint": "e"},
                "environment": {"k": true}
            },
            "metadata": {"buildInvocationId": "i"},
            "materials": [{"uri": "m", "digest": {"sha1": "d"}}]
        }),
    )
    .unwrap();
    assert_eq!(read.builder_id(), Some("b"));
    let Predicate::SlsaProvenanceV02(slsa) = read else { panic!("provenance v0.2") };
    assert_eq!(slsa.config_source.entry_point.as_deref(), Some("e"));
    assert_eq!(slsa.parameters, json::Value::Null);
    assert_eq!(slsa.environment.get("k"), Some(&json::Value::Bool(true)));
    assert_eq!(slsa.metadata.invocation_id.as_deref(), Some("i"));
    assert_eq!(slsa.materials.len(), 1);
}

#[test]
fn documents_are_typed() {
    let cyclonedx = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{}, {}]});
    for wrapped in [cyclonedx.clone(), json!({"Data": cyclonedx, "Timestamp": "t"})] {
        let read = predicate("https://cyclonedx.org/bom", wrapped).unwrap();
        let Predicate::CycloneDx(bom) = read else { panic!("CycloneDX") };
        assert_eq!((&*bom.spec_version, bom.components), ("1.6", 2));
    }
    assert_eq!(
        predicate("https://cyclonedx.org/bom", json!({"bomFormat": "X"})).unwrap_err(),
        field("bomFormat", FieldErrorKind::UnknownValue { value: "X".to_owned() })
    );
    let spdx = json!({"spdxVersion": "SPDX-2.3", "name": "n", "packages": [{}]});
    let read = predicate("https://spdx.dev/Document/v2.3", spdx).unwrap();
    assert!(matches!(read, Predicate::Spdx(SpdxPredicate::Json { packages: 1, .. })));
    let read = predicate("https://spdx.dev/Document", json!("SPDXVersion: SPDX-2.3")).unwrap();
    assert!(matches!(read, Predicate::Spdx(SpdxPredicate::TagValue(_))));
}

#[test]
fn reports_are_typed() {
    let read = predicate(
        "https://cosign.sigstore.dev/attestation/vuln/v1",
        json!({
            "invocation": {"uri": "u", "event_id": "e", "builder.id": "x", "builder": {"id": "b"}},
            "scanner": {"uri": "s", "version": "1", "db": {"version": "2"}, "result": {"r": []}},
            "metadata": {"scanStartedOn": "a", "scanFinishedOn": "z"}
        }),
    );
    let Ok(Predicate::Vuln(vuln)) = read else { panic!("a vulnerability report") };
    assert_eq!(vuln.builder_id.as_deref(), Some("x"));
    assert_eq!(vuln.scanner.database.version.as_deref(), Some("2"));
    assert_eq!(vuln.scan_finished_on.as_deref(), Some("z"));

    let vex = |vulnerability: Value, products: Value, status: &str| {
        let statement =
            json!({"vulnerability": vulnerability, "products": products, "status": status});
        predicate("https://openvex.dev/ns/v0.2.0", json!({"@id": "i", "statements": [statement]}))
    };
    for read in [
        vex(json!("CVE-1"), json!(["p"]), "fixed"),
        vex(json!({"name": "CVE-1"}), json!([{"@id": "p"}]), "fixed"),
    ] {
        let Ok(Predicate::OpenVex(vex)) = read else { panic!("OpenVEX") };
        let [statement] = &*vex.statements else { panic!("one statement") };
        assert_eq!(
            (&*statement.vulnerability, &*statement.products),
            ("CVE-1", &["p".to_owned()][..])
        );
    }
    assert_eq!(
        vex(json!("CVE-1"), json!([]), "maybe").unwrap_err(),
        field("statements[0].status", FieldErrorKind::UnknownValue { value: "maybe".to_owned() })
    );
    assert_eq!(
        vex(json!({}), json!([]), "fixed").unwrap_err(),
        missing("statements[0].vulnerability")
    );

    let custom = json!({"Data": "text", "Timestamp": "t"});
    let read = predicate("https://cosign.sigstore.dev/attestation/v1", custom);
    let Ok(Predicate::Custom(custom)) = read else { panic!("custom") };
    assert_eq!((custom.data.as_str(), custom.timestamp.as_deref()), (Some("text"), Some("t")));
}

proptest! {
    #[test]
    fn any_change_of_the_text_gives_an_answer(
        at in any::<proptest::sample::Index>(),
        length in 0..20_usize,
        text in r#"[\[\]{}",:0-9a]{0,8}"#,
    ) {
        let mut bytes = statement().to_string().into_bytes();
        let start = at.index(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, text.bytes());
        if let Ok(statement) = Statement::from_json(&bytes, &Limits::default()) {
            let _ = statement.predicate();
        }
    }
}
