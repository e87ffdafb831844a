//! `client register`.

use std::path::PathBuf;

use clap::ValueEnum;
use okta_register::{
    KeySource, RegisterError, RegisteredClient, Registrar, RegistrationApi, ServiceApp,
};

use crate::args::{AdminArgs, Switch};
use crate::context::Context;
use crate::credential::registrar;
use crate::error::CliError;
use crate::key_input;

/// Register a service app with public keys
///
/// An app that has this label and these keys is that app: it is shown, and no second one is made.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client register --name svc --jwks svc.jwks --admin-token-file admin-token
  okta-m2m client register --name svc --jwks-uri https://svc.example/jwks.json --format json")]
pub(crate) struct Args {
    /// Label of the app
    #[arg(long, value_name = "LABEL")]
    name: String,
    /// Public keys: JWK, JWK Set or PEM; - for stdin
    #[arg(long, value_name = "FILE", required_unless_present = "jwks_uri")]
    jwks: Option<PathBuf>,
    /// URL that Okta fetches the public keys from
    #[arg(long, value_name = "URL", conflicts_with = "jwks")]
    jwks_uri: Option<String>,
    /// Okta API to register by; only apps knows DPoP
    #[arg(long, value_enum, default_value = "apps")]
    api: Api,
    /// Whether token requests must carry a DPoP proof
    #[arg(long, value_enum, value_name = "BOOL", default_value = "false")]
    dpop_bound: Switch,
    #[command(flatten)]
    admin: AdminArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Api {
    /// POST /api/v1/apps
    Apps,
    /// POST /oauth2/v1/clients
    Clients,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let keys = match (&args.jwks, &args.jwks_uri) {
        (Some(file), _) => KeySource::Jwks(key_input::public_keys(file)?),
        (None, Some(url)) => KeySource::JwksUri(url.clone()),
        (None, None) => return Err(CliError::usage("neither `--jwks` nor `--jwks-uri` is given")),
    };
    let bound = bool::from(args.dpop_bound);
    let api = match args.api {
        Api::Apps => RegistrationApi::Apps,
        Api::Clients if bound => {
            return Err(CliError::usage("`--api clients` cannot ask for DPoP-bound tokens")
                .with_hint("use --api apps"));
        }
        Api::Clients => RegistrationApi::Clients,
    };
    let app = ServiceApp::new(&args.name, keys)?.with_api(api).with_dpop_bound(bound);
    let registrar = registrar(context, &args.admin)?;
    let (client, what) = register(&registrar, &app)?;
    context.output.note(&format!(
        "{what}; next: okta-m2m grant add --client-id {} --scope SCOPE",
        client.client_id
    ));
    super::print(context, &client)
}

/// Registers the app unless it is there: the same label and keys are the same app.
fn register(
    registrar: &Registrar,
    app: &ServiceApp,
) -> Result<(RegisteredClient, &'static str), CliError> {
    match registrar.find_registered(app) {
        Ok(Some(client)) => return Ok((client, "registered already")),
        // Who may register need not be allowed to list.
        Ok(None) | Err(RegisterError::Refused(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let error = match registrar.register(app) {
        Ok(client) => return Ok((client, "registered")),
        Err(error) => error,
    };
    let may_be_there = matches!(
        error,
        RegisterError::OutcomeUnknown { .. } | RegisterError::CreationUnconfirmed { .. }
    );
    let found = if may_be_there { registrar.find_registered(app).ok().flatten() } else { None };
    found.map(|client| (client, "registered, though the answer was lost")).ok_or(error.into())
}
