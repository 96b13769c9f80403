//! What holds for the versions of every scheme, whatever they are.
#![expect(clippy::expect_used, reason = "a suite fails by panicking")]

use std::cmp::Ordering;

use proptest::prelude::*;
use proptest::string::string_regex;
use sealift_matcher::{Scheme, Version};

/// Texts that are versions of the scheme, many of them nearly alike.
fn pattern(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Alpine => {
            r"[0-2](\.[0-2]{1,2}){0,2}[ab]?(_(alpha|rc|p|git)[0-2]?){0,2}(~[ab])?(-r[0-2])?"
        }
        Scheme::Alpm => r"([01]:)?[0-2]([._]([0-2]|[ab][0-2])){0,2}(rc|b)?-[12]",
        Scheme::Debian => r"([01]:)?[0-2]([.+~-]?[0-2a~]){0,4}(-[0-2a~]{1,3})?",
        Scheme::Go => r"v?[0-2](\.[0-2](\.[0-2](-[0-2a](\.[1-2ab-]){0,2})?(\+a)?)?)?",
        Scheme::Maven => r"[0-2](\.[0-2]){0,2}(-(alpha|rc|SNAPSHOT|ga|sp|x)(-?[0-2])?)?",
        Scheme::Cran => r"[0-2]{1,2}([.-][0-2]{1,2}){0,3}",
        Scheme::Hackage => r"[0-2]{1,2}(\.[0-2]{1,2}){0,3}",
        Scheme::Npm => r" ?v?[0-2]\.[0-2]\.[0-2](-[0-2a](\.[1-2abA-]){0,2})?(\+a)?",
        Scheme::NuGet => r"[0-2](\.[0-2]{1,2}){0,3}(-[0-2aA](\.[1-2aAbB-]){0,2})?(\+a)?",
        Scheme::Packagist => {
            r"v?[0-2](\.[0-2]){0,3}([._-]?(a|beta|RC|p|STABLE)([.-]?[0-2]){0,2})?(-dev)?"
        }
        Scheme::Pep440 => {
            r"([01]!)?[0-2](\.[0-2]){0,2}([.-]?(a|rc)[0-2]?)?(\.?post[0-2]?|-[0-2])?(\.dev[0-2]?)?(\+[aA0-2](\.[a0-2]){0,2})?"
        }
        Scheme::Portage => r"[0-2](\.[0-2]{1,2}){0,2}[ab]?(_(alpha|rc|p)[0-2]?){0,2}(-r[0-2])?",
        Scheme::Rpm => r"([01]:)?[0-2]([._~^]?[0-2ab]){0,4}(-[0-2ab~^.]{0,3})?",
        Scheme::RubyGems => r"[0-2](\.[0-2ab]{1,2}){0,3}(-[0-2ab]{1,2})?",
        _ => r"[0-2]\.[0-2]\.[0-2](-[0-2a](\.[1-2abA-]){0,2})?(\+[a1-2](\.[a1-2]){0,2})?",
    }
}

/// Whether three versions of the scheme are in order, always. The two exceptions say why in
/// their files; what they read from their own patterns is in order too.
fn has_order(scheme: Scheme) -> bool {
    !matches!(scheme, Scheme::Alpm | Scheme::Maven)
}

/// What versions are made of, in any order.
const NOISE: &str = r"[0-2]?([0-2ab.]|[._~^+:!@ -]|alpha|rc|dev|-r|ga|x){0,8}";

fn order(left: &Version<'_>, right: &Version<'_>) -> Ordering {
    left.compare(right).expect("versions of one scheme")
}

fn check_antisymmetry(left: &Version<'_>, right: &Version<'_>) -> Result<(), TestCaseError> {
    prop_assert_eq!(order(left, right), order(right, left).reverse());
    prop_assert_eq!(order(left, left), Ordering::Equal);
    Ok(())
}

fn check_transitivity([a, b, c]: &[Version<'_>; 3]) -> Result<(), TestCaseError> {
    match (order(a, b), order(b, c)) {
        (Ordering::Equal, other) | (other, Ordering::Equal) => {
            prop_assert_eq!(order(a, c), other);
        }
        (first, second) if first == second => prop_assert_eq!(order(a, c), first),
        _ => {}
    }
    Ok(())
}

fn parse_all(scheme: Scheme, texts: &[String; 3]) -> Option<[Version<'_>; 3]> {
    let [a, b, c] = texts;
    Some([scheme.parse(a).ok()?, scheme.parse(b).ok()?, scheme.parse(c).ok()?])
}

#[test]
fn versions_of_a_scheme_are_in_order() {
    for &scheme in Scheme::ALL {
        let version = || string_regex(pattern(scheme)).expect("a pattern");
        proptest!(ProptestConfig::with_cases(2000), |(texts in [version(), version(), version()])| {
            let versions = parse_all(scheme, &texts).expect("the pattern makes versions");
            check_antisymmetry(&versions[0], &versions[1])?;
            check_transitivity(&versions)?;
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn odd_versions_are_in_order(texts in [NOISE, NOISE, NOISE]) {
        for &scheme in Scheme::ALL {
            if let Some(versions) = parse_all(scheme, &texts) {
                check_antisymmetry(&versions[0], &versions[1])?;
                if has_order(scheme) {
                    check_transitivity(&versions)?;
                }
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(left in any::<String>(), right in any::<String>()) {
        for &scheme in Scheme::ALL {
            if let (Ok(left), Ok(right)) = (scheme.parse(&left), scheme.parse(&right)) {
                check_antisymmetry(&left, &right)?;
            }
        }
    }
}

#[test]
fn long_versions_are_read_or_refused() {
    const LENGTH: usize = 4096;
    for piece in ["1", "0", ".", "-", "1-", "1.", "a1", "-a", "~", "^", "1.0-", "_p", "ä", "\0"] {
        let long = format!("1{}", piece.repeat((LENGTH - 1) / piece.len()));
        let endless = piece.repeat(1 << 20);
        for &scheme in Scheme::ALL {
            if let (Ok(long), Ok(short)) = (scheme.parse(&long), scheme.parse("1.0.0")) {
                assert_eq!(order(&long, &long), Ordering::Equal);
                assert_eq!(order(&long, &short), order(&short, &long).reverse());
            }
            assert!(scheme.parse(&endless).is_err());
        }
    }
}
