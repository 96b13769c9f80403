//! Debian and Ubuntu: Debian Policy 5.6.12 and `deb-version(7)`.
//!
//! `[epoch:]upstream[-revision]`. Like `dpkg --compare-versions`, this compares versions with
//! characters that the policy does not allow, and those that do not start with a digit. Known
//! deviation: an epoch is made of digits, where dpkg also takes a sign and blanks before them.

use std::cmp::Ordering;

use super::VersionErrorKind;
use super::cursor::Cursor;
use super::number::Number;

/// The largest epoch that dpkg reads, a C `int`.
const MAX_EPOCH: u64 = 2_147_483_647;

/// A missing epoch is 0; a missing revision is empty, which equals `0`.
#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    epoch: Number<'a>,
    upstream: &'a str,
    revision: &'a str,
}

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    let text = text.trim_ascii();
    if let Some(at) = text.bytes().position(|byte| byte.is_ascii_whitespace()) {
        return Err(VersionErrorKind::Unexpected { at });
    }
    let (epoch, rest) = match text.split_once(':') {
        Some((_, rest)) => (epoch(text)?, rest),
        None => (Number::default(), text),
    };
    let (upstream, revision) = match rest.rsplit_once('-') {
        Some((_, "")) => return Err(VersionErrorKind::Incomplete),
        Some(parts) => parts,
        None => (rest, ""),
    };
    if upstream.is_empty() {
        return Err(VersionErrorKind::Incomplete);
    }
    Ok(Version { epoch, upstream, revision })
}

fn epoch(text: &str) -> Result<Number<'_>, VersionErrorKind> {
    let mut cursor = Cursor::new(text);
    let epoch = Number::new(cursor.number()?);
    if !cursor.eat(":") {
        return Err(cursor.unexpected());
    }
    if !epoch.is_at_most(MAX_EPOCH) {
        return Err(VersionErrorKind::NumberTooLarge { at: 0, max: MAX_EPOCH });
    }
    Ok(epoch)
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| compare_part(self.upstream, other.upstream))
            .then_with(|| compare_part(self.revision, other.revision))
    }
}

eq_through_ord!(Version);

/// Compares text and numbers in turn, from left to right.
fn compare_part(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (Cursor::new(left), Cursor::new(right));
    while !(left.is_done() && right.is_done()) {
        let order = compare_text(take_text(&mut left), take_text(&mut right))
            .then_with(|| Number::new(left.digits()).cmp(&Number::new(right.digits())));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn take_text<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take_while(|byte| !byte.is_ascii_digit())
}

/// "The lexical comparison is a comparison of ASCII values modified so that all the letters sort
/// earlier than all the non-letters and so that a tilde sorts before anything, even the end of a
/// part."
fn compare_text(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.bytes().map(rank), right.bytes().map(rank));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) => match left.unwrap_or(END).cmp(&right.unwrap_or(END)) {
                Ordering::Equal => {}
                order => return order,
            },
        }
    }
}

/// The rank of the end of a part.
const END: i16 = 0;

fn rank(byte: u8) -> i16 {
    match byte {
        b'~' => -1,
        letter if letter.is_ascii_alphabetic() => i16::from(letter),
        // dpkg's `char` is signed, which matters for bytes that are not ASCII.
        other => i16::from(other.cast_signed()) + 256,
    }
}
