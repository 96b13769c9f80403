use sealift_sigstore_verify::{KeyError, PemError};

/// Why a key cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// Not PEM.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// The PEM block is not a supported secret key.
    #[error("a PEM block {label:?}, which is no secret key that can be read")]
    Label {
        /// The label of the block.
        label: String,
    },
    /// The file is larger than any key.
    #[error("a key file of {bytes} bytes, at most {max} are allowed")]
    TooLarge {
        /// Bytes that are there.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// The content of an encrypted file is not the JSON that cosign writes.
    #[error("the encrypted key is not in the form that cosign writes")]
    EncryptedForm,
    /// The file is encrypted in an unsupported way.
    #[error("the key is encrypted with {found:?}, which is not supported")]
    Encryption {
        /// The method that the file names.
        found: String,
    },
    /// The file is encrypted in the way that OpenSSL used before PKCS#8.
    #[error("the key is encrypted in OpenSSL's older form, which is not read")]
    OlderEncryption,
    /// Decrypting the file would cost too much: its parameters may be hostile.
    #[error("scrypt parameters N={n}, r={r}, p={p} cost more than is allowed")]
    Cost {
        /// Cost in memory and time.
        n: u64,
        /// Size of a block.
        r: u64,
        /// Repetitions.
        p: u64,
    },
    /// The password is wrong, or the file has been changed.
    #[error("wrong password, or the key file has been changed")]
    WrongPassword,
    /// The file is encrypted, but no password is given.
    #[error("the key is encrypted, and no password is given")]
    PasswordNeeded,
    /// The password cannot be read.
    #[error("the password cannot be read: {reason}")]
    PasswordUnreadable {
        /// Why.
        reason: String,
    },
    /// The key's numbers are malformed or do not fit each other.
    #[error("the secret key is malformed")]
    Malformed,
    /// The kind of key is not supported.
    #[error("not a key of ECDSA P-256, P-384 or P-521, RSA or Ed25519")]
    Algorithm,
    /// The public half cannot be used.
    #[error(transparent)]
    Public(#[from] KeyError),
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    NoRandomness,
}
