//! Texts (cel-spec; cel-go, strings; Kubernetes, regex). Positions are counted in characters.

use super::{Function, global, lists, member, mismatch, render, text};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    member("contains", 2, |run, arguments| {
        of_two(run, "contains", arguments, |text, part| text.contains(part))
    }),
    member("startsWith", 2, |run, arguments| {
        of_two(run, "startsWith", arguments, |text, part| text.starts_with(part))
    }),
    member("endsWith", 2, |run, arguments| {
        of_two(run, "endsWith", arguments, |text, part| text.ends_with(part))
    }),
    member("matches", 2, matches),
    global("matches", 2, matches),
    member("find", 2, find),
    member("findAll", 2, find_all).up_to(3),
    member("charAt", 2, char_at),
    member("indexOf", 2, |run, arguments| place(run, "indexOf", arguments, false)).up_to(3),
    member("lastIndexOf", 2, |run, arguments| place(run, "lastIndexOf", arguments, true)).up_to(3),
    member("lowerAscii", 1, |run, arguments| {
        made(run, "lowerAscii", arguments, |text| text.to_ascii_lowercase())
    }),
    member("upperAscii", 1, |run, arguments| {
        made(run, "upperAscii", arguments, |text| text.to_ascii_uppercase())
    }),
    member("trim", 1, |run, arguments| made(run, "trim", arguments, |text| text.trim().to_owned())),
    member("replace", 3, replace).up_to(4),
    member("split", 2, split).up_to(3),
    member("substring", 2, substring).up_to(3),
    member("join", 1, join).up_to(2),
    member("reverse", 1, |run, arguments| match arguments {
        [Value::List(list)] => lists::reverse(run, list),
        _ => made(run, "reverse", arguments, |text| text.chars().rev().collect()),
    }),
    global("strings.quote", 1, |run, arguments| {
        made(run, "strings.quote", arguments, render::quote)
    }),
    member("format", 2, |run, arguments| match arguments {
        [Value::String(form), Value::List(values)] => render::format(run, form, values),
        _ => Err(mismatch("format", arguments)),
    }),
];

fn of_two<'a>(
    run: &mut Run<'a>,
    name: &str,
    arguments: &[Value<'a>],
    test: fn(&str, &str) -> bool,
) -> Result<Value<'a>> {
    match arguments {
        [Value::String(text), Value::String(part)] => {
            run.spend_bytes(text.len())?;
            Ok(Value::Bool(test(text, part)))
        }
        _ => Err(mismatch(name, arguments)),
    }
}

fn made<'a>(
    run: &mut Run<'a>,
    name: &str,
    arguments: &[Value<'a>],
    make: fn(&str) -> String,
) -> Result<Value<'a>> {
    match arguments {
        [Value::String(text)] => {
            run.spend_bytes(text.len())?;
            Ok(Value::text(make(text)))
        }
        _ => Err(mismatch(name, arguments)),
    }
}

fn matches<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(text), Value::String(wanted)] = arguments else {
        return Err(mismatch("matches", arguments));
    };
    Ok(Value::Bool(run.pattern(wanted, text)?.is_match(text)))
}

fn find<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(text), Value::String(wanted)] = arguments else {
        return Err(mismatch("find", arguments));
    };
    let found = run.pattern(wanted, text)?.find(text).map_or("", |found| found.as_str());
    Ok(Value::text(found.to_owned()))
}

fn find_all<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let (text, wanted, most) = match arguments {
        [Value::String(text), Value::String(wanted)] => (text, wanted, -1),
        [Value::String(text), Value::String(wanted), Value::Int(most)] => (text, wanted, *most),
        _ => return Err(mismatch("findAll", arguments)),
    };
    run.spend(text.len() + 1)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let wanted = run.pattern(wanted, text)?;
    let mut all = Vec::new();
    for found in wanted.find_iter(text).take(most) {
        // The search may have read up to the end (documentation of `regex`, "Iterating over
        // matches").
        run.spend((text.len() - found.start()) / 64)?;
        all.push(Value::text(found.as_str().to_owned()));
    }
    Ok(Value::list(all))
}

fn char_at<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(text), Value::Int(place)] = arguments else {
        return Err(mismatch("charAt", arguments));
    };
    run.spend_bytes(text.len())?;
    let byte = byte_of(text, *place)?;
    let char = text.get(byte..).and_then(|rest| rest.chars().next());
    Ok(Value::text(char.map(String::from).unwrap_or_default()))
}

