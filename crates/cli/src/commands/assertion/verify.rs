//! `assertion verify`.

use std::path::{Path, PathBuf};

use jwk_gen::JwkSet;
use jwt_sign::{Signer, verify};
use okta_http::display_untrusted;

use super::inspect::{held_against, print, text};
use crate::args::{ClientArgs, ScopeArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::key_input;
use crate::output::Format;
use crate::settings::Settings;
use crate::stdin;

/// Verify an assertion's signature, and find every other reason for which Okta would refuse it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The key is the one that the assertion's `kid` names; a key without a `kid` goes by its thumbprint. The audience \
and the client id are compared with the settings, where these are set. Whether an assertion has been used before is only known to \
the org. The exit code is 4 if Okta would refuse it, and 2 if it is no JWT at all.

Examples:
  okta-m2m assertion create | okta-m2m assertion verify
  okta-m2m assertion verify --jwks svc.jwks < assertion.jwt"
)]
pub(crate) struct Args {
    /// Compact JWT; - for stdin
    #[arg(default_value = "-", value_name = "JWT")]
    jwt: String,
    /// Public keys: JWK, JWK Set or PEM; - for stdin [default: the public half of the client's key]
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    #[command(flatten)]
    client: ClientArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    if args.jwt == "-" && args.jwks.as_deref().is_some_and(stdin::is_dash) {
        return Err(CliError::usage("the assertion and the keys cannot both come from stdin")
            .with_hint("name a file: --jwks FILE"));
    }
    let settings = Settings::resolve(context, &args.client, &ScopeArgs::default())?;
    let settings = if args.jwks.is_some() { settings.without_the_key() } else { settings };
    settings.note_overrides(context);
    let keys = keys(args.jwks.as_deref(), &settings, context)?;
    let text = text(&args.jwt)?;
    let verification = held_against(&settings, context, |it| verify(text.trim(), &keys, it))?;
    if context.format()? == Format::Json {
        context.output.json(&verification)?;
    } else {
        print(context, &verification.inspection)?;
        if let Some(key) = &verification.signed_by {
            context.output.line(&format!("signed by the key with the thumbprint {key}"))?;
        }
    }
    match verification.inspection.refusals.first() {
        Some(refusal) => {
            let refusal = display_untrusted(&refusal.to_string());
            Err(CliError::new(Class::ClientRefused, format!("Okta would refuse it: {refusal}")))
        }
        None => Ok(()),
    }
}

/// The keys of a file, or of the client.
fn keys(
    jwks: Option<&Path>,
    settings: &Settings,
    context: &mut Context<'_>,
) -> Result<JwkSet, CliError> {
    match jwks {
        Some(path) => key_input::public_keys(path),
        None => {
            // Under the key id that assertions carry, which may be a setting.
            let key = settings.key(context.output)?;
            let kid = settings.signer_with(&key)?.key_id().clone();
            Ok(JwkSet::new(vec![key.public().with_kid(Some(kid))])?)
        }
    }
}
