//! `key public FILE`.

use super::InputArgs;
use super::form::{Form, public};
use crate::context::Context;
use crate::error::CliError;

/// Print the public part of a key
#[derive(Debug, clap::Args)]
#[command(after_help = "Forms (--format): jwks (default, a JWK Set), jwk, pem, der

Examples:
  okta-m2m key public svc.jwk > svc.jwks
  okta-m2m key public svc.jwk --format pem")]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let form = match context.global.format.as_deref().unwrap_or("jwks") {
        "jwks" | "json" | "text" => Form::Jwks,
        "jwk" => Form::Jwk,
        "pem" => Form::Spki,
        "der" => Form::Der,
        other => {
            return Err(CliError::usage(format!(
                "`--format` is `jwk`, `jwks`, `pem` or `der` here, not `{other}`"
            )));
        }
    };
    public(&args.input.read_public(context)?, form)?.write(None, context)
}
