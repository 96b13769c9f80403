//! All tests.

use crate::process::cargo;
use crate::{Outcome, python};

/// Runs the tests of every member of the workspace and the examples in their docs, in one build,
/// then those of the bindings.
///
/// Suites over outside data read the folder that `SEALIFT_TESTDATA` names, and say so if it names
/// none; `--show-output` shows that and their closing lines.
pub(crate) fn run() -> Outcome {
    cargo(&["test", "--workspace", "--no-fail-fast", "--", "--show-output"])?;
    python::test()
}
