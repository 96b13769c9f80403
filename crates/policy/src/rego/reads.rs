//! Finds what rules read of the input, by following it.

use std::collections::{BTreeMap, BTreeSet};

use super::flow::{Cell, Flow, Part};

/// What a rule and all its dependencies read of the input; never less than they really do.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    /// The fields that are selected from the input by its own name.
    pub(super) fields: BTreeSet<String>,
    /// The fields that are selected under other names: variables, arguments.
    pub(super) under_names: BTreeSet<String>,
    /// Whether it is used so that its fields cannot be followed.
    pub(super) is_used_whole: bool,
    /// Whether an expression is evaluated with another input.
    pub(super) gives_input: bool,
    /// What is read of the Namespace in a review.
    pub(super) namespace: OfNamespace,
}

/// How much is read of a Namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OfNamespace {
    #[default]
    Nothing,
    /// Its name, and that it exists.
    Name,
    Anything,
}

/// The parts of the input that are distinguished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Input,
    Review,
    Unstable,
    Namespace,
    Metadata,
}

impl Reads {
    /// Evaluates the flows of a rule and of all its dependencies.
    pub(super) fn of(flows: &[&Flow]) -> Self {
        let places = places(flows);
        let mut reads =
            Self { gives_input: flows.iter().any(|flow| flow.gives_input), ..Self::default() };
        let names_namespace = flows.iter().any(|flow| flow.names_namespace);
        let nowhere = BTreeSet::new();
        let of = |part: &Part| places.get(&part.of).unwrap_or(&nowhere).iter().copied();
        for flow in flows {
            let moved = flow.moves.iter().map(|(part, _)| part);
            for part in moved.chain(&flow.seen) {
                of(part).for_each(|place| _ = reads.select(place, part));
            }
            for part in &flow.used {
                of(part).for_each(|place| reads.use_of(place, part, names_namespace));
            }
        }
        let below: BTreeSet<&[String]> =
            flows.iter().flat_map(|flow| &flow.used_below).map(Vec::as_slice).collect();
        for (cell, held) in &places {
            let Cell::Value(path) = cell else { continue };
            let mut above = (1..path.len()).filter_map(|length| path.get(..length));
            if above.any(|path| below.contains(path)) {
                let part = Part { of: Cell::Value(path.clone()), selected: Vec::new() };
                held.iter().for_each(|place| reads.use_of(*place, &part, names_namespace));
            }
        }
        reads
    }

    /// Whether a field is selected.
    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.contains(field) || self.under_names.contains(field)
    }

    /// Returns all selected fields.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().chain(&self.under_names).map(String::as_str)
    }

    /// Records that a part is used as a whole.
    fn use_of(&mut self, place: Place, part: &Part, names_namespace: bool) {
        let whole = self.select(place, part);
        self.is_used_whole |= whole == Some(Place::Input);
        match whole {
            None => {}
            // A use of the whole review counts for the Namespace only where the module has the word
            // for it.
            Some(Place::Input | Place::Review) if !names_namespace => {}
            Some(_) => self.namespace = OfNamespace::Anything,
        }
    }

    /// Records the selections from a place; returns the place that they reach, if any.
    fn select(&mut self, from: Place, part: &Part) -> Option<Place> {
        if let (Place::Input, Some(field)) = (from, part.selected.first()) {
            let fields = match part.of {
                Cell::Input => &mut self.fields,
                _ => &mut self.under_names,
            };
            fields.insert(field.clone());
        }
        let mut place = from;
        for name in &part.selected {
            let next = place.select(name);
            let read = match (place, next) {
                (_, Some(Place::Namespace)) => OfNamespace::Name,
                (Place::Metadata, None) if name == "name" => OfNamespace::Name,
                (Place::Namespace | Place::Metadata, None) => OfNamespace::Anything,
                _ => OfNamespace::Nothing,
            };
            self.namespace = self.namespace.max(read);
            place = next?;
        }
        Some(place)
    }
}

impl Place {
    /// Returns the place of a field (Gatekeeper, `input.review`).
    fn select(self, field: &str) -> Option<Self> {
        match (self, field) {
            (Self::Input, "review") => Some(Self::Review),
            (Self::Review, "_unstable") => Some(Self::Unstable),
            (Self::Review, "namespaceObject") | (Self::Unstable, "namespace") => {
                Some(Self::Namespace)
            }
            (Self::Namespace, "metadata") => Some(Self::Metadata),
            _ => None,
        }
    }
}

