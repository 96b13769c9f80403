//! Expressions.

use std::sync::Arc;

use super::cursor::Cursor;
use super::{Expr, For, Operator, Step, SyntaxError, template};

/// Operators by precedence, the loosest first; longer spellings before their beginnings.
const PRECEDENCE: &[&[(&str, Operator)]] = &[
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[("==", Operator::Equal), ("!=", Operator::NotEqual)],
    &[
        ("<=", Operator::LessEqual),
        (">=", Operator::GreaterEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Remainder)],
];

pub(super) fn expression(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    cursor.nested(|cursor| {
        let condition = operations(cursor, PRECEDENCE)?;
        cursor.skip_space()?;
        if !cursor.eat("?") {
            return Ok(condition);
        }
        let then = expression(cursor)?;
        cursor.skip_space()?;
        cursor.expect(":", "`:`")?;
        let otherwise = expression(cursor)?;
        Ok(Expr::Conditional(Box::new([condition, then, otherwise])))
    })
}

fn operations(
    cursor: &mut Cursor<'_>,
    levels: &[&[(&str, Operator)]],
) -> Result<Expr, SyntaxError> {
    let Some((level, tighter)) = levels.split_first() else {
        return unary(cursor);
    };
    let first = operations(cursor, tighter)?;
    let mut rest = Vec::new();
    while let Some(operator) = operator(cursor, level)? {
        rest.push((operator, operations(cursor, tighter)?));
    }
    Ok(if rest.is_empty() { first } else { Expr::Operations(Box::new(first), rest) })
}

fn operator(
    cursor: &mut Cursor<'_>,
    level: &[(&str, Operator)],
) -> Result<Option<Operator>, SyntaxError> {
    cursor.skip_space()?;
    // `%{`-like endings of template directives are `~}`; a lone `~` is no operator.
    for (spelling, operator) in level {
        if cursor.eat(spelling) {
            return Ok(Some(*operator));
        }
    }
    Ok(None)
}

fn unary(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    cursor.skip_space()?;
    if cursor.starts_with("!") && !cursor.starts_with("!=") {
        cursor.advance(1);
        return Ok(Expr::Not(Box::new(cursor.nested(unary)?)));
    }
    if cursor.eat("-") {
        return Ok(Expr::Negate(Box::new(cursor.nested(unary)?)));
    }
    let base = primary(cursor)?;
    let steps = steps(cursor)?;
    Ok(if steps.is_empty() { base } else { Expr::Traversal(Box::new(base), steps) })
}

fn primary(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    match cursor.peek() {
        Some('"') => quoted(cursor),
        Some('<') if cursor.starts_with("<<") => template::heredoc(cursor),
        Some('(') => {
            cursor.advance(1);
            cursor.with_lines(true, |cursor| {
                let inner = expression(cursor)?;
                cursor.skip_space()?;
                cursor.expect(")", "`)`")?;
                Ok(inner)
            })
        }
        Some('[') => {
            cursor.advance(1);
            cursor.with_lines(true, list)
        }
        Some('{') => {
            cursor.advance(1);
            object(cursor)
        }
        Some(first) if first.is_ascii_digit() => number(cursor),
        _ => name(cursor),
    }
}

pub(super) fn quoted(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    cursor.advance(1);
    Ok(Expr::Template(template::quoted(cursor)?))
}

fn number(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    let start = cursor.position();
    let digits = |cursor: &mut Cursor<'_>| {
        while cursor.peek().is_some_and(|c| c.is_ascii_digit()) {
            cursor.advance(1);
        }
    };
    digits(cursor);
    let mut after = cursor.rest().chars().skip(1);
    if cursor.starts_with(".") && after.next().is_some_and(|c| c.is_ascii_digit()) {
        cursor.advance(1);
        digits(cursor);
    }
    if cursor.eat("e") || cursor.eat("E") {
        _ = cursor.eat("+") || cursor.eat("-");
        digits(cursor);
    }
    let number = cursor.slice(start).parse().ok().filter(|number: &f64| number.is_finite());
    number.map(Expr::Number).ok_or_else(|| cursor.expected("a number"))
}

fn name(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    let Some(name) = cursor.identifier() else {
        return Err(cursor.expected("an expression"));
    };
    let mut full = name.to_owned();
    // Functions of providers: `provider::aws::arn_parse`.
    while cursor.starts_with("::") {
        cursor.advance(2);
        full.push_str("::");
        full.push_str(cursor.identifier().ok_or_else(|| cursor.expected("a name"))?);
    }
    if cursor.starts_with("(") {
        return call(cursor, full.into());
    }
    Ok(match name {
        "true" => Expr::Bool(true),
        "false" => Expr::Bool(false),
        "null" => Expr::Null,
        _ => Expr::Name(full.into()),
    })
}

fn call(cursor: &mut Cursor<'_>, name: Arc<str>) -> Result<Expr, SyntaxError> {
    cursor.advance(1);
    cursor.with_lines(true, |cursor| {
        let mut arguments = Vec::new();
        let mut spread = false;
        loop {
            cursor.skip_space()?;
            if cursor.eat(")") {
                return Ok(Expr::Call { name, arguments, spread });
            }
            arguments.push(expression(cursor)?);
            cursor.skip_space()?;
            spread = cursor.eat("...");
            cursor.skip_space()?;
            if !cursor.eat(",") && !cursor.starts_with(")") {
                return Err(cursor.expected("`,` or `)`"));
            }
        }
    })
}

