//! The log of a server: one JSON object on each line.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::Clock;

/// Writes lines. A clone writes to the same output.
#[derive(Clone)]
pub struct Log {
    out: Arc<Mutex<Box<dyn Write + Send>>>,
    clock: Clock,
    is_verbose: bool,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("is_verbose", &self.is_verbose).finish_non_exhaustive()
    }
}

impl Log {
    /// A log that writes to `out`.
    #[must_use]
    pub fn new(out: impl Write + Send + 'static, clock: Clock) -> Self {
        Self { out: Arc::new(Mutex::new(Box::new(out))), clock, is_verbose: false }
    }

    /// Also writes details, which are only useful for debugging.
    #[must_use]
    pub fn verbose(self) -> Self {
        Self { is_verbose: true, ..self }
    }

    /// Logs useful information.
    pub fn info(&self, message: &str, fields: &[(&str, Value)]) {
        self.write("info", message, fields);
    }

    /// Logs something that an operator should look at.
    pub fn warn(&self, message: &str, fields: &[(&str, Value)]) {
        self.write("warn", message, fields);
    }

    /// Logs a fault.
    pub fn error(&self, message: &str, fields: &[(&str, Value)]) {
        self.write("error", message, fields);
    }

    pub(crate) fn debug(&self, message: &str, fields: &[(&str, Value)]) {
        if self.is_verbose {
            self.write("debug", message, fields);
        }
    }

    fn write(&self, level: &str, message: &str, fields: &[(&str, Value)]) {
        let mut line = Map::new();
        line.insert("time".to_owned(), json!(self.clock.now()));
        line.insert("level".to_owned(), json!(level));
        line.insert("message".to_owned(), json!(message));
        for (name, value) in fields {
            line.insert((*name).to_owned(), value.clone());
        }
        let text = Value::Object(line).to_string();
        // Names in it may come from anyone, and a terminal may interpret them.
        let mut text = sealift::escape::json(&text).into_owned();
        text.push('\n');
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A line that cannot be written has no other effect.
        let _ = out.write_all(text.as_bytes());
    }
}
