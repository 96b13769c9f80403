//! `data "aws_iam_policy_document"`: the JSON that the provider generates from its blocks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::functions::encode_json;
use super::{Env, Evaluator, Value};
use crate::terraform::model;
use crate::terraform::syntax::Body;

/// The document as JSON text, with holes where something in it is not known.
pub(super) fn render<'a>(evaluator: &mut Evaluator<'a>, body: &'a Body, env: &mut Env) -> Value {
    let block = evaluator.block("data", body, 0, crate::Lines { start: 0, end: 0 }, env);
    let mut statements = Vec::new();
    for source in ["source_policy_documents", "override_policy_documents"] {
        for text in block.get(source).items() {
            statements.extend(statements_of(evaluator, text));
        }
    }
    for source in ["source_json", "override_json"] {
        if let Some(text) = block.get(source).value() {
            statements.extend(statements_of(evaluator, text));
        }
    }
    statements.extend(block.blocks("statement").map(statement));

    let mut document = BTreeMap::new();
    let version = block.get("version").text_or("2012-10-17").unwrap_or_default();
    document.insert(Arc::from("Version"), Value::text(version));
    document.insert(Arc::from("Statement"), Value::list(statements));
    encode_json(&Value::object(document))
}

fn statements_of(evaluator: &mut Evaluator<'_>, text: &Value) -> Vec<Value> {
    let document = model::parse_json(text).filter(|document| evaluator.pay(document.weight()));
    match document.as_ref().and_then(|document| document.member("Statement")) {
        Some(statements) => statements.as_list().map_or(vec![statements.clone()], <[_]>::to_vec),
        None => Vec::new(),
    }
}

fn statement(block: &model::Block) -> Value {
    const LISTS: [(&str, &str); 4] = [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ];
    let mut statement: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    if let Some(sid) = block.get("sid").value() {
        statement.insert("Sid".into(), sid.clone());
    }
    let effect = block.get("effect").value().cloned();
    statement.insert("Effect".into(), effect.unwrap_or_else(|| Value::text("Allow")));
    for (attribute, key) in LISTS {
        if let Some(value) = block.get(attribute).value() {
            statement.insert(key.into(), value.clone());
        }
    }
    for (name, key) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        if let Some(principals) = principals(block, name) {
            statement.insert(key.into(), principals);
        }
    }
    if let Some(conditions) = conditions(block) {
        statement.insert("Condition".into(), conditions);
    }
    Value::object(statement)
}

fn principals(statement: &model::Block, name: &str) -> Option<Value> {
    let mut by_type: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for block in statement.blocks(name) {
        let kind = block.get("type").text_or("").unwrap_or_default();
        let items = block.get("identifiers").items().cloned();
        by_type.entry(kind).or_default().extend(items);
    }
    if by_type.is_empty() {
        return None;
    }
    // The provider writes the principal of everyone without its type.
    if by_type.len() == 1 && by_type.contains_key("*") {
        return Some(Value::text("*"));
    }
    Some(Value::object(by_type.into_iter().map(|(kind, ids)| (kind, Value::list(ids))).collect()))
}

fn conditions(statement: &model::Block) -> Option<Value> {
    let mut tests: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Value>> = BTreeMap::new();
    for block in statement.blocks("condition") {
        let test = block.get("test").text_or("").unwrap_or_default();
        let variable = block.get("variable").text_or("").unwrap_or_default();
        let values = block.get("values").value().cloned().unwrap_or(Value::Null);
        tests.entry(test).or_default().insert(variable, values);
    }
    if tests.is_empty() {
        return None;
    }
    Some(Value::object(
        tests.into_iter().map(|(test, variables)| (test, Value::object(variables))).collect(),
    ))
}
