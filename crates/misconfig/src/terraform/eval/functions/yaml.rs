//! `yamlencode`, as Terraform lays it out (`go-cty-yaml`).

use super::super::value::format_number;
use super::super::{Reason, Value};
use super::text::MAX_TEXT;
use super::{TOO_LONG, argument};

/// Bytes of a text that is written in one line.
const MAX_PLAIN: usize = 70;

pub(super) fn yamlencode(arguments: &[Value]) -> Result<Value, Reason> {
    let value = argument(arguments, 0)?;
    if value.holds_unknown() {
        return Ok(Value::unknown(Reason::Computed));
    }
    let mut text = String::new();
    write(value, 0, &mut text)?;
    text.push('\n');
    // What is written without quotes ends the document.
    if matches!(value, Value::Null | Value::Bool(_) | Value::Number(_)) {
        text.push_str("...\n");
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
            None => {
                let value = value.as_text().unwrap_or_default();
                // Terraform writes texts of several lines as blocks, folds long ones, and has its
                // own way to write what cannot be printed.
                if value.len() > MAX_PLAIN || value.chars().any(is_special) {
                    return Err(Reason::Function("yamlencode".into()));
                }
                text.push_str(&quoted(value));
            }
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

fn is_special(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{a0}')
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
