//! Expressions as written, before names are resolved.

/// A part of an expression, with its position.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Syntax {
    pub(super) kind: Kind,
    /// The number of bytes before it.
    pub(super) at: usize,
    /// The number of levels below it, plus its own.
    pub(super) height: usize,
}

/// The kind of a part.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    /// A name; one with a dot before it is never a macro's variable.
    Name {
        name: String,
        global: bool,
    },
    Select {
        of: Box<Syntax>,
        field: String,
        optional: bool,
    },
    Index {
        of: Box<Syntax>,
        index: Box<Syntax>,
        optional: bool,
    },
    Call {
        target: Option<Box<Syntax>>,
        name: String,
        arguments: Vec<Syntax>,
    },
    List(Vec<(Syntax, bool)>),
    Map(Vec<(Syntax, Syntax, bool)>),
    Not(Box<Syntax>),
    Negate(Box<Syntax>),
    Binary(Operator, Box<Syntax>, Box<Syntax>),
    /// `&&` of all operands.
    All(Vec<Syntax>),
    /// `||` of all operands.
    Any(Vec<Syntax>),
    If(Box<Syntax>, Box<Syntax>, Box<Syntax>),
}

/// An operator between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Syntax {
    pub(super) fn new(kind: Kind, at: usize) -> Self {
        let mut below = 0;
        let mut see = |part: &Self| below = below.max(part.height);
        match &kind {
            Kind::Select { of, .. } | Kind::Not(of) | Kind::Negate(of) => see(of),
            Kind::Index { of, index, .. } => [of, index].into_iter().for_each(|part| see(part)),
            Kind::Call { target, arguments, .. } => {
                target.iter().for_each(|part| see(part));
                arguments.iter().for_each(see);
            }
            Kind::List(items) => items.iter().for_each(|(item, _)| see(item)),
            Kind::Map(entries) => entries.iter().for_each(|(key, value, _)| {
                see(key);
                see(value);
            }),
            Kind::Binary(_, left, right) => [left, right].into_iter().for_each(|part| see(part)),
            Kind::All(parts) | Kind::Any(parts) => parts.iter().for_each(see),
            Kind::If(condition, then, otherwise) => {
                [condition, then, otherwise].into_iter().for_each(|part| see(part));
            }
            Kind::Null
            | Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Uint(_)
            | Kind::Double(_)
            | Kind::String(_)
            | Kind::Bytes(_)
            | Kind::Name { .. } => {}
        }
        Self { kind, at, height: below + 1 }
    }
}

impl Operator {
    /// Returns the operator's sign.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}
