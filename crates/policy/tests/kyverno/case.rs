//! One case: its policies, its objects, and what Kyverno says of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sealift_policy::Limits;
use sealift_policy::admission::{Document, Files, Operation, Policies};
use sealift_suite::Table;

/// What a row is about: policy, rule, kind, namespace, name, operation.
type Key = [String; 6];

/// The rows of a case: how often each result was given.
type Rows = BTreeMap<Key, Vec<String>>;

pub(crate) struct Case {
    policies: Result<Policies, String>,
    files: Files,
    objects: Vec<Document>,
    expected: Rows,
}

/// How a case went.
pub(crate) enum Outcome {
    /// Its policies could not be loaded.
    NotLoaded(String),
    /// Its rows, compared.
    Compared { rows: usize, exact: usize, unsafe_rows: usize, wrong: Vec<String> },
}

impl Outcome {
    pub(crate) fn exact(&self) -> Result<(), String> {
        match self {
            Self::NotLoaded(why) => Err(why.clone()),
            Self::Compared { wrong, .. } if wrong.is_empty() => Ok(()),
            Self::Compared { wrong, .. } => Err(format!("\n    {}", wrong.join("\n    "))),
        }
    }
}

/// Whether policies were not loaded as nothing reads their kind.
pub(crate) fn is_other(why: &str) -> bool {
    why.contains("no policy of a kind that is read")
}

impl Case {
    pub(crate) fn read(folder: &Path) -> Self {
        // Answers that depend on the day were given on this one.
        let mut files = Files::new("2026-11-21T12:00:00Z".parse().unwrap());
        let mut policies = documents(folder, "policy.yaml");
        policies.extend(documents(folder, "exceptions.yaml"));
        for name in ["values.yaml", "userinfo.yaml", "cluster.yaml", "context.yaml", "mocks.yaml"] {
            documents(folder, name).into_iter().for_each(|document| files.add(document).unwrap());
        }
        for document in documents(folder, "params.yaml") {
            files.add(document).unwrap();
        }
        Self {
            policies: Policies::of(policies).map_err(|error| error.to_string()),
            files,
            objects: documents(folder, "resources.yaml"),
            expected: expected(folder),
        }
    }

    pub(crate) fn compare(&self) -> Outcome {
        let policies = match &self.policies {
            Ok(policies) => policies,
            Err(why) => return Outcome::NotLoaded(why.clone()),
        };
        let given = self.review(policies);
        let mut wrong = Vec::new();
        let (mut rows, mut exact, mut unsafe_rows) = (0, 0, 0);
        let keys = self
            .expected
            .keys()
            .chain(given.keys().filter(|key| !self.expected.contains_key(*key)));
        for key in keys {
            let wanted = self.expected.get(key).cloned().unwrap_or_default();
            let mut got: Vec<(String, String)> = given.get(key).cloned().unwrap_or_default();
            rows += wanted.len();
            for result in &wanted {
                match got.iter().position(|(own, _)| own == result) {
                    Some(at) => {
                        exact += 1;
                        got.remove(at);
                    }
                    None => {
                        let other = got.pop();
                        let refuses = |word: &str| matches!(word, "fail" | "warn" | "error");
                        if matches!(result.as_str(), "fail" | "warn")
                            && !other.as_ref().is_some_and(|(own, _)| refuses(own))
                        {
                            unsafe_rows += 1;
                        }
                        let (own, why) = other.unwrap_or_else(|| ("absent".into(), String::new()));
                        wrong.push(format!("{}: {own}, not {result}: {why}", key.join(" ")));
                    }
                }
            }
            for (own, why) in got {
                wrong.push(format!("{}: {own}, not absent: {why}", key.join(" ")));
            }
        }
        Outcome::Compared { rows, exact, unsafe_rows, wrong }
    }

    fn review(&self, policies: &Policies) -> BTreeMap<Key, Vec<(String, String)>> {
        let mut operations: Vec<&str> =
            self.expected.keys().map(|[.., operation]| operation.as_str()).collect();
        operations.sort_unstable();
        operations.dedup();
        let mut rows = BTreeMap::<Key, Vec<(String, String)>>::new();
        for operation in operations {
            for document in &self.objects {
                let object = document.value.clone();
                let request = match operation {
                    "" => self.files.request(object),
                    "UPDATE" => self.files.request_for(object, Operation::Update),
                    "DELETE" => self.files.request_for(object, Operation::Delete),
                    other => panic!("an operation {other}"),
                };
                for answer in policies.review(&request, &self.files) {
                    let policy = answer.policy.rsplit('/').next().unwrap().to_owned();
                    let key = [
                        policy,
                        answer.rule,
                        document.kind().to_owned(),
                        request.namespace.clone(),
                        document.name().to_owned(),
                        operation.to_owned(),
                    ];
                    let row = (answer.outcome.name().to_owned(), answer.message);
                    rows.entry(key).or_default().push(row);
                }
            }
        }
        rows
    }
}

fn documents(folder: &Path, name: &str) -> Vec<Document> {
    let Ok(bytes) = fs::read(folder.join(name)) else { return Vec::new() };
    Document::read(name, &bytes, &Limits::default())
        .unwrap_or_else(|error| panic!("{}/{name}: {error}", folder.display()))
}

fn expected(folder: &Path) -> Rows {
    let mut rows = Rows::new();
    for row in Table::read(&folder.join("expected.tsv")).rows() {
        let key = ["policy", "rule", "kind", "namespace", "name", "operation"]
            .map(|column| row[column].clone());
        rows.entry(key).or_default().push(row["result"].clone());
    }
    rows
}
