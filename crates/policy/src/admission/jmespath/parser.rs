//! Parses an expression by operator precedence, with the specification's grammar.

use std::sync::OnceLock;

use regex::Regex;
use serde_json::Value;

use super::Error;
use super::functions::{self, Function};
use super::lexer::{Comparison, Token, syntax, tokens};

/// An expression.
#[derive(Debug)]
pub(super) enum Node {
    Current,
    Field(String),
    Index(i64),
    Slice([Option<i64>; 3]),
    Literal(Value),
    Chain(Box<Node>, Box<Node>),
    Projection(Box<Node>, Box<Node>),
    ValueProjection(Box<Node>, Box<Node>),
    Filter { list: Box<Node>, condition: Box<Node>, each: Box<Node> },
    Flatten(Box<Node>),
    List(Vec<Node>),
    Hash(Vec<(String, Node)>),
    Or(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    Pipe(Box<Node>, Box<Node>),
    Call { function: &'static Function, arguments: Vec<Node>, expression: Compiled },
    Reference(Box<Node>),
}

/// The expression and text of a call's last regular expression: most calls always use the same one.
pub(super) type Compiled = OnceLock<(String, Regex)>;

/// The most bytes of an expression.
const MAX_BYTES: usize = 64 << 10;
/// The deepest nesting of its parts; a chain `a.b.c` is as deep as it is long.
const MAX_DEPTH: usize = 128;

pub(super) fn parse(text: &str) -> Result<Node, Error> {
    if text.len() > MAX_BYTES {
        return Err(Error::Limit { limit: "bytes of an expression", max: MAX_BYTES });
    }
    let mut parser = Parser { tokens: tokens(text)?.into_iter().peekable(), depth: 0 };
    let node = parser.expression(0)?;
    match parser.advance() {
        (_, Token::End) => Ok(node),
        (at, token) => Err(syntax(at, format!("{token:?} after the end"))),
    }
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<(usize, Token)>>,
    depth: usize,
}

/// Returns how strongly a token binds to the text before it.
fn power(token: &Token) -> u8 {
    match token {
        Token::Pipe => 1,
        Token::Or => 2,
        Token::And => 3,
        Token::Compare(_) => 5,
        Token::Flatten => 9,
        Token::Star => 20,
        Token::Filter => 21,
        Token::Dot => 40,
        Token::Not => 45,
        Token::OpenBrace => 50,
        Token::OpenBracket => 55,
        Token::OpenParenthesis => 60,
        _ => 0,
    }
}

/// Tokens that bind less end a projection.
const ENDS_PROJECTION: u8 = 10;

impl Parser {
    fn advance(&mut self) -> (usize, Token) {
        self.tokens.next().unwrap_or((0, Token::End))
    }

    fn peek(&mut self) -> &Token {
        self.tokens.peek().map_or(&Token::End, |(_, token)| token)
    }

    fn expect(&mut self, expected: &Token) -> Result<(), Error> {
        match self.advance() {
            (_, token) if token == *expected => Ok(()),
            (at, token) => Err(syntax(at, format!("{token:?}, not {expected:?}"))),
        }
    }

    fn expression(&mut self, least: u8) -> Result<Node, Error> {
        let depth = self.depth;
        self.deeper()?;
        let mut left = self.first()?;
        while least < power(self.peek()) {
            self.deeper()?;
            left = self.next(left)?;
        }
        self.depth = depth;
        Ok(left)
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::Limit { limit: "levels of an expression", max: MAX_DEPTH });
        }
        Ok(())
    }

    /// Reads the beginning of an expression.
    fn first(&mut self) -> Result<Node, Error> {
        let (at, token) = self.advance();
        Ok(match token {
            Token::Literal(value) => Node::Literal(value),
            Token::Name(name) if *self.peek() == Token::OpenParenthesis => self.call(at, &name)?,
            Token::Name(name) | Token::QuotedName(name) => Node::Field(name),
            Token::Star => {
                let each = if *self.peek() == Token::CloseBracket {
                    Node::Current
                } else {
                    self.projected(20)?
                };
                Node::ValueProjection(current(), Box::new(each))
            }
            Token::Filter => self.filter(Node::Current)?,
            Token::OpenBrace => self.hash()?,
            Token::Flatten => {
                let each = self.projected(9)?;
                Node::Projection(Box::new(Node::Flatten(current())), Box::new(each))
            }
            Token::OpenBracket => match self.peek() {
                Token::Number(_) | Token::Colon => self.index(Node::Current)?,
                Token::Star => {
                    self.advance();
                    if *self.peek() == Token::CloseBracket {
                        self.advance();
                        Node::Projection(current(), Box::new(self.projected(20)?))
                    } else {
                        let each = self.projected(20)?;
                        self.list(Some(Node::ValueProjection(current(), Box::new(each))))?
                    }
                }
                _ => self.list(None)?,
            },
            Token::Current => Node::Current,
            Token::Reference => Node::Reference(Box::new(self.expression(0)?)),
            Token::Not => Node::Not(Box::new(self.expression(45)?)),
            Token::OpenParenthesis => {
                let inner = self.expression(0)?;
                self.expect(&Token::CloseParenthesis)?;
                inner
            }
            token => return Err(syntax(at, format!("{token:?} cannot begin an expression"))),
        })
    }

