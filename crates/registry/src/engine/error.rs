//! What can be wrong with an engine.

use std::io;

/// Why an engine gives no image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Nothing that may be asked listens there.
    #[error("no engine listens at {engine}: {source}")]
    Absent {
        /// Its socket or URL.
        engine: String,
        /// What the system says.
        source: io::Error,
    },
    /// The engine does not have the image.
    #[error("the engine does not have the image {image}")]
    NoSuchImage {
        /// Its name.
        image: String,
    },
    /// There is no connection, or it broke.
    #[error("the connection to {engine} broke: {source}")]
    Io {
        /// Its socket or URL.
        engine: String,
        /// What the system says.
        source: io::Error,
    },
    /// What listens there is no engine.
    #[error("what listens at {engine} is no container engine")]
    NoHttp {
        /// Its socket or URL.
        engine: String,
    },
    /// The engine answers with a status that is not expected.
    #[error("the engine answers with status {status}: {message}")]
    Status {
        /// The status.
        status: u16,
        /// What it says.
        message: String,
    },
}
