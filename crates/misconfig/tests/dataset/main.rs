//! Files with Trivy's own answers: every case below `$SEALIFT_TESTDATA/misconfig`, judged check
//! by check and line by line. One module for each type, with its exceptions beside it.

mod dockerfile;
mod judge;
