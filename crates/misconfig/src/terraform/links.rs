//! Which resources name which, found without trying every pair: a few lines of Terraform make a
//! hundred thousand instances.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::model::{Field, Resource};

/// What resources stand for a word: their positions, in order.
type Index = HashMap<Arc<str>, Vec<usize>>;

/// The indexes of one set of resources, each made when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct Links {
    naming: RefCell<HashMap<(String, String), Rc<Naming>>>,
    texts: RefCell<HashMap<(String, String), Rc<Index>>>,
}

/// What the resources of a type have in one attribute.
#[derive(Debug, Default)]
pub(super) struct Naming {
    /// By the address of what it refers to.
    by_address: Index,
    /// By its text.
    by_text: Index,
}

impl Links {
    /// What `resources`, which are all of the type `kind`, have in their attribute at `path`.
    pub(super) fn naming<'a>(
        &self,
        (kind, path): (&str, &str),
        resources: impl Iterator<Item = (usize, &'a Resource)>,
    ) -> Rc<Naming> {
        let key = (kind.to_owned(), path.to_owned());
        let mut naming = self.naming.borrow_mut();
        Rc::clone(naming.entry(key).or_insert_with(|| Rc::new(Naming::new(resources, path))))
    }

    /// The position of the first among `resources`, which are all of the type `kind`, that has a
    /// text as its attribute `name`.
    pub(super) fn with_text<'a>(
        &self,
        (kind, name): (&str, &str),
        resources: impl Iterator<Item = (usize, &'a Resource)>,
        text: &str,
    ) -> Option<usize> {
        let key = (kind.to_owned(), name.to_owned());
        let mut texts = self.texts.borrow_mut();
        let index = texts.entry(key).or_insert_with(|| {
            let mut index = Index::new();
            for (position, resource) in resources {
                add_text(&mut index, position, resource.get(name));
            }
            Rc::new(index)
        });
        index.get(text)?.first().copied()
    }
}

impl Naming {
    fn new<'a>(resources: impl Iterator<Item = (usize, &'a Resource)>, path: &str) -> Self {
        let mut naming = Self::default();
        for (position, resource) in resources {
            let field = resource.at(path);
            for reference in field.references() {
                let known = naming.by_address.entry(Arc::clone(&reference.address)).or_default();
                if known.last() != Some(&position) {
                    known.push(position);
                }
            }
            add_text(&mut naming.by_text, position, field);
        }
        naming
    }

    /// The positions of those that name the target: by a reference to it, or by the text that is
    /// the target's attribute `name`.
    pub(super) fn of(
        self: Rc<Self>,
        target: &Resource,
        name: &str,
    ) -> impl Iterator<Item = usize> + use<> {
        let mut words = vec![(Arc::clone(&target.address), true, 0)];
        if target.every != target.address {
            words.push((Arc::clone(&target.every), true, 0));
        }
        if let Some(text) = target.get(name).text().filter(|text| !text.is_empty()) {
            words.push((text, false, 0));
        }
        // The lists are each in order and may share positions: the least comes next.
        std::iter::from_fn(move || {
            let next = words.iter().filter_map(|(word, refers, at)| self.at(word, *refers, *at));
            let next = next.min()?;
            for (word, refers, at) in &mut words {
                if self.at(word, *refers, *at) == Some(next) {
                    *at += 1;
                }
            }
            Some(next)
        })
    }

    fn at(&self, word: &str, refers: bool, at: usize) -> Option<usize> {
        let index = if refers { &self.by_address } else { &self.by_text };
        index.get(word)?.get(at).copied()
    }
}

fn add_text(index: &mut Index, position: usize, field: Field<'_>) {
    if let Some(text) = field.text().filter(|text| !text.is_empty()) {
        index.entry(text).or_default().push(position);
    }
}
