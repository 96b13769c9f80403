//! Compiles syntax to a program: names are resolved, macros become loops.

use std::collections::BTreeSet;

use super::error::CompileError;
use super::functions::{self, Style};
use super::parser::{column, parse};
use super::program::{Expr, INPUTS, Input, Literal, Loop, Program, Variables, What};
use super::syntax::{Kind, Syntax};
use super::types::{Checker, Static, Wanted};
use super::value::Type;
use crate::admission::regular;

/// The names that an expression may use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    inputs: Vec<Input>,
    variables: Vec<String>,
    /// The types of the variables, where types are checked.
    types: Option<Vec<Static>>,
}

impl Names {
    /// Starts with these inputs, and no variables.
    pub(crate) fn new(inputs: &[Input]) -> Self {
        Self { inputs: inputs.to_vec(), variables: Vec::new(), types: None }
    }

    /// The same, with type checks at compilation.
    pub(crate) fn checked(self) -> Self {
        Self { types: Some(Vec::new()), ..self }
    }

    /// The same without one of the inputs.
    pub(crate) fn without(mut self, input: Input) -> Self {
        self.inputs.retain(|own| *own != input);
        self
    }

    /// Declares the next variable of the policy, for the expressions that follow.
    pub(crate) fn declare(&mut self, name: &str, program: &Program) {
        self.variables.push(name.to_owned());
        if let Some(types) = &mut self.types {
            types.push(program.yields.clone());
        }
    }

    /// Compiles one expression.
    ///
    /// # Errors
    /// When it is invalid, or uses an unknown name.
    pub(crate) fn compile(&self, text: &str) -> Result<Program, CompileError> {
        self.compile_as(text, Wanted::Anything)
    }

    /// The same, and where types are checked, the expression must yield the wanted type.
    ///
    /// # Errors
    /// Also when it yields another type.
    pub(crate) fn compile_as(&self, text: &str, wanted: Wanted) -> Result<Program, CompileError> {
        let syntax = parse(text)?;
        let inputs = BTreeSet::new();
        let mut compiler = Compiler { names: self, text, locals: Vec::new(), inputs, formats: 0 };
        let expr = compiler.expr(&syntax)?;
        let yields = match &self.types {
            None => Static::Unknown,
            Some(types) => {
                let found = Checker { variables: types, locals: Vec::new() }.of(&expr);
                let found = found.and_then(|found| wanted.check(&found).map(|()| found));
                found.map_err(|problem| compiler.error(syntax.at, problem))?
            }
        };
        Ok(Program::new(expr, text, compiler.inputs, yields))
    }
}

type Compiled<T = Expr> = Result<T, CompileError>;

struct Compiler<'s> {
    names: &'s Names,
    text: &'s str,
    locals: Vec<&'s str>,
    inputs: BTreeSet<Input>,
    /// The number of `format` calls around the current expression.
    formats: usize,
}

/// Types that are values, by name. Those of libraries are named like their values (cel-go;
/// Kubernetes, `cel/ip.go` and its neighbours).
const TYPES: [(&str, Type); 19] = [
    ("bool", Type::Bool),
    ("bytes", Type::Bytes),
    ("double", Type::Double),
    ("google.protobuf.Duration", Type::Duration),
    ("google.protobuf.Timestamp", Type::Timestamp),
    ("int", Type::Int),
    ("kubernetes.NamedFormat", Type::Opaque("kubernetes.NamedFormat")),
    ("kubernetes.Quantity", Type::Opaque("kubernetes.Quantity")),
    ("kubernetes.Semver", Type::Opaque("kubernetes.Semver")),
    ("kubernetes.URL", Type::Opaque("kubernetes.URL")),
    ("list", Type::List),
    ("map", Type::Map),
    ("net.CIDR", Type::Opaque("net.CIDR")),
    ("net.IP", Type::Opaque("net.IP")),
    ("null_type", Type::Null),
    ("optional_type", Type::Optional),
    ("string", Type::String),
    ("type", Type::OfTypes),
    ("uint", Type::Uint),
];

impl<'s> Compiler<'s> {
    fn error(&self, at: usize, problem: impl Into<String>) -> CompileError {
        CompileError { column: column(self.text, at), problem: problem.into() }
    }

    fn boxed(&mut self, syntax: &'s Syntax) -> Compiled<Box<Expr>> {
        self.expr(syntax).map(Box::new)
    }

    fn exprs(&mut self, parts: impl IntoIterator<Item = &'s Syntax>) -> Compiled<Vec<Expr>> {
        parts.into_iter().map(|part| self.expr(part)).collect()
    }

