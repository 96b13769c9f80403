#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::TextMatcher;

fuzz_target!(|input: (&str, &str)| {
    let (expression, text) = input;
    if let Ok(matcher) = TextMatcher::expression(expression) {
        let _ = (matcher.matches(text), matcher.matches_anything());
    }
});
