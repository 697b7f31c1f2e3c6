//! The command `bucketpair`.

use std::process::ExitCode;

fn main() -> ExitCode {
    bucketpair::cli::main()
}
