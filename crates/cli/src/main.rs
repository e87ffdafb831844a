//! The program `okta-m2m`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::SUCCESS
}
