//! Flags about what does not count.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct SuppressArgs {
    /// File of what does not count: ids in lines, else by its name .trivyignore.yaml, .grype.yaml
    /// or osv-scanner.toml. Default: .trivyignore in the working directory, if it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) ignorefile: Option<PathBuf>,
    /// VEX documents that take findings out: OpenVEX, CSAF VEX, CycloneDX.
    #[arg(long, value_name = "FILES", value_delimiter = ',')]
    pub(crate) vex: Vec<PathBuf>,
    /// List what does not count, too, with the reasons.
    #[arg(long)]
    pub(crate) show_suppressed: bool,
    /// The policy; default: sealift.toml in the working directory, if it is there. A scan takes
    /// its exceptions and the files that it names, the gate all of it.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy_file: Option<PathBuf>,
}
