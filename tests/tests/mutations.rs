//! A sample of the mutations of accepted bundles; `cargo xtask mutate` tries all.

use sealift_sigstore_verify::AwsLc;
use sealift_tests::mutation::{self, Exceptions, Share};
use sealift_tests::test_data;

/// As many as take some seconds without optimization.
const SAMPLE: Share = Share::Sample { size: 4000, seed: 20_260_601 };

#[test]
fn a_sample_of_changed_bundles_is_refused() {
    let mut all = mutation::own(&AwsLc);
    if let Some(data) = test_data() {
        all.extend(mutation::of_data(&data.join("sigstore"), &AwsLc));
    }
    let tally = mutation::run(&all, &Exceptions::checked_in(), SAMPLE, 2);
    println!("sample of {} documents: {tally}", all.len());
    assert!(tally.is_clean(), "{tally}");
}
