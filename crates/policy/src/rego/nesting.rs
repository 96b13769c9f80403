//! How long a module takes to parse.
//!
//! The interpreter's parser reads what is in braces and brackets up to twice, as one kind of
//! collection and then as another. Nested ones are therefore read twice as often for each level: a
//! line of forty open braces takes hours.

use regorus::unstable::{Token, TokenKind};

/// Collections that may be read, those that are read again included; about a second.
pub(super) const MAX_READ: usize = 1 << 22;

/// The number of collections that the parser may read.
pub(super) fn read(tokens: &[Token]) -> usize {
    let (mut depth, mut read) = (0_u32, 0_usize);
    for Token(kind, span) in tokens {
        match (kind, span.text()) {
            (TokenKind::Symbol, "{" | "[") => {
                depth += 1;
                read = read.saturating_add(1_usize.checked_shl(depth).unwrap_or(usize::MAX));
            }
            (TokenKind::Symbol, "}" | "]") => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    read
}
