//! Every bundle of the signed test data reads as its case expects: what must verify must also
//! parse, with its statement and predicate; what must not verify parses or gives a typed error.
#![expect(clippy::unwrap_used, reason = "a test suite reports")]

mod cases;
mod suite;

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use cases::{Case, cases};
use sealift_sigstore_verify::{Bundle, Limits, Predicate, Statement};
use suite::test_data;

#[test]
fn bundles_read_as_their_cases_expect() {
    let Some(data) = test_data() else { return };
    let (mut total, mut exact, mut statements) = (0, 0, 0);
    let mut wrong = Vec::new();
    for case in cases(&data.join("sigstore")) {
        let Some(path) = bundle(&case) else { continue };
        total += 1;
        match read(&fs::read(&path).unwrap()) {
            Ok(has_statement) => statements += usize::from(has_statement),
            Err(reason) if case.get("expect") == Some("pass") => {
                wrong.push(format!("{}: {reason}", path.display()));
                continue;
            }
            Err(_) => {}
        }
        exact += 1;
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(exact > 0, "no case was found");
    println!("{statements} of the bundles hold a statement");
    println!("dataset sigstore/bundles: {total} cases, {exact} exact, 0 excepted, 0 skipped");
}

/// The file with the bundle; none where the case is about something else.
fn bundle(case: &Case) -> Option<PathBuf> {
    let name = case.get("bundle").or_else(|| case.get("path")).or_else(|| case.get("file"))?;
    let is_bundle = case.get("kind").is_none_or(|_| name.ends_with(".sigstore.json"));
    Some(case.folder.join(name)).filter(|path| is_bundle && path.is_file())
}

/// Reads a bundle and, where it holds one, its statement and predicate.
fn read(bytes: &[u8]) -> Result<bool, String> {
    let limits = Limits::default();
    Bundle::from_json(bytes, &limits).map_err(|error| format!("{error:?}"))?;
    let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let Some(payload) = document.pointer("/dsseEnvelope/payload").and_then(|one| one.as_str())
    else {
        return Ok(false);
    };
    let payload = base64::engine::general_purpose::STANDARD.decode(payload).unwrap();
    let statement =
        Statement::from_json(&payload, &limits).map_err(|error| format!("{error:?}"))?;
    let predicate = statement.predicate().map_err(|error| format!("{error:?}"))?;
    let provenance = statement.predicate_type().starts_with("https://slsa.dev/provenance/");
    assert!(!provenance || !matches!(predicate, Predicate::Other(_)));
    Ok(true)
}
