//! `key public FILE`.

use std::path::PathBuf;

use jwk_gen::JwkSet;

use super::Held;
use crate::context::Context;
use crate::error::CliError;

/// Print the public part of a key
#[derive(Debug, clap::Args)]
#[command(after_help = "Forms (--format): jwks (default, a JWK Set), jwk, pem, der

Examples:
  okta-m2m key public svc.jwk > svc.jwks
  okta-m2m key public svc.jwk --format pem")]
pub(crate) struct Args {
    /// Key file, private or public; - for stdin
    file: PathBuf,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let keys = Held::read(&args.file)?.into_public()?;
    match context.global.format.as_deref().unwrap_or("jwks") {
        "jwks" | "json" | "text" => context.output.line(&keys.to_json()),
        "jwk" => context.output.line(&only(&keys)?.to_json()),
        "pem" => context.output.data(only(&keys)?.to_spki_pem().as_bytes()),
        "der" => context.output.data(&only(&keys)?.to_spki_der()),
        other => Err(CliError::usage(format!(
            "`--format` is `jwk`, `jwks`, `pem` or `der` here, not `{other}`"
        ))),
    }
}

fn only(keys: &JwkSet) -> Result<&jwk_gen::PublicJwk, CliError> {
    match keys.keys() {
        [key] => Ok(key),
        keys => Err(CliError::usage(format!("the file holds {} keys, not one", keys.len()))
            .with_hint("print them all: --format jwks")),
    }
}
