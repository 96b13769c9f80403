//! Checks the types of expressions before they are evaluated, as the API server does: what the
//! server would reject is rejected here, too.
//!
//! Unknown types are not checked. An object has any type (`dyn`); a request and a namespace are
//! records with known fields.

use super::compile::short;
use super::evaluate::constant;
use super::functions::{Function, Style};
use super::program::{Expr, Input, Literal, Loop, Variables, What};
use super::signatures::{FOREIGN, NAMESPACE, Pattern, REQUEST, Record, SIGNATURES};
use super::syntax::Operator;
use crate::admission::regular;

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Static {
    /// Not known here; every use may be right.
    Unknown,
    /// Any type, which is only known at evaluation.
    Dyn,
    Plain(Plain),
    List(Box<Static>),
    Map(Box<Static>, Box<Static>),
    Optional(Box<Static>),
    Record(&'static Record),
    /// A type as a value.
    Type,
}

/// Types without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    Authorizer,
    Bool,
    Bytes,
    Cidr,
    Decision,
    Double,
    Duration,
    Format,
    GroupCheck,
    Int,
    Ip,
    Null,
    PathCheck,
    Quantity,
    ResourceCheck,
    Semver,
    String,
    Timestamp,
    Uint,
    Url,
}

/// The type that an expression must yield.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Anything,
    Bool,
    Text,
    TextOrNull,
}

/// A type, or the mismatch.
type Checked<T = Static> = Result<T, String>;

impl Wanted {
    pub(super) fn check(self, found: &Static) -> Checked<()> {
        let plain = |wanted| *found == Static::Plain(wanted) || *found == Static::Unknown;
        let (fits, wanted) = match self {
            Self::Anything => (true, "anything"),
            Self::Bool => (plain(Plain::Bool), "a bool"),
            Self::Text => (plain(Plain::String), "a string"),
            Self::TextOrNull => (plain(Plain::String) || plain(Plain::Null), "a string, or null"),
        };
        if fits { Ok(()) } else { Err(format!("it must yield {wanted}, and not {found}")) }
    }
}

/// Finds the types of expressions.
pub(super) struct Checker<'c> {
    /// The types of the policy's variables.
    pub(super) variables: &'c [Static],
    pub(super) locals: Vec<Static>,
}

