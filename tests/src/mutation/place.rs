//! Places in a JSON document.

use std::fmt;

use serde_json::Value;

/// One step down into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
}

/// The way from the top of a document to one of its values.
///
/// It prints as `verificationMaterial.tlogEntries[].logIndex`: which element of a list it is
/// says nothing about what it means, but among certificates, where the first is the signer's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place(Vec<Step>);

impl Place {
    /// Every place of a document but its top, outer ones first.
    pub(super) fn all(document: &Value) -> Vec<Self> {
        let mut places = vec![];
        Self::default().descend(document, &mut places);
        places
    }

    fn descend(&self, value: &Value, places: &mut Vec<Self>) {
        let children: Vec<(Step, &Value)> = match value {
            Value::Object(fields) => {
                fields.iter().map(|(name, value)| (Step::Name(name.clone()), value)).collect()
            }
            Value::Array(elements) => {
                elements.iter().enumerate().map(|(at, value)| (Step::Index(at), value)).collect()
            }
            _ => vec![],
        };
        for (step, value) in children {
            let mut place = self.clone();
            place.0.push(step);
            places.push(place.clone());
            place.descend(value, places);
        }
    }

    /// The name of the field, or of the list that holds the element.
    pub(super) fn name(&self) -> &str {
        let mut steps = self.0.iter().rev();
        let name = steps.find_map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            Step::Index(_) => None,
        });
        name.unwrap_or_default()
    }

    /// The place that holds this one.
    pub(super) fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    pub(super) fn get<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(document, |value, step| match step {
            Step::Name(name) => value.get(name),
            Step::Index(at) => value.get(at),
        })
    }

    /// The value of a field beside one of the places above, nearest first.
    pub(super) fn nearest<'v>(&self, document: &'v Value, pointer: &str) -> Option<&'v Value> {
        let parent = self.parent()?;
        let here = parent.get(document).and_then(|value| value.pointer(pointer));
        here.or_else(|| parent.nearest(document, pointer))
    }

    pub(super) fn set(&self, document: &mut Value, value: Value) {
        if let Some(place) = self.get_mut(document) {
            *place = value;
        }
    }

    pub(super) fn remove(&self, document: &mut Value) {
        let Some(parent) = self.parent().and_then(|parent| parent.get_mut(document)) else {
            return;
        };
        match (self.0.last(), parent) {
            (Some(Step::Name(name)), Value::Object(fields)) => drop(fields.remove(name)),
            (Some(Step::Index(at)), Value::Array(elements)) => drop(elements.remove(*at)),
            _ => {}
        }
    }

    fn get_mut<'v>(&self, document: &'v mut Value) -> Option<&'v mut Value> {
        self.0.iter().try_fold(document, |value, step| match step {
            Step::Name(name) => value.get_mut(name),
            Step::Index(at) => value.get_mut(at),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = "";
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if number == 0 => formatter.write_str(name)?,
                Step::Name(name) => write!(formatter, ".{name}")?,
                Step::Index(at) if list == "certificates" => write!(formatter, "[{at}]")?,
                Step::Index(_) => formatter.write_str("[]")?,
            }
            if let Step::Name(name) = step {
                list = name;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_place_is_found_changed_and_removed() {
        let document = json!({"a": [{"b": 1}, 2]});
        let places = Place::all(&document);
        let names: Vec<String> = places.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["a", "a[]", "a[].b", "a[]"]);
        let mut changed = document.clone();
        places[2].set(&mut changed, json!(3));
        places[3].remove(&mut changed);
        assert_eq!(changed, json!({"a": [{"b": 3}]}));
        assert_eq!(places[2].nearest(&document, "/a/1"), Some(&json!(2)));
    }
}
