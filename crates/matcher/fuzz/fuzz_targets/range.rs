//! Reads two lines as a range and a version, of npm and of Python.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_matcher::{NpmRange, Prereleases, Scheme, SpecifierSet};

fuzz_target!(|text: &str| {
    let (range, version) = text.split_once('\n').unwrap_or((text, "1.0.0"));
    if let Ok(version) = Scheme::Npm.parse(version) {
        for prereleases in [Prereleases::Named, Prereleases::All] {
            let _ = NpmRange::parse(range, prereleases).map(|range| range.contains(&version));
        }
    }
    if let Ok(version) = Scheme::Pep440.parse(version) {
        let _ = SpecifierSet::parse(range).map(|set| set.contains(&version));
    }
});
