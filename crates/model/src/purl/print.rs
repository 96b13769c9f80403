//! From components to the canonical text (ECMA-427, How to build a purl string).

use std::fmt::{self, Display, Formatter, Write};

use super::Purl;
use super::types::rules;

impl Display for Purl {
    /// Writes the canonical text; reading it gives the same purl.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("pkg:")?;
        f.write_str(self.kind())?;
        f.write_char('/')?;
        if let Some(namespace) = self.namespace() {
            encode_path(f, namespace)?;
            f.write_char('/')?;
        }
        if rules(self.kind()).name_is_path {
            encode_path(f, self.name())?;
        } else {
            encode(f, self.name())?;
        }
        if let Some(version) = self.version() {
            f.write_char('@')?;
            encode(f, version)?;
        }
        for (index, (key, value)) in self.qualifiers().enumerate() {
            f.write_char(if index == 0 { '?' } else { '&' })?;
            f.write_str(key)?;
            f.write_char('=')?;
            encode(f, value)?;
        }
        if let Some(subpath) = self.subpath() {
            f.write_char('#')?;
            encode_path(f, subpath)?;
        }
        Ok(())
    }
}

fn encode_path(f: &mut Formatter<'_>, path: &str) -> fmt::Result {
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            f.write_char('/')?;
        }
        encode(f, segment)?;
    }
    Ok(())
}

/// ECMA-427, Character encoding: all but letters, digits, `-._~` and `:` is encoded.
fn encode(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':')) {
            f.write_str(text.get(plain..at).unwrap_or_default())?;
            write!(f, "%{byte:02X}")?;
            plain = at + 1;
        }
    }
    f.write_str(text.get(plain..).unwrap_or_default())
}
