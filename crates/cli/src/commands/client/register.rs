//! `client register`.

use std::path::PathBuf;

use clap::ValueEnum;
use okta_register::{
    ChosenClientId, KeySource, RegisterError, RegisteredClient, Registrar, Registration,
    RegistrationApi, ServiceApp,
};

use crate::args::{AdminArgs, Switch};
use crate::context::Context;
use crate::credential::{registrar, registrar_org};
use crate::error::CliError;
use crate::key_input;
use crate::registrations::{self, Registrations};

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
    /// Client id to ask for; it follows from label and keys if not given
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Okta API to register by; only apps knows DPoP and takes a client id
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
    let app = match &args.client_id {
        Some(_) if api == RegistrationApi::Clients => {
            return Err(CliError::usage("`--api clients` cannot ask for a client id")
                .with_hint("use --api apps"));
        }
        Some(client_id) => app.with_client_id(ChosenClientId::parse(client_id)?),
        None => app,
    };
    let org = registrar_org(context, &args.admin)?;
    let registrar = registrar(context, &args.admin)?;
    let (client, how) = match api {
        RegistrationApi::Apps => Registrations::of(context, &org)?.register(&registrar, app)?,
        _ => register_by_clients(&registrar, &app)?,
    };
    let what = match how {
        Registration::Made => "registered",
        Registration::Adopted => "registered, though the answer was lost",
        Registration::Present => "registered already",
    };
    context.output.note(&format!(
        "{what}; next: okta-m2m grant add --client-id {} --scope SCOPE",
        client.client_id
    ));
    super::print(context, &client)
}

/// Registers the app where Okta chooses the client id: only label and keys tell whether it is there.
fn register_by_clients(
    registrar: &Registrar,
    app: &ServiceApp,
) -> Result<(RegisteredClient, Registration), CliError> {
    if let Some(client) = registrations::found(registrar, app)? {
        registrar.check_registered(app, &client)?;
        return Ok((client, Registration::Present));
    }
    let error = match registrar.register(app) {
        Ok(client) => return Ok((client, Registration::Made)),
        Err(error) => error,
    };
    let may_be_there = matches!(
        error,
        RegisterError::OutcomeUnknown { .. } | RegisterError::CreationUnconfirmed { .. }
    );
    let found = if may_be_there { registrar.find_registered(app).ok().flatten() } else { None };
    found.map(|client| (client, Registration::Adopted)).ok_or(error.into())
}
