//! `cache clean`.

use serde_json::json;

use crate::cache_folder;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;

/// Remove tokens that have ended
///
/// The server is not told: a token that has not ended stays good for whoever has it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m cache clean
  okta-m2m cache clean --all")]
pub(crate) struct Args {
    /// Remove all tokens, and what is remembered of clients
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let now = context.now();
    let folders = cache_folder::open_all(context)?;
    let removed: usize = folders.iter().map(|files| files.clean(args.all, now)).sum();
    match context.format()? {
        Format::Json => context.output.json(&json!({"removed": removed})),
        Format::Text => context.output.line(&format!("{removed} removed")),
    }
}
