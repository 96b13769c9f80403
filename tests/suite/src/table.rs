//! Tables of cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A tab-separated table whose first line names the columns.
#[derive(Debug)]
pub struct Table {
    rows: Vec<BTreeMap<String, String>>,
}

impl Table {
    /// Reads the table in `file`.
    ///
    /// # Panics
    /// When the file cannot be read.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    pub fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap();
        let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned));
        let names: Vec<String> = lines.next().unwrap().collect();
        let rows = lines.map(|fields| names.iter().cloned().zip(fields).collect()).collect();
        Self { rows }
    }

    /// Its rows, each by the names of the columns.
    pub fn rows(&self) -> impl Iterator<Item = &BTreeMap<String, String>> {
        self.rows.iter()
    }
}
