//! The schema of a template's parameters (`spec.crd.spec.validation.openAPIV3Schema`).
//!
//! In a cluster it is part of the Constraints' CustomResourceDefinition: the API server fills in
//! its defaults, and rejects Constraints that do not match it. Types, required fields, enumerations
//! and names are checked here; other checks of a schema (patterns, lengths) are not, so a
//! Constraint that a server rejects may be accepted here.

use serde_json::Value;

/// How deep parameters are checked; documents are no deeper.
const MAX_DEPTH: usize = 64;

/// An error in parameters: the field below them, and the reason.
pub(super) type Misfit = (String, String);

/// Fills in defaults for missing fields of objects that exist (Kubernetes, "Defaulting" of custom
/// resources): below a missing object, no default applies.
pub(super) fn fill_in(schema: &Value, value: &mut Value) {
    fill(schema, value, MAX_DEPTH);
}

fn fill(schema: &Value, value: &mut Value, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::Object(fields) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, property) in properties.into_iter().flatten() {
                let is_null =
                    fields.get(name).is_some_and(Value::is_null) && !is_nullable(property);
                if let Some(default) = property.get("default")
                    && (is_null || !fields.contains_key(name))
                {
                    fields.insert(name.clone(), default.clone());
                }
            }
            for (name, field) in fields {
                let known = properties.and_then(|all| all.get(name));
                if let Some(own) = known.or_else(|| schema.get("additionalProperties")) {
                    fill(own, field, depth);
                }
            }
        }
        Value::Array(items) => {
            let Some(own) = schema.get("items") else { return };
            items.iter_mut().for_each(|item| fill(own, item, depth));
        }
        _ => {}
    }
}

/// Whether a schema has any default.
pub(super) fn has_defaults(schema: &Value) -> bool {
    let below = schema.get("properties").and_then(Value::as_object);
    let mut others = ["items", "additionalProperties"].into_iter().filter_map(|it| schema.get(it));
    schema.get("default").is_some()
        || below.into_iter().flatten().any(|(_, own)| has_defaults(own))
        || others.any(has_defaults)
}

/// Checks parameters against their schema.
pub(super) fn check(schema: &Value, value: &Value) -> Result<(), Misfit> {
    check_at(schema, value, "", MAX_DEPTH)
}

fn check_at(schema: &Value, value: &Value, place: &str, depth: usize) -> Result<(), Misfit> {
    let wrong = |problem: String| Err((place.to_owned(), problem));
    let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
    if value.is_null() && is_nullable(schema) {
        return Ok(());
    }
    let is_int_or_text = is_set(schema, "x-kubernetes-int-or-string");
    match schema.get("type").and_then(Value::as_str) {
        Some(wanted) if !is_int_or_text && !is_of(wanted, value) => {
            return wrong(format!("is no {wanted}, which the template's schema wants"));
        }
        _ => {}
    }
    if let Some(Value::Array(allowed)) = schema.get("enum")
        && !allowed.contains(value)
    {
        return wrong(format!("{value} is not among those of the template's schema"));
    }
    match value {
        Value::Object(fields) => {
            let required = schema.get("required").and_then(Value::as_array);
            let mut required = required.into_iter().flatten().filter_map(Value::as_str);
            if let Some(missing) = required.find(|name| !fields.contains_key(*name)) {
                return wrong(format!(
                    "{missing} is missing, which the template's schema requires"
                ));
            }
            for (name, field) in fields {
                let place = format!("{place}.{name}");
                match of_property(schema, name) {
                    Some(own) => check_at(own, field, &place, depth)?,
                    None if is_open(schema) => {}
                    None => return Err((place, "is not in the template's schema".to_owned())),
                }
            }
            Ok(())
        }
        Value::Array(items) => {
            let Some(own) = schema.get("items") else { return Ok(()) };
            let mut numbered = items.iter().enumerate();
            numbered
                .try_for_each(|(at, item)| check_at(own, item, &format!("{place}[{at}]"), depth))
        }
        _ => Ok(()),
    }
}

fn of_property<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    let own = schema.get("properties").and_then(|all| all.get(name));
    own.or_else(|| schema.get("additionalProperties"))
}

/// Whether fields that a schema does not name are kept: it names none, or keeps them explicitly.
fn is_open(schema: &Value) -> bool {
    schema.get("properties").is_none() || is_set(schema, "x-kubernetes-preserve-unknown-fields")
}

fn is_nullable(schema: &Value) -> bool {
    is_set(schema, "nullable")
}

fn is_set(schema: &Value, name: &str) -> bool {
    schema.get(name) == Some(&Value::Bool(true))
}

fn is_of(wanted: &str, value: &Value) -> bool {
    match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_are_filled_in_where_their_object_is_there() {
        let schema = json!({"type": "object", "properties": {
            "on": {"type": "boolean", "default": true},
            "deep": {"type": "object", "properties": {"level": {"type": "integer", "default": 3}}},
            "all": {"type": "array", "items": {"type": "object", "properties": {
                "kind": {"type": "string", "default": "Pod"}
            }}},
            "by": {"type": "object", "additionalProperties": {"type": "object", "properties": {
                "x": {"type": "integer", "default": 1}
            }}},
        }});
        let filled = |mut value: Value| {
            fill_in(&schema, &mut value);
            value
        };
        assert_eq!(filled(json!({})), json!({"on": true}));
        assert_eq!(filled(json!({"on": null})), json!({"on": true}));
        assert_eq!(filled(json!({"on": false})), json!({"on": false}));
        let deep = json!({"on": false, "deep": {}, "all": [{}, {"kind": "Job"}], "by": {"a": {}}});
        let expected = json!({
            "on": false, "deep": {"level": 3}, "all": [{"kind": "Pod"}, {"kind": "Job"}],
            "by": {"a": {"x": 1}},
        });
        assert_eq!(filled(deep), expected);
        assert!(has_defaults(&schema));
        assert!(!has_defaults(&json!({"properties": {"a": {"type": "string"}}})));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let schema = json!({"type": "object", "required": ["kinds"], "properties": {
            "kinds": {"type": "array", "items": {"type": "string"}},
            "level": {"type": "string", "enum": ["low", "high"]},
            "port": {"x-kubernetes-int-or-string": true},
            "rest": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            "none": {"type": "string", "nullable": true},
        }});
        let told =
            |value: Value| check(&schema, &value).map_err(|(place, why)| format!("{place}: {why}"));
        let kinds = json!(["Pod"]);
        assert_eq!(
            told(
                json!({"kinds": kinds, "level": "low", "port": "http", "rest": {"a": 1}, "none": null})
            ),
            Ok(())
        );
        for (value, expected) in [
            (json!({}), ": kinds is missing"),
            (json!({"kinds": "Pod"}), ".kinds: is no array"),
            (json!({"kinds": [1]}), ".kinds[0]: is no string"),
            (json!({"kinds": kinds, "level": "mid"}), ".level: \"mid\" is not among"),
            (json!({"kinds": kinds, "levle": "low"}), ".levle: is not in"),
        ] {
            let why = told(value).unwrap_err();
            assert!(why.starts_with(expected), "{why}");
        }
    }
}
