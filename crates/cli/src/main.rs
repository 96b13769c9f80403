//! The `sealift` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    sealift_cli::run(std::env::args_os(), &sealift_cli::Environment::of_process())
}
