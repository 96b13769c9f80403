//! Package URLs as strings in serialised data.

use std::fmt::{self, Formatter};

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use super::Purl;

impl Serialize for Purl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads leniently, so that every purl that was written is read back.
impl<'de> Deserialize<'de> for Purl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Purl;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("a package URL")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Purl, E> {
                Purl::parse_lenient(text).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}