impl Checker<'_> {
    /// Returns the type of an expression.
    ///
    /// # Errors
    /// The part whose types cannot fit.
    pub(super) fn of(&mut self, expr: &Expr) -> Checked {
        Ok(match expr {
            Expr::Literal(literal) => Static::Plain(of_literal(literal)),
            Expr::Input(input) => of_input(*input),
            Expr::Local(at) => self.locals.get(*at).cloned().unwrap_or(Static::Unknown),
            Expr::Variable(at) => self.variables.get(*at).cloned().unwrap_or(Static::Unknown),
            Expr::Type(_) => Static::Type,
            Expr::Select { of, field, optional } => {
                let found = field_of(&self.of(of)?, field)?;
                if *optional { optional_of(found) } else { found }
            }
            Expr::Has { of, field } => {
                field_of(&self.of(of)?, field)?;
                BOOL
            }
            Expr::Index { of, index, optional } => {
                let found = element_of(&self.of(of)?, &self.of(index)?)?;
                if *optional { optional_of(found) } else { found }
            }
            Expr::Call { function, arguments } => {
                let found = self.call(function, arguments)?;
                check_constants(expr, function.name(), arguments)?;
                found
            }
            Expr::Matches { text, .. } => {
                let text = self.of(text)?;
                resolved(Style::Member, "matches", &[text, STRING])?
            }
            Expr::List(items) => {
                let items = items.iter().map(|(item, optional)| self.item(item, *optional));
                Static::List(Box::new(same(items)?))
            }
            Expr::Map(entries) => {
                let mut keys = Vec::new();
                let mut values = Vec::new();
                for (key, value, optional) in entries {
                    keys.push(self.of(key));
                    values.push(self.item(value, *optional));
                }
                let keys = same(keys.into_iter())?;
                let values = same(values.into_iter())?;
                Static::Map(Box::new(keys), Box::new(values))
            }
            Expr::Not(of) => self.operator("!", &[of])?,
            Expr::Negate(of) => self.operator("-", &[of])?,
            Expr::Binary(operator, left, right) => match operator {
                Operator::Equal | Operator::NotEqual => {
                    let (left, right) = (self.of(left)?, self.of(right)?);
                    let sign = operator.sign();
                    joined(&left, &right).ok_or_else(|| none_fits(sign, &[left, right]))?;
                    BOOL
                }
                Operator::Less
                | Operator::LessOrEqual
                | Operator::Greater
                | Operator::GreaterOrEqual => {
                    let (left, right) = (self.of(left)?, self.of(right)?);
                    if !are_ordered(&left, &right) {
                        return Err(none_fits(operator.sign(), &[left, right]));
                    }
                    BOOL
                }
                operator => self.operator(operator.sign(), &[left, right])?,
            },
            Expr::All(parts) | Expr::Any(parts) => {
                parts.iter().try_for_each(|part| self.condition(part))?;
                BOOL
            }
            Expr::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                self.condition(condition)?;
                let (then, otherwise) = (self.of(then)?, self.of(otherwise)?);
                joined(&then, &otherwise).ok_or_else(|| none_fits("?:", &[then, otherwise]))?
            }
            Expr::Loop(each) => return self.each(each),
            // Only Kyverno's kinds have it.
            Expr::Bind(_) => return Err("undeclared reference to cel.bind".to_owned()),
            Expr::OptionalOr { of, otherwise, value } => {
                let (of, otherwise) = (self.of(of)?, self.of(otherwise)?);
                let name = if *value { "orValue" } else { "or" };
                let wrong = || none_fits(name, &[of.clone(), otherwise.clone()]);
                let within = within(&of).ok_or_else(wrong)?;
                match *value {
                    true => joined(&within, &otherwise).ok_or_else(wrong)?,
                    false => joined(&of, &otherwise).ok_or_else(wrong)?,
                }
            }
            Expr::OptionalMap { of, then, flat } => {
                let of = self.of(of)?;
                let within = within(&of).ok_or_else(|| none_fits("optMap", &[of]))?;
                let made = self.with([within], |own| own.of(then))?;
                if *flat { made } else { optional_of(made) }
            }
        })
    }

    /// An optional element, `[?a]`, is an optional value.
    fn item(&mut self, item: &Expr, optional: bool) -> Checked {
        let found = self.of(item)?;
        match optional {
            true => within(&found).ok_or_else(|| none_fits("[?]", &[found])),
            false => Ok(found),
        }
    }

    fn operator(&mut self, sign: &str, operands: &[&Expr]) -> Checked {
        let operands = operands.iter().map(|operand| self.of(operand));
        resolved(Style::Global, sign, &operands.collect::<Checked<Vec<_>>>()?)
    }

    fn condition(&mut self, part: &Expr) -> Checked<()> {
        match self.of(part)? {
            Static::Unknown | Static::Dyn | BOOL => Ok(()),
            other => Err(format!("a bool is wanted, and not {other}")),
        }
    }

    fn call(&mut self, function: &Function, arguments: &[Expr]) -> Checked {
        let types: Vec<_> = arguments.iter().map(|it| self.of(it)).collect::<Checked<_>>()?;
        resolved(function.style(), function.name(), &types)
    }

    fn each(&mut self, each: &Loop) -> Checked {
        let over = self.of(&each.over)?;
        let (first, second) = match (&over, each.variables) {
            (Static::List(item), Variables::One) => ((**item).clone(), None),
            (Static::List(item), Variables::Two) => (INT, Some((**item).clone())),
            (Static::Map(key, _), Variables::One) => ((**key).clone(), None),
            (Static::Map(key, value), Variables::Two) => ((**key).clone(), Some((**value).clone())),
            (Static::Dyn, variables) => {
                (Static::Dyn, (variables == Variables::Two).then_some(Static::Dyn))
            }
            (Static::Unknown, variables) => {
                (Static::Unknown, (variables == Variables::Two).then_some(Static::Unknown))
            }
            (other, _) => return Err(format!("nothing can be gone through in {other}")),
        };
        let before = self.locals.len();
        self.locals.push(first.clone());
        self.locals.extend(second);
        let found = self.made(&each.what, &over, first);
        self.locals.truncate(before);
        found
    }

    fn made(&mut self, what: &What, over: &Static, first: Static) -> Checked {
        let mut of_condition = |condition: &Option<Expr>| match condition {
            Some(condition) => self.condition(condition),
            None => Ok(()),
        };
        match what {
            What::All(body) | What::Exists(body) | What::ExistsOne(body) => {
                self.condition(body).map(|()| BOOL)
            }
            What::Filter(body) => {
                self.condition(body)?;
                Ok(Static::List(Box::new(first)))
            }
            What::Map(condition, body) => {
                of_condition(condition)?;
                Ok(Static::List(Box::new(self.of(body)?)))
            }
            What::MapValues(condition, body) => {
                of_condition(condition)?;
                let key = match over {
                    Static::Map(key, _) => (**key).clone(),
                    Static::List(_) => INT,
                    other => other.clone(),
                };
                Ok(Static::Map(Box::new(key), Box::new(self.of(body)?)))
            }
            What::MapEntries(condition, body) => {
                of_condition(condition)?;
                self.of(body)
            }
            What::SortBy(body) => {
                self.of(body)?;
                Ok(over.clone())
            }
        }
    }

    fn with<const N: usize>(
        &mut self,
        locals: [Static; N],
        check: impl FnOnce(&mut Self) -> Checked,
    ) -> Checked {
        let before = self.locals.len();
        self.locals.extend(locals);
        let found = check(self);
        self.locals.truncate(before);
        found
    }
}

