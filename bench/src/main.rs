//! Measures this project beside other libraries, all in one process: `cargo xtask bench`.

mod keys;
mod sample;

use clap::Parser;

/// Measure this project beside other libraries
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
enum Bench {
    /// Make keys here, with AWS-LC, OpenSSL and the rsa crate in turn, and compare the means with the goals
    Keys(keys::Args),
}

fn main() -> anyhow::Result<()> {
    match Bench::parse() {
        Bench::Keys(args) => keys::run(&args),
    }
}
