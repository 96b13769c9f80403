//! `${name}` in the values of a `pom.xml` (Maven, "Model interpolation").

/// More text than this in a coordinate is no coordinate; properties that refer to each other could
/// grow without bound.
pub(in super::super) const MAX_VALUE_BYTES: usize = 1024;

/// Properties may refer to each other in rings.
const MAX_REPLACEMENTS: usize = 16;

/// Replaces each `${name}`; none when a name leads nowhere or to no end.
pub(in super::super) fn fill_in<'v>(
    value: &str,
    lookup: impl Fn(&str) -> Option<&'v str>,
) -> Option<String> {
    let mut value = value.to_owned();
    for _ in 0..MAX_REPLACEMENTS {
        let Some((before, rest)) = value.split_once("${") else {
            return Some(value);
        };
        let (name, after) = rest.split_once('}')?;
        value = format!("{before}{}{after}", lookup(name)?);
        if value.len() > MAX_VALUE_BYTES {
            return None;
        }
    }
    None
}

/// The name of a value of the project itself, `groupId` in `${project.groupId}`; `pom.` and
/// nothing at all are old spellings of the prefix.
pub(super) fn of_project(name: &str) -> &str {
    name.strip_prefix("project.").or_else(|| name.strip_prefix("pom.")).unwrap_or(name)
}