fn list(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    cursor.skip_space()?;
    if begins_for(cursor) {
        return for_expression(cursor, "]");
    }
    let mut items = Vec::new();
    loop {
        cursor.skip_space()?;
        if cursor.eat("]") {
            return Ok(Expr::List(items));
        }
        items.push(expression(cursor)?);
        cursor.skip_space()?;
        if !cursor.eat(",") && !cursor.starts_with("]") {
            return Err(cursor.expected("`,` or `]`"));
        }
    }
}

fn object(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    cursor.skip_lines()?;
    if begins_for(cursor) {
        return cursor.with_lines(true, |cursor| for_expression(cursor, "}"));
    }
    let mut items = Vec::new();
    loop {
        cursor.skip_lines()?;
        if cursor.eat("}") {
            return Ok(Expr::Object(items));
        }
        // Items end with their line, but `=` may follow on the key's.
        let item = cursor.with_lines(false, |cursor| {
            let key = match expression(cursor)? {
                Expr::Name(name) => Expr::text(name),
                other => other,
            };
            cursor.skip_space()?;
            if !cursor.eat(":") && !cursor.eat("=") {
                return Err(cursor.expected("`=`"));
            }
            cursor.skip_lines()?;
            let value = expression(cursor)?;
            cursor.skip_space()?;
            Ok((key, value))
        })?;
        items.push(item);
        if !cursor.eat(",") && !cursor.starts_with("\n") && !cursor.starts_with("}") {
            return Err(cursor.expected("`,`, the end of the line or `}`"));
        }
    }
}

fn begins_for(cursor: &Cursor<'_>) -> bool {
    cursor.rest().strip_prefix("for").is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\r']))
        // A key that is called `for`.
        && !cursor.rest().get(3..).unwrap_or_default().trim_start().starts_with(['=', ':'])
}

/// The rest of `for k, v in collection : …` up to and with the closing bracket.
fn for_expression(cursor: &mut Cursor<'_>, closing: &'static str) -> Result<Expr, SyntaxError> {
    cursor.advance(3);
    let (key_name, value_name) = for_names(cursor)?;
    let collection = expression(cursor)?;
    cursor.skip_space()?;
    cursor.expect(":", "`:`")?;
    let mut value = expression(cursor)?;
    cursor.skip_space()?;
    let mut key = None;
    if closing == "}" {
        cursor.expect("=>", "`=>`")?;
        key = Some(std::mem::replace(&mut value, expression(cursor)?));
        cursor.skip_space()?;
    }
    let group = cursor.eat("...");
    cursor.skip_space()?;
    let condition = if cursor.eat("if") { Some(expression(cursor)?) } else { None };
    cursor.skip_space()?;
    cursor.expect(closing, "the end of the `for` expression")?;
    let inner = For { key_name, value_name, collection, key, value, condition, group };
    Ok(Expr::For(Box::new(inner)))
}

/// `k, v in`, of a `for` expression or directive.
pub(super) fn for_names(
    cursor: &mut Cursor<'_>,
) -> Result<(Option<Arc<str>>, Arc<str>), SyntaxError> {
    let mut name = || -> Result<Arc<str>, SyntaxError> {
        cursor.skip_space()?;
        let name = cursor.identifier().ok_or_else(|| cursor.expected("a name"))?.into();
        cursor.skip_space()?;
        Ok(name)
    };
    let first = name()?;
    let names = if cursor.eat(",") {
        cursor.skip_space()?;
        let second = cursor.identifier().ok_or_else(|| cursor.expected("a name"))?.into();
        cursor.skip_space()?;
        (Some(first), second)
    } else {
        (None, first)
    };
    cursor.expect("in", "`in`")?;
    Ok(names)
}

/// What follows a value: `.name`, `.0`, `[index]`, `[*]`, `.*`.
fn steps(cursor: &mut Cursor<'_>) -> Result<Vec<Step>, SyntaxError> {
    let mut steps = Vec::new();
    loop {
        if cursor.starts_with("...") {
            return Ok(steps);
        }
        let next = cursor.position();
        if cursor.lines_are_space {
            cursor.skip_space()?;
        }
        if cursor.eat(".*") {
            steps.push(Step::Splat(attribute_steps(cursor)?));
        } else if cursor.starts_with("[*]") {
            cursor.advance(3);
            steps.push(Step::Splat(cursor.nested(self::steps)?));
            return Ok(steps);
        } else if cursor.starts_with(".") && !cursor.starts_with("..") {
            cursor.advance(1);
            steps.push(attribute_step(cursor)?);
        } else if cursor.starts_with("[") && next == cursor.position() {
            cursor.advance(1);
            let index = cursor.with_lines(true, |cursor| {
                let index = expression(cursor)?;
                cursor.skip_space()?;
                cursor.expect("]", "`]`")?;
                Ok(index)
            })?;
            steps.push(Step::Index(index));
        } else {
            return Ok(steps);
        }
    }
}

/// The steps that go to each element after `.*`: only attributes do.
fn attribute_steps(cursor: &mut Cursor<'_>) -> Result<Vec<Step>, SyntaxError> {
    let mut steps = Vec::new();
    while cursor.starts_with(".") && !cursor.starts_with(".*") && !cursor.starts_with("..") {
        cursor.advance(1);
        steps.push(attribute_step(cursor)?);
    }
    Ok(steps)
}

fn attribute_step(cursor: &mut Cursor<'_>) -> Result<Step, SyntaxError> {
    if let Some(name) = cursor.identifier() {
        return Ok(Step::Attribute(name.into()));
    }
    let start = cursor.position();
    while cursor.peek().is_some_and(|c| c.is_ascii_digit()) {
        cursor.advance(1);
    }
    match cursor.slice(start).parse() {
        Ok(index) => Ok(Step::Index(Expr::Number(index))),
        Err(_) => Err(cursor.expected("the name of an attribute")),
    }
}
