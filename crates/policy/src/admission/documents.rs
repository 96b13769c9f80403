//! Reads files of YAML or JSON documents: policies and objects.

use serde::de::Error as _;
use serde_json::Value;
use serde_saphyr::DuplicateKeyPolicy;

use super::Policies;
use super::unique::Unique;
use crate::{Error, Limits};

/// One document, with its place.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Document {
    /// The file's name.
    pub source: String,
    /// Its number in the file, 1-based.
    pub number: usize,
    /// The content.
    pub value: Value,
}

impl Document {
    /// Reads the documents of a file. The items of lists (`List`, `PodList`) are documents of their
    /// own, and empty documents are left out. A Rego module, a file named `.rego`, is one document.
    ///
    /// Scalars are read as Kubernetes' tools read them, which is YAML 1.1: `yes` is true and `0644`
    /// is 420. JSON values may follow each other, as `jq -c` writes them.
    ///
    /// # Errors
    /// When the file is neither YAML nor JSON, or exceeds a limit.
    pub fn read(source: &str, bytes: &[u8], limits: &Limits) -> Result<Vec<Self>, Error> {
        let text = crate::error::text(bytes, limits)?;
        if source.to_ascii_lowercase().ends_with(".rego") {
            return Ok(vec![crate::rego::admission::module(source, text)]);
        }
        let (values, form) = values(text)?;
        let mut documents = Vec::new();
        for (index, value) in values.into_iter().enumerate() {
            each(value, &mut |value| {
                documents.push(Self { source: source.to_owned(), number: index + 1, value });
            });
        }
        // In objects, tools take the last field of a name. In a policy, rules would be lost.
        if documents.iter().any(Policies::reads) {
            unique_keys(text, form)?;
        }
        Ok(documents)
    }

    /// Returns its kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    /// Returns the group of its API version; empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.text("/apiVersion").split_once('/').map_or("", |(group, _)| group)
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// Makes an error about one of its fields, with the file and the document.
    #[must_use]
    pub fn error(&self, field: &str, problem: impl ToString) -> Error {
        let Self { source, number, .. } = self;
        let place = format!("{source}, document {number}, {} {}", self.kind(), self.name());
        let place = if field.is_empty() { place } else { format!("{place}: {field}") };
        Error::rule(place, problem)
    }

