//! `input.json`: what a check in Rego is given of each file is what Trivy gives it.

use std::collections::BTreeMap;
use std::fs;

use sealift_misconfig::{FileKind, Limits, SourceFile, rego_documents};
use sealift_suite::{Suite, folders, test_data};
use serde_json::Value;

#[test]
fn documents_are_those_of_trivy() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("misconfig-input", include_str!("inputs.txt"));
    let mut table: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (folder, name, kind) in [
        ("dockerfile", "Dockerfile", FileKind::Dockerfile),
        ("kubernetes", "manifest.yaml", FileKind::Kubernetes),
        ("terraform", "main.tf", FileKind::Terraform),
    ] {
        for case in folders(&data.join("misconfig").join(folder)) {
            let Ok(expected) = fs::read(case.join("input.json")) else { continue };
            let expected: Value = serde_json::from_slice(&expected).unwrap();
            let bytes = fs::read(case.join(name)).unwrap();
            let found = rego_documents(kind, &SourceFile::new(name, &bytes), &Limits::default());
            let outcome = match found {
                Ok(found) if found.as_slice() == [expected.clone()] => Ok(()),
                // A document a check wants all of stands in a list.
                Ok(found) if Value::from(found.clone()) == expected => Ok(()),
                Ok(found) => Err(format!("{} is not {expected}", Value::from(found))),
                Err(why) => Err(why.to_owned()),
            };
            let [cases, exact] = table.entry(folder).or_default();
            *cases += 1;
            *exact += usize::from(outcome.is_ok());
            let case = case.file_name().unwrap().to_str().unwrap().to_owned();
            suite.case(&format!("{folder}/{case}"), outcome);
        }
    }
    for (folder, [cases, exact]) in table {
        println!("{folder}: {cases} cases, {exact} exact");
    }
    suite.finish();
}
