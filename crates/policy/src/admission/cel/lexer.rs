//! Splits an expression into tokens (cel-spec, langdef.md, Syntax).

use super::error::CompileError;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Int(u64),
    Uint(u64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    Name(String),
    /// `` `any-name` ``, which is only allowed for a field.
    Quoted(String),
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

/// Longer ones first.
const SIGNS: [&str; 27] = [
    "&&", "||", "==", "!=", "<=", ">=", "[?", "(", ")", "[", "]", "{", "}", ".", ",", ":", "?",
    "+", "-", "*", "/", "%", "<", ">", "!", "=", "@",
];

/// Returns the tokens of a text, each with the number of characters before it.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, CompileError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_space();
        let start = lexer.at;
        let token = lexer.token().map_err(|problem| CompileError {
            column: text.get(..start).map_or(0, |before| before.chars().count()) + 1,
            problem,
        })?;
        let end = token == Token::End;
        tokens.push((token, start));
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, length: usize) -> &'t str {
        let taken = self.rest().get(..length).unwrap_or_default();
        self.at += taken.len();
        taken
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.take(length)
    }

    fn skip_space(&mut self) {
        loop {
            self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}'));
            if !self.rest().starts_with("//") {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    fn token(&mut self) -> Result<Token, String> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        if let Some(token) = self.literal()? {
            return Ok(token);
        }
        let second_is_digit = rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        match first {
            '0'..='9' => self.number(),
            '.' if second_is_digit => self.number(),
            'a'..='z' | 'A'..='Z' | '_' => {
                Ok(Token::Name(self.take_while(|c| c.is_ascii_alphanumeric() || c == '_').into()))
            }
            '`' => self.quoted(),
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                // `[?` begins only an optional element or index.
                Some(sign) => {
                    self.take(sign.len());
                    Ok(Token::Sign(sign))
                }
                None => Err(format!("unexpected character {first:?}")),
            },
        }
    }

    fn quoted(&mut self) -> Result<Token, String> {
        self.take(1);
        let allowed =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | ' ');
        let name = self.take_while(allowed).to_owned();
        if name.is_empty() || self.take(1) != "`" {
            return Err("a quoted name does not end".into());
        }
        Ok(Token::Quoted(name))
    }

    fn number(&mut self) -> Result<Token, String> {
        let rest = self.rest();
        if rest.starts_with("0x") || rest.starts_with("0X") {
            self.take(2);
            let digits = self.take_while(|c| c.is_ascii_hexdigit());
            let number = u64::from_str_radix(digits, 16)
                .map_err(|_| format!("0x{digits} is no 64-bit number"))?;
            return Ok(self.whole(number));
        }
        let start = self.at;
        self.take_while(|c| c.is_ascii_digit());
        let mut double = false;
        let after = self.rest().as_bytes();
        if after.first() == Some(&b'.') && after.get(1).is_some_and(u8::is_ascii_digit) {
            double = true;
            self.take(1);
            self.take_while(|c| c.is_ascii_digit());
        }
        if let Some(length) = exponent(self.rest().as_bytes()) {
            double = true;
            self.take(length);
            self.take_while(|c| c.is_ascii_digit());
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        if double {
            let number: f64 = digits.parse().map_err(|_| format!("{digits} is no number"))?;
            if number.is_infinite() {
                return Err(format!("{digits} is too large a number"));
            }
            return Ok(Token::Double(number));
        }
        let number = digits.parse().map_err(|_| format!("{digits} is no 64-bit number"))?;
        Ok(self.whole(number))
    }

    fn whole(&mut self, number: u64) -> Token {
        if self.rest().starts_with(['u', 'U']) {
            self.take(1);
            return Token::Uint(number);
        }
        Token::Int(number)
    }

    /// A string or bytes, with the letters `r` and `b` before it in any order.
    fn literal(&mut self) -> Result<Option<Token>, String> {
        let rest = self.rest();
        let quote = rest.bytes().take(3).position(|byte| matches!(byte, b'"' | b'\''));
        let prefix = quote.and_then(|quote| rest.get(..quote)).unwrap_or("none");
        let (raw, bytes) = match prefix {
            "" => (false, false),
            "r" | "R" => (true, false),
            "b" | "B" => (false, true),
            "rb" | "rB" | "Rb" | "RB" | "br" | "bR" | "Br" | "BR" => (true, true),
            _ => return Ok(None),
        };
        self.take(prefix.len());
        let body = self.quotes(raw)?;
        let content = if raw { body.as_bytes().to_vec() } else { unescape(body, bytes)? };
        if bytes {
            return Ok(Some(Token::Bytes(content)));
        }
        let text = String::from_utf8(content).map_err(|_| "the string is not UTF-8")?;
        Ok(Some(Token::String(text)))
    }

    /// Reads the text between the quotes.
    fn quotes(&mut self, raw: bool) -> Result<&'t str, String> {
        let rest = self.rest();
        let triple = ["\"\"\"", "'''"].into_iter().find(|quote| rest.starts_with(quote));
        let quote = triple.or_else(|| rest.get(..1)).unwrap_or_default();
        self.take(quote.len());
        let body = self.rest();
        let mut at = 0;
        while let Some(after) = body.get(at..) {
            if after.starts_with(quote) {
                self.take(at + quote.len());
                return body.get(..at).ok_or_else(|| "the string does not end".into());
            }
            let Some(next) = after.chars().next() else { break };
            if triple.is_none() && matches!(next, '\n' | '\r') {
                break;
            }
            at += next.len_utf8();
            if next == '\\' && !raw {
                at += after.chars().nth(1).map_or(0, char::len_utf8);
            }
        }
        Err("the string does not end".into())
    }
}