    fn expr(&mut self, syntax: &'s Syntax) -> Compiled {
        Ok(match &syntax.kind {
            Kind::Null => Expr::Literal(Literal::Null),
            Kind::Bool(value) => Expr::Literal(Literal::Bool(*value)),
            Kind::Int(value) => Expr::Literal(Literal::Int(*value)),
            Kind::Uint(value) => Expr::Literal(Literal::Uint(*value)),
            Kind::Double(value) => Expr::Literal(Literal::Double(*value)),
            Kind::String(text) => Expr::Literal(Literal::String(text.as_str().into())),
            Kind::Bytes(bytes) => Expr::Literal(Literal::Bytes(bytes.as_slice().into())),
            Kind::Name { name, global } => self.name(name, *global, syntax.at)?,
            Kind::Select { of, field, optional } => self.select(of, field, *optional)?,
            Kind::Index { of, index, optional } => {
                Expr::Index { of: self.boxed(of)?, index: self.boxed(index)?, optional: *optional }
            }
            Kind::Call { target, name, arguments } => {
                self.call(target.as_deref(), name, arguments, syntax.at)?
            }
            Kind::List(items) => {
                let items = items.iter().map(|(item, optional)| Ok((self.expr(item)?, *optional)));
                let items = items.collect::<Compiled<Vec<_>>>()?;
                self.of_one_type(items.iter().map(|(item, _)| item), syntax.at)?;
                Expr::List(items)
            }
            Kind::Map(entries) => {
                let entries = entries.iter().map(|(key, value, optional)| {
                    Ok((self.expr(key)?, self.expr(value)?, *optional))
                });
                let entries = entries.collect::<Compiled<Vec<_>>>()?;
                self.of_one_type(entries.iter().map(|(key, ..)| key), syntax.at)?;
                self.of_one_type(entries.iter().map(|(_, value, _)| value), syntax.at)?;
                Expr::Map(entries)
            }
            Kind::Not(of) => Expr::Not(self.boxed(of)?),
            Kind::Negate(of) => Expr::Negate(self.boxed(of)?),
            Kind::Binary(operator, left, right) => {
                Expr::Binary(*operator, self.boxed(left)?, self.boxed(right)?)
            }
            Kind::All(parts) => Expr::All(self.exprs(parts)?),
            Kind::Any(parts) => Expr::Any(self.exprs(parts)?),
            Kind::If(condition, then, otherwise) => {
                Expr::If(Box::new([self.expr(condition)?, self.expr(then)?, self.expr(otherwise)?]))
            }
        })
    }

