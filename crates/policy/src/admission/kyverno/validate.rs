//! Evaluates a rule's check on an object.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::super::{Given, Operation, Outcome};
use super::conditions::Conditions;
use super::document::Entry;
use super::pattern::{self, Compared};
use super::rule::{Check, Loop, Pattern};
use super::scope::{Scope, Unresolved};
use super::substitute;

/// The outcome of a check, and the reason.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) outcome: Outcome,
    pub(super) message: String,
}

pub(super) fn said(outcome: Outcome, message: impl Into<String>) -> Said {
    Said { outcome, message: message.into() }
}

fn error(what: &str, why: &Unresolved) -> Said {
    said(Outcome::Error, format!("{what}: {why}"))
}

/// Evaluates checks on the object of a request.
pub(super) struct Asker<'a, 's, 'r> {
    pub(super) scope: &'a mut Scope<'r>,
    pub(super) object: &'s Value,
    pub(super) rule: &'r str,
    pub(super) message: &'r str,
    pub(super) given: &'s [(String, Given)],
}

impl<'r> Asker<'_, '_, 'r> {
    /// Evaluates a check; returns none where there is no object to compare.
    pub(super) fn ask(&mut self, check: &'r Check) -> Option<Said> {
        self.check(check, None, 0)
    }

    fn check(&mut self, check: &'r Check, element: Option<&Value>, nesting: usize) -> Option<Said> {
        match check {
            Check::Deny(conditions) => Some(self.deny(conditions.as_ref())),
            Check::Pattern(_) | Check::AnyPattern(_)
                if element.is_none() && self.scope.is_deletion() =>
            {
                None
            }
            Check::Pattern(pattern) => Some(self.pattern(pattern, element)),
            Check::AnyPattern(patterns) => Some(self.any_pattern(patterns, element)),
            Check::ForEach(loops) => self.for_each(loops, element, nesting),
        }
    }

    fn deny(&mut self, conditions: Option<&Conditions>) -> Said {
        let held = match conditions.map(|conditions| conditions.ask(self.scope)) {
            // Without conditions, everything is denied.
            None => return said(Outcome::Fail, self.told("it is denied")),
            Some(Ok(held)) => held,
            Some(Err(why)) => return error("the conditions of deny cannot be decided", &why),
        };
        if !held.holds {
            return said(Outcome::Pass, format!("rule {} passed", self.rule));
        }
        let message = [self.message, &held.message];
        let message: Vec<&str> = message.into_iter().filter(|text| !text.is_empty()).collect();
        let message = message.join("; ");
        if message.is_empty() {
            return said(Outcome::Fail, format!("rule {} failed", self.rule));
        }
        said(Outcome::Fail, in_words(&message, self.scope))
    }

    /// Returns the policy's own message, with the problem.
    fn told(&mut self, problem: &str) -> String {
        if self.message.is_empty() {
            return format!("rule {} failed: {problem}", self.rule);
        }
        format!("{} ({problem})", in_words(self.message, self.scope))
    }

