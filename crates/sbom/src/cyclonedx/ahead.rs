//! Reads components in advance on several threads, each component by itself.

use std::num::NonZeroUsize;
use std::thread;

use sealift_model::Package;
use serde_json::value::RawValue;

use super::describe;
use super::input::Component;
use crate::document::{Items, NoPackage, OtherForm, Stated, Text, named};

/// Bytes of a document whose components are kept at once for each thread, until they are taken in:
/// enough that nothing is to be won by more.
const MOST_BYTES: usize = 256 << 10;
/// Bytes that are worth a thread of their own.
const LEAST_BYTES: usize = 64 << 10;

/// A component with the place where it begins; none where it is to be read there once more, for it
/// has no purl or another form. What most components are not must not cost much until then.
pub(super) type Placed<'a> = (&'a str, Option<Box<Named<'a>>>);

/// A component with a purl, as far as it can be read by itself.
pub(super) struct Named<'a> {
    /// What the purl names.
    pub(super) package: Result<Package, NoPackage>,
    pub(super) reference: Option<Text<'a>>,
    /// The components within it.
    pub(super) within: Option<&'a RawValue>,
}

/// The purl of a component, unless it has none.
pub(super) fn purl_of<'c>(component: &'c Component<'_>) -> Option<&'c str> {
    component.purl.as_deref().filter(|purl| !purl.is_empty())
}

/// The fields of a component besides its purl.
pub(super) fn stated<'c>(component: &'c Component<'_>) -> Stated<'c> {
    Stated {
        group: component.group.as_deref(),
        name: component.name.as_deref(),
        version: component.version.as_deref(),
    }
}

impl<'a> Named<'a> {
    fn of(component: Component<'a>) -> Option<Self> {
        let purl = purl_of(&component)?;
        let package = named(purl, stated(&component), |package| {
            describe::package(package, &component, purl);
        });
        Some(Self { package, within: component.components, reference: component.bom_ref })
    }
}

/// Hands on the components of a list of `bytes` in their order; at most `most` of each part of it
/// are read, since no more are used.
pub(super) fn each<'a, E>(
    list: Items<'a>,
    bytes: usize,
    threads: NonZeroUsize,
    most: usize,
    mut take: impl FnMut(Placed<'a>) -> Result<(), E>,
) -> Result<(), E> {
    let parts = list.split(part_bytes(bytes, threads));
    for parts in parts.chunks(threads.get()) {
        for components in on_threads(parts, |part| read(*part, most)) {
            components.into_iter().try_for_each(&mut take)?;
        }
    }
    Ok(())
}

/// Parts of equal size for all threads, and no more of a large list at once than is to be kept.
fn part_bytes(bytes: usize, threads: NonZeroUsize) -> usize {
    let rounds = bytes.div_ceil(MOST_BYTES.saturating_mul(threads.get())).max(1);
    bytes.div_ceil(rounds.saturating_mul(threads.get())).max(LEAST_BYTES)
}

fn read(mut part: Items<'_>, most: usize) -> Vec<Placed<'_>> {
    let named = |component: Result<_, OtherForm<'_>>| Named::of(component.ok()?).map(Box::new);
    let next = || part.next().map(|(start, component)| (start, named(component)));
    std::iter::from_fn(next).take(most).collect()
}

/// Does `work` on each of `all` at once, whose results come in their order.
fn on_threads<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let Some((first, others)) = all.split_first() else { return Vec::new() };
    let work = &work;
    thread::scope(|scope| {
        let others: Vec<_> = others.iter().map(|one| scope.spawn(move || work(one))).collect();
        let mut done = vec![work(first)];
        for other in others {
            match other.join() {
                Ok(result) => done.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}
