//! Parses tokens to syntax (cel-spec, langdef.md, Syntax), with a bound on nesting.

use super::error::CompileError;
use super::lexer::{Token, tokens};
use super::syntax::{Kind, Operator, Syntax};

/// The deepest nesting of the text. cel-go stops at 250 rules of its grammar, and each level takes
/// several.
const MAX_DEPTH: usize = 64;

/// The deepest level of the tree, in which `a + b + c` has one for each operator.
const MAX_HEIGHT: usize = 250;

/// The most characters of an expression, as for Kubernetes in cel-go.
const MAX_LENGTH: usize = 100_000;

/// Words that cannot be names of variables.
const RESERVED: [&str; 18] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "package",
    "return",
    "var",
    "void",
    "while",
];

const COMPARISONS: [(&str, Operator); 6] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<", Operator::Less),
    ("<=", Operator::LessOrEqual),
    (">", Operator::Greater),
    (">=", Operator::GreaterOrEqual),
];
const SUMS: [(&str, Operator); 2] = [("+", Operator::Add), ("-", Operator::Subtract)];
const PRODUCTS: [(&str, Operator); 3] =
    [("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Remainder)];

type Parsed<T = Syntax> = Result<T, CompileError>;

/// Reads one expression.
pub(super) fn parse(text: &str) -> Parsed {
    if text.len() > MAX_LENGTH {
        let problem = format!("more than {MAX_LENGTH} bytes");
        return Err(CompileError { column: 1, problem });
    }
    let mut parser = Parser { text, tokens: tokens(text)?, next: 0, depth: 0 };
    let expression = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(expression),
        other => Err(parser.error(format!("unexpected {}", named(other)))),
    }
}

/// Returns the column of a byte, counted in characters from 1.
pub(super) fn column(text: &str, at: usize) -> usize {
    text.get(..at).map_or(0, |before| before.chars().count()) + 1
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<(Token, usize)>,
    next: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |(token, _)| token)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.text.len(), |(_, at)| *at)
    }

    fn advance(&mut self) -> Token {
        let token = self.tokens.get_mut(self.next).map(|(token, _)| token);
        self.next += 1;
        token.map_or(Token::End, |token| std::mem::replace(token, Token::End))
    }

    fn error(&self, problem: impl Into<String>) -> CompileError {
        CompileError { column: column(self.text, self.at()), problem: problem.into() }
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    fn accept(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.accept(sign) {
            return Ok(());
        }
        Err(self.error(format!("{sign} is missing before {}", named(self.peek()))))
    }

    fn operator(&mut self, table: &[(&str, Operator)]) -> Option<Operator> {
        let (_, operator) = table.iter().find(|(sign, _)| self.is_sign(sign))?;
        self.next += 1;
        Some(*operator)
    }

    fn node(&self, kind: Kind, at: usize) -> Parsed {
        let node = Syntax::new(kind, at);
        if node.height > MAX_HEIGHT {
            return Err(self.error(format!("more than {MAX_HEIGHT} levels")));
        }
        Ok(node)
    }

    /// Reads one level deeper.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("more than {MAX_DEPTH} levels of nesting")));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn expression(&mut self) -> Parsed {
        self.nested(|parser| {
            let at = parser.at();
            let condition = parser.any()?;
            if !parser.accept("?") {
                return Ok(condition);
            }
            let then = parser.any()?;
            parser.expect(":")?;
            let otherwise = parser.expression()?;
            let kind = Kind::If(Box::new(condition), Box::new(then), Box::new(otherwise));
            parser.node(kind, at)
        })
    }

    fn any(&mut self) -> Parsed {
        self.chain("||", Self::all, Kind::Any)
    }

    fn all(&mut self) -> Parsed {
        self.chain("&&", Self::relation, Kind::All)
    }

    fn chain(
        &mut self,
        sign: &str,
        part: fn(&mut Self) -> Parsed,
        join: fn(Vec<Syntax>) -> Kind,
    ) -> Parsed {
        let at = self.at();
        let mut parts = vec![part(self)?];
        while self.accept(sign) {
            parts.push(part(self)?);
        }
        if parts.len() > 1 {
            return self.node(join(parts), at);
        }
        parts.pop().ok_or_else(|| self.error("nothing"))
    }

    fn relation(&mut self) -> Parsed {
        let is_in = |parser: &mut Self| {
            let found = matches!(parser.peek(), Token::Name(name) if name == "in");
            parser.next += usize::from(found);
            found.then_some(Operator::In)
        };
        self.binary(Self::sum, |parser| parser.operator(&COMPARISONS).or_else(|| is_in(parser)))
    }

    fn sum(&mut self) -> Parsed {
        self.binary(Self::product, |parser| parser.operator(&SUMS))
    }

    fn product(&mut self) -> Parsed {
        self.binary(Self::unary, |parser| parser.operator(&PRODUCTS))
    }

    /// Reads a chain of left-associative operators; each makes the tree one level deeper.
    fn binary(
        &mut self,
        part: fn(&mut Self) -> Parsed,
        operator: impl Fn(&mut Self) -> Option<Operator>,
    ) -> Parsed {
        let at = self.at();
        let mut left = part(self)?;
        while let Some(operator) = operator(self) {
            let kind = Kind::Binary(operator, Box::new(left), Box::new(part(self)?));
            left = self.node(kind, at)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed {
        let at = self.at();
        if self.accept("!") {
            let of = self.nested(Self::unary)?;
            return self.node(Kind::Not(Box::new(of)), at);
        }
        if !self.accept("-") {
            return self.member();
        }
        if let Token::Int(number) = *self.peek() {
            self.next += 1;
            let number = 0_i64.checked_sub_unsigned(number);
            let number = number.ok_or_else(|| self.error("no 64-bit number"))?;
            return self.members(Syntax::new(Kind::Int(number), at));
        }
        if let Token::Double(number) = *self.peek() {
            self.next += 1;
            return self.members(Syntax::new(Kind::Double(-number), at));
        }
        let of = self.nested(Self::unary)?;
        self.node(Kind::Negate(Box::new(of)), at)
    }

    fn member(&mut self) -> Parsed {
        let primary = self.primary()?;
        self.members(primary)
    }

    /// Reads the parts after a value: fields, calls, elements.
    fn members(&mut self, first: Syntax) -> Parsed {
        let mut of = first;
        loop {
            let at = of.at;
            let kind = if self.accept(".") {
                let optional = self.accept("?");
                self.select(of, optional)?
            } else if self.accept("[?") {
                self.index(of, true)?
            } else if self.accept("[") {
                self.index(of, false)?
            } else {
                return Ok(of);
            };
            of = self.node(kind, at)?;
        }
    }

    fn select(&mut self, of: Syntax, optional: bool) -> Parsed<Kind> {
        let (name, quoted) = match self.advance() {
            Token::Name(name) if !matches!(&*name, "in" | "true" | "false" | "null") => {
                (name, false)
            }
            Token::Quoted(name) => (name, true),
            other => return Err(self.error(format!("{} is no field", named(&other)))),
        };
        if !optional && !quoted && self.accept("(") {
            let arguments = self.arguments(")")?;
            return Ok(Kind::Call { target: Some(Box::new(of)), name, arguments });
        }
        Ok(Kind::Select { of: Box::new(of), field: name, optional })
    }

    fn index(&mut self, of: Syntax, optional: bool) -> Parsed<Kind> {
        let index = Box::new(self.expression()?);
        self.expect("]")?;
        Ok(Kind::Index { of: Box::new(of), index, optional })
    }

    fn arguments(&mut self, end: &str) -> Parsed<Vec<Syntax>> {
        let mut arguments = Vec::new();
        while !self.accept(end) {
            arguments.push(self.expression()?);
            if !self.accept(",") {
                self.expect(end)?;
                break;
            }
        }
        Ok(arguments)
    }

    fn primary(&mut self) -> Parsed {
        let at = self.at();
        let kind = match self.advance() {
            Token::Int(number) => Kind::Int(
                i64::try_from(number).map_err(|_| self.error(format!("{number} is no int")))?,
            ),
            Token::Uint(number) => Kind::Uint(number),
            Token::Double(number) => Kind::Double(number),
            Token::String(text) => Kind::String(text),
            Token::Bytes(bytes) => Kind::Bytes(bytes),
            Token::Sign("(") => {
                let inner = self.expression()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Sign("[") => Kind::List(self.elements(false)?),
            Token::Sign("[?") => Kind::List(self.elements(true)?),
            Token::Sign("{") => Kind::Map(self.entries()?),
            Token::Sign(".") => match self.advance() {
                Token::Name(name) => self.name(name, true)?,
                other => return Err(self.error(format!("{} is no name", named(&other)))),
            },
            Token::Name(name) => self.name(name, false)?,
            other => return Err(self.error(format!("unexpected {}", named(&other)))),
        };
        self.node(kind, at)
    }

    fn name(&mut self, name: String, global: bool) -> Parsed<Kind> {
        match &*name {
            "true" => return Ok(Kind::Bool(true)),
            "false" => return Ok(Kind::Bool(false)),
            "null" => return Ok(Kind::Null),
            reserved if RESERVED.contains(&reserved) => {
                return Err(self.error(format!("{name} is a reserved word")));
            }
            _ => {}
        }
        if self.accept("(") {
            let arguments = self.arguments(")")?;
            return Ok(Kind::Call { target: None, name, arguments });
        }
        Ok(Kind::Name { name, global })
    }

    fn elements(&mut self, first_is_optional: bool) -> Parsed<Vec<(Syntax, bool)>> {
        let mut elements = Vec::new();
        let mut optional = first_is_optional;
        while !self.accept("]") {
            optional = self.accept("?") || optional;
            elements.push((self.expression()?, optional));
            optional = false;
            if !self.accept(",") {
                self.expect("]")?;
                break;
            }
        }
        Ok(elements)
    }

    fn entries(&mut self) -> Parsed<Vec<(Syntax, Syntax, bool)>> {
        let mut entries = Vec::new();
        while !self.accept("}") {
            let optional = self.accept("?");
            let key = self.expression()?;
            self.expect(":")?;
            entries.push((key, self.expression()?, optional));
            if !self.accept(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(entries)
    }
}

fn named(token: &Token) -> String {
    match token {
        Token::Int(number) => number.to_string(),
        Token::Uint(number) => format!("{number}u"),
        Token::Double(number) => number.to_string(),
        Token::String(_) => "a string".into(),
        Token::Bytes(_) => "bytes".into(),
        Token::Name(name) => name.clone(),
        Token::Quoted(name) => format!("`{name}`"),
        Token::Sign(sign) => (*sign).into(),
        Token::End => "the end".into(),
    }
}
