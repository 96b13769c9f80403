//! References to images, in the terms of Kyverno's image library.

use super::super::{mismatch, opaque};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{Opaque, Value};
use sealift_model::Reference;

pub(super) fn parse<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(text)] = arguments else { return Err(mismatch("image", arguments)) };
    let reference: Reference =
        text.parse().map_err(|_| Error::invalid(format!("{:?} is no image", &**text)))?;
    opaque(Opaque::Image(reference.into()))
}

pub(super) fn is_image<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(text)] = arguments else { return Err(mismatch("isImage", arguments)) };
    Ok(Value::Bool(text.parse::<Reference>().is_ok()))
}

fn of<'v>(name: &str, arguments: &'v [Value<'_>]) -> Result<&'v Reference> {
    match arguments {
        [Value::Opaque(Opaque::Image(reference))] => Ok(reference),
        _ => Err(mismatch(name, arguments)),
    }
}

pub(super) fn contains_digest<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    Ok(Value::Bool(of("containsDigest", arguments)?.digest().is_some()))
}

/// Docker Hub is named by its index.
pub(super) fn registry<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    Ok(Value::text(match of("registry", arguments)?.registry() {
        "docker.io" => "index.docker.io".to_owned(),
        other => other.to_owned(),
    }))
}

pub(super) fn repository<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    Ok(Value::text(of("repository", arguments)?.repository().to_owned()))
}

/// Returns the digest where there is one, else the tag, or `latest` without a tag.
pub(super) fn identifier<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let reference = of("identifier", arguments)?;
    let digest = reference.digest().map(ToString::to_string);
    Ok(Value::text(digest.unwrap_or_else(|| reference.tag().unwrap_or("latest").to_owned())))
}

pub(super) fn identifier_with_separator<'a>(
    _: &mut Run<'a>,
    arguments: &[Value<'a>],
) -> Result<Value<'a>> {
    let reference = of("identifierWithSeparator", arguments)?;
    let tag = reference.tag().map(|tag| format!(":{tag}"));
    let digest = reference.digest().map(|digest| format!("@{digest}"));
    Ok(Value::text(match (tag, digest) {
        (None, None) => ":latest".to_owned(),
        (tag, digest) => [tag.unwrap_or_default(), digest.unwrap_or_default()].concat(),
    }))
}

/// Returns the tag; empty where there is only a digest.
pub(super) fn tag<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let reference = of("tag", arguments)?;
    let none = if reference.digest().is_some() { "" } else { "latest" };
    Ok(Value::text(reference.tag().unwrap_or(none).to_owned()))
}

pub(super) fn digest<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let digest = of("digest", arguments)?.digest().map(ToString::to_string);
    Ok(Value::text(digest.unwrap_or_default()))
}
