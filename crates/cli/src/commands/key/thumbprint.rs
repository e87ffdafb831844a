//! `key thumbprint FILE`.

use std::path::PathBuf;

use super::public_keys;
use crate::context::Context;
use crate::error::CliError;

/// Print a key's thumbprint (RFC 7638, SHA-256), one line a key
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m key thumbprint svc.jwk")]
pub(crate) struct Args {
    /// Key file, private or public
    file: PathBuf,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    for key in public_keys(&args.file)?.iter() {
        context.output.line(key.thumbprint().as_str())?;
    }
    Ok(())
}
