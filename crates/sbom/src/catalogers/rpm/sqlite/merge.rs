//! A database and the write-ahead log beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::SqliteError;
use super::log::Log;
use super::page::{Cell, Layout, TablePage};
use super::table::{Node, Row, Tree, complain, find_table, take};
use super::walk::{Used, walk};
use crate::catalogers::rpm::package::Packages;

/// Which of the database's packages are left with the log, by their place in its file; packages
/// and problems that come with the log are added to `packages`.
pub(in crate::catalogers::rpm) fn merge(
    tree: &Tree,
    log: &Log,
    packages: &mut Packages<'_>,
) -> BTreeSet<usize> {
    let mut merge = match Merge::new(tree, log) {
        Ok(merge) => merge,
        Err(error) => {
            complain(packages, vec![error]);
            return tree.rows().filter_map(|row| row.package).collect();
        }
    };
    let (root, errors) = find_table(merge.layout, |number| {
        let own = || tree.schema.get(&number).map(Vec::as_slice);
        log.page(number).or_else(own).ok_or(SqliteError::NotKept(number))
    });
    complain(packages, errors);
    match root {
        Some(root) => {
            let errors = walk(root, |number| merge.visit(number, packages));
            complain(packages, errors);
        }
        None => packages.problem(SqliteError::NoTable.to_string()),
    }
    merge.left
}

struct Merge<'t> {
    tree: &'t Tree,
    log: &'t Log,
    layout: Layout,
    /// The database's records by number.
    rows: BTreeMap<i64, &'t Row>,
    /// Overflow pages in the log that belong to a record already.
    used: Used,
    left: BTreeSet<usize>,
}

impl<'t> Merge<'t> {
    fn new(tree: &'t Tree, log: &'t Log) -> Result<Self, SqliteError> {
        let database = tree.layout.page_size;
        if log.page_size != database {
            return Err(SqliteError::LogPageSize { log: log.page_size, database });
        }
        let layout = log.page(1).map_or(Ok(tree.layout), Layout::of)?;
        let rows = tree.rows().map(|row| (row.rowid, row)).collect();
        Ok(Self { tree, log, layout, rows, used: Used::default(), left: BTreeSet::new() })
    }

    /// Takes the records of a page; gives the pages that it leads to.
    fn visit(&mut self, number: u32, packages: &mut Packages<'_>) -> Result<Vec<u32>, SqliteError> {
        let log = self.log;
        if let Some(content) = log.page(number) {
            return match self.layout.table_page(number, content)? {
                TablePage::Interior(children) => Ok(children),
                TablePage::Leaf(cells) => {
                    for cell in cells {
                        if let Err(error) = cell.and_then(|cell| self.take(&cell, packages)) {
                            packages.problem(error.to_string());
                        }
                    }
                    Ok(Vec::new())
                }
            };
        }
        match self.tree.nodes.get(&number).ok_or(SqliteError::NotKept(number))? {
            Node::Interior(children) => Ok(children.clone()),
            Node::Leaf(rows) => {
                for row in rows {
                    if let Err(error) = self.keep(row) {
                        packages.problem(error.to_string());
                    }
                }
                Ok(Vec::new())
            }
        }
    }

    /// Takes a record of a page in the log. It may go on in the log, or be one of the database's
    /// that stands on a page with records that changed.
    fn take(&mut self, cell: &Cell<'_>, packages: &mut Packages<'_>) -> Result<(), SqliteError> {
        let (log, rowid) = (self.log, cell.rowid);
        if let Some(first) = cell.overflow.filter(|first| log.page(*first).is_none()) {
            let same = self.rows.get(&rowid).copied().filter(|row| {
                let begins = row.chain.first().is_some_and(|run| run.start == first);
                begins && row.bytes == cell.bytes
            });
            return self.keep(same.ok_or(SqliteError::Mixed(rowid))?);
        }
        let page = |number| log.page(number).ok_or(SqliteError::Mixed(rowid));
        take(self.layout, cell, &mut self.used, page, packages).map(|_| ())
    }

    /// Keeps a record of the database that the log leaves as it is.
    fn keep(&mut self, row: &Row) -> Result<(), SqliteError> {
        if row.chain.iter().any(|run| self.log.replaces_any(run)) {
            return Err(SqliteError::Mixed(row.rowid));
        }
        self.left.extend(row.package);
        Ok(())
    }
}

