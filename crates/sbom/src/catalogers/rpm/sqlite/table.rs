//! The table of packages in the pages of a database.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::SqliteError;
use super::page::{Cell, Layout, TablePage};
use super::record::{blob, page_number, text};
use super::walk::{Used, walk};
use crate::catalogers::rpm::bytes::slice;
use crate::catalogers::rpm::package::Packages;

/// The table's name (rpm, `lib/backend/sqlite.c`).
const TABLE: &[u8] = b"Packages";

/// Columns of the schema (section 2.6, "Storage Of The SQL Database Schema").
const SCHEMA_TYPE: usize = 0;
const SCHEMA_NAME: usize = 1;
const SCHEMA_ROOT: usize = 3;

/// The table's column of headers; the first is the record's number.
const HEADER: usize = 1;

/// Pages of the schema. That of rpm has twenty tables and indexes on three or four pages.
const MAX_SCHEMA_PAGES: usize = 256;

/// How the packages of a database lie in its pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::catalogers::rpm) struct Tree {
    pub(super) layout: Layout,
    /// The pages of the schema as they are.
    pub(super) schema: BTreeMap<u32, Vec<u8>>,
    /// The pages of the table by number.
    pub(super) nodes: BTreeMap<u32, Node>,
}

/// A page of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Node {
    /// The pages that it leads to.
    Interior(Vec<u32>),
    /// Its records.
    Leaf(Vec<Row>),
}

/// A record of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) rowid: i64,
    pub(super) bytes: u64,
    /// The overflow pages that it takes.
    pub(super) chain: Vec<Range<u32>>,
    /// Which of the packages of the file it is, where it is one.
    pub(super) package: Option<usize>,
}

/// Reads every record. Gives how they lie in the pages, for the case that a write-ahead log is
/// beside the database.
pub(in crate::catalogers::rpm) fn read(
    bytes: &[u8],
    packages: &mut Packages<'_>,
) -> Result<Tree, SqliteError> {
    let layout = Layout::of(bytes)?;
    let page = |number: u32| {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        slice(bytes, index.checked_mul(layout.page_size)?, layout.page_size)
    };
    let mut tree = Tree { layout, schema: BTreeMap::new(), nodes: BTreeMap::new() };
    let (root, errors) = find_table(layout, |number| {
        let content = page(number).ok_or(SqliteError::Cut(number))?;
        tree.schema.insert(number, content.to_vec());
        Ok(content)
    });
    complain(packages, errors);
    match root {
        None => packages.problem(SqliteError::NoTable.to_string()),
        Some(root) => {
            let mut used = Used::default();
            let errors = walk(root, |number| {
                let content = page(number).ok_or(SqliteError::Cut(number))?;
                let node = match layout.table_page(number, content)? {
                    TablePage::Interior(children) => Node::Interior(children),
                    TablePage::Leaf(cells) => {
                        let rows = cells.into_iter().filter_map(|cell| {
                            let whole = |number| page(number).ok_or(SqliteError::Cut(number));
                            let row = cell
                                .and_then(|cell| take(layout, &cell, &mut used, whole, packages));
                            row.map_err(|error| packages.problem(error.to_string())).ok()
                        });
                        Node::Leaf(rows.collect())
                    }
                };
                let children = match &node {
                    Node::Interior(children) => children.clone(),
                    Node::Leaf(_) => Vec::new(),
                };
                tree.nodes.insert(number, node);
                Ok(children)
            });
            complain(packages, errors);
        }
    }
    Ok(tree)
}

/// Takes up the package of a record; `page` gives the pages on which it goes on.
pub(super) fn take<'p>(
    layout: Layout,
    cell: &Cell<'_>,
    used: &mut Used,
    page: impl Fn(u32) -> Result<&'p [u8], SqliteError>,
    packages: &mut Packages<'_>,
) -> Result<Row, SqliteError> {
    let (rowid, bytes) = (cell.rowid, cell.bytes);
    let mut add = |record: &[u8]| {
        let header = blob(record, HEADER).ok_or(SqliteError::NoBlob(rowid))?;
        Ok(packages.add(u64::try_from(rowid).unwrap_or_default(), header))
    };
    match cell.overflow {
        None => Ok(Row { rowid, bytes, chain: Vec::new(), package: add(cell.local)? }),
        Some(first) => {
            let whole = used.follow(layout, cell, first, page)?;
            Ok(Row { rowid, bytes, chain: whole.chain, package: add(&whole.record)? })
        }
    }
}

