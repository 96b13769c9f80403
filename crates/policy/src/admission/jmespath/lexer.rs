//! Splits an expression into tokens.

use std::iter::Peekable;
use std::str::CharIndices;

use serde_json::Value;

use super::Error;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Star,
    Dot,
    /// `[?`
    Filter,
    /// `[]`
    Flatten,
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Or,
    Pipe,
    And,
    Not,
    Number(i64),
    Name(String),
    QuotedName(String),
    Comma,
    Colon,
    Compare(Comparison),
    Literal(Value),
    Current,
    Reference,
    End,
}

/// The comparison of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Returns the tokens of a text, each with its start byte; the last is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Error> {
    let mut lexer = Lexer { text, rest: text.char_indices().peekable() };
    let mut tokens = Vec::new();
    while let Some((at, first)) = lexer.rest.next() {
        if !first.is_ascii_whitespace() {
            tokens.push((at, lexer.token(at, first)?));
        }
    }
    tokens.push((text.len(), Token::End));
    Ok(tokens)
}

struct Lexer<'t> {
    text: &'t str,
    rest: Peekable<CharIndices<'t>>,
}

impl Lexer<'_> {
    fn token(&mut self, at: usize, first: char) -> Result<Token, Error> {
        Ok(match first {
            '*' => Token::Star,
            '.' => Token::Dot,
            '(' => Token::OpenParenthesis,
            ')' => Token::CloseParenthesis,
            ']' => Token::CloseBracket,
            '{' => Token::OpenBrace,
            '}' => Token::CloseBrace,
            ',' => Token::Comma,
            ':' => Token::Colon,
            '@' => Token::Current,
            '[' if self.follows('?') => Token::Filter,
            '[' if self.follows(']') => Token::Flatten,
            '[' => Token::OpenBracket,
            '|' if self.follows('|') => Token::Or,
            '|' => Token::Pipe,
            '&' if self.follows('&') => Token::And,
            '&' => Token::Reference,
            '<' if self.follows('=') => Token::Compare(Comparison::LessOrEqual),
            '<' => Token::Compare(Comparison::Less),
            '>' if self.follows('=') => Token::Compare(Comparison::GreaterOrEqual),
            '>' => Token::Compare(Comparison::Greater),
            '!' if self.follows('=') => Token::Compare(Comparison::NotEqual),
            '!' => Token::Not,
            '=' if self.follows('=') => Token::Compare(Comparison::Equal),
            '\'' => Token::Literal(Value::String(self.quoted(at, '\'')?.replace("\\'", "'"))),
            '"' => {
                let name = self.quoted(at, '"')?;
                let name = serde_json::from_str(&format!("\"{name}\""));
                Token::QuotedName(name.map_err(|error| syntax(at, error))?)
            }
            '`' => {
                let literal = self.quoted(at, '`')?.replace("\\`", "`");
                let value = serde_json::from_str(literal.trim());
                Token::Literal(value.map_err(|error| syntax(at, error))?)
            }
            '-' | '0'..='9' => self.number(at)?,
            'a'..='z' | 'A'..='Z' | '_' => self.name(at),
            other => return Err(syntax(at, format!("{other:?} has no meaning here"))),
        })
    }

    fn follows(&mut self, expected: char) -> bool {
        self.rest.next_if(|(_, next)| *next == expected).is_some()
    }

    /// Reads the text up to the closing mark, which a backslash escapes.
    fn quoted(&mut self, at: usize, mark: char) -> Result<String, Error> {
        let mut text = String::new();
        while let Some((_, next)) = self.rest.next() {
            if next == mark {
                return Ok(text);
            }
            text.push(next);
            if next == '\\'
                && let Some((_, escaped)) = self.rest.next()
            {
                text.push(escaped);
            }
        }
        Err(syntax(at, format!("no closing {mark}")))
    }

    fn number(&mut self, at: usize) -> Result<Token, Error> {
        while self.rest.next_if(|(_, next)| next.is_ascii_digit()).is_some() {}
        let digits = self.since(at);
        digits.parse().map(Token::Number).map_err(|error| syntax(at, error))
    }

    fn name(&mut self, at: usize) -> Token {
        let is_part = |next: char| next.is_ascii_alphanumeric() || next == '_';
        while self.rest.next_if(|(_, next)| is_part(*next)).is_some() {}
        Token::Name(self.since(at).to_owned())
    }

    fn since(&mut self, at: usize) -> &str {
        let end = self.rest.peek().map_or(self.text.len(), |(end, _)| *end);
        self.text.get(at..end).unwrap_or_default()
    }
}

pub(super) fn syntax(byte: usize, problem: impl ToString) -> Error {
    Error::Syntax { byte, problem: problem.to_string() }
}
