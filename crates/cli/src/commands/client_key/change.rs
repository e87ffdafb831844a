//! `client-key activate`, `deactivate` and `delete`.

use okta_register::{AppId, RegisterError, RegisteredKey, Registrar, StoredKeyId};
use serde_json::json;

use super::{Keys, name_of};
use crate::args::{AdminArgs, ClientArgs};
use crate::confirm;
use crate::context::{Context, flag_and_value};
use crate::error::CliError;
use crate::exit_code::Class;
use crate::output::Format;

/// The key of a service app that a command is about.
#[derive(Debug, clap::Args)]
struct Target {
    /// The key: its kid, Okta's id of it or its thumbprint
    // The client's own flag of this name says which key to send, which no command here does.
    #[arg(
        long = "kid",
        id = "target",
        value_name = "KEY",
        required = true,
        allow_hyphen_values = true
    )]
    key: String,
    /// Client id of the service app [default: the profile's]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    #[command(flatten)]
    admin: AdminArgs,
}

/// Let the org accept assertions of a key again
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client-key activate --kid 2026-08 --admin-token-file admin-token")]
pub(crate) struct Activate {
    #[command(flatten)]
    target: Target,
}

/// Let the org refuse assertions of a key, which `activate` undoes
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client-key deactivate --kid 2026-08 --admin-token-file admin-token")]
pub(crate) struct Deactivate {
    #[command(flatten)]
    target: Target,
    /// Do not ask, though this machine signs with the key
    #[arg(long)]
    yes: bool,
}

/// Delete an inactive key for good
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client-key delete --kid 2026-08 --yes --admin-token-file admin-token")]
pub(crate) struct Delete {
    #[command(flatten)]
    target: Target,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) fn activate(args: &Activate, context: &mut Context<'_>) -> Result<(), CliError> {
    let keys = args.target.keys(context)?;
    let (key, id) = keys.find(&args.target.key)?;
    let change = (!key.is_active()).then_some(Registrar::activate_key as Change);
    carry_out(context, &keys, (key, id), change, "activated")
}

pub(crate) fn deactivate(args: &Deactivate, context: &mut Context<'_>) -> Result<(), CliError> {
    let keys = args.target.keys(context)?;
    let (key, id) = keys.find(&args.target.key)?;
    if keys.is_local(key) && key.is_active() && !args.yes {
        let question = "This machine signs with that key. Deactivate it?";
        confirm::ask(context, question, "okta-m2m client-key rotate, or --yes")?;
    }
    let change = key.is_active().then_some(Registrar::deactivate_key as Change);
    carry_out(context, &keys, (key, id), change, "deactivated")
}

pub(crate) fn delete(args: &Delete, context: &mut Context<'_>) -> Result<(), CliError> {
    let keys = args.target.keys(context)?;
    let (key, id) = keys.find(&args.target.key)?;
    if key.is_active() {
        let kid = name_of(key);
        let message = format!("key `{kid}` is active; only an inactive one can be deleted");
        return Err(CliError::new(Class::RequestRefused, message).with_hint(format!(
            "okta-m2m client-key deactivate {}",
            flag_and_value("--kid", &kid)
        )));
    }
    if !args.yes {
        confirm::ask(context, &format!("Delete key {} for good?", name_of(key)), "--yes")?;
    }
    carry_out(context, &keys, (key, id), Some(Registrar::delete_key as Change), "deleted")
}

impl Target {
    fn keys(&self, context: &mut Context<'_>) -> Result<Keys, CliError> {
        let client = ClientArgs { client_id: self.client_id.clone(), ..ClientArgs::default() };
        Keys::of(context, &client, &self.admin)
    }
}

type Change = fn(&Registrar, &AppId, &StoredKeyId) -> Result<(), RegisterError>;

/// Does what is not done yet, and says which it was.
fn carry_out(
    context: &mut Context<'_>,
    keys: &Keys,
    (key, id): (&RegisteredKey, &StoredKeyId),
    change: Option<Change>,
    done: &str,
) -> Result<(), CliError> {
    let outcome = match change {
        Some(change) => {
            change(&keys.registrar, &keys.app, id)?;
            done
        }
        None => "unchanged",
    };
    if context.format()? == Format::Json {
        let json = json!({"kid": key.kid, "id": id.as_str(), "outcome": outcome});
        return context.output.json(&json);
    }
    context.output.line(&format!("{}  {outcome}", name_of(key)))
}
