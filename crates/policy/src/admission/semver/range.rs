//! Ranges of semantic versions, as `semver_compare` takes them:
//! `>=1.0.0 <2.0.0 || >3.0.0 !4.2.1`, `1.2.x`.

use super::Version;

/// Why a text is not a range of versions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::admission) enum NoRange {
    /// One of its alternatives has no conditions.
    #[error("{0:?} is no range of versions")]
    Empty(String),
    /// One of its conditions is invalid.
    #[error("{0:?} is no condition of a version")]
    Condition(String),
}

/// Whether a version is in a range. An invalid version counts as 0.0.0, as in Kyverno.
pub(in crate::admission) fn in_range(version: &str, range: &str) -> Result<bool, NoRange> {
    let version = Version::parse(version).unwrap_or_default();
    let mut holds = false;
    for alternative in range.split("||") {
        let mut all = true;
        let mut some = false;
        for condition in conditions(alternative) {
            some = true;
            all &= condition_holds(&version, &condition)?;
        }
        if !some {
            return Err(NoRange::Empty(range.to_owned()));
        }
        holds |= all;
    }
    Ok(holds)
}

/// Splits conditions, each with its version; blanks may stand between operator and version.
fn conditions(text: &str) -> Vec<String> {
    let mut conditions: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match conditions.last_mut() {
            Some(last) if last.chars().all(|next| "<>=!".contains(next)) => last.push_str(word),
            _ => conditions.push(word.to_owned()),
        }
    }
    conditions
}

fn condition_holds(version: &Version, condition: &str) -> Result<bool, NoRange> {
    let end = condition.find(|next| !"<>=!".contains(next)).unwrap_or(condition.len());
    let (operator, bound) = condition.split_at(end);
    let bad = || NoRange::Condition(condition.to_owned());
    let (least, above) = bounds(bound).ok_or_else(bad)?;
    let exact = above.is_none();
    let order = version.order(&least);
    // A version with an `x` means all from `least` to below `above`.
    let below_end = above.as_ref().map_or(order.is_le(), |above| version.order(above).is_lt());
    Ok(match operator {
        "" | "=" | "==" if exact => order.is_eq(),
        "" | "=" | "==" => order.is_ge() && below_end,
        "!" | "!=" if exact => order.is_ne(),
        "!" | "!=" => order.is_lt() || !below_end,
        ">" => !below_end,
        ">=" => order.is_ge(),
        "<" => order.is_lt(),
        "<=" => below_end,
        _ => return Err(bad()),
    })
}

fn bounds(text: &str) -> Option<(Version, Option<Version>)> {
    if let Some(version) = Version::parse(text) {
        return Some((version, None));
    }
    let parts: Vec<&str> = text.split('.').collect();
    let wild = parts.iter().position(|part| *part == "x").filter(|at| *at > 0)?;
    let mut least = [0; 3];
    for (number, part) in least.iter_mut().zip(parts.iter().take(wild)) {
        *number = part.parse().ok()?;
    }
    let mut above = least;
    match wild.checked_sub(1).and_then(|last| above.get_mut(last)) {
        Some(last) => *last += 1,
        None => above = [u64::MAX; 3],
    }
    Some((Version::of(least), Some(Version::of(above))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_lie_in_ranges() {
        let inside = [
            ("4.1.3", ">=4.1.x"),
            ("4.1.3", "!4.x.x || 4.1.3"),
            ("1.2.3", ">1.0.0 <2.0.0 || >3.0.0 !4.2.1"),
            ("1.0.0-alpha.2", "<1.0.0-alpha.10"),
            ("1.2.9", "1.2.x"),
            ("2.0.0", "> 1.x"),
        ];
        for (version, range) in inside {
            assert_eq!(in_range(version, range), Ok(true), "{version} {range}");
        }
        for (version, range) in [("1.9.0", ">1.x"), ("4.1.3", "!4.x.x"), ("1.0", ">=1.0.0")] {
            assert_eq!(in_range(version, range), Ok(false), "{version} {range}");
        }
        let empty = NoRange::Empty(String::new());
        assert_eq!(empty.to_string(), "\"\" is no range of versions");
        assert_eq!(in_range("1.0.0", ""), Err(empty));
        for (range, condition) in
            [("~1.0.0", "~1.0.0"), ("*", "*"), ("x", "x"), ("1.2.*", "1.2.*"), ("1.0.0 || *", "*")]
        {
            let why = NoRange::Condition(condition.to_owned());
            assert_eq!(why.to_string(), format!("{condition:?} is no condition of a version"));
            assert_eq!(in_range("1.0.0", range), Err(why), "{range}");
        }
    }
}
