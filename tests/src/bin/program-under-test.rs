//! The program, built where the tests can find it.

use std::process::ExitCode;

fn main() -> ExitCode {
    okta_m2m::main()
}
