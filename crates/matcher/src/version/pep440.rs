//! PyPI: PEP 440 (<https://packaging.python.org/specifications/version-specifiers/>, "Appendix:
//! Parsing version strings with regular expressions" and "Summary of permitted suffixes and
//! relative ordering"), as `packaging` 26 reads it.
//!
//! `[v][epoch!]release[pre][post][dev][+local]`

use std::cmp::Ordering;
use std::iter;

use super::VersionErrorKind;
use super::caseless::Caseless;
use super::cursor::Cursor;
use super::number::Number;

/// Its parts in the order in which they decide.
#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    epoch: Number<'a>,
    /// Numbers with dots between them.
    release: &'a str,
    pre: Pre<'a>,
    post: Option<Number<'a>>,
    dev: Dev<'a>,
    /// Empty if there is none.
    local: &'a str,
}

/// The phase before the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Pre<'a> {
    /// `1.0.dev1` comes before any pre-release of `1.0`.
    DevOnly,
    Alpha(Number<'a>),
    Beta(Number<'a>),
    Candidate(Number<'a>),
    None,
}

/// The development release of the parts before it comes before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Dev<'a> {
    Number(Number<'a>),
    None,
}

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    let mut cursor = Cursor::new(text.trim());
    cursor.eat_any(b"vV");
    let (epoch, release) = epoch_and_release(&mut cursor)?;
    let pre = pre(&mut cursor);
    let post = post(&mut cursor);
    let dev = labelled(&mut cursor, &["dev"]).map_or(Dev::None, |(_, number)| Dev::Number(number));
    let local = if cursor.eat("+") { local(&mut cursor)? } else { "" };
    cursor.finish()?;
    let pre = pre.unwrap_or(match (post, dev) {
        (None, Dev::Number(_)) => Pre::DevOnly,
        _ => Pre::None,
    });
    Ok(Version { epoch, release, pre, post, dev, local })
}

fn epoch_and_release<'a>(
    cursor: &mut Cursor<'a>,
) -> Result<(Number<'a>, &'a str), VersionErrorKind> {
    let mut start = cursor.clone();
    let first = cursor.number()?;
    let epoch = if cursor.eat("!") {
        start = cursor.clone();
        cursor.number()?;
        Number::new(first)
    } else {
        Number::default()
    };
    loop {
        let before = cursor.clone();
        if !cursor.eat(".") || cursor.digits().is_empty() {
            *cursor = before;
            break;
        }
    }
    let release = start.rest().get(..cursor.at() - start.at()).unwrap_or_default();
    Ok((epoch, release))
}

fn pre<'a>(cursor: &mut Cursor<'a>) -> Option<Pre<'a>> {
    const LABELS: [&str; 8] = ["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"];
    let (label, number) = labelled(cursor, &LABELS)?;
    Some(match label {
        "alpha" | "a" => Pre::Alpha(number),
        "beta" | "b" => Pre::Beta(number),
        _ => Pre::Candidate(number),
    })
}

fn post<'a>(cursor: &mut Cursor<'a>) -> Option<Number<'a>> {
    let before = cursor.clone();
    if cursor.eat("-") {
        match cursor.digits() {
            "" => *cursor = before,
            digits => return Some(Number::new(digits)),
        }
    }
    labelled(cursor, &["post", "rev", "r"]).map(|(_, number)| number)
}

/// Takes one of the labels, which may have separators around it, and its number, which is 0
/// where there is none. Of two labels that start alike, the longer one must come first.
fn labelled<'a>(
    cursor: &mut Cursor<'a>,
    labels: &[&'static str],
) -> Option<(&'static str, Number<'a>)> {
    let before = cursor.clone();
    cursor.eat_any(b".-_");
    match labels.iter().find(|label| cursor.eat_caseless(label).is_some()) {
        Some(label) => {
            cursor.eat_any(b".-_");
            Some((label, Number::new(cursor.digits())))
        }
        None => {
            *cursor = before;
            None
        }
    }
}

fn local<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, VersionErrorKind> {
    let (text, start) = (cursor.rest(), cursor.at());
    loop {
        if cursor.take_while(|byte| byte.is_ascii_alphanumeric()).is_empty() {
            return Err(cursor.unexpected());
        }
        if cursor.eat_any(b".-_").is_none() {
            break;
        }
    }
    Ok(text.get(..cursor.at() - start).unwrap_or(text))
}

/// The properties that specifiers need.
impl<'a> Version<'a> {
    /// Whether this is a pre-release or a development release.
    pub(super) fn is_prerelease(&self) -> bool {
        self.pre != Pre::None || self.dev != Dev::None
    }

    pub(super) fn is_postrelease(&self) -> bool {
        self.post.is_some()
    }

    pub(super) fn has_local(&self) -> bool {
        !self.local.is_empty()
    }

    /// Whether it consists of an epoch and numbers only.
    pub(super) fn is_plain_release(&self) -> bool {
        !self.is_prerelease() && !self.is_postrelease() && !self.has_local()
    }

    pub(super) fn without_local(self) -> Self {
        Self { local: "", ..self }
    }

    pub(super) fn has_epoch_of(&self, other: &Version<'_>) -> bool {
        self.epoch == other.epoch
    }

    /// The numbers of the release.
    pub(super) fn segments(&self) -> impl Iterator<Item = Number<'a>> + use<'a> {
        self.release.split('.').map(Number::new)
    }

    /// The numbers of the release, followed by endless zeros.
    pub(super) fn padded_segments(&self) -> impl Iterator<Item = Number<'a>> + use<'a> {
        padded(self.release)
    }

    /// Whether both have the same pre-release, or none.
    pub(super) fn is_same_phase(&self, other: &Version<'_>) -> bool {
        self.pre == other.pre
    }

    /// Whether both have the same post-release, or none.
    pub(super) fn is_same_post(&self, other: &Version<'_>) -> bool {
        self.is_same_phase(other) && self.post == other.post
    }

    /// Compares epoch and release alone.
    pub(super) fn compare_base(&self, other: &Version<'_>) -> Ordering {
        self.epoch.cmp(&other.epoch).then_with(|| compare_release(self.release, other.release))
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare_base(other)
            .then_with(|| self.pre.cmp(&other.pre))
            .then_with(|| self.post.cmp(&other.post))
            .then_with(|| self.dev.cmp(&other.dev))
            .then_with(|| local_segments(self.local).cmp(local_segments(other.local)))
    }
}

eq_through_ord!(Version);

/// The shorter one goes on with zeros: `1.0` is `1.0.0`.
fn compare_release(left: &str, right: &str) -> Ordering {
    let length = left.split('.').count().max(right.split('.').count());
    padded(left).take(length).cmp(padded(right).take(length))
}

fn padded(release: &str) -> impl Iterator<Item = Number<'_>> {
    release.split('.').map(Number::new).chain(iter::repeat(Number::default()))
}

/// Text below numbers.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum LocalSegment<'a> {
    Text(Caseless<'a>),
    Number(Number<'a>),
}

fn local_segments(local: &str) -> impl Iterator<Item = LocalSegment<'_>> {
    local.split(['.', '-', '_']).filter(|segment| !segment.is_empty()).map(|segment| {
        if segment.bytes().all(|byte| byte.is_ascii_digit()) {
            LocalSegment::Number(Number::new(segment))
        } else {
            LocalSegment::Text(Caseless(segment))
        }
    })
}
