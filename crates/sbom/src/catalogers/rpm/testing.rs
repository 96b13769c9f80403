//! Writers of headers and databases for tests.

use std::fmt::Display;

use super::bytes::Order;
use super::package::Packages;
use crate::{Fact, Facts, OsPackage};

/// A header in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct HeaderWriter {
    entries: Vec<[u32; 4]>,
    data: Vec<u8>,
}

impl HeaderWriter {
    /// The header of a package.
    pub(super) fn package(name: &str, version: &str, release: &str) -> Self {
        Self::default().text(1000, name).text(1001, version).text(1002, release)
    }

    pub(super) fn text(self, tag: u32, text: &str) -> Self {
        self.strings(tag, 6, &[text])
    }

    pub(super) fn texts(self, tag: u32, texts: &[&str]) -> Self {
        self.strings(tag, 8, texts)
    }

    pub(super) fn i18n(self, tag: u32, texts: &[&str]) -> Self {
        self.strings(tag, 9, texts)
    }

    fn strings(mut self, tag: u32, kind: u32, texts: &[&str]) -> Self {
        self.entries.push([tag, kind, size(self.data.len()), size(texts.len())]);
        for text in texts {
            self.data.extend(text.bytes().chain([0]));
        }
        self
    }

    pub(super) fn numbers(mut self, tag: u32, numbers: &[u32]) -> Self {
        self.data.resize(self.data.len().next_multiple_of(4), 0);
        self.entries.push([tag, 4, size(self.data.len()), size(numbers.len())]);
        self.data.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
        self
    }

    /// The header as databases keep it.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let lengths = [size(self.entries.len()), size(self.data.len())];
        let numbers = lengths.iter().chain(self.entries.iter().flatten());
        let mut bytes: Vec<u8> = numbers.flat_map(|number| number.to_be_bytes()).collect();
        bytes.extend(&self.data);
        bytes
    }
}

/// The packages among facts.
pub(super) fn packages_of(facts: &Facts) -> Vec<OsPackage> {
    let packages = facts.facts.iter().filter_map(|fact| match fact {
        Fact::OsPackage(package) => Some((**package).clone()),
        _ => None,
    });
    packages.collect()
}

/// A length as databases write it.
pub(super) fn size(length: usize) -> u32 {
    u32::try_from(length).expect("a test's databases are small")
}

/// Headers of packages of these names, each with text of so many bytes beside.
pub(super) fn headers(packages: &[(&str, usize)]) -> Vec<Vec<u8>> {
    let headers = packages.iter().map(|(name, extra)| {
        HeaderWriter::package(name, "1", "2").text(1005, &"x".repeat(*extra)).bytes()
    });
    headers.collect()
}

/// A small database in SQLite's form.
pub(crate) fn database() -> Vec<u8> {
    let rows: Vec<_> = (1..).zip(headers(&[("a", 10), ("b", 700)])).collect();
    super::sqlite::testing::database(&[&rows])
}

/// Names of packages, and problems with that of the outcome.
pub(super) fn names_and_problems<T, E: Display>(
    facts: &Facts,
    outcome: Result<T, E>,
) -> (Vec<String>, Vec<String>) {
    let names = packages_of(facts).into_iter().map(|package| package.name).collect();
    let problems = facts.problems.iter().map(|problem| problem.message.clone());
    (names, problems.chain(outcome.err().map(|error| error.to_string())).collect())
}

/// The same of a reader of packages.
pub(super) fn names_and_problems_of<T, E: Display>(
    read: impl FnOnce(&mut Packages<'_>) -> Result<T, E>,
) -> (Vec<String>, Vec<String>) {
    let mut facts = Facts::default();
    let outcome = read(&mut Packages::new(&mut facts));
    names_and_problems(&facts, outcome)
}

/// Writes hash files of Berkeley DB.
#[derive(Clone, Copy, Debug)]
pub(super) struct BdbWriter {
    pub(super) order: Order,
    pub(super) page_size: usize,
}

impl BdbWriter {
    /// A database with one hash page and the overflow pages of values above a quarter of a page.
    /// Record numbers count from 1; record 0 is the counter.
    pub(super) fn write(self, headers: &[Vec<u8>]) -> Vec<u8> {
        let mut items = vec![[&[1][..], &self.u32(0)].concat(), [&[1][..], &self.u32(9)].concat()];
        let mut overflow: Vec<Vec<u8>> = Vec::new();
        for (number, header) in (1..).zip(headers) {
            items.push([&[1][..], &self.u32(number)].concat());
            items.push(if header.len() <= self.page_size / 4 {
                [&[1][..], header].concat()
            } else {
                let first = 2 + size(overflow.len());
                self.overflow(first, header, &mut overflow);
                [&[3, 0, 0, 0][..], &self.u32(first), &self.u32(size(header.len()))].concat()
            });
        }
        let pages = [self.meta(1 + size(overflow.len())), self.hash(&items)];
        pages.into_iter().chain(overflow).flatten().collect()
    }

    fn meta(self, last_page: u32) -> Vec<u8> {
        let mut page = vec![0; self.page_size];
        page[12..16].copy_from_slice(&self.u32(0x0006_1561));
        page[20..24].copy_from_slice(&self.u32(size(self.page_size)));
        page[25] = 8;
        page[32..36].copy_from_slice(&self.u32(last_page));
        page
    }

    fn hash(self, items: &[Vec<u8>]) -> Vec<u8> {
        let mut page = vec![0; self.page_size];
        page[20..22].copy_from_slice(&self.u16(items.len()));
        page[25] = 13;
        let mut end = self.page_size;
        for (index, item) in items.iter().enumerate() {
            page[end - item.len()..end].copy_from_slice(item);
            end -= item.len();
            let place = 26 + 2 * index;
            page[place..place + 2].copy_from_slice(&self.u16(end));
        }
        page
    }

    fn overflow(self, first: u32, value: &[u8], pages: &mut Vec<Vec<u8>>) {
        let parts: Vec<_> = value.chunks(self.page_size - 26).collect();
        for (number, part) in (first..).zip(&parts) {
            let is_last = number + 1 == first + size(parts.len());
            let mut page = vec![0; self.page_size];
            page[16..20].copy_from_slice(&self.u32(if is_last { 0 } else { number + 1 }));
            page[22..24].copy_from_slice(&self.u16(part.len()));
            page[25] = 7;
            page[26..26 + part.len()].copy_from_slice(part);
            pages.push(page);
        }
    }

    fn u16(self, number: usize) -> [u8; 2] {
        let number = u16::try_from(number).expect("a page is small");
        match self.order {
            Order::Little => number.to_le_bytes(),
            Order::Big => number.to_be_bytes(),
        }
    }

    fn u32(self, number: u32) -> [u8; 4] {
        match self.order {
            Order::Little => number.to_le_bytes(),
            Order::Big => number.to_be_bytes(),
        }
    }
}
