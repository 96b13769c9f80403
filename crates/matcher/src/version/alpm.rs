//! Arch Linux: libalpm 13, `alpm_pkg_vercmp` (`vercmp(8)`).
//!
//! `[epoch:]version[-release]`, as in RPM before `~` and `^`. It is not an order in the
//! mathematical sense, hence no `Ord`: a release that only one side has is not compared, and final
//! separators (`1.`) compare inconsistently.

use std::cmp::Ordering;

use super::VersionErrorKind;
use super::cursor::Cursor;
use super::number::Number;
use super::rpm::Evr;

#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    epoch: Number<'a>,
    version: &'a str,
    release: Option<&'a str>,
}

#[expect(clippy::unnecessary_wraps, reason = "every scheme's parse has this signature")]
pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    let Evr { epoch, version, release } = Evr::new(text);
    Ok(Version { epoch, version, release })
}

pub(super) fn compare(left: &Version<'_>, right: &Version<'_>) -> Ordering {
    left.epoch.cmp(&right.epoch).then_with(|| compare_part(left.version, right.version)).then_with(
        || match (left.release, right.release) {
            (Some(left), Some(right)) => compare_part(left, right),
            _ => Ordering::Equal,
        },
    )
}

/// Compares separators by their number and the segments between them, from left to right.
fn compare_part(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (Cursor::new(left), Cursor::new(right));
    while !left.is_done() && !right.is_done() {
        let separators = (take_separators(&mut left), take_separators(&mut right));
        if left.is_done() || right.is_done() {
            break;
        }
        let order = separators
            .0
            .cmp(&separators.1)
            .then_with(|| take_segment(&mut left).cmp(&take_segment(&mut right)));
        if order.is_ne() {
            return order;
        }
    }
    compare_rest(&left, &right)
}

fn take_separators(cursor: &mut Cursor<'_>) -> usize {
    cursor.take_while(|byte| !byte.is_ascii_alphanumeric()).len()
}

/// A run of letters is lower than any number.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Letters(&'a str),
    Number(Number<'a>),
}

fn take_segment<'a>(cursor: &mut Cursor<'a>) -> Segment<'a> {
    match cursor.take_while(|byte| byte.is_ascii_alphabetic()) {
        "" => Segment::Number(Number::new(cursor.digits())),
        letters => Segment::Letters(letters),
    }
}

/// The rest of a version: letters make it lower, so that `1.0rc` < `1.0`; anything else makes it
/// higher.
fn compare_rest(left: &Cursor<'_>, right: &Cursor<'_>) -> Ordering {
    let starts_with_letter =
        |rest: &Cursor<'_>| rest.peek().is_some_and(|byte| byte.is_ascii_alphabetic());
    match (left.is_done(), right.is_done()) {
        (true, true) => Ordering::Equal,
        (true, false) if starts_with_letter(right) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, _) if starts_with_letter(left) => Ordering::Less,
        (false, _) => Ordering::Greater,
    }
}
