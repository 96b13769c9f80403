//! npm: ranges of node-semver 7 (<https://github.com/npm/node-semver>, "Ranges" and "Range
//! Grammar"), strict. `||` parts alternatives, each a hyphen range or comparators that must all
//! hold; carets, tildes and X-ranges stand for two comparators.

use std::cmp::Ordering;

use super::{Prereleases, RangeError};
use crate::version::cursor::Cursor;
use crate::version::npm::MAX_NUMBER;
use crate::version::semver::{self, LeadingZeros, compare_pre};
use crate::version::{MAX_BYTES, Parsed, Version, VersionErrorKind, check_length};

/// A range of npm versions, `^1.2.3 || >=2.5 <3`.
#[derive(Clone, Debug)]
pub struct NpmRange<'a> {
    alternatives: Vec<Vec<Comparator<'a>>>,
    prereleases: Prereleases,
}

impl<'a> NpmRange<'a> {
    /// Reads a range.
    ///
    /// # Errors
    /// When node-semver refuses it, as it does tags, URLs and aliases.
    pub fn parse(text: &'a str, prereleases: Prereleases) -> Result<Self, RangeError> {
        check_length(text, MAX_BYTES)?;
        let alternatives = text.split("||").map(|part| alternative(part.trim(), prereleases));
        let mut alternatives = alternatives.collect::<Result<Vec<_>, _>>()?;
        // "Anything" makes the alternatives redundant, even those that name a pre-release.
        let is_any = |part: &Vec<Comparator<'_>>| part.iter().all(Comparator::is_any);
        if alternatives.iter().any(is_any) {
            alternatives = vec![Vec::new()];
        }
        Ok(Self { alternatives, prereleases })
    }

    /// Whether the range accepts a version; always false for another scheme than
    /// [`Scheme::Npm`](crate::Scheme::Npm).
    pub fn contains(&self, version: &Version<'_>) -> bool {
        let Parsed::Npm(version) = &version.parsed else { return false };
        self.alternatives.iter().any(|part| {
            part.iter().all(|comparator| comparator.accepts(version)) && self.may_be(version, part)
        })
    }

    /// Whether a pre-release may be accepted: only if the range names one with the same three
    /// numbers ("Prerelease Tags").
    fn may_be(&self, version: &semver::Version<'_>, part: &[Comparator<'_>]) -> bool {
        version.pre.is_empty()
            || self.prereleases == Prereleases::All
            || part.iter().any(|it| {
                !it.is_any()
                    && !it.bound.pre.is_empty()
                    && it.bound.compare_numbers(version) == Ordering::Equal
            })
    }
}

/// A condition on a version.
#[derive(Clone, Copy, Debug)]
struct Comparator<'a> {
    operator: Operator,
    bound: Bound<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Clone, Copy, Debug)]
struct Bound<'a> {
    numbers: [u64; 3],
    pre: &'a str,
}

impl Bound<'_> {
    fn compare_numbers(&self, version: &semver::Version<'_>) -> Ordering {
        // npm versions only have numbers that fit.
        let numbers = version.numbers.map(|number| number.value().unwrap_or(u64::MAX));
        self.numbers.cmp(&numbers)
    }
}

impl Comparator<'_> {
    /// `>=0.0.0`, which accepts everything; the pre-releases of `0.0.0` are treated like others.
    fn is_any(&self) -> bool {
        self.operator == Operator::AtLeast && self.bound.numbers == [0; 3] && self.bound.pre == ANY
    }

    fn accepts(&self, version: &semver::Version<'_>) -> bool {
        if self.is_any() {
            return true;
        }
        let order = self.bound.compare_numbers(version);
        let order = order.then_with(|| compare_pre(self.bound.pre, version.pre)).reverse();
        match self.operator {
            Operator::Equal => order.is_eq(),
            Operator::Less => order.is_lt(),
            Operator::AtMost => order.is_le(),
            Operator::Greater => order.is_gt(),
            Operator::AtLeast => order.is_ge(),
        }
    }
}

/// The pre-release of a bound that is below every version.
const ANY: &str = "*";

/// The lowest pre-release there is.
const LOWEST: &str = "0";

fn any<'a>() -> Vec<Comparator<'a>> {
    vec![comparator(Operator::AtLeast, [0; 3], ANY)]
}

fn comparator(operator: Operator, numbers: [u64; 3], pre: &str) -> Comparator<'_> {
    Comparator { operator, bound: Bound { numbers, pre } }
}

fn alternative(text: &str, prereleases: Prereleases) -> Result<Vec<Comparator<'_>>, RangeError> {
    if let Some(range) = hyphen(text, prereleases) {
        return range;
    }
    let (mut comparators, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let (word, after) = Word::take(rest)?;
        comparators.extend(word.comparators(prereleases)?);
        rest = after.trim_start();
    }
    Ok(comparators)
}

