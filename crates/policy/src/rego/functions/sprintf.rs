//! `sprintf` with Go's verbs (`fmt`, Printing), over the Go values that OPA passes: whole numbers,
//! other numbers, and text for all else.

use data_encoding::HEXLOWER;
use regorus::Value;

use super::{or_undefined, text};

/// The largest width and precision of a field: people read what policies print.
const MAX_WIDTH: usize = 1_000;

/// `sprintf(format, values)`.
pub(super) fn sprintf(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [format, Value::Array(values)] = arguments else { return None };
        let values: Vec<Operand> = values.iter().map(Operand::of).collect();
        Some(Value::from(print(text(format)?, &values)))
    })())
}

/// The Go value that OPA passes for a value.
enum Operand {
    Int(i128),
    Float(f64),
    Text(String),
}

impl Operand {
    fn of(value: &Value) -> Self {
        match value {
            Value::Number(number) => match (value.as_i128(), value.as_f64()) {
                (Ok(whole), _) => Self::Int(whole),
                (_, Ok(float)) => Self::Float(float),
                _ => Self::Text(number.format_decimal()),
            },
            Value::String(text) => Self::Text(text.to_string()),
            other => Self::Text(show(other)),
        }
    }

    fn go_type(&self) -> &'static str {
        match self {
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
        }
    }

    fn plain(&self) -> String {
        match self {
            Self::Int(whole) => whole.to_string(),
            Self::Float(float) => general(*float, None),
            Self::Text(text) => text.clone(),
        }
    }
}

/// Writes a value in OPA's form inside of text: `["a", {"b": 1}]`, sets in braces.
fn show(value: &Value) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        Value::Array(items) => format!("[{}]", list(items.iter().map(show).collect())),
        Value::Set(items) if items.is_empty() => "set()".to_owned(),
        Value::Set(items) => format!("{{{}}}", list(items.iter().map(show).collect())),
        Value::Object(fields) => {
            let fields =
                fields.iter_sorted().map(|(key, value)| format!("{}: {}", show(key), show(value)));
            format!("{{{}}}", list(fields.collect()))
        }
        other => other.to_string(),
    }
}

