//! Writes the signed example file anew.

use std::fs;
use std::io;

use sealift_tests::{project, signed_example};

fn main() -> io::Result<()> {
    let folder = project().join("crates/sigstore-verify/examples/signed");
    fs::create_dir_all(&folder)?;
    for (name, content) in signed_example::files() {
        fs::write(folder.join(name), content)?;
    }
    Ok(())
}
