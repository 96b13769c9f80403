//! Sigstore bundles: each is accepted, or refused for the reason that it was made for.
//!
//! `$SEALIFT_TESTDATA/sigstore/<set>/cases.tsv`, a row for each bundle: case, what is expected,
//! files, whom to expect. `tests/expected/bundles.txt` names for each refused case the error.

use std::collections::BTreeMap;

use sealift_sigstore_verify::{AwsLc, Error, Provider, RustCrypto};
use sealift_tests::cases::BundleCase;
use sealift_tests::{Suite, test_data, variant};

const EXCEPTIONS: &str = include_str!("../exceptions/bundles.txt");
const EXPECTED: &str = include_str!("../expected/bundles.txt");

/// The suite of signed images and files asks these, with their detached signatures.
const ELSEWHERE: &[&str] = &["keyless-local/", "signed-blobs/"];

#[test]
fn bundles_are_judged_as_expected() {
    let Some(data) = test_data() else { return };
    let reasons: BTreeMap<&str, &str> =
        EXPECTED.lines().filter_map(|line| line.split_once(": ")).collect();
    let mut suite = Suite::new("sigstore/bundles", EXCEPTIONS);
    for case in BundleCase::all(&data.join("sigstore")) {
        if ELSEWHERE.iter().any(|set| case.name.starts_with(set)) {
            continue;
        }
        let verdict = judge(&case, &RustCrypto);
        assert_eq!(verdict, judge(&case, &AwsLc), "{}: the providers differ", case.name);
        let reason = reasons.get(case.name.as_str()).copied();
        suite.case(&case.name, compare(case.expected, verdict, reason));
    }
    suite.finish();
}

fn judge(case: &BundleCase, provider: &dyn Provider) -> Result<(), Error> {
    let root = case.trusted_root(provider)?;
    case.judge(&case.bundle, &root, provider).map(drop)
}

/// Compares a verdict with what is expected; a refusal with the error that must refuse it.
fn compare(
    expected: Option<bool>,
    verdict: Result<(), Error>,
    reason: Option<&str>,
) -> Result<(), String> {
    match (expected, verdict) {
        (None, _) | (Some(true), Ok(())) => Ok(()),
        (Some(true), Err(error)) => Err(format!("refused: {error} ({})", variant(&error))),
        (Some(false), Ok(())) => Err("accepted".into()),
        (Some(false), Err(error)) if Some(variant(&error).as_str()) == reason => Ok(()),
        (Some(false), Err(error)) => Err(format!(
            "refused by {} ({error}), where tests/expected/bundles.txt has {reason:?}",
            variant(&error)
        )),
    }
}
