//! The program `okta-m2m`.

use std::process::ExitCode;

fn main() -> ExitCode {
    okta_m2m::main()
}
