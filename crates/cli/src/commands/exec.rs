//! `exec -- CMD`.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use okta_token::TokenType;

use crate::args::{ClientArgs, ScopeArgs};
use crate::connection::http_client;
use crate::context::Context;
use crate::error::CliError;
use crate::settings::Settings;
use crate::timestamp::rfc3339;
use crate::{child, tokens};

/// Run a command with an access token in its environment
///
/// The command finds OKTA_M2M_ACCESS_TOKEN, OKTA_M2M_TOKEN_TYPE, OKTA_M2M_EXPIRES_AT and
/// OKTA_M2M_ORG_URL set. Every other variable of this program and of Okta's SDKs is kept from it,
/// because keys and API tokens may be among them. Its input and output are ours, its exit status is
/// passed on (128 + n after signal n), and signals are passed on to it: HUP, INT, QUIT, ALRM, TERM, USR1,
/// USR2, WINCH and CONT. The token is not renewed while it runs: for that there is `token watch`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m exec -- ./nightly-sync
  okta-m2m exec --scope okta.users.read -- sh -c 'curl --header \"Authorization: Bearer \
      $OKTA_M2M_ACCESS_TOKEN\" \"$OKTA_M2M_ORG_URL/api/v1/users\"'")]
pub(crate) struct Args {
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    client: ClientArgs,
    /// Command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<ExitCode, CliError> {
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(CliError::usage("no command is given"));
    };
    let settings = Settings::resolve(context, &args.client, &args.scope)?;
    let org = settings.org_url(context)?;
    let http = http_client(context, &org)?;
    let scopes = settings.scopes()?;
    let source = tokens::source(context, &settings, &http, &org, scopes.clone())?;
    let token = source.token().map_err(|error| tokens::told(&error, &settings, &scopes))?;
    tokens::tell_warnings(context, &source);
    if token.token_type() == TokenType::Dpop {
        context.output.note("note: the token is bound to a key that the command does not have");
    }
    let mut command = Command::new(program);
    command.args(arguments);
    child::scrub(&mut command, context);
    command
        .env("OKTA_M2M_ACCESS_TOKEN", token.expose())
        .env("OKTA_M2M_TOKEN_TYPE", token.token_type().as_str())
        .env("OKTA_M2M_EXPIRES_AT", rfc3339(token.expires_at())?)
        .env("OKTA_M2M_ORG_URL", org.as_str());
    context.output.flush().map_err(CliError::from)?;
    child::run(command)
}
