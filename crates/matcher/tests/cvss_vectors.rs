//! Vectors with known scores, and properties of every vector.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use sealift_matcher::cvss::{CvssScore, CvssVector, CvssVersion};
use sealift_suite::{Suite, files, test_data};

#[test]
fn known_scores() {
    let Some(folder) = test_data() else { return };
    let mut suite = Suite::new("cvss", "");
    for file in files(&folder.join("cvss"), "txt") {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().enumerate();
        for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            suite.case(&format!("{}:{}", file.display(), index + 1), check(line));
        }
    }
    suite.finish();
}

/// Checks a line, `vector - (base, temporal, environmental)`, or `vector - score` in version 4.0,
/// which has one score for all metrics.
fn check(line: &str) -> Result<(), String> {
    let (vector, scores) = line.split_once(" - ").expect("a vector and its scores");
    let expected: Vec<Option<u8>> = scores
        .trim_matches(['(', ')'])
        .split(',')
        .filter(|score| !score.trim().is_empty())
        .map(tenths)
        .collect();
    let vector = CvssVector::parse(vector).map_err(|error| error.to_string())?;
    let some = |score: CvssScore| Some(score.tenths());
    let actual = if vector.version() == CvssVersion::V4 {
        vec![some(vector.score())]
    } else {
        vec![
            some(vector.base_score()),
            vector.temporal_score().and_then(some),
            vector.environmental_score().and_then(some),
        ]
    };
    if actual == expected {
        Ok(())
    } else {
        Err(format!("{actual:?} instead of {expected:?} tenths"))
    }
}

/// `9.8` is 98, `10` is 100, `-0.0` is 0, `None` is none.
fn tenths(score: &str) -> Option<u8> {
    let score = score.trim().trim_start_matches('-');
    let (whole, tenth) = score.split_once('.').unwrap_or((score, "0"));
    (score != "None").then(|| format!("{whole}{tenth}").parse().expect("a score"))
}

/// A vector of any version: its base metrics, then any of the others, some not its own.
fn vector() -> impl Strategy<Value = String> {
    let base = prop_oneof![
        "AV:[LAN]/AC:[HML]/Au:[MSN]/C:[NPC]/I:[NPC]/A:[NPC]",
        "CVSS:3\\.[01]/AV:[NALP]/AC:[LH]/PR:[NLH]/UI:[NR]/S:[UC]/C:[HLN]/I:[HLN]/A:[HLN]",
        "CVSS:4\\.0/AV:[NALP]/AC:[LH]/AT:[NP]/PR:[NLH]/UI:[NPA]/VC:[HLN]/VI:[HLN]/VA:[HLN]\
         /SC:[HLN]/SI:[HLN]/SA:[HLN]",
    ];
    let other = "(/E:[UPXA])?(/CR:[HML])?(/IR:[HML])?(/MAV:[NALPX])?(/MSI:[SHLN])?(/TD:[LMH])?\
                 (/MS:[UC])?(/MI:[HLNX])?(/MVC:[HLN])?(/U:Red)?";
    (base, other).prop_map(|(base, other)| base + &other)
}

proptest! {
    #[test]
    fn a_score_is_from_0_to_10(text in vector()) {
        if let Ok(vector) = CvssVector::parse(&text) {
            let others = [vector.temporal_score(), vector.environmental_score()];
            prop_assert!(vector.base_score().tenths() <= 100);
            prop_assert!(others.iter().flatten().all(|score| score.tenths() <= 100));
            prop_assert!(vector.temporal_score().is_none_or(|score| score <= vector.base_score()));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(CVSS:[0-9.]{3}/)?([A-Z]{1,3}|[/:()]|.){0,32}") {
        _ = CvssVector::parse(&text);
    }
}
