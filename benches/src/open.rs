//! Opening a database, which is too fast to be measured from outside.

use std::path::Path;
use std::time::Instant;

use sealift::Database;

use crate::Failure;
use crate::child::{Cost, Costs};
use crate::plan::Limits;

const ROUNDS: usize = 101;

/// The median time of opening the file.
pub(crate) fn measure(file: &Path) -> Result<(Cost, Limits), Failure> {
    let mut costs = Costs::default();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let database = Database::open(file)?;
        let ms = start.elapsed().as_secs_f64() * 1e3;
        costs.push(Cost { ms, cpu_ms: ms, mib: 0.0 });
        drop(database);
    }
    Ok((costs.cost(), Limits { ms: Some(1.0), ..Limits::default() }))
}
