//! Whether the authorization server exists, is itself, and has what is asked of it.

use okta_http::{AuthServer, Scopes, TokenEndpoint};
use okta_token::{ServerMetadata, TokenError};

use super::exam::Exam;
use super::finding::{Skipped, Verdict};
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::Setting;

/// Compares the server with its metadata (RFC 8414 section 3.3).
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    let (http, endpoint, server) = (exam.http()?, exam.endpoint()?, exam.server()?);
    let metadata = ServerMetadata::fetch(&http, &endpoint);
    let place = exam.place(Setting::AuthServer);
    let verdict = match (metadata, &server) {
        (Err(error @ TokenError::ForeignMetadata { .. }), _) => {
            let told = CliError::from(&error);
            Verdict::warning(format!("{}{place}", told.message()), look(&endpoint))
        }
        (Err(error @ TokenError::RequestRefused(_)), AuthServer::Custom(id)) => {
            let what = format!("the org has no authorization server `{}`{place}", id.as_str());
            let error = CliError::from(&error).in_place(&what);
            Verdict::failure(error.with_hint(exam.set(Setting::AuthServer, other_server(exam))))
        }
        (Err(error), _) => {
            let error = CliError::from(&error).in_place("the metadata of the server");
            Verdict::failure(error.with_hint(look(&endpoint)))
        }
        (Ok(_), AuthServer::Custom(id)) if has_okta_scopes(exam) => {
            let message = format!(
                "scopes that begin with `okta.` are granted by the org authorization server alone, \
                 not by `{}`{place}",
                id.as_str()
            );
            let error = CliError::new(Class::RequestRefused, message);
            Verdict::failure(error.with_hint(exam.set(Setting::AuthServer, "org")))
        }
        (Ok(metadata), _) => {
            exam.scopes_supported = metadata.scopes_supported().to_vec();
            Verdict::ok(format!("{} says so of itself", endpoint.issuer()))
        }
    };
    Ok(verdict.with("issuer", endpoint.issuer()))
}

/// Shows the metadata, by a program that everybody has.
fn look(endpoint: &TokenEndpoint) -> String {
    format!("curl -i {}/.well-known/oauth-authorization-server", endpoint.issuer())
}

fn has_okta_scopes(exam: &Exam<'_, '_>) -> bool {
    let is_oktas = |scopes: &Scopes| scopes.iter().any(|it| it.as_str().starts_with("okta."));
    exam.scopes.as_ref().is_some_and(is_oktas)
}

/// The server that the scopes are for.
fn other_server(exam: &Exam<'_, '_>) -> &'static str {
    if has_okta_scopes(exam) { "org" } else { "default" }
}
