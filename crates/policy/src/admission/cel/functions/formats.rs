//! Named formats of texts (Kubernetes, format).

use std::borrow::Cow;

use super::{Function, global, member, mismatch, opaque};
use crate::admission::cel::error::Result;
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{Opaque, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    global("format.named", 1, |_, arguments| match arguments {
        [Value::String(name)] => {
            let format = FORMATS.iter().find(|format| format.name == &**name);
            Ok(Value::Optional(format.map(|format| Value::Opaque(Opaque::Format(format)).into())))
        }
        _ => Err(mismatch("format.named", arguments)),
    }),
    global("format.dns1123Label", 0, |_, _| named(0)),
    global("format.dns1123Subdomain", 0, |_, _| named(1)),
    global("format.dns1035Label", 0, |_, _| named(2)),
    global("format.dns1123LabelPrefix", 0, |_, _| named(3)),
    global("format.dns1123SubdomainPrefix", 0, |_, _| named(4)),
    global("format.dns1035LabelPrefix", 0, |_, _| named(5)),
    global("format.qualifiedName", 0, |_, _| named(6)),
    global("format.labelValue", 0, |_, _| named(7)),
    global("format.uri", 0, |_, _| named(8)),
    global("format.uuid", 0, |_, _| named(9)),
    global("format.byte", 0, |_, _| named(10)),
    global("format.date", 0, |_, _| named(11)),
    global("format.datetime", 0, |_, _| named(12)),
    member("validate", 2, validate),
];

/// A format, and the test for it.
#[derive(Debug)]
pub(crate) struct Format {
    pub(in crate::admission::cel) name: &'static str,
    /// The message for a text without the format. Expressions may compare it with the API server's
    /// words, so it is short where those are (Kubernetes, `library/format.go`).
    problem: &'static str,
    holds: fn(&str) -> bool,
}

impl Format {
    /// Whether a text has the named format.
    pub(super) fn is(name: &str, text: &str) -> bool {
        FORMATS.iter().any(|format| format.name == name && (format.holds)(text))
    }
}

static FORMATS: [Format; 13] = [
    Format { name: "dns1123Label", problem: LABEL, holds: |text| is_label(text, 63, false) },
    Format { name: "dns1123Subdomain", problem: SUBDOMAIN, holds: is_subdomain },
    Format { name: "dns1035Label", problem: LETTER_LABEL, holds: |text| is_label(text, 63, true) },
    Format {
        name: "dns1123LabelPrefix",
        problem: LABEL,
        holds: |text| is_label(&unfinished(text), 63, false),
    },
    Format {
        name: "dns1123SubdomainPrefix",
        problem: SUBDOMAIN,
        holds: |text| is_subdomain(&unfinished(text)),
    },
    Format {
        name: "dns1035LabelPrefix",
        problem: LETTER_LABEL,
        holds: |text| is_label(&unfinished(text), 63, true),
    },
    Format {
        name: "qualifiedName",
        problem: "must be a name of up to 63 letters, digits, '-', '_' and '.', after an optional subdomain and '/'",
        holds: is_qualified,
    },
    Format {
        name: "labelValue",
        problem: "must be up to 63 letters, digits, '-', '_' and '.', a letter or digit first and last",
        holds: |text| text.is_empty() || is_name(text),
    },
    Format { name: "uri", problem: "must be a URI", holds: |text| super::Url::read(text).is_ok() },
    Format { name: "uuid", problem: "does not match the UUID format", holds: is_uuid },
    Format { name: "byte", problem: "invalid base64", holds: is_base64 },
    Format { name: "date", problem: "invalid date", holds: is_day },
    Format {
        name: "datetime",
        problem: "invalid datetime",
        holds: |text| super::time::parse(text).is_ok(),
    },
];

const LABEL: &str =
    "must be up to 63 lower-case letters, digits and '-', a letter or digit first and last";
const LETTER_LABEL: &str =
    "must be up to 63 lower-case letters, digits and '-', a letter first, none of '-' last";
const SUBDOMAIN: &str =
    "must be up to 253 lower-case letters, digits, '-' and '.', each part a label";

fn named<'a>(index: usize) -> Result<Value<'a>> {
    let format = FORMATS.get(index);
    format.map_or(Ok(Value::Null), |format| opaque(Opaque::Format(format)))
}

/// Returns nothing, or the problem.
fn validate<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::Opaque(Opaque::Format(format)), Value::String(text)] = arguments else {
        return Err(mismatch("validate", arguments));
    };
    run.spend_bytes(text.len())?;
    if (format.holds)(text) {
        return Ok(Value::Optional(None));
    }
    Ok(Value::some(Value::list([Value::text(format.problem)])))
}

/// Replaces the end of a prefix, which may end in `-` since more follows: that and the byte before
/// it count as a letter (apimachinery, `maskTrailingDash`).
fn unfinished(text: &str) -> Cow<'_, str> {
    let start = text.len().checked_sub(2).filter(|_| text.ends_with('-'));
    match start.and_then(|start| text.get(..start)) {
        Some(start) => Cow::Owned(format!("{start}a")),
        None => Cow::Borrowed(text),
    }
}

fn is_label(text: &str, most: usize, letter_first: bool) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let first = text.bytes().next();
    text.len() <= most
        && first.is_some_and(|byte| byte.is_ascii_lowercase() || !letter_first && plain(byte))
        && text.bytes().next_back().is_some_and(plain)
        && text.bytes().all(|byte| plain(byte) || byte == b'-')
}

fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(|label| is_label(label, 253, false))
}

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    text.len() <= 63
        && text.bytes().next().is_some_and(plain)
        && text.bytes().next_back().is_some_and(plain)
        && text.bytes().all(|byte| plain(byte) || matches!(byte, b'-' | b'_' | b'.'))
}

fn is_qualified(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name(name),
        None => is_name(text),
    }
}

fn is_uuid(text: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = text.split('-').collect();
    match parts.as_slice() {
        [whole] => whole.len() == 32 && hex(whole),
        parts => {
            parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
                && parts.iter().all(|part| hex(part))
        }
    }
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}