    /// Reads the continuation of `left`.
    fn next(&mut self, left: Node) -> Result<Node, Error> {
        let (at, token) = self.advance();
        let binds = power(&token);
        let left_box = |left| Box::new(left);
        Ok(match token {
            Token::Dot if *self.peek() == Token::Star => {
                self.advance();
                Node::ValueProjection(left_box(left), Box::new(self.projected(binds)?))
            }
            Token::Dot => Node::Chain(left_box(left), Box::new(self.after_dot(binds)?)),
            Token::Pipe => Node::Pipe(left_box(left), Box::new(self.expression(binds)?)),
            Token::Or => Node::Or(left_box(left), Box::new(self.expression(binds)?)),
            Token::And => Node::And(left_box(left), Box::new(self.expression(binds)?)),
            Token::Compare(how) => {
                Node::Compare(how, left_box(left), Box::new(self.expression(binds)?))
            }
            Token::Filter => self.filter(left)?,
            Token::Flatten => {
                let each = self.projected(binds)?;
                Node::Projection(Box::new(Node::Flatten(left_box(left))), Box::new(each))
            }
            Token::OpenBracket => match self.peek() {
                Token::Number(_) | Token::Colon => self.index(left)?,
                _ => {
                    self.expect(&Token::Star)?;
                    self.expect(&Token::CloseBracket)?;
                    Node::Projection(left_box(left), Box::new(self.projected(20)?))
                }
            },
            token => return Err(syntax(at, format!("{token:?} cannot stand here"))),
        })
    }

    fn after_dot(&mut self, binds: u8) -> Result<Node, Error> {
        match self.peek() {
            Token::Name(_) | Token::QuotedName(_) | Token::Star => self.expression(binds),
            Token::OpenBracket => {
                self.advance();
                self.list(None)
            }
            Token::OpenBrace => {
                self.advance();
                self.hash()
            }
            _ => {
                let (at, token) = self.advance();
                Err(syntax(at, format!("{token:?} after a dot")))
            }
        }
    }

    /// Reads the expression that a projection applies to each element.
    fn projected(&mut self, binds: u8) -> Result<Node, Error> {
        match self.peek() {
            token if power(token) < ENDS_PROJECTION => Ok(Node::Current),
            Token::OpenBracket | Token::Filter => self.expression(binds),
            Token::Dot => {
                self.advance();
                self.after_dot(binds)
            }
            _ => {
                let (at, token) = self.advance();
                Err(syntax(at, format!("{token:?} after a projection")))
            }
        }
    }

    fn filter(&mut self, list: Node) -> Result<Node, Error> {
        let condition = Box::new(self.expression(0)?);
        self.expect(&Token::CloseBracket)?;
        let each = match self.peek() {
            Token::Flatten => Node::Current,
            _ => self.projected(21)?,
        };
        Ok(Node::Filter { list: Box::new(list), condition, each: Box::new(each) })
    }

    /// `[1]`, `[1:2]`, after the bracket.
    fn index(&mut self, left: Node) -> Result<Node, Error> {
        let mut parts = [None; 3];
        let mut colons = 0;
        loop {
            match self.advance() {
                (_, Token::CloseBracket) => break,
                (at, Token::Colon) => {
                    colons += 1;
                    if colons > 2 {
                        return Err(syntax(at, "more than two colons"));
                    }
                }
                (at, Token::Number(number)) => match parts.get_mut(colons) {
                    Some(part @ None) => *part = Some(number),
                    _ => return Err(syntax(at, "two numbers in a row")),
                },
                (at, token) => return Err(syntax(at, format!("{token:?} in an index"))),
            }
        }
        let [first, ..] = parts;
        match (colons, first) {
            (0, Some(index)) => Ok(Node::Chain(Box::new(left), Box::new(Node::Index(index)))),
            _ => {
                let slice = Node::Chain(Box::new(left), Box::new(Node::Slice(parts)));
                Ok(Node::Projection(Box::new(slice), Box::new(self.projected(20)?)))
            }
        }
    }

    /// `[a, b]`, after the bracket and perhaps the first element.
    fn list(&mut self, first: Option<Node>) -> Result<Node, Error> {
        let mut elements = Vec::new();
        elements.extend(first);
        if elements.is_empty() {
            elements.push(self.expression(0)?);
        }
        while *self.peek() == Token::Comma {
            self.advance();
            elements.push(self.expression(0)?);
        }
        self.expect(&Token::CloseBracket)?;
        Ok(Node::List(elements))
    }

    /// `{a: b}`, after the brace.
    fn hash(&mut self) -> Result<Node, Error> {
        let mut pairs = Vec::new();
        loop {
            let key = match self.advance() {
                (_, Token::Name(name) | Token::QuotedName(name)) => name,
                (at, token) => return Err(syntax(at, format!("{token:?} is no key"))),
            };
            self.expect(&Token::Colon)?;
            pairs.push((key, self.expression(0)?));
            match self.advance() {
                (_, Token::Comma) => {}
                (_, Token::CloseBrace) => return Ok(Node::Hash(pairs)),
                (at, token) => return Err(syntax(at, format!("{token:?}, not , or }}"))),
            }
        }
    }

    fn call(&mut self, at: usize, name: &str) -> Result<Node, Error> {
        let function = functions::named(name)
            .ok_or_else(|| syntax(at, format!("there is no function {name}")))?;
        self.expect(&Token::OpenParenthesis)?;
        let mut arguments = Vec::new();
        while *self.peek() != Token::CloseParenthesis {
            arguments.push(self.expression(0)?);
            match self.peek() {
                Token::Comma => _ = self.advance(),
                Token::CloseParenthesis => {}
                _ => {
                    let (at, token) = self.advance();
                    return Err(syntax(at, format!("{token:?} between arguments")));
                }
            }
        }
        self.advance();
        Ok(Node::Call { function, arguments, expression: Compiled::new() })
    }
}

fn current() -> Box<Node> {
    Box::new(Node::Current)
}
