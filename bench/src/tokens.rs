//! Signing, reading and sending tokens, beside libraries and programs that do the same.

mod call;
mod process;
mod program;
mod redis;
mod server;
mod signing;
mod storm;

use anyhow::Result;

pub(crate) use process::run as processes;
pub(crate) use program::Program;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each measurement is repeated
    #[arg(long, default_value_t = 40)]
    rounds: usize,
    /// Which part to measure; all of them by default
    #[arg(long, value_enum)]
    only: Option<Part>,
}

#[derive(Clone, Copy, Eq, PartialEq, clap::ValueEnum)]
enum Part {
    /// Client assertions
    Sign,
    /// Cached reads and authorised calls
    Call,
    /// Whole processes
    Process,
    /// Many threads and processes at once
    Storm,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let wanted = |part| args.only.is_none_or(|only| only == part);
    println!("{}, jsonwebtoken and ureq as in bench/Cargo.lock", openssl::version::version());
    if wanted(Part::Sign) {
        signing::run(args.rounds)?;
    }
    if wanted(Part::Call) {
        call::run(args.rounds)?;
    }
    if wanted(Part::Process) {
        process::run(args.rounds)?;
    }
    if wanted(Part::Storm) {
        storm::run()?;
    }
    Ok(())
}
