//! `assertion inspect`.

use jwt_sign::{Expectations, InspectError, Inspection, inspect};
use okta_http::{TokenEndpoint, display_untrusted};
use zeroize::Zeroizing;

use crate::args::{ClientArgs, ScopeArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::settings::Settings;
use crate::stdin;

/// Show an assertion and every reason for which Okta would refuse it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The signature is not verified. The audience and the client id are compared \
with the settings, where these are set. The exit code is 0 whatever is found in a JWT, and 2 if it is none.

Examples:
  okta-m2m assertion create | okta-m2m assertion inspect
  okta-m2m assertion inspect --format json < assertion.jwt"
)]
pub(crate) struct Args {
    /// Compact JWT; - for stdin
    #[arg(default_value = "-", value_name = "JWT")]
    jwt: String,
    #[command(flatten)]
    client: ClientArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let settings = Settings::resolve(context, &args.client, &ScopeArgs::default())?;
    let settings = settings.without_the_key();
    settings.note_overrides(context);
    let text = text(&args.jwt)?;
    let inspection = held_against(&settings, context, |it| inspect(text.trim(), it))?;
    if context.format()? == Format::Json {
        return context.output.json(&inspection);
    }
    print(context, &inspection)?;
    if inspection.refusals.is_empty() {
        context.output.line("no reason to refuse it, the signature apart")?;
    }
    Ok(())
}

/// The assertion of an argument, or of stdin.
pub(super) fn text(jwt: &str) -> Result<Zeroizing<String>, CliError> {
    if jwt == "-" { stdin::read() } else { Ok(Zeroizing::new(jwt.to_owned())) }
}

/// Judges by the time, and by the endpoint and the client of the settings, where these are set.
pub(super) fn held_against<T>(
    settings: &Settings,
    context: &Context<'_>,
    judge: impl FnOnce(&Expectations<'_>) -> Result<T, InspectError>,
) -> Result<T, CliError> {
    let server = settings.auth_server()?;
    let endpoint = settings.org_url_if_set().map(|org| TokenEndpoint::new(&org, &server));
    let expected = Expectations {
        now: context.now(),
        audience: endpoint.as_ref().map(TokenEndpoint::as_str),
        client_id: settings.client_id_if_set(),
    };
    Ok(judge(&expected)?)
}

/// What it says, and each reason to refuse it.
pub(super) fn print(context: &mut Context<'_>, inspection: &Inspection) -> Result<(), CliError> {
    for (title, members) in [("header", &inspection.header), ("claims", &inspection.claims)] {
        context.output.line(title)?;
        for (name, value) in members {
            let line =
                format!("  {}  {}", display_untrusted(name), display_untrusted(&value.to_string()));
            context.output.line(&line)?;
        }
    }
    for refusal in &inspection.refusals {
        let text = display_untrusted(&refusal.to_string());
        context.output.line(&format!("refused: {text}"))?;
    }
    Ok(())
}