#[derive(Default)]
struct Directive {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

fn print(format: &str, values: &[Operand]) -> String {
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    let mut next = 0;
    while let Some(one) = chars.next() {
        if one != '%' {
            out.push(one);
            continue;
        }
        let mut directive = Directive::default();
        while let Some(flag) = chars.next_if(|flag| "+-# 0".contains(*flag)) {
            match flag {
                '+' => directive.plus = true,
                '-' => directive.minus = true,
                '#' => directive.sharp = true,
                ' ' => directive.space = true,
                _ => directive.zero = true,
            }
        }
        let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| {
            let mut digits = String::new();
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            digits.parse::<usize>().ok().map(|number| number.min(MAX_WIDTH))
        };
        directive.width = number(&mut chars);
        if chars.next_if_eq(&'.').is_some() {
            directive.precision = Some(number(&mut chars).unwrap_or(0));
        }
        match chars.next() {
            None => out.push_str("%!(NOVERB)"),
            Some('%') => out.push('%'),
            Some(verb) => {
                match values.get(next) {
                    Some(value) => out.push_str(&directive.print(verb, value)),
                    None => out.push_str(&format!("%!{verb}(MISSING)")),
                }
                next += 1;
            }
        }
    }
    if let Some(extra) = values.get(next..).filter(|extra| !extra.is_empty()) {
        let extra: Vec<String> =
            extra.iter().map(|value| format!("{}={}", value.go_type(), value.plain())).collect();
        out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    out
}

impl Directive {
    fn print(&self, verb: char, value: &Operand) -> String {
        let number = !matches!(value, Operand::Text(_));
        let body = match (verb, value) {
            ('T', value) => value.go_type().to_owned(),
            ('v', Operand::Text(text)) if self.sharp => quoted(text),
            ('v', Operand::Int(whole)) | ('d', Operand::Int(whole)) => {
                self.signed(*whole, whole.unsigned_abs().to_string())
            }
            ('x', Operand::Int(whole)) => {
                self.signed(*whole, self.prefixed("0x", format!("{:x}", whole.unsigned_abs())))
            }
            ('X', Operand::Int(whole)) => {
                self.signed(*whole, self.prefixed("0X", format!("{:X}", whole.unsigned_abs())))
            }
            ('o', Operand::Int(whole)) => {
                self.signed(*whole, self.prefixed("0", format!("{:o}", whole.unsigned_abs())))
            }
            ('b', Operand::Int(whole)) => {
                self.signed(*whole, self.prefixed("0b", format!("{:b}", whole.unsigned_abs())))
            }
            ('c', Operand::Int(whole)) => {
                let one = u32::try_from(*whole).ok().and_then(char::from_u32);
                one.unwrap_or(char::REPLACEMENT_CHARACTER).to_string()
            }
            ('U', Operand::Int(whole)) => format!("U+{whole:04X}"),
            ('v' | 'g', Operand::Float(float)) => {
                self.with_plus(*float, general(*float, self.precision))
            }
            ('f' | 'F', Operand::Float(float)) => {
                let precision = self.precision.unwrap_or(6);
                self.with_plus(*float, format!("{float:.precision$}"))
            }
            ('e', Operand::Float(float)) => {
                let precision = self.precision.unwrap_or(6);
                self.with_plus(*float, exponent(&format!("{float:.precision$e}")))
            }
            ('v' | 's', Operand::Text(text)) => match self.precision {
                Some(precision) => text.chars().take(precision).collect(),
                None => text.clone(),
            },
            ('q', Operand::Text(text)) => quoted(text),
            ('x', Operand::Text(text)) => HEXLOWER.encode(text.as_bytes()),
            ('X', Operand::Text(text)) => text.bytes().map(|byte| format!("{byte:02X}")).collect(),
            (verb, value) => return format!("%!{verb}({}={})", value.go_type(), value.plain()),
        };
        self.padded(body, number && verb != 'T')
    }

    fn prefixed(&self, prefix: &str, digits: String) -> String {
        if self.sharp { format!("{prefix}{digits}") } else { digits }
    }

    fn signed(&self, whole: i128, digits: String) -> String {
        format!("{}{digits}", self.sign(whole < 0))
    }

    fn with_plus(&self, float: f64, digits: String) -> String {
        if float.is_sign_negative() { digits } else { format!("{}{digits}", self.sign(false)) }
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }

    fn padded(&self, body: String, number: bool) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(body.chars().count());
        if missing == 0 {
            body
        } else if self.minus {
            format!("{body}{}", " ".repeat(missing))
        } else if self.zero && number {
            let (sign, digits) = match body.strip_prefix(['-', '+']) {
                Some(digits) => (body.chars().next(), digits),
                None => (None, body.as_str()),
            };
            let zeros = "0".repeat(missing);
            sign.into_iter().chain(zeros.chars()).chain(digits.chars()).collect()
        } else {
            format!("{}{body}", " ".repeat(missing))
        }
    }
}

/// `%v` and `%g`: the shortest digits, with an exponent below -4 and from 21 on.
fn general(float: f64, precision: Option<usize>) -> String {
    if let Some(precision) = precision {
        let short = format!("{:.*e}", precision.saturating_sub(1), float);
        return short.parse::<f64>().map_or(short, |float| general(float, None));
    }
    let scientific = format!("{float:e}");
    let power = scientific.split_once('e').and_then(|(_, power)| power.parse::<i32>().ok());
    match power {
        Some(power) if !(-4..21).contains(&power) => exponent(&scientific),
        _ => float.to_string(),
    }
}

/// Writes an exponent with its sign and at least two digits.
fn exponent(scientific: &str) -> String {
    match scientific.split_once('e') {
        Some((digits, power)) => {
            let (sign, power) = match power.strip_prefix('-') {
                Some(power) => ('-', power),
                None => ('+', power),
            };
            format!("{digits}e{sign}{power:0>2}")
        }
        None => scientific.to_owned(),
    }
}

/// Quotes a text as Go does.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for one in text.chars() {
        match one {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            one if one.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(one))),
            one => out.push(one),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_go_prints_what_opa_hands_over() {
        let values = r#"["a", 3, 1.5, true, {"k": [1, "x"]}, null, -7, 1e21]"#;
        let Ok(values) = Value::from_json_str(values) else { panic!("no JSON") };
        for (format, at, printed) in [
            ("%s", 0, "a"),
            ("%v", 0, "a"),
            ("%q", 0, "\"a\""),
            ("%5s|", 0, "    a|"),
            ("%-5s|", 0, "a    |"),
            ("%d", 0, "%!d(string=a)"),
            ("%d", 1, "3"),
            ("%s", 1, "%!s(int=3)"),
            ("%05d", 1, "00003"),
            ("%05d", 6, "-0007"),
            ("%+d", 1, "+3"),
            ("%x", 1, "3"),
            ("%.2f", 2, "1.50"),
            ("%v", 2, "1.5"),
            ("%d", 2, "%!d(float64=1.5)"),
            ("%v", 3, "true"),
            ("%t", 3, "%!t(string=true)"),
            ("%v", 4, r#"{"k": [1, "x"]}"#),
            ("%s", 5, "null"),
            ("100%% %v", 1, "100% 3"),
            ("%v %v", 1, "3 %!v(MISSING)"),
            ("none", 1, "none%!(EXTRA int=3)"),
            ("%", 1, "%!(NOVERB)%!(EXTRA int=3)"),
        ] {
            let value = values.as_array().ok().and_then(|all| all.iter().nth(at).cloned());
            let arguments = [Value::from(format), Value::from(Vec::from_iter(value))];
            assert_eq!(sprintf(&arguments), Value::from(printed), "{format} {at}");
        }
    }
}
