//! `client-key add`.

use std::path::PathBuf;

use jwk_gen::PublicJwk;
use okta_register::RegisteredKey;
use serde_json::json;

use super::Keys;
use crate::args::{AdminArgs, ClientArgs};
use crate::context::{Context, flag_and_value};
use crate::error::CliError;
use crate::exit_code::Class;
use crate::key_input;
use crate::output::Format;

/// Add public keys to a service app, those that it does not have yet
///
/// Other keys stay as they are. A key goes by its `kid`, or by its thumbprint if it has none.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client-key add --jwks next.jwks --admin-token-file admin-token
  okta-m2m key public next.jwk | okta-m2m client-key add --jwks -")]
pub(crate) struct Args {
    /// Public keys: JWK, JWK Set or PEM; - for stdin
    #[arg(long, value_name = "FILE")]
    jwks: PathBuf,
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let set = key_input::public_keys(&args.jwks)?;
    let app = Keys::of(context, &args.client, &args.admin)?;
    // Every key is looked at before the first one is sent.
    let known = set.iter().map(|key| known(&app, key)).collect::<Result<Vec<_>, _>>()?;
    let mut results = Vec::new();
    for (key, known) in set.iter().zip(known) {
        let (stored, outcome) = match known {
            Some(stored) => (stored.clone(), "already_added"),
            None => (app.registrar.add_key(&app.app, key)?, "added"),
        };
        if !stored.is_active() {
            let kid = stored.kid.as_deref().unwrap_or_default();
            let activate = flag_and_value("--kid", kid);
            context
                .output
                .note(&format!("key {kid} is inactive: okta-m2m client-key activate {activate}"));
        }
        results.push((stored, outcome));
    }
    print(context, &results)
}

/// The same key at the org, if it is there.
fn known<'a>(app: &'a Keys, key: &PublicJwk) -> Result<Option<&'a RegisteredKey>, CliError> {
    let thumbprint = key.thumbprint();
    let same = app.keys.iter().find(|it| it.thumbprint.as_ref() == Some(&thumbprint));
    let kid = key.kid().map_or(thumbprint.as_str(), |kid| kid.as_str());
    if same.is_none() && app.keys.iter().any(|it| it.kid.as_deref() == Some(kid)) {
        let message = format!("app {} has another key under the `kid` `{kid}`", app.app);
        return Err(CliError::new(Class::RequestRefused, message)
            .with_hint("give the new key a `kid` of its own, as `okta-m2m key generate` does"));
    }
    Ok(same)
}

fn print(
    context: &mut Context<'_>,
    results: &[(RegisteredKey, &'static str)],
) -> Result<(), CliError> {
    if context.format()? == Format::Json {
        let results: Vec<_> = results
            .iter()
            .map(|(key, outcome)| {
                let id = key.id.as_ref().map(|id| id.as_str());
                json!({"kid": key.kid, "id": id, "status": key.status, "outcome": outcome})
            })
            .collect();
        return context.output.json(&results);
    }
    for (key, outcome) in results {
        context.output.line(&format!("{}  {outcome}", super::name_of(key)))?;
    }
    Ok(())
}
