//! `format` and `formatlist`, as Go's `fmt` has them (`go-cty`, `function/stdlib/format.go`).

use super::super::value::{MAX_WEIGHT, format_number};
use super::super::{Reason, Value};
use super::text::{Builder, shown};
use super::{Function, TOO_LARGE, argument, encode_json};

pub(super) const TABLE: &[(&str, Function)] = &[("formatlist", formatlist)];

/// Characters that a width may ask for, and digits that a precision may.
const MAX_WIDTH: usize = 1024;
const MAX_DIGITS: usize = 100;

/// The text between `%` and the letter, and the letter: `%-5.2[1]f`.
struct Verb {
    letter: char,
    plus: bool,
    minus: bool,
    blank: bool,
    sharp: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    /// Which argument is meant, from 1; otherwise the next.
    argument: Option<usize>,
}

pub(super) fn format(arguments: &[Value]) -> Result<Value, Reason> {
    let spec = match argument(arguments, 0)? {
        unknown @ Value::Unknown(_) => return Ok(unknown.clone()),
        spec => spec.to_text().ok_or("not a text")?,
    };
    let mut rest: &str = &spec;
    let (mut next, mut used) = (1, 0);
    let mut out = Builder::default();
    while let Some((literal, after)) = rest.split_once('%') {
        out.text.push_str(literal);
        let (verb, after) = Verb::read(after)?;
        rest = after;
        if verb.letter == '%' {
            out.text.push('%');
            continue;
        }
        let at = verb.argument.unwrap_or(next);
        (next, used) = (at + 1, used.max(at));
        let value = arguments.get(at).filter(|_| at > 0).ok_or("too few arguments")?;
        let as_json = verb.is_json(value).then(|| encode_json(value));
        if let Some(Value::Unknown(why)) = &as_json
            && let Reason::Limit(_) = why.reason
        {
            return Err(why.reason.clone());
        }
        match &as_json {
            Some(json) => out.push(json, |json| Some(verb.pad(shown(json)?, false)))?,
            None => out.push(value, |value| verb.text(value))?,
        }
    }
    out.text.push_str(rest);
    if used + 1 < arguments.len() {
        return Err(Reason::Invalid("too many arguments"));
    }
    Ok(out.finish())
}

impl Verb {
    /// The verb at the start of a text, and what follows it.
    fn read(text: &str) -> Result<(Self, &str), Reason> {
        let flags_end = text.find(|c| !"+- #0".contains(c)).unwrap_or(text.len());
        let (flags, text) = text.split_at(flags_end);
        let (width, text) = number(text);
        let (precision, text) = match text.strip_prefix('.').map(number) {
            Some((digits, after)) => (Some(digits.unwrap_or(0)), after),
            None => (None, text),
        };
        let (argument, text) = match text.strip_prefix('[').map(number) {
            Some((index, after)) => (index, after.strip_prefix(']').ok_or("not a format")?),
            None => (None, text),
        };
        let letter = text.chars().next().ok_or("a format without its verb")?;
        let width = width.unwrap_or(0);
        if width > MAX_WIDTH || precision.is_some_and(|digits| digits > MAX_DIGITS) {
            return Err(Reason::Limit("the width of a format"));
        }
        let has = |flag| flags.contains(flag);
        let verb = Self {
            letter,
            plus: has('+'),
            minus: has('-'),
            blank: has(' '),
            sharp: has('#'),
            zero: has('0'),
            width,
            precision,
            argument,
        };
        Ok((verb, text.get(letter.len_utf8()..).unwrap_or_default()))
    }

    /// Whether a value is shown as JSON.
    fn is_json(&self, value: &Value) -> bool {
        let is_plain = matches!(value, Value::Text(_) | Value::Number(_) | Value::Bool(_));
        self.letter == 'v' && (self.sharp || !is_plain) && !value.is_unknown()
    }

    fn text(&self, value: &Value) -> Option<String> {
        match (self.letter, value) {
            ('v', Value::Number(number)) => Some(self.pad(shortest(*number), true)),
            ('b' | 'd' | 'o' | 'x' | 'X', value) => Some(self.number(&self.whole(value)?)),
            ('e' | 'E' | 'f' | 'F' | 'g' | 'G', value) => {
                Some(self.number(&self.fraction(value.to_number()?)))
            }
            ('v', Value::Null) => Some(self.pad("null".to_owned(), false)),
            ('v', value) => Some(self.pad(shown(value)?, false)),
            ('s', value) => Some(self.pad(self.cut(shown(value)?), false)),
            // Its width does not count.
            ('t', value) => Some(value.to_bool()?.to_string()),
            ('q', value) => {
                let json = encode_json(&Value::text(self.cut(shown(value)?)));
                Some(self.pad(shown(&json)?, false))
            }
            _ => None,
        }
    }

