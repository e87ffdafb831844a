//! `dpop proof METHOD URL`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;

use jwk_gen::{KeyReader, Read};
use jwt_sign::{DpopKey, DpopProof, Expectations, inspect};
use okta_http::Method;
use serde_json::Value;

use crate::args::{ClientArgs, ScopeArgs};
use crate::connection::http_client;
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::Settings;
use crate::{key_input, token_file, tokens};

/// Make DPoP proofs for other programs
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Proof(Args),
}

/// Print a DPoP proof for one request
///
/// The key is the one that the token is bound to: the client's kept one, unless another is given. It
/// is never the key of client assertions. A proof is good for one request within five minutes: make a
/// new one for each.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m token get >token.txt
  okta-m2m dpop proof GET https://acme.okta.com/api/v1/users --token-file token.txt
  okta-m2m dpop proof POST https://acme.okta.com/oauth2/v1/token --dpop-key dpop.jwk")]
pub(crate) struct Args {
    /// HTTP method
    #[arg(value_name = "METHOD", value_parser = method)]
    method: Method,
    /// Absolute URL of the request; its query does not matter
    #[arg(value_name = "URL")]
    url: String,
    /// Private key of the proof: JWK, JWK Set, PEM or DER; - for stdin [default: that of the client's
    /// kept token]
    #[arg(long, value_name = "FILE")]
    dpop_key: Option<PathBuf>,
    /// File of the access token that the request carries; - for stdin
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Nonce that the server asked for
    #[arg(long, value_name = "NONCE")]
    nonce: Option<String>,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    client: ClientArgs,
}

fn method(text: &str) -> Result<Method, String> {
    text.to_ascii_uppercase().parse::<Method>().map_err(|error| error.to_string())
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    let Command::Proof(args) = command;
    if args.nonce.as_deref().is_some_and(|nonce| !is_nonce(nonce)) {
        return Err(CliError::usage("`--nonce` is empty or has a character that no nonce has"));
    }
    let settings = Settings::resolve(context, &args.client, &args.scope)?;
    let key = match &args.dpop_key {
        Some(path) => given_key(path, &settings, context)?,
        None => kept_key(&settings, context)?,
    };
    let mut proof = DpopProof::new(args.method.as_str(), &args.url, context.now())?;
    if let Some(path) = &args.token_file {
        let token = token_file::read(path)?;
        check_binding(&token, &key, context)?;
        proof = proof.with_access_token(&token);
    }
    if let Some(nonce) = args.nonce {
        proof = proof.with_nonce(nonce);
    }
    context.output.line(proof.sign(&key)?.expose_compact())
}

/// A token that says what key it is bound to (`cnf.jkt`, RFC 9449 section 6.1) is of no use with a proof by another one.
fn check_binding(token: &str, key: &DpopKey, context: &Context<'_>) -> Result<(), CliError> {
    let expected = Expectations { now: context.now(), audience: None, client_id: None };
    // Nobody but the server knows what an opaque token is bound to.
    let Ok(token) = inspect(token, &expected) else { return Ok(()) };
    let bound_to = token.claims.get("cnf").and_then(|cnf| cnf.get("jkt")).and_then(Value::as_str);
    if bound_to.is_none_or(|jkt| jkt == key.thumbprint().as_str()) {
        return Ok(());
    }
    Err(CliError::new(Class::File, "the access token is bound to another DPoP key")
        .with_hint("okta-m2m token get > FILE, or the key that it was got with: --dpop-key FILE"))
}

/// RFC 9449 section 8.1: `NQCHAR`s of RFC 6749 appendix A, visible ASCII but quotation mark and backslash.
fn is_nonce(text: &str) -> bool {
    let is_sound = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    !text.is_empty() && text.bytes().all(is_sound)
}

/// The key in the file, which must not be the one that the client signs assertions with.
fn given_key(
    path: &Path,
    settings: &Settings,
    context: &mut Context<'_>,
) -> Result<Arc<DpopKey>, CliError> {
    let Read { key, repairs } = key_input::read_private(path, None, &KeyReader::new())?;
    key_input::tell(context.output, &repairs);
    // A client key that cannot be read is none that could be taken for this one.
    let own = settings.key_file().and_then(|file| file.read().ok());
    if own.is_some_and(|own| own.key.thumbprint() == key.thumbprint()) {
        return Err(CliError::new(Class::File, "the DPoP key is the client's own key")
            .with_hint("one key, one purpose: okta-m2m key generate --alg ES256 -o dpop.jwk"));
    }
    Ok(Arc::new(DpopKey::new(key)?))
}

/// The key of the client's proofs, which is kept with its tokens.
fn kept_key(settings: &Settings, context: &mut Context<'_>) -> Result<Arc<DpopKey>, CliError> {
    let org = settings.org_url(context)?;
    let http = http_client(context, &org)?;
    let tokens = tokens::source(context, settings, &http, &org, settings.scopes()?)?;
    tokens.dpop_key().ok_or_else(|| {
        CliError::settings("no DPoP key is kept for this client")
            .with_hint("okta-m2m token get --dpop always, or give --dpop-key FILE")
    })
}
