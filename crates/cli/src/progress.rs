//! Progress on stderr, on a terminal only.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use sealift::{Observer, Progress};

/// One bar for all layers, counted in their compressed bytes, or for all files of a folder.
pub(crate) struct Bar {
    bar: ProgressBar,
    /// Whether the bar is not shown; then it costs nothing.
    is_hidden: bool,
    /// Bytes read of each layer.
    layers: Mutex<BTreeMap<usize, u64>>,
}

impl Bar {
    /// A bar, hidden when it is not wanted or stderr is no terminal.
    pub(crate) fn new(wanted: bool) -> Self {
        let is_hidden = !wanted || !stderr().is_terminal();
        let bar = if is_hidden { ProgressBar::hidden() } else { ProgressBar::new(0) };
        Self { bar, is_hidden, layers: Mutex::default() }
    }

    fn template(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }

    fn layer(&self, layer: usize, bytes: u64) {
        let mut layers = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
        let read = layers.entry(layer).or_default();
        *read = bytes.max(*read);
        self.bar.set_position(layers.values().sum());
        self.bar.set_message(format!("{} layers", layers.len()));
    }
}

impl Observer for Bar {
    fn progress(&self, progress: Progress) {
        if self.is_hidden {
            return;
        }
        match progress {
            Progress::LayerStarted { layer, bytes } => {
                self.template("{bar:30} {bytes}/{total_bytes} of {msg}");
                self.bar.inc_length(bytes);
                self.layer(layer, 0);
            }
            Progress::LayerRead { layer, bytes } => self.layer(layer, bytes),
            Progress::DirectoryStarted { files } => {
                self.template("{bar:30} {pos}/{len} files");
                self.bar.set_length(files);
            }
            Progress::FileRead => self.bar.inc(1),
            _ => {}
        }
    }
}

impl fmt::Debug for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bar").field("position", &self.bar.position()).finish_non_exhaustive()
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
