//! Every bundle of the signed test data reads as its case expects: what must verify must also
//! parse, with its statement and predicate; what must not verify parses or gives a typed error.
#![expect(clippy::unwrap_used, reason = "a test suite reports")]

mod cases;

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use cases::{Case, cases};
use sealift_sigstore_verify::{Bundle, Limits, Predicate, Statement};
use sealift_suite::{Suite, test_data};

#[test]
fn bundles_read_as_their_cases_expect() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("sigstore/bundles", "");
    let mut statements = 0;
    for case in cases(&data.join("sigstore")) {
        let Some(path) = bundle(&case) else { continue };
        let outcome = match read(&fs::read(&path).unwrap()) {
            Err(reason) if case.get("expect") == Some("pass") => Err(reason),
            read => {
                statements += usize::from(read == Ok(true));
                Ok(())
            }
        };
        suite.case(&path.display().to_string(), outcome);
    }
    println!("{statements} of the bundles hold a statement");
    suite.finish();
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
