//! `client-key …`: the keys that the org has of a service app.

mod add;
mod change;
mod list;
mod rotate;

use clap::Subcommand;
use jwk_gen::Thumbprint;
use okta_http::display_untrusted;
use okta_register::{AppId, RegisteredKey, Registrar, StoredKeyId};

use crate::args::{AdminArgs, ClientArgs, ScopeArgs};
use crate::context::Context;
use crate::credential::registrar;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::Settings;

/// See and change the keys of a service app
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Activate(change::Activate),
    Add(add::Args),
    Deactivate(change::Deactivate),
    Delete(change::Delete),
    List(list::Args),
    Rotate(Box<rotate::Args>),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Activate(args) => change::activate(&args, context),
        Command::Add(args) => add::run(&args, context),
        Command::Deactivate(args) => change::deactivate(&args, context),
        Command::Delete(args) => change::delete(&args, context),
        Command::List(args) => list::run(&args, context),
        Command::Rotate(args) => rotate::run(&args, context),
    }
}

/// The app of the settings, its keys at the org, and the key that this machine signs with.
struct Keys {
    registrar: Registrar,
    app: AppId,
    keys: Vec<RegisteredKey>,
    /// The thumbprint of the key file; none if there is no such file here.
    local: Option<Thumbprint>,
}

impl Keys {
    fn of(
        context: &mut Context<'_>,
        client: &ClientArgs,
        admin: &AdminArgs,
    ) -> Result<Self, CliError> {
        let settings = Settings::resolve(context, client, &ScopeArgs::default())?;
        let client_id = settings.client_id()?;
        // Who administers a client need not hold its key.
        let file = settings.key_file().filter(|file| file.path.exists());
        let local = match file.map(|file| file.read()) {
            Some(Ok(read)) => Some(read.key.thumbprint()),
            Some(Err(error)) => {
                context.output.note(&format!("warning: {}", error.message()));
                None
            }
            None => None,
        };
        let registrar = registrar(context, admin)?;
        let app = registrar.app_id(client_id.as_str())?;
        let keys = registrar.keys(&app)?;
        Ok(Self { registrar, app, keys, local })
    }

    fn is_local(&self, key: &RegisteredKey) -> bool {
        key.thumbprint.is_some() && key.thumbprint == self.local
    }

    /// The one key that goes by a name: its `kid`, Okta's id of it or its thumbprint.
    fn find(&self, name: &str) -> Result<(&RegisteredKey, &StoredKeyId), CliError> {
        let goes_by = |key: &&RegisteredKey| {
            key.kid.as_deref() == Some(name)
                || key.id.as_ref().is_some_and(|id| id.as_str() == name)
                || key.thumbprint.as_ref().is_some_and(|it| it.as_str() == name)
        };
        let found: Vec<_> = self.keys.iter().filter(goes_by).collect();
        match found.as_slice() {
            [key] => match &key.id {
                Some(id) => Ok((key, id)),
                None => Err(CliError::new(Class::Server, "the key has no id that a path can hold")),
            },
            [] => Err(self.none_of(&format!("app {} has no key `{name}`", self.app))),
            _ => Err(self.none_of(&format!("app {} has several keys `{name}`", self.app))),
        }
    }

    fn none_of(&self, message: &str) -> CliError {
        let names: Vec<_> = self.keys.iter().map(name_of).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        CliError::new(Class::RequestRefused, format!("{message}; it has: {names}"))
            .with_hint(format!("okta-m2m client-key list --client-id {}", self.app))
    }
}

/// What people call a key.
fn name_of(key: &RegisteredKey) -> String {
    let id = key.id.as_ref().map(StoredKeyId::as_str);
    display_untrusted(key.kid.as_deref().or(id).unwrap_or("(no kid)")).to_string()
}