/// Returns the places that each cell may hold: each place is followed into each cell once.
fn places<'f>(flows: &[&'f Flow]) -> BTreeMap<&'f Cell, BTreeSet<Place>> {
    let mut moves: BTreeMap<&Cell, Vec<(&Part, &Cell)>> = BTreeMap::new();
    for (part, to) in flows.iter().flat_map(|flow| &flow.moves) {
        moves.entry(&part.of).or_default().push((part, to));
    }
    let mut places: BTreeMap<&Cell, BTreeSet<Place>> = BTreeMap::new();
    let mut waiting = vec![(&Cell::Input, Place::Input)];
    while let Some((cell, place)) = waiting.pop() {
        if !places.entry(cell).or_default().insert(place) {
            continue;
        }
        for (part, to) in moves.get(cell).into_iter().flatten() {
            let reached = part.selected.iter().try_fold(place, |place, name| place.select(name));
            waiting.extend(reached.map(|reached| (*to, reached)));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::OfNamespace;
    use crate::rego::{Input, Program, RegoLimits, Source};

    const LIBRARY: &str = "package lib
f(it) := it
g(it) := it.spec
h(it, name) := it[name]
k(it) := object.get(it, \"request\", 1)
e(it) := it.kind if it.kind == \"b\"
else := it.spec
r := input
s := input.review
t contains input.request
u[name] := it if { some name in [\"p\"]; it := input }
v := x if { x := input; x.never }
v := x if x := input.spec
";

    /// Statements over the variables `x`, `y` and `z`, which may come from the input.
    const STATEMENTS: [&str; 42] = [
        "x := input",
        "x = input",
        "y := x",
        "y = x",
        "z := y",
        "[x, y] := [input, 1]",
        "{\"spec\": y} = input",
        "x := lib.f(input)",
        "lib.f(input, x)",
        "y := lib.g(x)",
        "y := lib.g(input)",
        "y := lib.h(input, \"spec\")",
        "y := lib.h(x, \"request\")",
        "y := lib.k(x)",
        "y := lib.e(x)",
        "x := lib.r",
        "x := lib.s",
        "x := lib.v",
        "some x in lib.t",
        "x := lib.u.p",
        "x := data.lib",
        "y := x.r",
        "x := r",
        "y := input[_]",
        "some y in x",
        "y := x.spec",
        "y := x.review",
        "y := x.namespaceObject",
        "y := x[\"namespaceObject\"].metadata",
        "y := [x][0].namespaceObject",
        "y := input[_].namespaceObject",
        "z := y.metadata.name",
        "z := y.labels",
        "z := object.get(x, [\"review\", \"namespaceObject\", \"metadata\"], y)",
        "z := [w | w := x]",
        "z := {w: w | w := x.kind}",
        "not x.spec",
        "not lib.g(input)",
        "count(x) > 1",
        "z := json.marshal(x)",
        "z := 1 with input as x.review",
        "z := lib.g(r) with input as {\"review\": x}",
    ];

    const TOLD: [&str; 4] = ["x", "y", "z", "1"];

    fn input() -> Value {
        let namespace = json!({"metadata": {"name": "n", "labels": {"a": "b"}}});
        json!({
            "kind": "b", "spec": {"kind": "c", "metadata": {"name": "m"}},
            "request": {"spec": 1, "kind": "b"},
            "review": {"spec": 2, "namespaceObject": namespace},
        })
    }

    proptest! {
        /// Removing a field that is not read changes nothing.
        #[test]
        fn what_a_rule_is_said_not_to_read_means_nothing_to_it(
            picked in prop::collection::vec(0..STATEMENTS.len(), 1..6), told in 0..TOLD.len(),
        ) {
            let body: Vec<&str> = picked.into_iter().map(|at| STATEMENTS[at]).collect();
            let module = format!(
                "package main\nimport data.lib\nimport input.review as r\ndeny contains {} if {{\n {}\n}}",
                TOLD[told], body.join("\n "),
            );
            let sources = [Source::new("lib.rego", LIBRARY), Source::new("main.rego", &module)];
            let compiled = Program::compile(&sources, &json!({}), &[], &RegoLimits::default());
            let Ok(program) = compiled else { return Ok(()) };
            let rule = "data.main.deny";
            let reads = program.reads(rule);
            // The interpreter notices late that a variable is never bound.
            let say = |input: &Value| {
                let said = program.eval(rule, &Input::new(input), None);
                said.map_err(|error| error.to_string().contains("is unsafe"))
            };
            let is_program = |said: &Result<_, bool>| *said != Err(true);
            let whole = say(&input());
            for field in ["kind", "spec", "request", "review"] {
                if reads.is_used_whole || reads.has(field) {
                    continue;
                }
                let mut without = input();
                without.as_object_mut().unwrap().remove(field);
                let said = say(&without);
                prop_assume!(is_program(&said) && is_program(&whole));
                prop_assert_eq!(&said, &whole, "{} of {}", field, module);
            }
            // A rule that uses a whole review, without the word for it, does not mean the
            // Namespace.
            let is_meant = module.contains("namespaceObject");
            if reads.namespace != OfNamespace::Anything && is_meant {
                let mut other = input();
                other["review"]["namespaceObject"]["metadata"]["labels"] = json!({});
                let said = say(&other);
                prop_assume!(is_program(&said) && is_program(&whole));
                prop_assert_eq!(&said, &whole, "the labels of {}", module);
            }
        }
    }
}
