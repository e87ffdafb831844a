//! Measures this project beside other libraries, all in one process: `cargo xtask bench`.

mod cli;
mod keys;
mod rate;
mod sample;
mod table;
mod tokens;

use clap::Parser;

/// Measure this project beside other libraries
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
enum Bench {
    /// Make keys here, with AWS-LC, OpenSSL and the rsa crate in turn, and compare the means with the goals
    Keys(keys::Args),
    /// Sign, read, send and share tokens here and with OpenSSL, jsonwebtoken, ureq and curl, and compare with the goals
    Tokens(tokens::Args),
    /// Run the program, openssl, node and curl as whole processes, and compare the medians with the goals
    Cli(cli::Args),
}

fn main() -> anyhow::Result<()> {
    match Bench::parse() {
        Bench::Keys(args) => keys::run(&args),
        Bench::Tokens(args) => tokens::run(&args),
        Bench::Cli(args) => cli::run(&args),
    }
}
