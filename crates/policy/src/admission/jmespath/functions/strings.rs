//! Text.

use regex::NoExpand;
use serde_json::Value;

use super::super::super::{image, wildcard};
use super::super::values::type_of;
use super::{Call, Function, Given, Kind, Takes, as_text, whole};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "compare", takes: Takes::Each(&[Kind::Text, Kind::Text]), run: compare },
    Function { name: "equal_fold", takes: Takes::Each(&[Kind::Text, Kind::Text]), run: equal_fold },
    Function {
        name: "replace",
        takes: Takes::Each(&[Kind::Text, Kind::Text, Kind::Text, Kind::Number]),
        run: replace,
    },
    Function {
        name: "replace_all",
        takes: Takes::Each(&[Kind::Text, Kind::Text, Kind::Text]),
        run: |call| Ok(call.text(0).replace(call.text(1), call.text(2)).into()),
    },
    Function {
        name: "to_upper",
        takes: Takes::Each(&[Kind::Text]),
        run: |call| Ok(call.text(0).to_uppercase().into()),
    },
    Function {
        name: "to_lower",
        takes: Takes::Each(&[Kind::Text]),
        run: |call| Ok(call.text(0).to_lowercase().into()),
    },
    Function { name: "trim", takes: Takes::Each(&[Kind::Text, Kind::Text]), run: trim },
    Function {
        name: "trim_prefix",
        takes: Takes::Each(&[Kind::Text, Kind::Text]),
        run: |call| Ok(call.text(0).strip_prefix(call.text(1)).unwrap_or(call.text(0)).into()),
    },
    Function { name: "split", takes: Takes::Each(&[Kind::Text, Kind::Text]), run: split },
    Function {
        name: "regex_replace_all",
        takes: Takes::Each(&[Kind::Text, Kind::TextOrNumber, Kind::TextOrNumber]),
        run: regex_replace_all,
    },
    Function {
        name: "regex_replace_all_literal",
        takes: Takes::Each(&[Kind::Text, Kind::TextOrNumber, Kind::TextOrNumber]),
        run: regex_replace_all_literal,
    },
    Function {
        name: "regex_match",
        takes: Takes::Each(&[Kind::Text, Kind::TextOrNumber]),
        run: |call| {
            let text = as_text(call.value(1))?;
            Ok(call.with_regex(0, |regex| regex.is_match(&text))?.into())
        },
    },
    Function {
        name: "pattern_match",
        takes: Takes::Each(&[Kind::Text, Kind::TextOrNumber]),
        run: |call| Ok(wildcard::matches(call.text(0), &as_text(call.value(1))?).into()),
    },
    Function { name: "to_boolean", takes: Takes::Each(&[Kind::Text]), run: to_boolean },
    Function { name: "truncate", takes: Takes::Each(&[Kind::Text, Kind::Number]), run: truncate },
    Function { name: "path_canonicalize", takes: Takes::Each(&[Kind::Text]), run: canonical_path },
    Function {
        name: "semver_compare",
        takes: Takes::Each(&[Kind::Text, Kind::Text]),
        run: |call| {
            super::super::super::semver::in_range(call.text(0), call.text(1)).map(Value::Bool)
        },
    },
    Function {
        name: "starts_with",
        takes: Takes::Each(&[Kind::Text, Kind::Text]),
        run: |call| Ok(call.text(0).starts_with(call.text(1)).into()),
    },
    Function {
        name: "ends_with",
        takes: Takes::Each(&[Kind::Text, Kind::Text]),
        run: |call| Ok(call.text(0).ends_with(call.text(1)).into()),
    },
    Function { name: "join", takes: Takes::Each(&[Kind::Text, Kind::Texts]), run: join },
    Function { name: "to_string", takes: Takes::Each(&[Kind::Any]), run: to_string },
    Function {
        name: "type",
        takes: Takes::Each(&[Kind::Any]),
        run: |call| Ok(type_of(call.value(0)).into()),
    },
    Function {
        name: "image_normalize",
        takes: Takes::Each(&[Kind::Text]),
        run: |call| Ok(image::Image::parse(call.text(0))?.to_string().into()),
    },
    Function { name: "is_external_url", takes: Takes::Each(&[Kind::Text]), run: is_external_url },
    Function {
        name: "random",
        takes: Takes::Each(&[Kind::Text]),
        run: |_| Err("an answer would not be the same twice".to_owned()),
    },
];