/// `1.2 - 2.3.4`, both ends included ("Hyphen Ranges"). None if the text is not such a range.
fn hyphen(text: &str, prereleases: Prereleases) -> Option<Result<Vec<Comparator<'_>>, RangeError>> {
    let (at, _) = text.match_indices('-').find(|(at, _)| {
        let (before, after) = (text.get(..*at), text.get(*at + 1..));
        before.is_some_and(|it| it.ends_with(char::is_whitespace))
            && after.is_some_and(|it| it.starts_with(char::is_whitespace))
    })?;
    let (from, to) = (text.get(..at)?.trim(), text.get(at + 1..)?.trim());
    let (from, to) = (Partial::parse(from).ok()?, Partial::parse(to).ok()?);
    let low = match (prereleases, from.pre) {
        (Prereleases::All, "") => LOWEST,
        (_, pre) => pre,
    };
    let low = from.major.map(|_| comparator(Operator::AtLeast, from.floor(), low));
    let high = match (to.major, to.minor, to.patch) {
        (None, ..) => None,
        (_, None, _) | (_, _, None) => Some(to.above(to.given())),
        _ if to.pre.is_empty() && prereleases == Prereleases::All => Some(to.above(3)),
        _ => Some(Ok(comparator(Operator::AtMost, to.floor(), to.pre))),
    };
    Some(
        high.transpose()
            .map(|high| low.into_iter().chain(high).map(|it| normal(it, prereleases)).collect()),
    )
}

/// `>=0.0.0` stands for anything, or `>=0.0.0-0` if pre-releases count.
fn normal(comparator: Comparator<'_>, prereleases: Prereleases) -> Comparator<'_> {
    let lowest = if prereleases == Prereleases::All { LOWEST } else { "" };
    let Comparator { operator, bound } = comparator;
    match operator {
        Operator::AtLeast if bound.numbers == [0; 3] && bound.pre == lowest => {
            Comparator { operator, bound: Bound { pre: ANY, ..bound } }
        }
        _ => comparator,
    }
}

/// One word of a range: an operator and a version.
#[derive(Debug)]
struct Word<'a> {
    prefix: &'a str,
    version: &'a str,
}

impl<'a> Word<'a> {
    /// The first word, and the rest. Blanks may follow the operator.
    fn take(text: &'a str) -> Result<(Self, &'a str), RangeError> {
        const PREFIXES: [&str; 8] = ["~>", "~", "^", ">=", "<=", ">", "<", "="];
        let prefix = PREFIXES.into_iter().find(|prefix| text.starts_with(prefix));
        let (prefix, rest) = text.split_at_checked(prefix.map_or(0, str::len)).unwrap_or_default();
        let rest = rest.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (version, after) = rest.split_at_checked(end).unwrap_or_default();
        if version.is_empty() {
            return Err(VersionErrorKind::Incomplete.into());
        }
        Ok((Self { prefix, version }, after))
    }

    fn comparators(&self, prereleases: Prereleases) -> Result<Vec<Comparator<'a>>, RangeError> {
        let version = Partial::parse(self.version)?;
        let lowest = if prereleases == Prereleases::All { LOWEST } else { "" };
        if version.major.is_none() {
            return Ok(match self.prefix {
                "<" | ">" => vec![comparator(Operator::Less, [0; 3], LOWEST)],
                _ => any(),
            });
        }
        let pair = |low: &'a str, changes: usize| {
            let low = comparator(Operator::AtLeast, version.floor(), low);
            Ok(vec![normal(low, prereleases), version.above(changes)?])
        };
        let is_partial = version.given() < 3;
        let low = if is_partial { lowest } else { version.pre };
        match self.prefix {
            "^" => pair(low, version.caret()),
            "~" | "~>" => pair(low, version.given().min(2)),
            "" | "=" if is_partial => pair(lowest, version.given()),
            _ if is_partial => self.partial(&version, prereleases),
            prefix => {
                // At most one `v` may precede a complete version.
                if self.version.starts_with('=') || self.version.starts_with("vv") {
                    return Err(VersionErrorKind::Unexpected { at: 0 }.into());
                }
                let operator = match prefix {
                    "<" => Operator::Less,
                    "<=" => Operator::AtMost,
                    ">" => Operator::Greater,
                    ">=" => Operator::AtLeast,
                    _ => Operator::Equal,
                };
                let bound = comparator(operator, version.floor(), version.pre);
                Ok(vec![normal(bound, prereleases)])
            }
        }
    }

    /// `>1.2`, `<=1` and the like.
    fn partial(
        &self,
        version: &Partial<'a>,
        prereleases: Prereleases,
    ) -> Result<Vec<Comparator<'a>>, RangeError> {
        let lowest = if prereleases == Prereleases::All { LOWEST } else { "" };
        let floor = version.floor();
        Ok(vec![match self.prefix {
            ">" => {
                let numbers = version.above(version.given())?.bound.numbers;
                comparator(Operator::AtLeast, numbers, lowest)
            }
            "<=" => version.above(version.given())?,
            "<" => comparator(Operator::Less, floor, LOWEST),
            _ => normal(comparator(Operator::AtLeast, floor, lowest), prereleases),
        }])
    }
}

