//! The results of a check's rule: text, or the result of `result.new`.

use serde_json::Value;

use super::input::Document;
use crate::{Failure, Lines};

/// The failures in what a rule denies.
pub(super) fn failures(denied: Option<Value>, document: &Document) -> Vec<Failure> {
    match denied {
        None | Some(Value::Bool(false)) => Vec::new(),
        Some(Value::Array(denied)) => denied.iter().map(|one| failure(one, document)).collect(),
        Some(one) => vec![failure(&one, document)],
    }
}

fn failure(denied: &Value, document: &Document) -> Failure {
    match denied {
        Value::String(text) => Failure::new(text.clone(), None),
        Value::Object(_) => {
            let message = ["msg", "message"].iter().find_map(|name| text(denied, name));
            let message = message.unwrap_or_else(|| denied.to_string());
            let mut failure = Failure::new(message, lines(denied, document));
            failure.resource = text(denied, "resource");
            failure.enclosing = parents(denied, document);
            failure
        }
        // `[msg, {metadata}]`, as the first of Trivy's checks gave them.
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(text), place] => Failure::new(text.clone(), lines(place, document)),
            _ => Failure::new(denied.to_string(), None),
        },
        Value::Bool(true) => Failure::new("the check fails", None),
        other => Failure::new(other.to_string(), None),
    }
}

/// The lines in the file.
fn lines(place: &Value, document: &Document) -> Option<Lines> {
    let line = |name| match place.get(name)? {
        Value::Number(number) => {
            number.as_u64().or_else(|| number.to_string().split('.').next()?.parse().ok())
        }
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let of_file = |line: u64| {
        let line = u32::try_from(line).ok().filter(|line| *line > 0)?;
        Some(line.saturating_add(document.lines_before))
    };
    let start = of_file(line("startline")?)?;
    let end = line("endline").and_then(of_file).unwrap_or(start);
    Some(Lines { start, end: end.max(start) })
}

/// The first lines of what a cause says it stands in.
fn parents(cause: &Value, document: &Document) -> Vec<u32> {
    let mut found = Vec::new();
    let mut at = cause.get("parent");
    while let Some(parent) = at {
        found.extend(lines(parent, document).map(|lines| lines.start));
        at = parent.get("parent");
    }
    found
}

fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn results_come_in_several_forms() {
        let document = Document { value: Value::Null, lines_before: 10 };
        let denied = json!([
            "text",
            {"msg": "placed", "startline": 2, "endline": 3, "resource": "r", "parent": {"startline": 1}},
            ["old", {"startline": "4"}],
            {"msg": "nowhere", "startline": 0, "endline": 0},
            {"no": "message"},
        ]);
        let told: Vec<_> = failures(Some(denied), &document)
            .into_iter()
            .map(|it| (it.message, it.lines.map(|lines| (lines.start, lines.end)), it.enclosing))
            .collect();
        let expected = [
            ("text".to_owned(), None, vec![]),
            ("placed".to_owned(), Some((12, 13)), vec![11]),
            ("old".to_owned(), Some((14, 14)), vec![]),
            ("nowhere".to_owned(), None, vec![]),
            (r#"{"no":"message"}"#.to_owned(), None, vec![]),
        ];
        assert_eq!(told, expected);
        assert_eq!(failures(Some(json!(false)), &document), []);
        assert_eq!(failures(Some(json!(true)), &document).len(), 1);
    }
}
