//! RPM: `rpm-version(7)`, that is `rpmvercmp` of rpm 4.18 with `~` and `^`.
//!
//! `[epoch:]version[-release]`. A missing epoch is 0; a missing release comes before any.

use std::cmp::Ordering;
use std::iter;

use super::VersionErrorKind;
use super::cursor::Cursor;
use super::number::Number;

/// A missing release is lower than an empty one.
#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    epoch: Number<'a>,
    version: Label<'a>,
    release: Option<Label<'a>>,
}

#[expect(clippy::unnecessary_wraps, reason = "every scheme's parse has this signature")]
pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    let Evr { epoch, version, release } = Evr::new(text);
    Ok(Version { epoch, version: Label(version), release: release.map(Label) })
}

/// The three parts of a version of RPM, or of Arch, which took the form from RPM.
pub(super) struct Evr<'a> {
    pub(super) epoch: Number<'a>,
    pub(super) version: &'a str,
    pub(super) release: Option<&'a str>,
}

impl<'a> Evr<'a> {
    /// Digits before the first colon are the epoch; the release starts after the last hyphen.
    pub(super) fn new(text: &'a str) -> Self {
        let mut cursor = Cursor::new(text);
        let epoch = cursor.digits();
        let (epoch, rest) = if cursor.eat(":") { (epoch, cursor.rest()) } else { ("", text) };
        let (version, release) = match rest.rsplit_once('-') {
            Some((version, release)) => (version, Some(release)),
            None => (rest, None),
        };
        Self { epoch: Number::new(epoch), version, release }
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| self.version.cmp(&other.version))
            .then_with(|| self.release.cmp(&other.release))
    }
}

eq_through_ord!(Version);

/// A version or a release without the other.
#[derive(Clone, Copy, Debug)]
struct Label<'a>(&'a str);

impl Ord for Label<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        segments(self.0).cmp(segments(other.0))
    }
}

eq_through_ord!(Label);

/// A run of letters or of digits, a mark, or the end. If two labels continue with different kinds
/// of segments, the kind that is listed first here is the lower one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Tilde,
    End,
    Caret,
    Letters(&'a str),
    Number(Number<'a>),
}

/// The segments of a label; characters other than letters, digits and marks only separate.
fn segments(label: &str) -> impl Iterator<Item = Segment<'_>> {
    let mut cursor = Cursor::new(label);
    iter::from_fn(move || {
        cursor.take_while(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'~' | b'^'));
        Some(match cursor.peek()? {
            b'~' => {
                cursor.eat("~");
                Segment::Tilde
            }
            b'^' => {
                cursor.eat("^");
                Segment::Caret
            }
            b'0'..=b'9' => Segment::Number(Number::new(cursor.digits())),
            _ => Segment::Letters(cursor.take_while(|byte| byte.is_ascii_alphabetic())),
        })
    })
    .chain(iter::once(Segment::End))
}
