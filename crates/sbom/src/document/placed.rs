//! JSON with the line numbers of the source that it was converted from.

use super::text::escaped;

/// Writes JSON in which each value is on its given line, so that a reader of it reports the lines
/// of the original document.
#[derive(Debug)]
pub(crate) struct PlacedJson {
    text: String,
    line: u64,
    /// The closing character of each open object and list, and whether it has content.
    open: Vec<(char, bool)>,
    /// Whether a key waits for its value.
    after_key: bool,
}

impl PlacedJson {
    pub(crate) fn new() -> Self {
        Self { text: String::new(), line: 1, open: Vec::new(), after_key: false }
    }

    /// Moves to this line for the following values. Lines never decrease.
    pub(crate) fn on_line(&mut self, line: u64) {
        self.separate();
        while self.line < line {
            self.text.push('\n');
            self.line += 1;
        }
    }

    pub(crate) fn object(&mut self) {
        self.begin('{', '}');
    }

    pub(crate) fn list(&mut self) {
        self.begin('[', ']');
    }

    /// Ends the innermost object or list.
    pub(crate) fn end(&mut self) {
        if let Some((end, _)) = self.open.pop() {
            self.text.push(end);
        }
    }

    pub(crate) fn key(&mut self, key: &str) {
        self.separate();
        self.text.push_str(&escaped(key));
        self.text.push(':');
        self.after_key = true;
    }

    pub(crate) fn string(&mut self, value: &str) {
        self.raw(&escaped(value));
    }

    /// A value that is JSON of one line already.
    pub(crate) fn raw(&mut self, value: &str) {
        self.separate();
        self.text.push_str(value);
        self.after_key = false;
        if let Some((_, is_begun)) = self.open.last_mut() {
            *is_begun = true;
        }
    }

    /// A key and its text.
    pub(crate) fn field(&mut self, key: &str, value: &str) {
        self.key(key);
        self.string(value);
    }

    /// The text, once all that was begun has ended.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn begin(&mut self, start: char, end: char) {
        self.raw(start.encode_utf8(&mut [0; 4]));
        self.open.push((end, false));
    }

    /// Parts what comes from what was before it, once.
    fn separate(&mut self) {
        if self.after_key {
            return;
        }
        if let Some((_, is_begun)) = self.open.last_mut()
            && std::mem::take(is_begun)
        {
            self.text.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_on_their_lines() {
        let mut json = PlacedJson::new();
        json.object();
        json.field("a", "x\ny");
        json.key("b");
        json.list();
        json.on_line(3);
        json.string("1");
        json.on_line(3);
        json.object();
        json.end();
        json.on_line(2);
        json.raw("7");
        json.end();
        json.on_line(5);
        json.field("c", "");
        json.end();
        assert_eq!(json.finish(), "{\"a\":\"x\\ny\",\"b\":[\n\n\"1\",{},7],\n\n\"c\":\"\"}");
    }
}
