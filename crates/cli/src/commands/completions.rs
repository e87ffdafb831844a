//! `completions SHELL`.

use clap_complete::{Shell, generate};

use crate::context::Context;
use crate::error::CliError;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m completions bash > ~/.local/share/bash-completion/completions/okta-m2m")]
pub(crate) struct Args {
    /// Shell
    shell: Shell,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let mut script = Vec::new();
    generate(args.shell, &mut crate::command(), "okta-m2m", &mut script);
    context.output.data(&script)
}
