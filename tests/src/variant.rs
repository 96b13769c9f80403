//! Names of error variants.

use std::fmt::Debug;

/// The variant of an error, with those that it wraps, and its cause where it has one in a field
/// `why`: `Certificate::Expired`, `Refused::SigningTimes(ImprintMismatch)`.
#[must_use]
pub fn variant(error: &impl Debug) -> String {
    let text = format!("{error:?}");
    let mut names = Vec::new();
    let mut rest = text.as_str();
    loop {
        let end = rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if !name.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            break;
        }
        names.push(name);
        match after.strip_prefix('(') {
            Some(inner) => rest = inner,
            None => break,
        }
    }
    let why = rest.split_once("why: Some(").map(|(_, why)| format!("({})", variant_name(why)));
    names.join("::") + &why.unwrap_or_default()
}

fn variant_name(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_an_error_wraps() {
        assert_eq!(variant(&Some(Some("text"))), "Some::Some");
        assert_eq!(variant(&Some(std::ops::Bound::Included(3))), "Some::Included");
        assert_eq!(variant(&std::cmp::Ordering::Less), "Less");
    }
}
