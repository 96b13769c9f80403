//! The syntax of RE2 as Go's `regexp/syntax` reads it with its flags for Perl, translated into
//! that of the `regex` crate.
//!
//! The translation only needs to decide whether an expression matches, not where. So the preference
//! among matches (`*?`, the flag `U`) and the captures of groups are dropped.
//! The flags `i`, `m` and `s` are written at each item that they change.

mod class;
mod error;
mod level;
mod unicode;

pub use error::{SyntaxError, SyntaxErrorKind};
use level::{Flags, Item, Level};

/// Nesting of groups. Go allows 1000.
const MAX_GROUP_DEPTH: usize = 250;

/// Largest repeat count, and largest product of nested counts, as in Go.
const MAX_REPEAT: u32 = 1000;

/// Stands for every count that is too large to be read.
const HUGE: u32 = u32::MAX;

/// An expression for the `regex` crate.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) pattern: String,
    /// Whether every alternative is anchored at both ends of the text.
    pub(super) anchored: bool,
}

/// Translates an expression.
pub(super) fn translate(text: &str) -> Result<Translated, SyntaxError> {
    let mut parser = Parser { rest: text, whole: text, level: Level::default(), outer: Vec::new() };
    parser.parse()?;
    if !parser.outer.is_empty() {
        return Err(parser.error(text, SyntaxErrorKind::MissingParenthesis));
    }
    let item = parser.level.into_item();
    Ok(Translated { pattern: item.pattern, anchored: item.starts && item.ends })
}

struct Parser<'e> {
    rest: &'e str,
    whole: &'e str,
    /// The group that is being read; the expression itself at first.
    level: Level,
    /// The groups around it.
    outer: Vec<Level>,
}

/// `{min,max}`; without `max` there is no upper bound.
struct Counts {
    min: u32,
    max: Option<u32>,
}

impl<'e> Parser<'e> {
    fn parse(&mut self) -> Result<(), SyntaxError> {
        let mut after_repeat = false;
        while let Some(c) = self.rest.chars().next() {
            let start = self.rest;
            let counts = match c {
                '*' => Some(Counts { min: 0, max: None }),
                '+' => Some(Counts { min: 1, max: None }),
                '?' => Some(Counts { min: 0, max: Some(1) }),
                '{' => self.counts()?,
                _ => None,
            };
            let is_repeat = counts.is_some();
            match counts {
                Some(_) if after_repeat => {
                    return Err(self.error(start, SyntaxErrorKind::NestedRepeat));
                }
                Some(counts) => self.repeat(start, c, &counts)?,
                None => self.item(c)?,
            }
            after_repeat = is_repeat;
        }
        Ok(())
    }

    /// Reads anything but a repetition.
    fn item(&mut self, first: char) -> Result<(), SyntaxError> {
        let start = self.rest;
        match first {
            '(' => return self.open_group(),
            '[' => return self.class(),
            '\\' => return self.escape(),
            _ => self.bump(first),
        }
        let flags = self.level.flags;
        match first {
            ')' => self.close_group(start)?,
            '|' => self.level.end_alternative(),
            '^' if flags.multi_line => self.push("(?m:^)".to_owned()),
            '$' if flags.multi_line => self.push("(?m:$)".to_owned()),
            '^' => self.level.items.push(Item { starts: true, ..Item::new("^".to_owned()) }),
            '$' => self.level.items.push(Item { ends: true, ..Item::new("$".to_owned()) }),
            '.' if flags.dot_all => self.push("(?s:.)".to_owned()),
            '.' => self.push(".".to_owned()),
            literal => self.literal(literal),
        }
        Ok(())
    }

    fn open_group(&mut self) -> Result<(), SyntaxError> {
        let start = self.rest;
        let inner = self.level.flags;
        if let Some(rest) = start.strip_prefix("(?P<").or_else(|| start.strip_prefix("(?<")) {
            let (name, rest) =
                rest.split_once('>').ok_or(self.error(start, SyntaxErrorKind::GroupName))?;
            let valid = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if name.is_empty() || !valid {
                return Err(self.error(start, SyntaxErrorKind::GroupName));
            }
            self.rest = rest;
            return self.enter(start, inner);
        }
        if let Some(rest) = start.strip_prefix("(?") {
            self.rest = rest;
            let (flags, is_group) = self.flags(start)?;
            if is_group {
                return self.enter(start, flags);
            }
            self.level.flags = flags;
            return Ok(());
        }
        self.bump('(');
        self.enter(start, inner)
    }

