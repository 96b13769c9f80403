//! Comparing versions.

use sealift_matcher::Scheme;

use crate::{Failure, row};

const COUNT: usize = 10_000;

pub(crate) fn measure() -> Result<(), Failure> {
    for scheme in Scheme::ALL {
        let texts: Vec<String> =
            (0..COUNT).map(|number| format!("{}.{}.{}", number % 7, number % 31, number)).collect();
        let texts: Vec<String> = match scheme {
            Scheme::Go => texts.into_iter().map(|text| format!("v{text}")).collect(),
            _ => texts,
        };
        let parsed: Vec<_> = texts.iter().filter_map(|text| scheme.parse(text).ok()).collect();
        let parse = || texts.iter().filter(|text| scheme.parse(text).is_ok()).count();
        let compare = || {
            let pairs = parsed.iter().zip(parsed.iter().skip(1));
            pairs
                .filter(|(left, right)| left.compare(right).is_some_and(std::cmp::Ordering::is_lt))
                .count()
        };
        row(&format!("parse 10,000, {}", scheme.name()), parse, "compare as many", compare);
    }
    Ok(())
}
