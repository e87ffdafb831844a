//! `key thumbprint FILE`.

use jwk_gen::{Keys, PrivateJwk, PublicJwk, Thumbprint};

use super::InputArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;

/// Print a key's thumbprint (RFC 7638, SHA-256), one line a key
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m key thumbprint svc.jwk")]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let format = context.format()?;
    let thumbprints: Vec<Thumbprint> = match args.input.read(context)? {
        Keys::Public(keys) => keys.iter().map(PublicJwk::thumbprint).collect(),
        Keys::Private(keys) => keys.iter().map(PrivateJwk::thumbprint).collect(),
        Keys::Symmetric(key) => vec![key.thumbprint()],
    };
    if format == Format::Json {
        let thumbprints: Vec<_> = thumbprints.iter().map(ToString::to_string).collect();
        return context.output.json(&thumbprints);
    }
    for thumbprint in thumbprints {
        context.output.line(thumbprint.as_str())?;
    }
    Ok(())
}