const BOOL: Static = Static::Plain(Plain::Bool);
const INT: Static = Static::Plain(Plain::Int);
const STRING: Static = Static::Plain(Plain::String);

fn of_literal(literal: &Literal) -> Plain {
    match literal {
        Literal::Null => Plain::Null,
        Literal::Bool(_) => Plain::Bool,
        Literal::Int(_) => Plain::Int,
        Literal::Uint(_) => Plain::Uint,
        Literal::Double(_) => Plain::Double,
        Literal::String(_) => Plain::String,
        Literal::Bytes(_) => Plain::Bytes,
    }
}

fn of_input(input: Input) -> Static {
    match input {
        Input::Object | Input::OldObject | Input::Params => Static::Dyn,
        Input::Request => Static::Record(&REQUEST),
        Input::NamespaceObject => Static::Record(&NAMESPACE),
        Input::Authorizer => Static::Plain(Plain::Authorizer),
        _ => Static::Unknown,
    }
}

fn optional_of(within: Static) -> Static {
    match within {
        Static::Optional(_) => within,
        within => Static::Optional(Box::new(within)),
    }
}

/// Numbers are ordered across their types.
fn are_ordered(left: &Static, right: &Static) -> bool {
    use Plain::{Bool, Bytes, Double, Duration, Int, String, Timestamp, Uint};
    match (left, right) {
        (Static::Unknown | Static::Dyn, _) | (_, Static::Unknown | Static::Dyn) => true,
        (Static::Plain(Int | Uint | Double), Static::Plain(Int | Uint | Double)) => true,
        (Static::Plain(left), Static::Plain(right)) => {
            left == right && matches!(left, Bool | Bytes | Duration | String | Timestamp)
        }
        _ => false,
    }
}

/// Functions that convert between types.
const CONVERSIONS: [&str; 8] =
    ["bool", "bytes", "double", "duration", "int", "string", "timestamp", "uint"];
/// Functions whose second argument is a pattern.
const SEARCHES: [&str; 3] = ["find", "findAll", "matches"];

