//! One requirement: `name[extras] == 1.0; marker`.

use std::borrow::Cow;

use sealift_model::Ecosystem;

/// A requirement by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement<'a> {
    pub(super) name: &'a str,
    /// The one version that fits; none when several may.
    pub(super) pinned: Option<Cow<'a, str>>,
    /// Trailing text where nothing should follow.
    pub(super) trailing: &'a str,
}

/// Why a text is no requirement by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotNamed<'a> {
    #[error("{0:?} is taken from a URL or path; its version is not known")]
    Url(&'a str),
    #[error("the version of {0:?} depends on an environment variable")]
    Variable(&'a str),
    #[error("{0:?} is not a requirement")]
    Malformed(&'a str),
}

impl<'a> Requirement<'a> {
    /// Reads a requirement without options and comments. Dependency specifiers (PEP 508), which
    /// allow the version in parentheses, too.
    pub(super) fn parse(text: &'a str) -> Result<Self, NotNamed<'a>> {
        let (url, malformed) = (NotNamed::Url(text), NotNamed::Malformed(text));
        let (name, rest) = split_where(text, |c| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
        let is_path = text.starts_with(['.', '/', '~']) || rest.starts_with(['/', '\\', ':', '+']);
        if is_path || is_archive(name) {
            return Err(url);
        }
        if !super::is_name(name) {
            return Err(malformed);
        }
        let mut rest = rest.trim_start();
        if let Some(extras) = rest.strip_prefix('[') {
            rest = extras.split_once(']').ok_or(malformed)?.1.trim_start();
        }
        if let Some(place) = rest.strip_prefix('@') {
            let version = place.split_whitespace().next().and_then(|place| of_wheel(name, place));
            return Ok(Self { name, pinned: Some(version.ok_or(url)?), trailing: "" });
        }
        let (specifiers, _marker) = rest.split_once(';').unwrap_or((rest, ""));
        let specifiers = specifiers.trim();
        let inside = specifiers.strip_prefix('(').and_then(|inside| inside.strip_suffix(')'));
        let (pinned, trailing) = versions(inside.unwrap_or(specifiers), text)?;
        Ok(Self { name, pinned: pinned.map(Cow::Borrowed), trailing })
    }
}

/// The version in the name of a project's wheel at a URL or path (Binary distribution format, "File
/// name convention"): `name-version[-build]-python-abi-platform.whl`. In a URL the `+` of a version
/// is escaped.
pub(super) fn of_wheel<'a>(project: &str, place: &'a str) -> Option<Cow<'a, str>> {
    let path = place.split(['?', '#']).next()?;
    let file = path.rsplit(['/', '\\']).next()?;
    let parts: Vec<&str> = file.strip_suffix(".whl")?.split('-').collect();
    let (name, version) = match parts.as_slice() {
        [name, version, _, _, _] | [name, version, _, _, _, _] => (*name, *version),
        _ => return None,
    };
    let escaped = ["%2B", "%2b"].into_iter().find(|plus| version.contains(plus));
    let version = match escaped {
        Some(plus) => Cow::Owned(version.replace(plus, "+")),
        None => Cow::Borrowed(version),
    };
    let folded = |name| Ecosystem::Pypi.folded_name(name);
    (folded(name) == folded(project) && is_version(&version)).then_some(version)
}

/// The pinned version of comma-separated specifiers, and what follows them.
fn versions<'a>(
    specifiers: &'a str,
    text: &'a str,
) -> Result<(Option<&'a str>, &'a str), NotNamed<'a>> {
    let (mut pinned, mut rest) = (None, specifiers.trim());
    while !rest.is_empty() {
        let (operator, after) = operator(rest).ok_or(NotNamed::Malformed(text))?;
        let (version, after) = split_where(after.trim_start(), |c| c == ',' || c.is_whitespace());
        if version.contains('$') {
            return Err(NotNamed::Variable(text));
        }
        if !is_version(version) {
            return Err(NotNamed::Malformed(text));
        }
        // Version specifiers, "Version matching": `== 1.*` fits every version of that series.
        if operator == "===" || (operator == "==" && !version.contains('*')) {
            pinned = Some(version);
        }
        rest = match after.trim_start().strip_prefix(',') {
            Some(next) => next.trim_start(),
            None => return Ok((pinned, after.trim())),
        };
    }
    Ok((pinned, ""))
}

