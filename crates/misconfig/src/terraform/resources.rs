//! All resources of a tree of modules, and the references between them.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::model::{Field, Place, Resource};

/// Every resource of a tree of modules.
///
/// Checks ask for the resources that name another, once for each of thousands; what is asked for
/// is indexed when it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    all: Vec<Resource>,
    by_kind: HashMap<Arc<str>, Vec<usize>>,
    by_address: HashMap<Arc<str>, Vec<usize>>,
    /// In the order of files and lines.
    by_place: Vec<usize>,
    links: RefCell<HashMap<(String, String), Rc<Links>>>,
}

/// The resources of one type by what one attribute of theirs names.
#[derive(Debug, Default)]
struct Links {
    by_reference: HashMap<Arc<str>, Vec<usize>>,
    by_text: HashMap<Arc<str>, Vec<usize>>,
}

impl Resources {
    pub(super) fn new(all: Vec<Resource>) -> Self {
        let mut resources = Self::default();
        for (index, resource) in all.iter().enumerate() {
            resources.by_kind.entry(Arc::clone(&resource.kind)).or_default().push(index);
            let addresses = BTreeSet::from([&resource.address, &resource.every]);
            for address in addresses {
                resources.by_address.entry(Arc::clone(address)).or_default().push(index);
            }
        }
        resources.by_place = (0..all.len()).collect();
        resources.by_place.sort_by_key(|index| all.get(*index).map(|resource| resource.place));
        resources.all = all;
        resources
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Resource> {
        self.all.iter()
    }

    /// The resource that holds a place.
    pub(super) fn holding(&self, place: Place) -> Option<&Resource> {
        let at = |index: &usize| self.all.get(*index);
        let starts_before = |index: &usize| {
            at(index).is_some_and(|resource| {
                (resource.place.file, resource.place.lines.start) <= (place.file, place.lines.start)
            })
        };
        let after = self.by_place.partition_point(starts_before);
        let last = after.checked_sub(1).and_then(|last| self.by_place.get(last)).and_then(at);
        last.filter(|resource| resource.encloses(place))
    }

    fn at<'a>(&'a self, indexes: &'a [usize]) -> impl Iterator<Item = &'a Resource> {
        indexes.iter().filter_map(|index| self.all.get(*index))
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Resource> {
        self.at(self.by_kind.get(kind).map(Vec::as_slice).unwrap_or_default())
    }

    /// The managed resources of a type.
    pub(crate) fn of(&self, kind: &str) -> impl Iterator<Item = &Resource> {
        self.of_kind(kind).filter(|resource| !resource.is_data)
    }

    /// What is read of a type as data.
    pub(crate) fn data(&self, kind: &str) -> impl Iterator<Item = &Resource> {
        self.of_kind(kind).filter(|resource| resource.is_data)
    }

    /// The resources of a type whose `attribute`, a path as [`Block::at`] takes it, names the
    /// target, by a reference or by the target's attribute `name`, as [`Field::names`] says.
    ///
    /// [`Block::at`]: super::model::Block::at
    pub(crate) fn naming(
        &self,
        kind: &str,
        attribute: &str,
        target: &Resource,
        name: &str,
    ) -> impl Iterator<Item = &Resource> {
        let links = self.links(kind, attribute);
        let named = target.get(name).text().filter(|name| !name.is_empty());
        let found = [
            links.by_reference.get(&target.address),
            links.by_reference.get(&target.every),
            named.and_then(|name| links.by_text.get(&name)),
        ];
        let indexes: BTreeSet<usize> = found.into_iter().flatten().flatten().copied().collect();
        let likely = indexes.into_iter().filter_map(|index| self.all.get(index));
        likely.filter(move |resource| resource.at(attribute).names(target, name))
    }

    /// The resource of a type that an attribute names.
    pub(crate) fn named_by(&self, field: Field<'_>, kind: &str, name: &str) -> Option<&Resource> {
        let referred = field.references().filter_map(|to| self.by_address.get(&to.address));
        let text = field.text().filter(|text| !text.is_empty());
        let named = text.and_then(|text| self.links(kind, name).by_text.get(&text).cloned());
        let mut indexes: Vec<usize> =
            referred.flatten().copied().chain(named.unwrap_or_default()).collect();
        indexes.sort_unstable();
        let mut resources = indexes.into_iter().filter_map(|index| self.all.get(index));
        resources.find(|resource| {
            !resource.is_data && &*resource.kind == kind && field.names(resource, name)
        })
    }

    /// What is read of a type as data by an attribute.
    pub(crate) fn read_by(&self, field: Field<'_>, kind: &str) -> impl Iterator<Item = &Resource> {
        let referred = field.references().filter_map(|to| self.by_address.get(&to.address));
        let read = referred.flatten().filter_map(|index| self.all.get(*index));
        read.filter(move |resource| resource.is_data && &*resource.kind == kind)
    }

    fn links(&self, kind: &str, attribute: &str) -> Rc<Links> {
        let key = (kind.to_owned(), attribute.to_owned());
        if let Some(known) = self.links.borrow().get(&key) {
            return Rc::clone(known);
        }
        let mut links = Links::default();
        for index in self.by_kind.get(kind).into_iter().flatten() {
            let Some(resource) = self.all.get(*index).filter(|resource| !resource.is_data) else {
                continue;
            };
            let field = resource.at(attribute);
            for reference in field.references() {
                links.by_reference.entry(Arc::clone(&reference.address)).or_default().push(*index);
            }
            if let Some(text) = field.text() {
                links.by_text.entry(text).or_default().push(*index);
            }
        }
        let links = Rc::new(links);
        self.links.borrow_mut().insert(key, Rc::clone(&links));
        links
    }
}
