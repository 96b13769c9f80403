//! Changes of signed documents.

use crate::Outcome;
use crate::process::cargo;

/// Changes every accepted bundle of the test data and of the tests' own instance, byte by byte and
/// field by field: none may be accepted that `tests/exceptions/mutations.txt` does not list.
pub(crate) fn run() -> Outcome {
    cargo(&["run", "--release", "--package", "sealift-tests", "--bin", "mutate"])
}
