//! The module `sealift._native`: what the facade does, as Python objects.
//!
//! Work is done on threads of its own, without the interpreter's lock, while the calling thread
//! waits for it, answers signals and reports progress ([`work`]). Results are data ([`data`]);
//! errors are the classes of `sealift/_errors.py` ([`error`]).

mod arguments;
mod checks;
mod command;
mod data;
mod database;
mod error;
mod gate;
mod proof;
mod report;
mod review;
mod scan;
mod sign;
mod verify;
mod work;

use pyo3::prelude::*;

#[pymodule]
mod _native {
    use super::*;

    #[pymodule_export]
    use command::main;
    #[pymodule_export]
    use database::Database;
    #[pymodule_export]
    use gate::{Decision, Gate, Reason};
    #[pymodule_export]
    use proof::{KeyPair, Rejected, Signature, SignedImage, Verified};
    #[pymodule_export]
    use report::{Diagnostic, Finding, Misconfiguration, Package, Report};
    #[pymodule_export]
    use review::{AdmissionPolicies, Review, ReviewRow};
    #[pymodule_export]
    use scan::{scan_config, scan_fs, scan_image, scan_rootfs, scan_sbom};
    #[pymodule_export]
    use sign::{attest, generate_key_pair, sign_blob, sign_image};
    #[pymodule_export]
    use verify::{verify_attestation, verify_blob, verify_bundle, verify_image};
    #[pymodule_export]
    use work::{Cancel, Progress};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
