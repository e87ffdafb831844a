//! Signing, reading and sending tokens, beside libraries and programs that do the same.

mod call;
mod process;
mod program;
mod redis;
mod server;
mod signing;
mod storm;

use anyhow::Result;

use crate::rate::Rates;

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
    println!("{}", openssl::version::version());
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

/// Prints one comparison; the first entry is ours, `goals` are the most of each peer's time that it may take.
fn report(title: &str, unit: &str, rates: &Rates, goals: &[(&str, f64)]) {
    println!("\n{title}, {unit}, medians of {} rounds", rates.rounds());
    let ours = rates.median(0);
    for (at, name) in rates.names().enumerate() {
        let ratio = ours / rates.median(at);
        let goal = goals.iter().find(|(it, _)| *it == name).map(|(_, goal)| {
            format!(", goal {goal:.3}: {}", if ratio <= *goal { "met" } else { "missed" })
        });
        println!(
            "{name:<34}{:>12.2}  ours / this {ratio:.3}{}",
            rates.median(at),
            goal.unwrap_or_default()
        );
    }
}