    fn enter(&mut self, start: &str, flags: Flags) -> Result<(), SyntaxError> {
        if self.outer.len() == MAX_GROUP_DEPTH {
            return Err(self.error(start, SyntaxErrorKind::TooDeep));
        }
        let inner = Level::new(flags);
        self.outer.push(std::mem::replace(&mut self.level, inner));
        Ok(())
    }

    fn close_group(&mut self, start: &str) -> Result<(), SyntaxError> {
        let outer =
            self.outer.pop().ok_or(self.error(start, SyntaxErrorKind::UnexpectedParenthesis))?;
        let group = std::mem::replace(&mut self.level, outer).into_item();
        self.level.items.push(group);
        Ok(())
    }

    /// Reads flags up to `)`, or to `:`, which begins a group.
    fn flags(&mut self, start: &str) -> Result<(Flags, bool), SyntaxError> {
        let mut flags = self.level.flags;
        let (mut value, mut seen) = (true, false);
        while let Some(c) = self.rest.chars().next() {
            self.bump(c);
            match c {
                'i' => flags.ignore_case = value,
                'm' => flags.multi_line = value,
                's' => flags.dot_all = value,
                'U' => {}
                '-' if value => {
                    (value, seen) = (false, false);
                    continue;
                }
                ':' | ')' if value || seen => return Ok((flags, c == ':')),
                _ => break,
            }
            seen = true;
        }
        Err(self.error(start, SyntaxErrorKind::Group))
    }

