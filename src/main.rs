//! The `goingnats` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    goingnats::cli::main()
}
