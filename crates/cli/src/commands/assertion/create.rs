//! `assertion create`.

use std::time::Duration;

use jwt_sign::ClientAssertion;
use okta_http::Scopes;

use crate::args::{ClientArgs, ScopeArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::settings::Settings;

/// Sign a client assertion for one request
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m assertion create
  okta-m2m assertion create --org-url https://acme.okta.com --client-id 0oa1b2c3d4E5f6g7h8i9 \\
      --key svc.jwk | okta-m2m assertion inspect")]
pub(crate) struct Args {
    /// Audience [default: the URL of the token endpoint]
    #[arg(long, value_name = "URL")]
    audience: Option<String>,
    /// Seconds from now to the assertion's end, 3600 at most [default: 270]
    #[arg(long, value_name = "SECS")]
    lifetime: Option<u32>,
    #[command(flatten)]
    client: ClientArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let settings = Settings::resolve(context, &args.client, &ScopeArgs::default())?;
    let audience = match &args.audience {
        Some(audience) => audience.clone(),
        None => settings.token_endpoint(context)?.as_str().to_owned(),
    };
    let mut assertion = ClientAssertion::new(&settings.client_id()?, &audience, context.now())?;
    if let Some(secs) = args.lifetime {
        assertion = assertion.with_lifetime(Duration::from_secs(secs.into()))?;
    }
    let signed = assertion.sign(settings.signer(context.output)?.as_ref()).map_err(|error| {
        let (client_id, key) = (settings.client_id_if_set(), settings.key_path_if_set());
        CliError::from(error).about(client_id.unwrap_or("ID"), key, &Scopes::default())
    })?;
    context.output.line(signed.expose_compact())
}
