//! Edits of a module's text.

/// Replaces the text from one byte to another; at an empty range, the text is inserted.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    start: usize,
    end: usize,
    text: String,
}

impl Edit {
    /// Inserts a text.
    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at, at, text)
    }

    /// Replaces the text from `start` to before `end`.
    pub(super) fn replace(start: usize, end: usize, text: impl Into<String>) -> Self {
        Self { start, end, text: text.into() }
    }
}

/// Applies the edits, which must not overlap; at the same byte, their order is kept.
pub(super) fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.start);
    let mut edited = String::with_capacity(text.len() * 2);
    let mut done = 0;
    for edit in edits {
        edited.push_str(text.get(done..edit.start).unwrap_or_default());
        edited.push_str(&edit.text);
        done = done.max(edit.end);
    }
    edited.push_str(text.get(done..).unwrap_or_default());
    edited
}

#[cfg(test)]
mod tests {
    use super::{Edit, edited};

    #[test]
    fn inserts_and_replaces_in_the_order_of_the_text() {
        let edits = vec![
            Edit::replace(4, 7, "two"),
            Edit::insert(0, "a "),
            Edit::insert(0, "b "),
            Edit::insert(7, "!"),
        ];
        assert_eq!(edited("one 222", edits), "a b one two!");
        assert_eq!(edited("é", Vec::new()), "é");
    }
}