/// Returns the length of `e` and a sign, where digits follow.
fn exponent(rest: &[u8]) -> Option<usize> {
    matches!(rest.first(), Some(b'e' | b'E')).then_some(())?;
    let signed = matches!(rest.get(1), Some(b'+' | b'-'));
    let length = if signed { 2 } else { 1 };
    rest.get(length).is_some_and(u8::is_ascii_digit).then_some(length)
}

fn unescape(body: &str, bytes: bool) -> Result<Vec<u8>, String> {
    let mut content = Vec::with_capacity(body.len());
    let mut rest = body;
    let mut buffer = [0; 4];
    while let Some(next) = rest.chars().next() {
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
        if next != '\\' {
            content.extend_from_slice(next.encode_utf8(&mut buffer).as_bytes());
            continue;
        }
        let Some(letter) = rest.chars().next() else { return Err("nothing is escaped".into()) };
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        let (digits, radix) = match letter {
            'x' | 'X' => (2, 16),
            'u' if !bytes => (4, 16),
            'U' if !bytes => (8, 16),
            '0'..='3' => (3, 8),
            _ => {
                content.push(
                    simple_escape(letter).ok_or_else(|| format!("unknown escape \\{letter}"))?,
                );
                continue;
            }
        };
        let octal = radix == 8;
        let text = if octal {
            format!("{letter}{}", rest.get(..2).unwrap_or_default())
        } else {
            rest.get(..digits).unwrap_or_default().to_owned()
        };
        let well_formed = text.len() == digits && text.chars().all(|c| c.is_digit(radix));
        let code = u32::from_str_radix(&text, radix).ok().filter(|_| well_formed);
        let code = code.ok_or_else(|| format!("\\{letter} wants {digits} digits"))?;
        rest = rest.get(if octal { 2 } else { digits }..).unwrap_or_default();
        if bytes {
            content.push(u8::try_from(code).map_err(|_| format!("{code} is no byte"))?);
        } else {
            let char = char::from_u32(code).ok_or_else(|| format!("{code:#x} is no character"))?;
            content.extend_from_slice(char.encode_utf8(&mut buffer).as_bytes());
        }
    }
    Ok(content)
}

fn simple_escape(letter: char) -> Option<u8> {
    Some(match letter {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' => b'\\',
        '\'' => b'\'',
        '"' => b'"',
        '`' => b'`',
        '?' => b'?',
        _ => return None,
    })
}
