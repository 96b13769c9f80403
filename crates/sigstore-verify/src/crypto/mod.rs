//! Keys, hashes and signatures: whether one signature over one message is right.
//!
//! [`PublicKey::verify`] makes a [`Claim`] from its input: the scheme fits the key, the signature
//! has its only encoding and its numbers are in range, and the message is hashed. Only a
//! well-formed claim reaches a [`Provider`], which does nothing but the arithmetic; so providers
//! cannot disagree on encodings.

#[cfg(feature = "aws-lc")]
mod aws_lc;
mod candidates;
mod curve;
mod error;
mod form;
mod hash;
mod identifier;
mod integers;
mod key;
mod prehashed;
mod provider;
mod public_key;
mod rust_crypto;
mod scheme;

#[cfg(feature = "aws-lc")]
pub use aws_lc::AwsLc;
pub use error::{KeyError, SignatureError};
pub use hash::{Hash, HashAlgorithm};
pub(crate) use identifier::IdentifierError;
pub use key::KeyAlgorithm;
pub use provider::{Claim, Input, Message, Provider};
pub use public_key::PublicKey;
pub use rust_crypto::RustCrypto;
pub use scheme::Scheme;