    /// Checks that the literals in a list, or in a map, have one type, except in arguments of
    /// `format`; both servers refuse others (cel-go, `HomogeneousAggregateLiterals`). Only parts
    /// whose form shows their type are compared.
    fn of_one_type<'e>(&self, parts: impl Iterator<Item = &'e Expr>, at: usize) -> Compiled<()> {
        if self.formats > 0 {
            return Ok(());
        }
        let mut types = parts.filter_map(evident_type);
        let Some(first) = types.next() else { return Ok(()) };
        match types.find(|next| *next != first) {
            Some(other) => Err(self.error(at, format!("{first} and {other} in one literal"))),
            None => Ok(()),
        }
    }

    fn name(&mut self, name: &str, global: bool, at: usize) -> Compiled {
        if !global && let Some(local) = self.locals.iter().rposition(|local| *local == name) {
            return Ok(Expr::Local(local));
        }
        let input = INPUTS.iter().find(|(input, _)| *input == name);
        if let Some((_, input)) = input.filter(|(_, input)| self.names.inputs.contains(input)) {
            self.inputs.insert(*input);
            return Ok(Expr::Input(*input));
        }
        if let Some((_, named)) = TYPES.iter().find(|(named, _)| *named == name) {
            return Ok(Expr::Type(*named));
        }
        Err(self.error(at, format!("undeclared reference to {name}")))
    }

    fn select(&mut self, of: &'s Syntax, field: &'s str, optional: bool) -> Compiled {
        if self.is_variables(of) {
            let declared = self.names.variables.iter().rposition(|name| name == field);
            let index = declared
                .ok_or_else(|| self.error(of.at, format!("undeclared variable {field}")))?;
            return Ok(match optional {
                true => Expr::Call {
                    function: &functions::OPTIONAL_OF,
                    arguments: vec![Expr::Variable(index)],
                },
                false => Expr::Variable(index),
            });
        }
        if let Some(named) = self.type_of_library(of, field) {
            return Ok(Expr::Type(named));
        }
        let of = match self.is_of_namespace(of, field) {
            true => Box::new(Expr::Select {
                of: Box::new(Expr::Input(Input::NamespaceObject)),
                field: "metadata".into(),
                optional: false,
            }),
            false => self.boxed(of)?,
        };
        Ok(Expr::Select { of, field: field.into(), optional })
    }

    /// Returns the type of a name with dots, `net.IP`, unless its first part is a variable.
    fn type_of_library(&self, of: &Syntax, field: &str) -> Option<Type> {
        let path = dotted(of)?;
        let first = path.split('.').next();
        if self.locals.iter().any(|local| Some(*local) == first) {
            return None;
        }
        let whole = format!("{path}.{field}");
        TYPES.iter().find(|(named, _)| *named == whole).map(|(_, named)| *named)
    }

    /// Whether this is `namespaceObject.metadata.name`: that name is always known, so an expression
    /// that reads no more does not count as a reader of the Namespace.
    fn is_of_namespace(&self, of: &Syntax, field: &str) -> bool {
        field == "name"
            && self.names.inputs.contains(&Input::NamespaceObject)
            && !self.locals.contains(&"namespaceObject")
            && dotted(of).is_some_and(|path| path == "namespaceObject.metadata")
    }

    fn is_variables(&self, of: &Syntax) -> bool {
        matches!(&of.kind, Kind::Name { name, global } if name == "variables"
            && (*global || !self.locals.contains(&"variables")))
    }

    fn call(
        &mut self,
        target: Option<&'s Syntax>,
        name: &'s str,
        arguments: &'s [Syntax],
        at: usize,
    ) -> Compiled {
        // `math.greatest(..)` is a function with a dot in its name, unless `math` is a variable.
        if let Some(target) = target
            && let Some(path) = dotted(target)
            && !self.locals.iter().any(|local| path.split('.').next() == Some(local))
        {
            let whole = format!("{path}.{name}");
            if whole == "cel.bind" {
                return self.bind(arguments, at);
            }
            if functions::has_name(Style::Global, &whole) {
                return self.function(Style::Global, &whole, None, arguments, at);
            }
        }
        match target {
            None if name == "has" => self.has(arguments, at),
            None => self.function(Style::Global, name, None, arguments, at),
            Some(target) => match self.macro_of(target, name, arguments, at)? {
                Some(expr) => Ok(expr),
                None => self.function(Style::Member, name, Some(target), arguments, at),
            },
        }
    }

    fn function(
        &mut self,
        style: Style,
        name: &str,
        target: Option<&'s Syntax>,
        arguments: &'s [Syntax],
        at: usize,
    ) -> Compiled {
        let given = arguments.len() + usize::from(target.is_some());
        let Some(function) = functions::find(style, name, given) else {
            let problem = match functions::has_name(style, name) {
                true => format!("{name} does not take {} arguments", arguments.len()),
                false => format!("undeclared reference to {name}"),
            };
            return Err(self.error(at, problem));
        };
        if let (true, [pattern]) = (name == "matches", arguments)
            && let (Kind::String(pattern), Some(target)) = (&pattern.kind, target)
        {
            let pattern =
                regular::compile(pattern).map_err(|why| self.error(at, short(pattern, &why)))?;
            return Ok(Expr::Matches { text: self.boxed(target)?, pattern });
        }
        let is_format = style == Style::Member && name == "format";
        self.formats += usize::from(is_format);
        let arguments = self.exprs(target.into_iter().chain(arguments));
        self.formats -= usize::from(is_format);
        Ok(Expr::Call { function, arguments: arguments? })
    }

    fn has(&mut self, arguments: &'s [Syntax], at: usize) -> Compiled {
        let [Syntax { kind: Kind::Select { of, field, optional: false }, .. }] = arguments else {
            return Err(self.error(at, "has() wants a field"));
        };
        if self.is_variables(of) {
            let declared = self.names.variables.iter().any(|name| name == field);
            return Ok(Expr::Literal(Literal::Bool(declared)));
        }
        Ok(Expr::Has { of: self.boxed(of)?, field: field.as_str().into() })
    }

    fn bind(&mut self, arguments: &'s [Syntax], at: usize) -> Compiled {
        let [variable, value, body] = arguments else {
            return Err(self.error(at, "cel.bind wants a name, a value and an expression"));
        };
        let variable = self.variable(variable)?;
        let value = self.expr(value)?;
        let body = self.with(&[variable], |compiler| compiler.expr(body))?;
        Ok(Expr::Bind(Box::new([value, body])))
    }

    fn variable(&self, syntax: &'s Syntax) -> Compiled<&'s str> {
        match &syntax.kind {
            Kind::Name { name, global: false } => Ok(name),
            _ => Err(self.error(syntax.at, "the name of a variable is wanted here")),
        }
    }

    /// Compiles with more local variables.
    fn with<T>(
        &mut self,
        variables: &[&'s str],
        compile: impl FnOnce(&mut Self) -> Compiled<T>,
    ) -> Compiled<T> {
        let before = self.locals.len();
        self.locals.extend_from_slice(variables);
        let compiled = compile(self);
        self.locals.truncate(before);
        compiled
    }

    /// Returns the loop of a macro call: only the name and the number of arguments decide.
    fn macro_of(
        &mut self,
        target: &'s Syntax,
        name: &str,
        arguments: &'s [Syntax],
        at: usize,
    ) -> Compiled<Option<Expr>> {
        if let ("optMap" | "optFlatMap", [variable, body]) = (name, arguments) {
            let variable = self.variable(variable)?;
            let of = self.boxed(target)?;
            let then = self.with(&[variable], |compiler| compiler.boxed(body))?;
            return Ok(Some(Expr::OptionalMap { of, then, flat: name == "optFlatMap" }));
        }
        if let ("or" | "orValue", [otherwise]) = (name, arguments) {
            let of = self.boxed(target)?;
            let otherwise = self.boxed(otherwise)?;
            return Ok(Some(Expr::OptionalOr { of, otherwise, value: name == "orValue" }));
        }
        let (variables, bodies): (&[Syntax], &[Syntax]) = match (name, arguments.len()) {
            ("all" | "exists" | "existsOne" | "exists_one" | "filter" | "map" | "sortBy", 2)
            | ("map", 3) => arguments.split_at(1),
            ("all" | "exists" | "existsOne" | "exists_one", 3)
            | ("transformList" | "transformMap" | "transformMapEntry", 3 | 4) => {
                arguments.split_at(2)
            }
            _ => return Ok(None),
        };
        let count = if variables.len() == 1 { Variables::One } else { Variables::Two };
        let names =
            variables.iter().map(|name| self.variable(name)).collect::<Compiled<Vec<_>>>()?;
        if let [first, second] = names.as_slice()
            && first == second
        {
            return Err(self.error(at, "the two variables have one name"));
        }
        let over = self.expr(target)?;
        let mut bodies = self.with(&names, |compiler| compiler.exprs(bodies))?;
        let Some(body) = bodies.pop() else { return Ok(None) };
        let condition = bodies.pop();
        let what = match name {
            "all" => What::All(body),
            "exists" => What::Exists(body),
            "existsOne" | "exists_one" => What::ExistsOne(body),
            "filter" => What::Filter(body),
            "map" | "transformList" => What::Map(condition, body),
            "transformMap" => What::MapValues(condition, body),
            "transformMapEntry" => What::MapEntries(condition, body),
            _ => What::SortBy(body),
        };
        Ok(Some(Expr::Loop(Box::new(Loop { over, variables: count, what }))))
    }
}

/// The type of a literal.
fn evident_type(expr: &Expr) -> Option<&'static str> {
    let named = match expr {
        Expr::Literal(Literal::Null) => Type::Null,
        Expr::Literal(Literal::Bool(_)) => Type::Bool,
        Expr::Literal(Literal::Int(_)) => Type::Int,
        Expr::Literal(Literal::Uint(_)) => Type::Uint,
        Expr::Literal(Literal::Double(_)) => Type::Double,
        Expr::Literal(Literal::String(_)) => Type::String,
        Expr::Literal(Literal::Bytes(_)) => Type::Bytes,
        Expr::List(_) => Type::List,
        Expr::Map(_) => Type::Map,
        _ => return None,
    };
    Some(named.name())
}

/// Returns the error of a pattern in one line.
pub(super) fn short(pattern: &str, why: &str) -> String {
    let why = why.lines().last().unwrap_or_default();
    let why = why.trim_start_matches("error: ").trim_start_matches("no regular expression: ");
    let start: String = pattern.chars().take(40).collect();
    format!("{start:?} is no regular expression: {why}")
}

/// Returns the path of names with dots between them.
fn dotted(syntax: &Syntax) -> Option<String> {
    match &syntax.kind {
        Kind::Name { name, .. } => Some(name.clone()),
        Kind::Select { of, field, optional: false } => Some(format!("{}.{field}", dotted(of)?)),
        _ => None,
    }
}
