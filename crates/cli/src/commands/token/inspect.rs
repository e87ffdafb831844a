//! `token inspect`.

use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use jwt_sign::{Expectations, inspect};
use okta_http::display_untrusted;
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::output::Format;
use crate::token_file;

/// Show what an access token says, without its signature
///
/// Nothing is verified and nobody is asked: for that there is `token introspect`. Okta may change
/// what is in the tokens of an org authorization server at any time.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m token get | okta-m2m token inspect
  okta-m2m token inspect token.txt --format json")]
pub(crate) struct Args {
    /// File with the token; - for stdin
    #[arg(default_value = "-", value_name = "FILE")]
    token_file: PathBuf,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let token = token_file::read(&args.token_file)?;
    let expected = Expectations { now: context.now(), audience: None, client_id: None };
    let Ok(token) = inspect(&token, &expected) else {
        let message = "the access token is opaque: it is no JSON Web Token";
        return Err(CliError::new(Class::File, message).with_hint("okta-m2m token introspect FILE"));
    };
    let expires_in = expires_in(&token.claims, context);
    if context.format()? == Format::Json {
        return context.output.json(&json!({
            "header": token.header, "claims": token.claims, "expires_in": expires_in,
        }));
    }
    for (title, members) in [("header", &token.header), ("claims", &token.claims)] {
        context.output.line(title)?;
        for (name, value) in members {
            let (name, value) = (display_untrusted(name), display_untrusted(&value.to_string()));
            context.output.line(&format!("  {name}  {value}"))?;
        }
    }
    match expires_in {
        Some(secs @ 0..) => context.output.line(&format!("expires in {secs} s")),
        Some(secs) => context.output.line(&format!("expired {} s ago", secs.saturating_neg())),
        None => context.output.line("does not say when it expires"),
    }
}

/// Seconds until `exp` (RFC 7519 section 4.1.4), negative if it has passed.
fn expires_in(claims: &Map<String, Value>, context: &Context<'_>) -> Option<i64> {
    let now = context.now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let expiry = claims.get("exp")?;
    let expiry = expiry.as_i64().or_else(|| expiry.as_f64().map(|secs| secs as i64))?;
    Some(expiry.saturating_sub(i64::try_from(now).ok()?))
}
