//! The verbs that make keys and signatures.

mod attested;
mod blob;
mod image;
mod key;
mod keys;
mod password;
mod scanned;
mod session;

pub(crate) use blob::{attest_blob, sign_blob};
pub(crate) use image::{attest, sign};
pub(super) use scanned::Attesting;
pub(super) use session::Session;

pub(crate) use keys::{generate_key_pair, import_key_pair, public_key};
