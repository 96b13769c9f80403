//! Errors with all that caused them, in one line.

use std::error::Error;
use std::fmt;

/// An error with all that caused it, joined by colons.
///
/// ```
/// use sealift::{Chain, Database};
///
/// let error = Database::open("nowhere.db".as_ref()).unwrap_err();
/// assert!(Chain(&error).to_string().starts_with("nowhere.db: No such file"));
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is the error")]
pub struct Chain<'e>(pub &'e dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Some errors repeat their cause.
            if !said.ends_with(&text) {
                write!(f, ": {text}")?;
            }
            said = text;
            cause = error.source();
        }
        Ok(())
    }
}
