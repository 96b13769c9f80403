//! Evaluates macros over lists and maps; each iteration is counted.

use std::collections::BTreeMap;

use super::error::{Error, Result};
use super::evaluate::Run;
use super::operators;
use super::program::{Expr, Loop, Variables, What};
use super::value::{List, Map, Value};

impl<'a> Run<'a> {
    #[inline(never)]
    pub(super) fn each(&mut self, each: &'a Loop) -> Result<Value<'a>> {
        let over = self.eval(&each.over)?;
        let items = Items::new(over, each.variables)?;
        match &each.what {
            What::All(body) => self.decide(items.iter(), false, |run, item| run.turn(item, body)),
            What::Exists(body) => self.decide(items.iter(), true, |run, item| run.turn(item, body)),
            What::ExistsOne(body) => {
                let mut found = 0;
                for item in items.iter() {
                    found += usize::from(self.holds(Some(body), item)?);
                }
                Ok(Value::Bool(found == 1))
            }
            What::Filter(body) => {
                let mut kept = Vec::new();
                for item in items.iter() {
                    if self.holds(Some(body), item.clone())? {
                        kept.extend(item.0);
                    }
                }
                Ok(Value::list(kept))
            }
            What::Map(condition, body) => {
                let mut made = Vec::new();
                for item in items.iter() {
                    if self.holds(condition.as_ref(), item.clone())? {
                        made.push(self.turn(item, body)?);
                    }
                }
                Ok(Value::list(made))
            }
            What::MapValues(condition, body) => {
                let mut made = BTreeMap::new();
                for item in items.iter() {
                    if self.holds(condition.as_ref(), item.clone())? {
                        let key = item.0.as_ref().and_then(Value::to_key);
                        let key = key.ok_or_else(|| Error::invalid("no key"))?;
                        made.insert(key, self.turn(item, body)?);
                    }
                }
                Ok(Value::map(made))
            }
            What::MapEntries(condition, body) => self.entries(&items, condition.as_ref(), body),
            What::SortBy(body) => {
                let mut keyed = Vec::new();
                for item in items.iter() {
                    let value = item.0.clone().unwrap_or(Value::Null);
                    keyed.push((self.turn(item, body)?, value));
                }
                operators::sort(self, &mut keyed)?;
                Ok(Value::list(keyed.into_iter().map(|(_, value)| value)))
            }
        }
    }

    fn entries(
        &mut self,
        items: &Items<'a>,
        condition: Option<&'a Expr>,
        body: &'a Expr,
    ) -> Result<Value<'a>> {
        let mut made = BTreeMap::new();
        for item in items.iter() {
            if !self.holds(condition, item.clone())? {
                continue;
            }
            let Value::Map(entries) = self.turn(item, body)? else {
                return Err(Error::invalid("transformMapEntry wants maps"));
            };
            self.spend(entries.len())?;
            for (key, value) in entries.iter() {
                if let Some(twice) = made.insert(key.clone(), value).map(|_| key) {
                    return Err(Error::invalid(format!("the key {twice} is there twice")));
                }
            }
        }
        Ok(Value::map(made))
    }

    /// Evaluates the body of a loop for one element.
    fn turn(&mut self, (first, second): Item<'a>, body: &'a Expr) -> Result<Value<'a>> {
        self.spend(1)?;
        let before = self.locals.len();
        self.locals.extend(first);
        self.locals.extend(second);
        let value = self.eval(body);
        self.locals.truncate(before);
        value
    }

    fn holds(&mut self, condition: Option<&'a Expr>, item: Item<'a>) -> Result<bool> {
        let Some(condition) = condition else { return Ok(true) };
        match self.turn(item, condition)? {
            Value::Bool(value) => Ok(value),
            other => Err(Error::overload("condition", &[&other])),
        }
    }
}

/// The variables of one iteration.
type Item<'a> = (Option<Value<'a>>, Option<Value<'a>>);

/// The items of a loop.
enum Items<'a> {
    List(List<'a>, Variables),
    Map(Map<'a>, Variables),
}

impl<'a> Items<'a> {
    fn new(over: Value<'a>, variables: Variables) -> Result<Self> {
        match over {
            Value::List(list) => Ok(Self::List(list, variables)),
            Value::Map(map) => Ok(Self::Map(map, variables)),
            other => Err(Error::overload("a loop", &[&other])),
        }
    }

    fn iter(&self) -> Box<dyn Iterator<Item = Item<'a>> + '_> {
        match self {
            Self::List(list, Variables::One) => {
                Box::new(list.iter().map(|item| (Some(item), None)))
            }
            Self::List(list, Variables::Two) => Box::new(
                list.iter()
                    .enumerate()
                    .map(|(index, item)| (Some(Value::length(index)), Some(item))),
            ),
            Self::Map(map, Variables::One) => {
                Box::new(map.iter().map(|(key, _)| (Some(key.into_value()), None)))
            }
            Self::Map(map, Variables::Two) => {
                Box::new(map.iter().map(|(key, value)| (Some(key.into_value()), Some(value))))
            }
        }
    }
}