impl Tree {
    fn rows(&self) -> impl Iterator<Item = &Row> {
        let leaves = self.nodes.values().filter_map(|node| match node {
            Node::Leaf(rows) => Some(rows),
            Node::Interior(_) => None,
        });
        leaves.flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::read;
    use super::super::testing::{LogWriter, PAGE_SIZE, database};
    use super::*;
    use crate::Facts;
    use crate::catalogers::rpm::bytes::Order;
    use crate::catalogers::rpm::testing::{headers, names_and_problems, packages_of};

    type Rows = Vec<(u8, Vec<u8>)>;

    fn rows(packages: &[(&str, usize)]) -> Rows {
        (1..).zip(headers(packages)).collect()
    }

    /// What is left of the database, what the log adds, and problems.
    fn merged(before: &[u8], log: LogWriter) -> (String, String, Vec<String>) {
        let (mut database, mut told) = (Facts::default(), Facts::default());
        let tree = read(before, &mut Packages::new(&mut database)).unwrap();
        let (log, _) = Log::read(&log.bytes, 1 << 20).unwrap();
        let left = merge(&tree, &log.unwrap(), &mut Packages::new(&mut told));
        let packages = packages_of(&database);
        let left: Vec<_> = left.into_iter().map(|place| packages[place].name.as_str()).collect();
        let (added, problems) = names_and_problems(&told, Ok::<_, SqliteError>(()));
        (left.join(" "), added.join(" "), problems)
    }

    fn changed(before: &[u8], after: &[u8]) -> (String, String, Vec<String>) {
        merged(before, LogWriter::new(Order::Little).change(before, after))
    }

    fn told(left: &str, added: &str) -> (String, String, Vec<String>) {
        (left.to_owned(), added.to_owned(), Vec::new())
    }

    #[test]
    fn records_beside_those_that_changed_stay() {
        let before = rows(&[("a", 10), ("b", 3000), ("c", 20)]);
        let mut after = before.clone();
        after.extend(rows(&[("", 0), ("", 0), ("", 0), ("d", 600)]).pop());
        let (first, then) = (database(&[&before]), database(&[&after]));
        // Those that lie whole on the page that changed come with it.
        assert_eq!(changed(&first, &then), told("b", "a c d"));
        assert_eq!(changed(&then, &first), told("b", "a c"));
        assert_eq!(changed(&first, &first), told("a b c", ""));
    }

    #[test]
    fn leaves_that_did_not_change_stay() {
        let all = rows(&[("a", 10), ("b", 700), ("c", 20), ("d", 700)]);
        let (both, mut last) = (database(&[&all[..2], &all[2..]]), all[2..].to_vec());
        last[0].1 = headers(&[("e", 20)]).remove(0);
        assert_eq!(changed(&both, &database(&[&all[..2], &last])), told("a b d", "e"));
    }

    #[test]
    fn a_database_without_the_table_may_have_it_in_the_log() {
        let all = rows(&[("a", 10), ("b", 3000)]);
        let after = database(&[&all]);
        let mut empty = after[..PAGE_SIZE].to_vec();
        empty[104] = 0;
        assert_eq!(changed(&empty, &after), told("", "a b"));
    }

    #[test]
    fn a_record_half_in_the_log_is_told() {
        let before = database(&[&rows(&[("a", 10), ("b", 3000)])]);
        let log = LogWriter::new(Order::Little);
        let log = log.frame(5, 9, &before[4 * PAGE_SIZE..5 * PAGE_SIZE]);
        let (left, added, problems) = merged(&before, log);
        assert_eq!((left.as_str(), added.as_str()), ("a", ""));
        assert_eq!(problems, ["record 2: only a part of it is in the write-ahead log"]);
    }

    #[test]
    fn a_page_that_only_the_log_leads_to_is_told() {
        let before = database(&[&rows(&[("a", 10)])]);
        let mut interior = before[PAGE_SIZE..2 * PAGE_SIZE].to_vec();
        interior[11] = 7;
        let log = LogWriter::new(Order::Little).frame(2, 9, &interior);
        let (left, _, problems) = merged(&before, log);
        assert_eq!(left, "");
        let told = "page 7: only with its write-ahead log part of the table, and not kept";
        assert_eq!(problems, [told]);
    }
}
