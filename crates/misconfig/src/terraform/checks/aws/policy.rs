//! Policy documents: JSON texts, or data that becomes one.

use std::sync::Arc;

use crate::terraform::checks::look::Placed;
use crate::terraform::eval::Value;
use crate::terraform::model::{Field, Place, Resources};

/// A policy document.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) statements: Vec<Statement>,
    place: Place,
}

impl Placed for Document {
    fn place(&self) -> Place {
        self.place
    }
}

impl Document {
    /// Whether something in it depends on a second factor.
    pub(super) fn asks_for_mfa(&self) -> bool {
        let mut conditions = self.statements.iter().flat_map(|statement| &statement.conditions);
        conditions.any(|variable| variable.eq_ignore_ascii_case("aws:MultiFactorAuthPresent"))
    }
}

/// One statement of a policy document.
#[derive(Debug, Default)]
pub(super) struct Statement {
    pub(super) allows: bool,
    pub(super) actions: Vec<Arc<str>>,
    pub(super) resources: Vec<Arc<str>>,
    /// Whether it is about everyone.
    pub(super) everyone: bool,
    /// The services of AWS that it is about.
    pub(super) services: Vec<Arc<str>>,
    /// The variables that its conditions ask for.
    pub(super) conditions: Vec<Arc<str>>,
}

/// The document in an attribute, where it can be read. Where it comes from an
/// `aws_iam_policy_document`, its lines are those of that block.
pub(super) fn document(field: Field<'_>, all: &Resources) -> Option<Document> {
    let json = field.json()?;
    let statements = match json.member("Statement")? {
        Value::List(statements) => statements.iter().map(statement).collect(),
        single => vec![statement(single)],
    };
    let source = all.read_by(field, "aws_iam_policy_document").next();
    let place = source.map_or(field.place, |data| data.place);
    Some(Document { statements, place })
}

fn statement(json: &Value) -> Statement {
    let text = |name: &str| json.member(name).and_then(Value::to_text);
    let conditions = json.member("Condition").and_then(Value::as_object);
    let variables = conditions.into_iter().flat_map(|tests| tests.values());
    Statement {
        allows: text("Effect").is_some_and(|effect| &*effect == "Allow"),
        actions: texts(json.member("Action")),
        resources: texts(json.member("Resource")),
        everyone: json.member("Principal").is_some_and(is_everyone),
        services: texts(json.member("Principal").and_then(|who| who.member("Service"))),
        conditions: variables
            .filter_map(Value::as_object)
            .flat_map(|variables| variables.keys().map(Arc::clone))
            .collect(),
    }
}

/// `"*"`, `{"AWS": "*"}` or `{"AWS": ["*"]}`.
fn is_everyone(principal: &Value) -> bool {
    let members = principal.member("AWS").or(principal.member("*")).or(Some(principal));
    texts(members).iter().any(|principal| &**principal == "*")
}

fn texts(value: Option<&Value>) -> Vec<Arc<str>> {
    match value {
        Some(Value::List(items)) => items.iter().filter_map(Value::to_text).collect(),
        Some(single) => single.to_text().into_iter().collect(),
        None => Vec::new(),
    }
}