    fn resolved<'p>(&mut self, pattern: &'p Pattern) -> Result<Cow<'p, Value>, Said> {
        if !pattern.has_variables {
            return Ok(Cow::Borrowed(&pattern.value));
        }
        let resolved = substitute::all(&pattern.value, self.scope);
        resolved.map(Cow::Owned).map_err(|why| error("a variable has no value", &why))
    }

    fn pattern(&mut self, pattern: &Pattern, element: Option<&Value>) -> Said {
        let pattern = match self.resolved(pattern) {
            Ok(pattern) => pattern,
            Err(said) => return said,
        };
        match pattern::compare(element.unwrap_or(self.object), &pattern) {
            Compared::Holds => said(Outcome::Pass, format!("rule {} passed", self.rule)),
            Compared::Skipped => said(Outcome::Skip, "an anchor's condition does not hold"),
            Compared::Differs(path) => said(Outcome::Fail, self.told(&format!("at {path}"))),
            Compared::Undecided(why) => said(Outcome::Error, self.told(&why)),
        }
    }

    fn any_pattern(&mut self, patterns: &[Pattern], element: Option<&Value>) -> Said {
        let (mut skipped, mut failed) = (0, Vec::new());
        for (at, pattern) in patterns.iter().enumerate() {
            let pattern = match self.resolved(pattern) {
                Ok(pattern) => pattern,
                Err(said) => return said,
            };
            match pattern::compare(element.unwrap_or(self.object), &pattern) {
                Compared::Holds => {
                    let message = format!("rule {} passed by pattern {at}", self.rule);
                    return said(Outcome::Pass, message);
                }
                Compared::Skipped => skipped += 1,
                Compared::Differs(path) => failed.push(format!("{at}: at {path}")),
                Compared::Undecided(why) => failed.push(format!("{at}: {why}")),
            }
        }
        if failed.is_empty() && skipped > 0 {
            return said(Outcome::Skip, "anchors leave out every pattern");
        }
        let message = self.told(&format!("no pattern holds: {}", failed.join(", ")));
        said(Outcome::Fail, message)
    }

    fn for_each(
        &mut self,
        loops: &'r [Loop],
        element: Option<&Value>,
        nesting: usize,
    ) -> Option<Said> {
        let mut applied = 0;
        let mut undecided = None;
        for each in loops {
            let elements = match self.scope.query(&each.list) {
                Ok(Value::Array(elements)) => elements,
                Ok(single) => vec![single],
                Err(why) if why.is_unknown_key() => continue,
                Err(why) => {
                    undecided = Some(error("the list cannot be had", &why));
                    continue;
                }
            };
            for (index, item) in elements.into_iter().enumerate() {
                if item.is_null() {
                    continue;
                }
                if let Err(why) = self.scope.count_element() {
                    return Some(error("the list is too long", &why));
                }
                let mark = self.scope.mark();
                let said = self.element(each, item, element, index, nesting);
                self.scope.return_to(&mark);
                match said {
                    // A failure of another element matters more than an undecided precondition.
                    Err(said) => _ = undecided.get_or_insert(said),
                    Ok(None | Some(Said { outcome: Outcome::Skip, .. })) => {}
                    Ok(Some(Said { outcome: Outcome::Pass, .. })) => applied += 1,
                    Ok(Some(other)) => return Some(other),
                }
            }
        }
        match (applied, undecided) {
            (_, Some(error)) => Some(error),
            (0, None) => None,
            _ => Some(said(Outcome::Pass, format!("rule {} passed", self.rule))),
        }
    }

    /// Checks one element; an error is that of its preconditions.
    fn element(
        &mut self,
        each: &'r Loop,
        item: Value,
        outer: Option<&Value>,
        index: usize,
        nesting: usize,
    ) -> Result<Option<Said>, Said> {
        let scoped = each.element_scope.unwrap_or(item.is_object());
        if scoped && !item.is_object() {
            let problem = "an element that is no object cannot be a scope (elementScope)";
            return Ok(Some(said(Outcome::Error, problem)));
        }
        for (name, value) in [("element", &item), ("elementIndex", &json!(index))] {
            self.scope.set(name, value.clone());
            self.scope.set(&format!("{name}{nesting}"), value.clone());
        }
        self.scope.give(self.given, index);
        if let Some(skipped) = enter(&each.context, each.preconditions.as_ref(), self.scope)? {
            return Ok(Some(skipped));
        }
        let element = if scoped { Some(&item) } else { outer };
        Ok(self.check(&each.check, element, nesting + 1))
    }
}

/// Adds context entries and evaluates preconditions; returns the reason where they do not hold.
pub(super) fn enter<'r>(
    context: &'r [Entry],
    preconditions: Option<&Conditions>,
    scope: &mut Scope<'r>,
) -> Result<Option<Said>, Said> {
    scope.add(context);
    let Some(conditions) = preconditions else { return Ok(None) };
    let held = conditions.ask(scope);
    let held = held.map_err(|why| error("the preconditions cannot be decided", &why))?;
    if held.holds {
        return Ok(None);
    }
    let more = if held.message.is_empty() { "" } else { "; " };
    let message = format!("the preconditions do not hold{more}{}", held.message);
    Ok(Some(said(Outcome::Skip, message)))
}

/// Returns a message with its variables resolved; as written, where one has no value.
pub(super) fn in_words(message: &str, scope: &mut Scope<'_>) -> String {
    match substitute::text(message, scope) {
        Ok(Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => message.to_owned(),
    }
}

/// Replaces the request by the creation of the old object.
pub(super) fn look_back(scope: &mut Scope<'_>, old: &Value) {
    let mut request = scope.object("/request");
    if let Some(fields) = request.as_object_mut() {
        fields.insert("object".to_owned(), old.clone());
        fields.insert("operation".to_owned(), json!(Operation::Create));
        fields.remove("oldObject");
    }
    scope.set("request", request);
}
