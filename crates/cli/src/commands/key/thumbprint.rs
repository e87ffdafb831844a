//! `key thumbprint FILE`.

use std::path::PathBuf;

use super::Held;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;

/// Print a key's thumbprint (RFC 7638, SHA-256), one line a key
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m key thumbprint svc.jwk")]
pub(crate) struct Args {
    /// Key file, private or public; - for stdin
    file: PathBuf,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    if context.format()? == Format::Json {
        let keys = Held::read(&args.file)?.into_public()?;
        let thumbprints: Vec<_> = keys.iter().map(|key| key.thumbprint().to_string()).collect();
        return context.output.json(&thumbprints);
    }
    for key in Held::read(&args.file)?.into_public()?.iter() {
        context.output.line(key.thumbprint().as_str())?;
    }
    Ok(())
}