/// Literals are converted, and patterns compiled, before anything is evaluated.
fn check_constants(call: &Expr, name: &str, arguments: &[Expr]) -> Checked<()> {
    match arguments {
        [Expr::Literal(_)] if CONVERSIONS.contains(&name) => {
            constant(call).map_err(|error| error.to_string())
        }
        [_, Expr::Literal(Literal::String(pattern)), ..] if SEARCHES.contains(&name) => {
            regular::compile(pattern).map(|_| ()).map_err(|why| short(pattern, &why))
        }
        _ => Ok(()),
    }
}

/// Returns the type of an optional's value.
fn within(of: &Static) -> Option<Static> {
    match of {
        Static::Optional(within) => Some((**within).clone()),
        Static::Dyn | Static::Unknown => Some(of.clone()),
        _ => None,
    }
}

fn field_of(of: &Static, field: &str) -> Checked {
    match of {
        Static::Unknown | Static::Dyn => Ok(of.clone()),
        Static::Map(_, value) => Ok((**value).clone()),
        Static::Optional(within) => field_of(within, field).map(optional_of),
        Static::Record(record) => {
            let found = record.fields.iter().find(|(name, _)| *name == field);
            let found = found.ok_or_else(|| format!("{} has no field {field}", record.name))?;
            Ok(found.1.stands_for(&[None, None]))
        }
        Static::Plain(Plain::Authorizer) if field == "requestResource" => {
            Ok(Static::Plain(Plain::ResourceCheck))
        }
        other => Err(format!("{other} has no fields")),
    }
}

fn element_of(of: &Static, index: &Static) -> Checked {
    let fits = |wanted: &Static| joined(wanted, index).is_some();
    match of {
        Static::Unknown | Static::Dyn => Ok(of.clone()),
        Static::List(item) if fits(&INT) => Ok((**item).clone()),
        Static::Map(key, value) if fits(key) => Ok((**value).clone()),
        Static::Optional(within) => element_of(within, index).map(optional_of),
        other => Err(none_fits("[]", &[other.clone(), index.clone()])),
    }
}

/// Returns the common type of several; any, where there is none.
fn same(types: impl Iterator<Item = Checked>) -> Checked {
    let mut all: Option<Static> = None;
    for next in types {
        let next = next?;
        all = Some(match all {
            None => next,
            Some(before) => joined(&before, &next).unwrap_or(Static::Dyn),
        });
    }
    Ok(all.unwrap_or(Static::Unknown))
}

/// Returns the type that holds both; none where they cannot be compared.
fn joined(one: &Static, other: &Static) -> Option<Static> {
    let boxed = |one: &Static, other: &Static| joined(one, other).map(Box::new);
    match (one, other) {
        (Static::Unknown, _) | (_, Static::Unknown) => Some(Static::Unknown),
        (Static::Dyn, _) | (_, Static::Dyn) => Some(Static::Dyn),
        (one, other) if one == other => Some(one.clone()),
        (Static::Plain(Plain::Null), other) | (other, Static::Plain(Plain::Null)) => {
            other.may_be_null().then(|| other.clone())
        }
        (Static::List(one), Static::List(other)) => boxed(one, other).map(Static::List),
        (Static::Optional(one), Static::Optional(other)) => boxed(one, other).map(Static::Optional),
        (Static::Map(key, value), Static::Map(other_key, other_value)) => {
            Some(Static::Map(boxed(key, other_key)?, boxed(value, other_value)?))
        }
        _ => None,
    }
}

