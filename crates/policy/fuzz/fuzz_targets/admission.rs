#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_policy::Limits;
use sealift_policy::admission::{Alone, Operation, Policies, Request};

// The first document asks about itself: policies, patterns, variables and expressions are all
// anybody's.
fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let Ok(policies) = Policies::load([("x", bytes)], &limits) else { return };
    let Ok(objects) = sealift_policy::admission::Document::read("x", bytes, &limits) else { return };
    let around = Alone("2026-01-31T12:00:00Z".parse().expect("a time"));
    for object in objects.into_iter().take(2) {
        let request = Request::of_file(object.value, Operation::Create);
        let _ = policies.review(&request, &around);
    }
});
