//! The signed example file is what the instance signs.

use std::fs;

use sealift_tests::{project, signed_example};

#[test]
fn the_example_is_as_it_is_made() {
    let folder = project().join("crates/sigstore-verify/examples/signed");
    for (name, expected) in signed_example::files() {
        let found = fs::read(folder.join(name)).unwrap();
        assert!(found == expected, "{name}: `cargo run -p sealift-tests --bin sign_example` anew");
    }
}