    fn text(&self, pointer: &str) -> &str {
        self.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Reads the documents of a text; of fields with the same name the last counts.
pub(crate) fn yaml(text: &str) -> Result<Vec<Value>, Error> {
    yaml_with(text, DuplicateKeyPolicy::LastWins)
}

/// The same, but `yes` and `off` are texts, as they are since YAML 1.2.
pub(crate) fn yaml_with_words(text: &str) -> Result<Vec<Value>, Error> {
    let mut options = options(DuplicateKeyPolicy::LastWins);
    options.strict_booleans = true;
    serde_saphyr::from_multiple_with_options(text, options)
        .map_err(|error| crate::error::yaml_error(&error))
}

fn yaml_with(text: &str, twice: DuplicateKeyPolicy) -> Result<Vec<Value>, Error> {
    serde_saphyr::from_multiple_with_options(text, options(twice))
        .map_err(|error| crate::error::yaml_error(&error))
}

/// Documents that one text may have, as many as the reader of YAML takes.
const MAX_DOCUMENTS: usize = 100_000;

/// The format of a text.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Yaml,
}

/// Reads the documents of a text: YAML, unless all of it is JSON. Documents in braces may be YAML,
/// too (YAML 1.2.2, section 9.2).
fn values(text: &str) -> Result<(Vec<Value>, Form), Error> {
    if !text.trim_start().starts_with('{') {
        return Ok((yaml(text)?, Form::Yaml));
    }
    let mut documents = Vec::new();
    for next in serde_json::Deserializer::from_str(text).into_iter() {
        match next {
            Ok(_) if documents.len() == MAX_DOCUMENTS => {
                let said = format!("more than {MAX_DOCUMENTS} documents");
                return Err(crate::error::json_error(&serde_json::Error::custom(said)));
            }
            Ok(value) => documents.push(value),
            Err(_) if !documents.is_empty() => return Ok((yaml(text)?, Form::Yaml)),
            // A text that is invalid from the start is most likely JSON.
            Err(error) => {
                let yaml = yaml(text).map_err(|_| crate::error::json_error(&error))?;
                return Ok((yaml, Form::Yaml));
            }
        }
    }
    Ok((documents, Form::Json))
}

/// Refuses a file in which an object has a field twice.
fn unique_keys(text: &str, form: Form) -> Result<(), Error> {
    match form {
        Form::Json => serde_json::Deserializer::from_str(text)
            .into_iter::<Unique>()
            .try_for_each(|next| next.map(|_| ()))
            .map_err(|error| crate::error::json_error(&error)),
        Form::Yaml => yaml_with(text, DuplicateKeyPolicy::Error).map(|_| ()),
    }
}

/// Adds the objects of a document: those of a list, and of lists in it, as deep as documents may
/// be.
fn each(value: Value, add: &mut impl FnMut(Value)) {
    match value {
        Value::Null => {}
        Value::Object(mut list) if is_list(&list) => {
            let text = |key: &str| list.get(key).and_then(Value::as_str).unwrap_or_default();
            // The items of a list of one kind need not name it.
            let kind = text("kind").strip_suffix("List").unwrap_or_default().to_owned();
            let api_version = text("apiVersion").to_owned();
            let Some(Value::Array(items)) = list.remove("items") else { return };
            for mut item in items {
                if let Value::Object(object) = &mut item
                    && !kind.is_empty()
                {
                    let said = [("apiVersion", &api_version), ("kind", &kind)];
                    for (key, own) in said.into_iter().filter(|(_, own)| !own.is_empty()) {
                        let field = object.entry(key).or_insert(Value::Null);
                        if field.as_str().is_none_or(str::is_empty) {
                            *field = own.as_str().into();
                        }
                    }
                }
                each(item, add);
            }
        }
        value => add(value),
    }
}

/// Whether an object is a Kubernetes list, by its kind and its items. A custom kind whose name ends
/// in `List`, and whose items are texts, is not.
fn is_list(object: &serde_json::Map<String, Value>) -> bool {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    let of_objects = match object.get("items") {
        None | Some(Value::Null) => kind == "List",
        Some(Value::Array(items)) => kind == "List" || items.iter().all(Value::is_object),
        Some(_) => false,
    };
    kind.ends_with("List") && of_objects
}

/// Objects may be larger than hand-written files; the crate's limits bound the bytes. The depth of
/// 64 levels is the reader's own limit, for which a thread's stack suffices.
fn options(twice: DuplicateKeyPolicy) -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: 8_000_000,
            max_events: 16_000_000,
            max_documents: 100_000,
        },
        legacy_octal_numbers: true,
        duplicate_keys: twice,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Vec<(String, String, String)> {
        let documents = Document::read("a.json", value.to_string().as_bytes(), &Limits::default());
        let text = |document: &Document| {
            let [version, kind, name] = ["/apiVersion", "/kind", "/metadata/name"]
                .map(|pointer| document.text(pointer).to_owned());
            (version, kind, name)
        };
        documents.unwrap().iter().map(text).collect()
    }

    fn told(version: &str, kind: &str, name: &str) -> (String, String, String) {
        (version.to_owned(), kind.to_owned(), name.to_owned())
    }

    #[test]
    fn a_file_has_so_many_documents() {
        let text = "{}".repeat(MAX_DOCUMENTS + 1);
        let limits = Limits::default();
        let error = Document::read("a", text.as_bytes(), &limits).map(drop).unwrap_err();
        assert!(error.to_string().contains("more than 100000 documents"), "{error}");
        assert!(Document::read("a", &text.as_bytes()[2..], &limits).is_ok());
    }

    #[test]
    fn documents_in_braces_follow_each_other() {
        let one = r#"{"kind": "Pod", "metadata": {"name": "a"}}"#;
        let names = |text: &str| -> Result<Vec<(usize, String)>, String> {
            let documents = Document::read("a", text.as_bytes(), &Limits::default());
            let documents = documents.map_err(|error| error.to_string())?;
            Ok(documents.iter().map(|one| (one.number, one.name().to_owned())).collect())
        };
        let two = [(1, "a".to_owned()), (2, "b".to_owned())];
        let other = one.replace("\"a\"", "\"b\"");
        for text in [
            format!("{one}\n{other}\n"),
            format!("{one}{other}"),
            format!("{one}\n---\n{other}\n"),
            format!("{one}\n---\nkind: Pod\nmetadata: {{name: b}}\n"),
            "{kind: Pod, metadata: {name: a}}\n---\n{metadata: {name: b}}".to_owned(),
        ] {
            assert_eq!(names(&text), Ok(two.to_vec()), "{text}");
        }
        for (text, why) in [
            ("{\"a\": 1", "EOF while parsing"),
            ("{\"a\": 1}\n---\n{\"b\": 1", "line 3"),
            ("{\"a\": 1}\n}", "line 2"),
        ] {
            let problem = names(text).unwrap_err();
            assert!(problem.contains(why), "{problem}");
        }
    }

    #[test]
    fn rules_of_a_second_policy_are_not_lost() {
        let policy = r#"{"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "spec": {}}"#;
        let twice = policy.replace("{}", r#"{"rules": [], "rules": []}"#);
        for text in [format!("{policy}\n{twice}"), format!("{policy}\n---\n{twice}")] {
            let read = Document::read("a", text.as_bytes(), &Limits::default());
            assert!(read.unwrap_err().to_string().contains("rules"), "{text}");
        }
    }

    #[test]
    fn lists_of_any_kind_are_opened() {
        let item = json!({"metadata": {"name": "a"}});
        let pods = json!({"apiVersion": "v1", "kind": "PodList", "items": [item]});
        assert_eq!(read(&pods), [told("v1", "Pod", "a")]);
        let sets = json!({"apiVersion": "apps/v1", "kind": "DeploymentList", "items": [item]});
        assert_eq!(read(&sets), [told("apps/v1", "Deployment", "a")]);
        let other = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "b"}});
        let list = |items: Value| json!({"apiVersion": "v1", "kind": "List", "items": items});
        let nested = list(json!([list(json!([other, pods])), sets]));
        let all =
            [told("v1", "Secret", "b"), told("v1", "Pod", "a"), told("apps/v1", "Deployment", "a")];
        assert_eq!(read(&nested), all);
        assert_eq!(read(&list(json!([]))), []);
        // A non-object is reported later, and a non-list stays as it is.
        assert_eq!(read(&list(json!([1]))), [told("", "", "")]);
        let names = json!({"apiVersion": "a.example/v1", "kind": "AllowList", "items": ["a"]});
        assert_eq!(read(&names), [told("a.example/v1", "AllowList", "")]);
        let spec = json!({"apiVersion": "a.example/v1", "kind": "AllowList", "spec": {}});
        assert_eq!(read(&spec), [told("a.example/v1", "AllowList", "")]);
    }
}