/// Version specifiers (PEP 440), the longest first.
fn operator(text: &str) -> Option<(&str, &str)> {
    ["===", "==", "~=", "!=", "<=", ">=", "<", ">"]
        .into_iter()
        .find_map(|operator| Some((operator, text.strip_prefix(operator)?)))
}

fn is_version(text: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || "._-+!*".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(part)
}

/// pip docs, "pip install": the endings of the archives that it takes.
pub(super) fn is_archive(name: &str) -> bool {
    let endings = [".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"];
    endings.into_iter().any(|ending| name.ends_with(ending))
}

fn split_where(text: &str, is_end: impl Fn(char) -> bool) -> (&str, &str) {
    text.find(is_end).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pinned() {
        for (text, name, pinned) in [
            ("Flask==1.0", "Flask", Some("1.0")),
            ("a === 1.0+local.2", "a", Some("1.0+local.2")),
            ("a[x, y] == 1!2.0 ; python_version < \"3\"", "a", Some("1!2.0")),
            ("a (==1.0)", "a", Some("1.0")),
            ("a >= 0.9, == 1.0", "a", Some("1.0")),
            ("a==1.*", "a", None),
            ("a==1.*.2", "a", None),
            ("a~=1.1", "a", None),
            ("a >= 1.0, <= 2.0, != 3.0", "a", None),
            ("a", "a", None),
            ("a;os_name == 'nt'", "a", None),
            ("a[x]", "a", None),
        ] {
            let expected = Requirement { name, pinned: pinned.map(Cow::Borrowed), trailing: "" };
            assert_eq!(Requirement::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn wheels_say_what_they_are() {
        for (text, name, version) in [
            ("foo @ https://host/foo-1.2.3-py3-none-any.whl", "foo", "1.2.3"),
            ("Foo.Bar[x] @ https://host/foo_bar-1-py3-none-any.whl#sha256=0 ; m", "Foo.Bar", "1"),
            (
                "torch@https://host/torch-2.0%2Bcu118-cp310-cp310-linux_x86_64.whl",
                "torch",
                "2.0+cu118",
            ),
            ("foo @ https://host/foo-1.0-1-py3-none-any.whl?x=y", "foo", "1.0"),
        ] {
            let found = Requirement::parse(text).unwrap();
            assert_eq!((found.name, found.pinned.as_deref()), (name, Some(version)), "{text}");
        }
        for text in [
            "foo @ https://host/bar-1.2.3-py3-none-any.whl",
            "foo @ https://host/foo-x.whl",
            "foo @ https://host/foo-%2B-py3-none-any.whl",
            "foo @ https://host/foo-1-py3-none-any.whl.zip",
            "https://host/foo-1.0-py3-none-any.whl",
        ] {
            assert_eq!(Requirement::parse(text), Err(NotNamed::Url(text)));
        }
    }

    #[test]
    fn what_follows_is_told() {
        let found = Requirement::parse("a == 1.0 @ git+https://host/a").unwrap();
        assert_eq!(
            (found.pinned.as_deref(), found.trailing),
            (Some("1.0"), "@ git+https://host/a")
        );
    }

    #[test]
    fn what_is_not_named() {
        for text in ["a @ https://host/a-1.zip", "git+https://host/a", "./a", "a-1.0.tar.gz"] {
            assert_eq!(Requirement::parse(text), Err(NotNamed::Url(text)));
        }
        for text in ["", "==1.0", "a==", "a 1.0", "a-==1", "a[x", "a=1", "a==1 && b"] {
            let found = Requirement::parse(text);
            let trailing = found.as_ref().is_ok_and(|found| !found.trailing.is_empty());
            assert!(trailing || found == Err(NotNamed::Malformed(text)), "{text}: {found:?}");
        }
        assert_eq!(Requirement::parse("a==${V}"), Err(NotNamed::Variable("a==${V}")));
    }
}
