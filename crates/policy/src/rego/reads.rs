//! What rules read of the input, by where it goes.

use std::collections::{BTreeMap, BTreeSet};

use super::flow::{Cell, Flow, Part};

/// What a rule, with all that it depends on, reads of the input; never less than it does.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    /// The fields that are selected of the input where it is called that.
    pub(super) fields: BTreeSet<String>,
    /// Those that are selected of it under other names: of variables, of arguments.
    pub(super) under_names: BTreeSet<String>,
    /// Whether it is used so that nobody can tell which fields are read.
    pub(super) is_used_whole: bool,
    /// Whether something is evaluated with another input.
    pub(super) gives_input: bool,
    /// What is read of the Namespace that a review shows.
    pub(super) namespace: OfNamespace,
}

/// How much is read of a Namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OfNamespace {
    #[default]
    Nothing,
    /// Its name, and that there is one.
    Name,
    Anything,
}

/// The parts of the input that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Input,
    Review,
    Unstable,
    Namespace,
    Metadata,
}

impl Reads {
    /// Of the flows of a rule and of all that it depends on.
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
                for place in of(part) {
                    let whole = reads.select(place, part);
                    reads.is_used_whole |= whole == Some(Place::Input);
                    match whole {
                        None => {}
                        // Of what goes over all of it, what has the word for it means it.
                        Some(Place::Input | Place::Review) if !names_namespace => {}
                        Some(_) => reads.namespace = OfNamespace::Anything,
                    }
                }
            }
        }
        reads
    }

    /// Whether a field is selected.
    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.contains(field) || self.under_names.contains(field)
    }

    /// All fields that are selected.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().chain(&self.under_names).map(String::as_str)
    }

    /// Notes what is selected of a place; what it is where it is one itself.
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
    /// The place that a field is (Gatekeeper, `input.review`).
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

/// What each cell may be: each place is followed into each cell once.
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