fn compare(call: &Call<'_>) -> Given {
    Ok(match call.text(0).cmp(call.text(1)) {
        std::cmp::Ordering::Less => (-1).into(),
        std::cmp::Ordering::Equal => 0.into(),
        std::cmp::Ordering::Greater => 1.into(),
    })
}

fn equal_fold(call: &Call<'_>) -> Given {
    let fold = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    Ok((fold(call.text(0)) == fold(call.text(1))).into())
}

fn replace(call: &Call<'_>) -> Given {
    let (text, old, new) = (call.text(0), call.text(1), call.text(2));
    let times = call.number(3).trunc();
    Ok(match usize::try_from(whole(times)?) {
        Ok(times) => text.replacen(old, new, times).into(),
        Err(_) => text.replace(old, new).into(),
    })
}

fn trim(call: &Call<'_>) -> Given {
    let set: Vec<char> = call.text(1).chars().collect();
    Ok(call.text(0).trim_matches(|next| set.contains(&next)).into())
}

fn split(call: &Call<'_>) -> Given {
    let (text, separator) = (call.text(0), call.text(1));
    Ok(if separator.is_empty() {
        text.chars().map(|next| Value::from(next.to_string())).collect()
    } else {
        text.split(separator).map(Value::from).collect()
    })
}

fn regex_replace_all(call: &Call<'_>) -> Given {
    let (text, new) = (as_text(call.value(1))?, as_text(call.value(2))?);
    Ok(call.with_regex(0, |regex| regex.replace_all(&text, new.as_str()).into_owned())?.into())
}

fn regex_replace_all_literal(call: &Call<'_>) -> Given {
    let (text, new) = (as_text(call.value(1))?, as_text(call.value(2))?);
    let replaced =
        call.with_regex(0, |regex| regex.replace_all(&text, NoExpand(&new)).into_owned())?;
    Ok(replaced.into())
}

fn to_boolean(call: &Call<'_>) -> Given {
    match call.text(0).to_lowercase().as_str() {
        "true" => Ok(true.into()),
        "false" => Ok(false.into()),
        other => Err(format!("{other:?} is neither true nor false")),
    }
}

fn truncate(call: &Call<'_>) -> Given {
    let length = usize::try_from(whole(call.number(1).trunc().max(0.0))?).unwrap_or(usize::MAX);
    Ok(call.text(0).chars().take(length).collect::<String>().into())
}

/// A path without `.`, `..` and doubled slashes, as Go's `path.Join` gives it.
fn canonical_path(call: &Call<'_>) -> Given {
    let path = call.text(0);
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    Ok(match (path.is_empty(), rooted, joined.is_empty()) {
        (true, ..) => "".into(),
        (_, true, _) => format!("/{joined}").into(),
        (_, false, true) => ".".into(),
        (_, false, false) => joined.into(),
    })
}

fn join(call: &Call<'_>) -> Given {
    let texts: Vec<&str> = call.array(1).iter().filter_map(Value::as_str).collect();
    Ok(texts.join(call.text(0)).into())
}

/// Go writes JSON with `<`, `>` and `&` escaped.
fn to_string(call: &Call<'_>) -> Given {
    if let Value::String(text) = call.value(0) {
        return Ok(text.clone().into());
    }
    let json = call.value(0).to_string();
    Ok(json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").into())
}

/// Whether a URL's address lies outside; a name would have to be resolved.
fn is_external_url(call: &Call<'_>) -> Given {
    let url = call.text(0);
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => {
            Ok((!address.is_loopback() && !address.is_private()).into())
        }
        Ok(std::net::IpAddr::V6(address)) => {
            Ok((!address.is_loopback() && !address.is_unique_local()).into())
        }
        Err(_) => Err(format!("{host} is no address, and names are not resolved here")),
    }
}