/// A version that may lack numbers, or have `x` or `*` in place of them ("X-Ranges").
#[derive(Clone, Copy, Debug)]
struct Partial<'a> {
    major: Option<u64>,
    minor: Option<u64>,
    patch: Option<u64>,
    pre: &'a str,
}

impl<'a> Partial<'a> {
    fn parse(text: &'a str) -> Result<Self, VersionErrorKind> {
        let mut cursor = Cursor::new(text);
        cursor.take_while(|byte| matches!(byte, b'v' | b'=' | b' '));
        let major = part(&mut cursor)?;
        let (mut minor, mut patch, mut pre) = (None, None, "");
        if cursor.eat(".") {
            minor = part(&mut cursor)?;
            if cursor.eat(".") {
                patch = part(&mut cursor)?;
                pre = semver::suffix(&mut cursor, LeadingZeros::Refused)?.pre;
            }
        }
        // Build metadata may follow any number of parts, so it is removed first.
        if cursor.peek() == Some(b'+') {
            semver::suffix(&mut cursor, LeadingZeros::Refused)?;
        }
        cursor.finish()?;
        // Everything after an `x` is ignored.
        let minor = minor.filter(|_| major.is_some());
        let patch = patch.filter(|_| minor.is_some());
        let pre = if patch.is_some() { pre } else { "" };
        Ok(Self { major, minor, patch, pre })
    }

    /// The number of given numbers.
    fn given(&self) -> usize {
        [self.major, self.minor, self.patch].iter().flatten().count()
    }

    fn floor(&self) -> [u64; 3] {
        [self.major, self.minor, self.patch].map(Option::unwrap_or_default)
    }

    /// The bound below the lowest pre-release of the next version that differs in the number at
    /// this place, counted from one.
    fn above(&self, place: usize) -> Result<Comparator<'static>, RangeError> {
        let [major, minor, patch] = self.floor();
        let numbers = match place {
            1 => [major + 1, 0, 0],
            2 => [major, minor + 1, 0],
            _ => [major, minor, patch + 1],
        };
        if numbers.iter().any(|number| *number > MAX_NUMBER) {
            return Err(VersionErrorKind::NumberTooLarge { at: 0, max: MAX_NUMBER }.into());
        }
        Ok(comparator(Operator::Less, numbers, LOWEST))
    }

    /// The place of the leftmost number that is not zero; if all are zero, the last one given
    /// ("Caret Ranges").
    fn caret(&self) -> usize {
        let is_set = |number: Option<u64>| number.is_some_and(|number| number > 0);
        match () {
            () if is_set(self.major) => 1,
            () if is_set(self.minor) => 2,
            () => self.given(),
        }
    }
}

/// A number of a version; none for `x` and `*`.
fn part(cursor: &mut Cursor<'_>) -> Result<Option<u64>, VersionErrorKind> {
    if cursor.eat_any(b"xX*").is_some() {
        return Ok(None);
    }
    Ok(semver::number(cursor, Some(MAX_NUMBER))?.value())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Scheme;

    fn accepts(range: &str, version: &str) -> bool {
        let version = Scheme::Npm.parse(version).unwrap();
        NpmRange::parse(range, Prereleases::Named).unwrap().contains(&version)
    }

    #[test]
    fn accepts_as_the_grammar_says() {
        for (range, inside, outside) in [
            ("^1.2.3", "1.9.0", "2.0.0-0"),
            ("^0.2.3", "0.2.9", "0.3.0"),
            ("^0.0.3", "0.0.3", "0.0.4"),
            ("~1.2", "1.2.9", "1.3.0"),
            ("~> 1", "1.9.9", "2.0.0"),
            ("1.x", "1.5.0", "2.0.0"),
            (">1.2", "1.3.0", "1.2.9"),
            ("<=1", "1.9.9", "2.0.0"),
            ("1 - 2.3", "2.3.9", "2.4.0"),
            (">= 1.0.0 < 1.5.0 || 3", "3.7.0", "1.5.0"),
            ("", "7.0.0", "7.0.0-a"),
            (">=1.0.0-b", "1.0.0-c", "1.0.1-c"),
        ] {
            assert!(accepts(range, inside), "{range:?} {inside}");
            assert!(!accepts(range, outside), "{range:?} {outside}");
        }
    }

    #[test]
    fn refuses_what_is_no_range() {
        for text in ["latest", "=> 1.0.0", ">", "1.2.3.4", ">=1.0.0,<2.0.0", "==1.2.3", "01.2.3"] {
            assert!(NpmRange::parse(text, Prereleases::Named).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[0-9x*.<>=~^|v+a -]{0,30}") {
            let version = Scheme::Npm.parse("1.2.3-a").unwrap();
            for prereleases in [Prereleases::Named, Prereleases::All] {
                let _ = NpmRange::parse(&text, prereleases).map(|range| range.contains(&version));
            }
        }
    }
}