/// Returns the byte position of a character position.
fn byte_of(text: &str, place: i64) -> Result<usize> {
    let wrong = || Error::IndexOutOfBounds(place);
    let place = usize::try_from(place).map_err(|_| wrong())?;
    let ends = std::iter::once(text.len());
    text.char_indices().map(|(at, _)| at).chain(ends).nth(place).ok_or_else(wrong)
}

fn place<'a>(
    run: &mut Run<'a>,
    name: &str,
    arguments: &[Value<'a>],
    last: bool,
) -> Result<Value<'a>> {
    if let [Value::List(list), item] = arguments {
        return lists::place(run, list, item, last);
    }
    let (text, part, from) = match arguments {
        [Value::String(text), Value::String(part)] => (text, part, None),
        [Value::String(text), Value::String(part), Value::Int(from)] => (text, part, Some(*from)),
        _ => return Err(mismatch(name, arguments)),
    };
    run.spend_bytes(text.len())?;
    let from = match from {
        Some(from) if part.is_empty() => return Ok(Value::Int(from)),
        Some(from) if usize::try_from(from).is_ok_and(|from| from >= text.chars().count()) => {
            return Ok(Value::Int(-1));
        }
        from => from.map(|from| byte_of(text, from)).transpose()?,
    };
    let found = match (last, from) {
        (false, from) => {
            let from = from.unwrap_or(0);
            text.get(from..).and_then(|rest| rest.find(&**part)).map(|at| at + from)
        }
        (true, None) => text.rfind(&**part),
        // The last match that begins there or before.
        (true, Some(from)) => {
            let end = from.saturating_add(part.len()).min(text.len());
            let end = (end..=text.len()).find(|end| text.is_char_boundary(*end));
            end.and_then(|end| text.get(..end)).and_then(|head| head.rfind(&**part))
        }
    };
    let place = found.and_then(|at| text.get(..at)).map(|before| before.chars().count());
    Ok(place.map_or(Value::Int(-1), Value::length))
}

fn replace<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let (text, old, new, most) = match arguments {
        [Value::String(text), Value::String(old), Value::String(new)] => (text, old, new, -1),
        [Value::String(text), Value::String(old), Value::String(new), Value::Int(most)] => {
            (text, old, new, *most)
        }
        _ => return Err(mismatch("replace", arguments)),
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    run.spend_bytes(text.len())?;
    let times = text.matches(&**old).take(most).count();
    run.spend_bytes(text.len().saturating_add(times.saturating_mul(new.len())))?;
    Ok(Value::text(text.replacen(&**old, new, most)))
}

fn split<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let (text, separator, most) = match arguments {
        [Value::String(text), Value::String(separator)] => (text, separator, -1),
        [Value::String(text), Value::String(separator), Value::Int(most)] => {
            (text, separator, *most)
        }
        _ => return Err(mismatch("split", arguments)),
    };
    run.spend(text.len() + 1)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let part = |part: &str| Value::text(part.to_owned());
    if !separator.is_empty() {
        let parts = if most == 0 { 0 } else { usize::MAX };
        return Ok(Value::list(text.splitn(most.max(1), &**separator).take(parts).map(part)));
    }
    // Each character is a part; the last part has the rest.
    let mut parts = Vec::new();
    let mut rest: &str = text;
    while let Some(first) = rest.chars().next()
        && parts.len() < most
    {
        let length = if parts.len() + 1 == most { rest.len() } else { first.len_utf8() };
        let (head, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        parts.push(part(head));
        rest = tail;
    }
    Ok(Value::list(parts))
}

fn substring<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let (text, start, end) = match arguments {
        [Value::String(text), Value::Int(start)] => (text, *start, None),
        [Value::String(text), Value::Int(start), Value::Int(end)] => (text, *start, Some(*end)),
        _ => return Err(mismatch("substring", arguments)),
    };
    run.spend_bytes(text.len())?;
    let first = byte_of(text, start)?;
    let last = end.map_or(Ok(text.len()), |end| byte_of(text, end))?;
    let part = text.get(first..last).ok_or(Error::IndexOutOfBounds(start))?;
    Ok(Value::text(part.to_owned()))
}

fn join<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let (list, separator) = match arguments {
        [Value::List(list)] => (list, ""),
        [Value::List(list), Value::String(separator)] => (list, &**separator),
        _ => return Err(mismatch("join", arguments)),
    };
    let mut joined = String::new();
    for (place, item) in list.iter().enumerate() {
        let part = text(&item).ok_or_else(|| mismatch("join", arguments))?;
        run.spend_bytes(part.len() + separator.len() + 1)?;
        if place > 0 {
            joined.push_str(separator);
        }
        joined.push_str(part);
    }
    Ok(Value::text(joined))
}
