//! Facts as bytes, for a cache of what layers yield.

use sealift_layers::FactsCodec;
use sealift_model::Digest;

use crate::{FileFacts, Reader};

/// Stands for the code that takes facts out of files; see `build.rs`.
const CODE: &str = concat!(env!("CARGO_PKG_VERSION"), " ", env!("SEALIFT_FACTS_SOURCES"));

/// In the form of `postcard`, which knows no names of fields: it is read back only where the
/// fingerprint is the same.
impl FactsCodec<FileFacts> for Reader<'_> {
    /// None when it cannot be told which files are left out.
    fn fingerprint(&self) -> Option<Digest> {
        let mut text = format!("{CODE}\n");
        for cataloger in self.catalogers {
            text.push_str(&format!("{} {}\n", cataloger.name(), cataloger.revision()));
        }
        text.push_str(&self.skip.fingerprint()?);
        Some(Digest::sha256_of(text.as_bytes()))
    }

    fn encode(&self, facts: &FileFacts) -> Option<Vec<u8>> {
        postcard::to_stdvec(facts).ok()
    }

    fn decode(&self, bytes: &[u8]) -> Option<FileFacts> {
        let (facts, rest) = postcard::take_from_bytes(bytes).ok()?;
        rest.is_empty().then_some(facts)
    }
}
