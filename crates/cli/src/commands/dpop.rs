//! `dpop proof METHOD URL`.

use std::path::PathBuf;

use clap::Subcommand;
use jwk_gen::{KeyReader, Read};
use jwt_sign::{DpopKey, DpopProof};
use okta_http::Method;

use crate::context::Context;
use crate::error::CliError;
use crate::{key_input, token_file};

/// Make DPoP proofs for other programs
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Proof(Args),
}

/// Print a DPoP proof for one request
///
/// The key is the one that the token is bound to; it is not the client's key. A proof is good for
/// one request within five minutes: make a new one for each.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m key generate --alg ES256 -o dpop.jwk
  okta-m2m dpop proof GET https://acme.okta.com/api/v1/users --dpop-key dpop.jwk \\
      --token-file token.txt")]
pub(crate) struct Args {
    /// HTTP method
    #[arg(value_name = "METHOD", value_parser = method)]
    method: Method,
    /// Absolute URL of the request; its query does not matter
    #[arg(value_name = "URL")]
    url: String,
    /// Private key of the proof: JWK, JWK Set, PEM or DER; - for stdin
    #[arg(long, value_name = "FILE")]
    dpop_key: PathBuf,
    /// File of the access token that the request carries; - for stdin
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Nonce that the server asked for
    #[arg(long, value_name = "NONCE")]
    nonce: Option<String>,
}

fn method(text: &str) -> Result<Method, String> {
    text.to_ascii_uppercase().parse::<Method>().map_err(|error| error.to_string())
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    let Command::Proof(args) = command;
    let Read { key, repairs } = key_input::read_private(&args.dpop_key, None, &KeyReader::new())?;
    key_input::tell(context.output, &repairs);
    let mut proof = DpopProof::new(args.method.as_str(), &args.url, context.now())?;
    if let Some(path) = &args.token_file {
        proof = proof.with_access_token(&token_file::read(path)?);
    }
    if let Some(nonce) = args.nonce {
        proof = proof.with_nonce(nonce);
    }
    context.output.line(proof.sign(&DpopKey::new(key)?)?.expose_compact())
}
