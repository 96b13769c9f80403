//! Errors of container engines.

use std::io;

/// Why an engine gives no image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// No engine that may be used listens there.
    #[error("no engine listens at {engine}: {source}")]
    Absent {
        /// Its socket or URL.
        engine: String,
        /// The error of the system.
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
        /// The error of the system.
        source: io::Error,
    },
    /// The program that listens there is no engine.
    #[error("what listens at {engine} is no container engine")]
    NoHttp {
        /// Its socket or URL.
        engine: String,
    },
    /// The engine answers with an unexpected status.
    #[error("the engine answers with status {status}: {message}")]
    Status {
        /// The status.
        status: u16,
        /// Its message.
        message: String,
    },
}
