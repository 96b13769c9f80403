//! How wide columns are, and where the lines of a cell break.

use unicode_width::UnicodeWidthStr;

use super::rows::{COLUMNS, FIXED, HEADINGS, INSTALLED, PACKAGE, Row, TITLE};

/// Columns of the terminal that text takes.
pub(super) fn width_of(text: &str) -> usize {
    text.width()
}

/// Columns that give way when the table is too wide, each with the width that it keeps.
const GIVING_WAY: [(usize, usize); 4] = [(TITLE, 24), (PACKAGE, 20), (FIXED, 12), (INSTALLED, 12)];

/// The widths of the columns so that the table fits into `width` if it can; 0 for a column that
/// has nothing in any row.
pub(super) fn widths(rows: &[Row], width: usize) -> [usize; COLUMNS] {
    let mut widths = [0; COLUMNS];
    for (column, widest) in widths.iter_mut().enumerate() {
        let cells = rows.iter().filter_map(|row| row.cells.get(column));
        let content = cells.map(|cell| width_of(cell)).max().unwrap_or_default();
        let heading = HEADINGS.get(column).map_or(0, |heading| width_of(heading));
        *widest = if content == 0 { 0 } else { content.max(heading) };
    }
    for (column, least) in GIVING_WAY {
        let excess = table_width(&widths).saturating_sub(width);
        if let Some(current) = widths.get_mut(column) {
            *current = current.saturating_sub(excess).max(least.min(*current));
        }
    }
    widths
}

/// A border before each column and one behind the last, a blank on both sides of the text.
fn table_width(widths: &[usize]) -> usize {
    widths.iter().filter(|width| **width > 0).map(|width| width + 3).sum::<usize>() + 1
}

/// Breaks text into lines of at most `width` columns: at blanks and behind `/`, `:` and `,`, else
/// anywhere.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive([' ', '/', ':', ',']) {
        if width_of(&line) + width_of(word.trim_end()) > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        for character in word.chars() {
            if width_of(&line) + width_of(character.encode_utf8(&mut [0; 4])) > width
                && character != ' '
            {
                lines.push(std::mem::take(&mut line));
            }
            if !(line.is_empty() && character == ' ') {
                line.push(character);
            }
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_at_blanks_and_in_long_words() {
        assert_eq!(wrap("a bc def", 4), ["a bc", "def"]);
        assert_eq!(wrap("app/shop.jar:BOOT", 6), ["app/", "shop.j", "ar:", "BOOT"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
    }
}