/// The page at which the table begins, by the schema, whose pages `page` gives.
pub(super) fn find_table<'p>(
    layout: Layout,
    mut page: impl FnMut(u32) -> Result<&'p [u8], SqliteError>,
) -> (Option<u32>, Vec<SqliteError>) {
    let (mut root, mut pages) = (None, 0);
    let errors = walk(1, |number| {
        pages += 1;
        if pages > MAX_SCHEMA_PAGES {
            return Err(SqliteError::SchemaPages(MAX_SCHEMA_PAGES));
        }
        match layout.table_page(number, page(number)?)? {
            TablePage::Interior(children) => Ok(children),
            TablePage::Leaf(cells) => {
                // Type, name and page stand before the long text of the statement.
                let records = cells.into_iter().flatten().map(|cell| cell.local);
                let mut tables = records.filter(|record| {
                    text(record, SCHEMA_TYPE) == Some(b"table")
                        && text(record, SCHEMA_NAME) == Some(TABLE)
                });
                root = root.or(tables.next().and_then(|record| page_number(record, SCHEMA_ROOT)));
                Ok(Vec::new())
            }
        }
    });
    (root, errors)
}

pub(super) fn complain(packages: &mut Packages<'_>, errors: Vec<SqliteError>) {
    for error in errors {
        packages.problem(error.to_string());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{PAGE_SIZE, database};
    use super::*;
    use crate::Facts;
    use crate::catalogers::rpm::testing::{headers, names_and_problems_of};

    fn read_bytes(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
        names_and_problems_of(|packages| read(bytes, packages))
    }

    /// Pages: 1 schema, 2 interior, 3 and 4 leaves, 5 to 10 what goes on of `b`, 11 of `d`.
    fn two_leaves() -> Vec<u8> {
        let headers = headers(&[("a", 10), ("b", 3000), ("c", 20), ("d", 700)]);
        let rows: Vec<_> = (1..).zip(headers).collect();
        database(&[&rows[..2], &rows[2..]])
    }

    #[test]
    fn reads_every_leaf_and_what_goes_on_elsewhere() {
        let bytes = two_leaves();
        assert_eq!(bytes.len(), 11 * PAGE_SIZE);
        let (names, problems) = read_bytes(&bytes);
        assert_eq!((names.join(" ").as_str(), problems), ("a b c d", vec![]));
    }

    #[test]
    fn keeps_how_records_lie() {
        let mut facts = Facts::default();
        let tree = read(&two_leaves(), &mut Packages::new(&mut facts)).unwrap();
        let Some(Node::Leaf(rows)) = tree.nodes.get(&3) else { panic!("{tree:?}") };
        let kept: Vec<_> = rows.iter().map(|row| (row.rowid, row.package)).collect();
        assert_eq!(kept, [(1, Some(0)), (2, Some(1))]);
        assert_eq!((rows[0].chain.len(), rows[1].chain.len()), (0, 1));
        assert_eq!(rows[1].chain[0], 5..11);
        assert_eq!(tree.nodes.get(&2), Some(&Node::Interior(vec![3, 4])));
        assert_eq!(tree.schema.keys().copied().collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn what_is_no_such_database_is_told() {
        let good = two_leaves();
        for (at, byte, problem) in [
            (17, 1, "pages of 513 bytes"),
            (20, 200, "pages of 512 bytes with 200 reserved"),
            (59, 2, "text encoding 2, not 1 for UTF-8"),
            (100, 10, "page 1: type 10, no page of a table"),
            (PAGE_SIZE - 15, b'x', "no table of packages"),
        ] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            let (names, problems) = read_bytes(&bytes);
            assert_eq!((names.len(), problems[0].as_str()), (0, problem));
        }
        assert_eq!(read_bytes(&good[..50]).1, ["a file of 50 bytes"]);
    }

    #[test]
    fn what_cannot_be_read_leaves_the_rest() {
        let good = two_leaves();
        for (at, byte, names, problem) in [
            (2 * PAGE_SIZE, 2, "c d", "page 3: type 2, no page of a table"),
            (2 * PAGE_SIZE - 2, 4, "c d", "page 4: more than one page leads there"),
            (2 * PAGE_SIZE + 8, 0xff, "b c d", "page 3: cell 0 is not whole within it"),
            (4 * PAGE_SIZE + 3, 5, "a c d", "page 5: more than one record goes on there"),
            (4 * PAGE_SIZE + 3, 99, "a c d", "page 99: the file ends before it does"),
            (4 * PAGE_SIZE + 3, 0, "a c d", "record 2: ends after 547 of 3083 bytes"),
        ] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            let (found, problems) = read_bytes(&bytes);
            assert_eq!((found.join(" ").as_str(), problems), (names, vec![problem.to_owned()]));
        }
        let (names, problems) = read_bytes(&good[..10 * PAGE_SIZE]);
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(problems, ["page 11: the file ends before it does"]);
    }

    proptest! {
        #[test]
        fn takes_any_bytes(changes in prop::collection::vec((0..5632_usize, any::<u8>()), 0..40)) {
            let mut bytes = two_leaves();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            read_bytes(&bytes);
        }
    }
}