/// Returns the type of a function's, or an operator's, result.
fn resolved(style: Style, name: &str, given: &[Static]) -> Checked {
    if FOREIGN.iter().any(|prefix| name.starts_with(prefix)) {
        return Err(format!("undeclared reference to {name}"));
    }
    let mut own = SIGNATURES.iter().filter(|row| row.0 == style && row.1 == name).peekable();
    if own.peek().is_none() {
        return Ok(Static::Unknown);
    }
    let mut found: Option<Static> = None;
    for (_, _, wanted, yields) in own.filter(|row| row.2.len() == given.len()) {
        let mut bound = [None, None];
        if !given.iter().zip(*wanted).all(|(given, wanted)| wanted.takes(given, &mut bound)) {
            continue;
        }
        let yields = yields.stands_for(&bound);
        found = Some(match found {
            Some(before) if before != yields => Static::Dyn,
            _ => yields,
        });
    }
    let is_unknown = given.iter().any(Static::is_unknown);
    match found {
        Some(Static::Dyn) if is_unknown => Ok(Static::Unknown),
        Some(found) => Ok(found),
        None => Err(none_fits(name, given)),
    }
}

fn none_fits(name: &str, given: &[Static]) -> String {
    let given: Vec<String> = given.iter().map(Static::to_string).collect();
    format!("{name} does not take {}", given.join(", "))
}

impl Static {
    /// Whether null has this type: composite types may be null, numbers and texts may not.
    fn may_be_null(&self) -> bool {
        use Plain::{Bool, Bytes, Double, Int, String, Uint};
        match self {
            Self::Plain(plain) => !matches!(plain, Bool | Bytes | Double | Int | String | Uint),
            Self::Record(_) | Self::Unknown | Self::Dyn | Self::Optional(_) => true,
            Self::List(_) | Self::Map(..) | Self::Type => false,
        }
    }

    fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::List(of) | Self::Optional(of) => of.is_unknown(),
            Self::Map(key, value) => key.is_unknown() || value.is_unknown(),
            _ => false,
        }
    }
}

impl std::fmt::Display for Static {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown | Self::Dyn => f.write_str("dyn"),
            Self::Plain(plain) => f.write_str(&format!("{plain:?}").to_lowercase()),
            Self::List(of) => write!(f, "list({of})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Optional(of) => write!(f, "optional({of})"),
            Self::Record(record) => f.write_str(record.name),
            Self::Type => f.write_str("type"),
        }
    }
}

impl Pattern {
    /// Whether it accepts a type; a letter is bound by the first type that it accepts.
    fn takes(&self, given: &Static, bound: &mut [Option<Static>; 2]) -> bool {
        match (self, given) {
            (Self::A, given) => bind(&mut bound[0], given),
            (Self::B, given) => bind(&mut bound[1], given),
            (_, Static::Unknown | Static::Dyn) | (Self::Dyn, _) => true,
            (Self::Plain(wanted), Static::Plain(Plain::Null)) => {
                *wanted == Plain::Null || Static::Plain(*wanted).may_be_null()
            }
            (Self::Plain(wanted), Static::Plain(given)) => wanted == given,
            (Self::List(wanted), Static::List(given)) => wanted.takes(given, bound),
            (Self::Optional(wanted), Static::Optional(given)) => wanted.takes(given, bound),
            (Self::Map(key, value), Static::Map(given_key, given_value)) => {
                key.takes(given_key, bound) && value.takes(given_value, bound)
            }
            _ => false,
        }
    }

    fn stands_for(&self, bound: &[Option<Static>; 2]) -> Static {
        let boxed = |of: &Self| Box::new(of.stands_for(bound));
        let [a, b] = bound;
        match self {
            Self::Dyn => Static::Dyn,
            Self::Unknown => Static::Unknown,
            Self::Type => Static::Type,
            Self::A => a.clone().unwrap_or(Static::Dyn),
            Self::B => b.clone().unwrap_or(Static::Dyn),
            Self::Plain(plain) => Static::Plain(*plain),
            Self::List(of) => Static::List(boxed(of)),
            Self::Optional(of) => Static::Optional(boxed(of)),
            Self::Map(key, value) => Static::Map(boxed(key), boxed(value)),
            Self::Record(record) => Static::Record(record),
        }
    }
}

fn bind(place: &mut Option<Static>, given: &Static) -> bool {
    let both = match &*place {
        None => Some(given.clone()),
        Some(before) => joined(before, given),
    };
    let fits = both.is_some();
    *place = both.or_else(|| place.take());
    fits
}
