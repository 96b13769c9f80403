//! Encodes facts as bytes, so that the facts of layers can be cached.

use sealift_layers::FactsCodec;
use sealift_model::Digest;

use crate::{FileFacts, Reader};

/// Stands for the code that takes facts out of files and makes packages of them; see `build.rs`.
pub(crate) const CODE: &str =
    concat!(env!("CARGO_PKG_VERSION"), " ", env!("SEALIFT_FACTS_SOURCES"));

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sealift_layers::{Extract, File, Limits, TreePath};

    use super::*;
    use crate::catalogers::rpm::testing_database;
    use crate::{ALL, SkipNothing};

    const LOCK: &str = "[[package]]\nname = \"smallvec\"\nversion = \"1.6.0\"\n\
         source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n[[package]]\nname = 1\n";
    const STATUS: &str = "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\n\
         Version: 1:2.36-9\nDepends: libgcc-s1 (>= 3), a | b\nSource: glibc (2.36)\n\nPackage: x\n";
    const RELEASE: &str = "ID=debian\nVERSION_ID=12\nPRETTY_NAME=\"Debian 12\"\n";

    /// Facts of every kind, by the files that they are taken from.
    fn kept() -> Vec<(FileFacts, Vec<u8>)> {
        let reader = Reader::new(ALL, &SkipNothing);
        let limits = Limits::default();
        let files = [
            ("Cargo.lock", LOCK.as_bytes().to_vec()),
            ("var/lib/dpkg/status", STATUS.as_bytes().to_vec()),
            ("etc/os-release", RELEASE.as_bytes().to_vec()),
            ("var/lib/rpm/rpmdb.sqlite", testing_database()),
        ];
        let kept = files.into_iter().map(|(path, content)| {
            let mut file = File::from_bytes(TreePath::from(path), content, &limits);
            let facts = reader.read(&mut file).expect("there is something in it");
            let bytes = reader.encode(&facts).expect("facts can be written");
            (facts, bytes)
        });
        kept.collect()
    }

    #[test]
    fn facts_are_read_back_as_they_were() {
        let reader = Reader::new(ALL, &SkipNothing);
        for (facts, bytes) in kept() {
            assert_eq!(reader.decode(&[&bytes[..], b"x"].concat()), None);
            assert_eq!(reader.decode(&bytes), Some(facts));
        }
    }

    #[test]
    fn other_catalogers_have_another_fingerprint() {
        let of = |catalogers| Reader::new(catalogers, &SkipNothing).fingerprint();
        assert!(of(ALL).is_some());
        assert_ne!(of(ALL), of(&ALL[1..]));
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_facts(
            changes in prop::collection::vec((any::<usize>(), any::<u8>()), 0..6),
            cut in any::<usize>(),
            random in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let reader = Reader::new(ALL, &SkipNothing);
            let _ = reader.decode(&random);
            for (_, mut bytes) in kept() {
                for (at, byte) in &changes {
                    let at = at % bytes.len();
                    bytes[at] = *byte;
                }
                let _ = reader.decode(&bytes);
                let _ = reader.decode(&bytes[..cut % bytes.len()]);
            }
        }
    }
}