    /// A text of as many letters as the precision says.
    fn cut(&self, text: String) -> String {
        match self.precision {
            Some(most) => text.chars().take(most).collect(),
            None => text,
        }
    }

    fn whole(&self, value: &Value) -> Option<String> {
        let number = value.to_number().filter(|number| number.fract() == 0.0)?;
        if self.letter == 'd' {
            return Some(format_number(number));
        }
        let whole: i64 = format_number(number).parse().ok()?;
        let (sign, size) = (if whole < 0 { "-" } else { "" }, whole.unsigned_abs());
        let (prefix, digits) = match self.letter {
            'x' => ("0x", format!("{size:x}")),
            'X' => ("0X", format!("{size:X}")),
            'o' => ("0", format!("{size:o}")),
            _ => ("0b", format!("{size:b}")),
        };
        Some(format!("{sign}{}{digits}", if self.sharp { prefix } else { "" }))
    }

    fn fraction(&self, number: f64) -> String {
        let digits = self.precision.unwrap_or(6);
        match self.letter {
            'f' | 'F' => format!("{number:.digits$}"),
            'e' => exponent(&format!("{number:.digits$e}")),
            'E' => exponent(&format!("{number:.digits$E}")),
            letter => {
                let text = match self.precision {
                    Some(digits) => rounded(number, digits.max(1)),
                    None => shortest(number),
                };
                if letter == 'G' { text.to_uppercase() } else { text }
            }
        }
    }

    /// A number with its sign, padded.
    fn number(&self, text: &str) -> String {
        let sign = match (text.starts_with('-'), self.plus, self.blank) {
            (true, ..) => "",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        self.pad(format!("{sign}{text}"), true)
    }

    fn pad(&self, text: String, is_number: bool) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        if missing == 0 {
            return text;
        }
        if self.minus {
            return text + &" ".repeat(missing);
        }
        if !self.zero {
            return " ".repeat(missing) + &text;
        }
        let digits = text.trim_start_matches(['-', '+', ' ']);
        let sign = text.get(..text.len() - digits.len()).filter(|_| is_number).unwrap_or_default();
        let rest = text.get(sign.len()..).unwrap_or_default();
        format!("{sign}{}{rest}", "0".repeat(missing))
    }
}

/// The number at the start of a text, and what follows it.
fn number(text: &str) -> (Option<usize>, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let number = if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(usize::MAX)) };
    (number, rest)
}

/// A number as `%g` writes it without a precision: with an exponent below 1e-4 and from 1e6 on.
fn shortest(number: f64) -> String {
    let scientific = format!("{number:e}");
    match scientific.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok()) {
        Some(-4..=5) | None => format_number(number),
        _ => exponent(&scientific),
    }
}

/// A number as `%.5g` writes it: so many digits, without zeros at the end.
fn rounded(number: f64, digits: usize) -> String {
    let scientific = format!("{number:.*e}", digits - 1);
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i64 = power.parse().unwrap_or(0);
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    let most = i64::try_from(digits).unwrap_or(i64::MAX);
    if power < -4 || power >= most {
        return exponent(&format!("{}e{power}", trimmed(mantissa)));
    }
    let after = usize::try_from(most - 1 - power).unwrap_or(0);
    trimmed(&format!("{number:.after$}"))
}

/// Rust's `1.5e6` as Go's `1.5e+06`.
fn exponent(text: &str) -> String {
    let Some((at, mark)) = text.char_indices().find(|(_, c)| matches!(c, 'e' | 'E')) else {
        return text.to_owned();
    };
    let (mantissa, power) = text.split_at(at);
    let power = power.trim_start_matches(mark);
    let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
    format!("{mantissa}{mark}{sign}{power:0>2}")
}

fn formatlist(arguments: &[Value]) -> Result<Value, Reason> {
    let lengths = arguments.iter().skip(1).filter_map(|value| value.as_list().map(<[_]>::len));
    let length = lengths.max().unwrap_or(1);
    let mut weight = length.saturating_mul(arguments.len());
    let mut results = Vec::new();
    for index in 0..length {
        let row: Option<Vec<Value>> = arguments
            .iter()
            .map(|argument| match argument.as_list() {
                Some(items) => items.get(index).cloned(),
                None => Some(argument.clone()),
            })
            .collect();
        if weight > MAX_WEIGHT {
            return Err(TOO_LARGE);
        }
        let result = format(&row.ok_or("lists of different lengths")?)?;
        weight += result.weight();
        results.push(result);
    }
    Ok(Value::list(results))
}
