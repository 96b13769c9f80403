//! `yamlencode`, as Terraform lays it out (`go-cty-yaml`).

use std::sync::Arc;

use super::super::value::format_number;
use super::super::{Reason, Value};
use super::text::MAX_TEXT;
use super::{TOO_LONG, argument, encode_json};

pub(super) fn yamlencode(arguments: &[Value]) -> Result<Value, Reason> {
    let value = argument(arguments, 0)?;
    if value.holds_unknown() {
        return Ok(Value::unknown(Reason::Computed));
    }
    let mut text = String::new();
    write(value, 0, &mut text)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(Value::text(text))
}

/// Writes a value after a key, a dash or nothing: a scalar on the same line, members on lines of
/// their own.
fn write(value: &Value, depth: usize, text: &mut String) -> Result<(), Reason> {
    if text.len() > MAX_TEXT {
        return Err(TOO_LONG);
    }
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(condition) => text.push_str(if *condition { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&format_number(*number)),
        Value::Object(items) if items.is_empty() => text.push_str("{}"),
        Value::Object(items) => {
            for (index, (key, item)) in items.iter().enumerate() {
                indent(index, depth, text);
                text.push_str(&quoted(key));
                text.push(':');
                let is_block = item.as_object().is_some_and(|items| !items.is_empty())
                    || item.as_list().is_some_and(|items| !items.is_empty());
                // Items stand below their key, members one step to the right.
                let inner = depth + usize::from(item.as_object().is_some());
                text.push_str(if is_block { "\n" } else { " " });
                if is_block {
                    text.push_str(&"  ".repeat(inner));
                }
                write(item, inner, text)?;
            }
        }
        value => match value.as_list() {
            Some([]) => text.push_str("[]"),
            Some(items) => {
                for (index, item) in items.iter().enumerate() {
                    indent(index, depth, text);
                    text.push_str("- ");
                    write(item, depth + 1, text)?;
                }
            }
            // Terraform writes one of several lines as a block.
            None if value.as_text().is_some_and(|text| text.contains('\n')) => {
                return Err(Reason::Function("yamlencode".into()));
            }
            None => text.push_str(&quoted(value.as_text().unwrap_or_default())),
        },
    }
    Ok(())
}

/// A new line for each but the first, which stands where it is written.
fn indent(index: usize, depth: usize, text: &mut String) {
    if index > 0 {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    }
}

fn quoted(text: &str) -> Arc<str> {
    encode_json(&Value::text(text)).to_text().unwrap_or_default()
}
