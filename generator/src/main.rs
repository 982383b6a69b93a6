//! The command `konsultacje`.

use std::process::ExitCode;

fn main() -> ExitCode {
    generator::commands::run()
}
