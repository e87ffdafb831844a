//! The command line of okta-m2m: parse, resolve settings, run, report.
//!
//! The program is thin: what it does lives in the library crates. Here are the arguments, the
//! settings, the environment, the output and the exit codes, each in one place.

mod args;
mod cache_folder;
mod certificate;
mod child;
mod classify;
mod commands;
mod config_file;
mod confirm;
mod connection;
mod context;
mod credential;
mod doctor;
mod duration;
mod env;
mod error;
mod exit_code;
mod fleet;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod grant_journal;
mod hint;
mod key_input;
mod known_key;
mod last_use;
mod output;
mod private_folder;
mod profile_name;
mod proof_call;
mod provision;
mod proxy;
mod recorder;
mod registrations;
mod rotation;
mod scope_advice;
mod secret_file;
mod settings;
mod settings_check;
mod state_folder;
mod stdin;
mod style;
mod terminal_text;
mod timestamp;
mod token_file;
mod tokens;
mod variables;

use std::process::ExitCode;

use clap::CommandFactory;

pub use crate::exit_code::{EXIT_CODES, ExitCodeDoc};
pub use crate::hint::hints;
pub use crate::variables::{VARIABLES, Variable};

use crate::args::Cli;
use crate::context::Context;
use crate::env::Environment;
use crate::output::Output;

/// Runs the program with the arguments and environment of this process.
pub fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let environment = Environment::of_this_process();
    let cli = match Cli::parse_words(&arguments) {
        Ok(cli) => cli,
        Err(report) => return Output::refuse(&report, &arguments, &environment),
    };
    let mut output = match Output::new(&cli.global, &environment) {
        Ok(output) => output,
        Err(error) => return Output::before_choices(&arguments, &environment).fail(&error),
    };
    let mut context = Context::new(environment, cli.global, &mut output, &arguments);
    let run = commands::run(cli.command, &mut context);
    let mut flags = context.org_flags();
    flags.push(credential::flag_or_place(&context));
    match run.and_then(|code| Ok(output.flush().map(|()| code)?)) {
        Ok(code) => code,
        Err(error) => output.fail(&error.in_the_same_org(&flags)),
    }
}

/// The definition of the command line, for the generated reference.
pub fn command() -> clap::Command {
    Cli::command()
}
