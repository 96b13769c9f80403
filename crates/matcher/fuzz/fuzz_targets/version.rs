//! Reads two lines as versions of each scheme; compared both ways, they agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_matcher::Scheme;

fuzz_target!(|text: &str| {
    let (left, right) = text.split_once('\n').unwrap_or((text, text));
    for scheme in Scheme::ALL {
        let (Ok(left), Ok(right)) = (scheme.parse(left), scheme.parse(right)) else { continue };
        let order = left.compare(&right).expect("one scheme");
        assert_eq!(right.compare(&left), Some(order.reverse()), "{scheme:?}");
    }
});