    /// Repeats the last item.
    fn repeat(&mut self, start: &str, operator: char, counts: &Counts) -> Result<(), SyntaxError> {
        if operator != '{' {
            self.bump(operator);
        }
        if self.rest.starts_with('?') {
            self.bump('?');
        }
        let Some(mut item) = self.level.items.pop() else {
            return Err(self.error(start, SyntaxErrorKind::NothingToRepeat));
        };
        let suffix = match (counts.min, counts.max) {
            (0, None) => "*".to_owned(),
            (1, None) => "+".to_owned(),
            (0, Some(1)) => "?".to_owned(),
            (min, None) => format!("{{{min},}}"),
            (min, Some(max)) => format!("{{{min},{max}}}"),
        };
        if operator == '{' {
            item.repeats = match counts.max {
                Some(0) => 1,
                max => item.repeats.saturating_mul(max.unwrap_or(counts.min).max(1)),
            };
            let counted = counts.min >= 2 || counts.max.is_some_and(|max| max >= 2);
            if counted && item.repeats > MAX_REPEAT {
                return Err(self.error(start, SyntaxErrorKind::RepeatCount));
            }
        }
        item.pattern = format!("(?:{}){suffix}", item.pattern);
        item.starts &= counts.min > 0;
        item.ends &= counts.min > 0;
        self.level.items.push(item);
        Ok(())
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`; anything else is a literal `{`, which is kept.
    fn counts(&mut self) -> Result<Option<Counts>, SyntaxError> {
        let start = self.rest;
        let Some((min, rest)) = start.strip_prefix('{').and_then(number) else { return Ok(None) };
        let (max, rest) = match rest.strip_prefix(',') {
            None => (Some(min), rest),
            Some(rest) if rest.starts_with('}') => (None, rest),
            Some(rest) => match number(rest) {
                Some((max, rest)) => (Some(max), rest),
                None => return Ok(None),
            },
        };
        let Some(rest) = rest.strip_prefix('}') else { return Ok(None) };
        if min > MAX_REPEAT || max.is_some_and(|max| max > MAX_REPEAT || min > max) {
            return Err(self.error(start, SyntaxErrorKind::RepeatCount));
        }
        self.rest = rest;
        Ok(Some(Counts { min, max }))
    }

    /// Reads an escape outside of a class.
    fn escape(&mut self) -> Result<(), SyntaxError> {
        let start = self.rest;
        if let Some(rest) = start.strip_prefix(r"\Q") {
            let (quoted, rest) = rest.split_once(r"\E").unwrap_or((rest, ""));
            self.rest = rest;
            quoted.chars().for_each(|c| self.literal(c));
            return Ok(());
        }
        if let Some((anchor, rest)) = anchor(start) {
            self.rest = rest;
            self.level.items.push(anchor);
        } else if let Some(class) = self.named_class()? {
            self.push(self.cased(&class));
        } else {
            let literal = self.escaped_character()?;
            self.literal(literal);
        }
        Ok(())
    }

    fn literal(&mut self, literal: char) {
        let mut buffer = [0; 4];
        let pattern = regex::escape(literal.encode_utf8(&mut buffer));
        self.push(self.cased(&pattern));
    }

    fn push(&mut self, pattern: String) {
        self.level.items.push(Item::new(pattern));
    }

    /// The pattern, with the flag that ignores case if it is set.
    fn cased(&self, pattern: &str) -> String {
        match self.level.flags.ignore_case {
            true => format!("(?i:{pattern})"),
            false => pattern.to_owned(),
        }
    }

    /// Consumes the next character.
    fn bump(&mut self, next: char) {
        self.rest = self.rest.get(next.len_utf8()..).unwrap_or_default();
    }

    /// The error at the place where `start` begins.
    fn error(&self, start: &str, kind: SyntaxErrorKind) -> SyntaxError {
        SyntaxError { at: self.whole.len() - start.len(), kind }
    }
}

/// An escape that matches a position, not a character.
fn anchor(text: &str) -> Option<(Item, &str)> {
    let (escape, rest) = text.split_at_checked(2)?;
    let item = match escape {
        r"\A" => Item { starts: true, ..Item::new("^".to_owned()) },
        r"\z" => Item { ends: true, ..Item::new("$".to_owned()) },
        r"\b" | r"\B" => Item::new(format!("(?-u:{escape})")),
        _ => return None,
    };
    Some((item, rest))
}

/// A decimal number without leading zeros; `HUGE` where it is too large.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    Some((digits.parse().unwrap_or(HUGE), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_and_where() {
        for (text, at, kind) in [
            ("a(b", 0, SyntaxErrorKind::MissingParenthesis),
            ("ab)", 2, SyntaxErrorKind::UnexpectedParenthesis),
            ("a[b", 1, SyntaxErrorKind::MissingBracket),
            ("a[c-b]", 2, SyntaxErrorKind::CharacterClass),
            ("[[:x:]]", 1, SyntaxErrorKind::CharacterClass),
            (r"a\p{Foo}", 1, SyntaxErrorKind::CharacterClass),
            (r"(a)\1", 3, SyntaxErrorKind::Escape),
            (r"[\b]", 1, SyntaxErrorKind::Escape),
            (r"é\", 2, SyntaxErrorKind::TrailingBackslash),
            ("a(?=b)", 1, SyntaxErrorKind::Group),
            ("(?<a-b>c)", 0, SyntaxErrorKind::GroupName),
            ("a|*", 2, SyntaxErrorKind::NothingToRepeat),
            ("a**", 2, SyntaxErrorKind::NestedRepeat),
            ("a{1001}", 1, SyntaxErrorKind::RepeatCount),
            ("(a{50}){21}", 7, SyntaxErrorKind::RepeatCount),
        ] {
            assert_eq!(translate(text).unwrap_err(), SyntaxError { at, kind }, "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth| "(".repeat(depth) + "a" + &")".repeat(depth);
        let matcher = crate::policy::TextMatcher::expression(&nested(MAX_GROUP_DEPTH)).unwrap();
        assert!(matcher.matches("a"));
        let too_deep = SyntaxError { at: MAX_GROUP_DEPTH, kind: SyntaxErrorKind::TooDeep };
        assert_eq!(translate(&nested(MAX_GROUP_DEPTH + 1)).unwrap_err(), too_deep);
        let stars = "(".repeat(MAX_GROUP_DEPTH) + "a" + &")*".repeat(MAX_GROUP_DEPTH);
        assert!(crate::policy::TextMatcher::expression(&stars).is_ok());
    }

    #[test]
    fn what_only_the_regex_crate_reads_has_no_meaning() {
        for (text, pattern) in [
            ("[a&&b]", r"(?:[\x{61}\x{26}\x{26}\x{62}])"),
            ("[[a]", r"(?:[\x{5b}\x{61}])"),
            ("a#b ", r"(?:a\#b )"),
            (r"\b{start}", r"(?:(?-u:\b)\{start\})"),
        ] {
            assert_eq!(translate(text).unwrap().pattern, pattern);
        }
    }
}
