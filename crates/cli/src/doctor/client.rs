//! The app: it is there, active, a service, and authenticates by a key.

use okta_http::display_untrusted;
use okta_register::{AppStatus, RegisteredClient};
use okta_token::TokenError;

use super::app::App;
use super::exam::{Credential, Exam, Said};
use super::finding::{Skipped, Verdict};
use super::refusal::Blame;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::Setting;

/// Looks at the app, or at what the token endpoint says of it.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    exam.http()?;
    let client_id = exam.client_id()?;
    let app = exam.app();
    Ok(match app.as_deref() {
        None => return by_token(exam),
        Some(App::Found { client, .. }) => of_app(exam, client),
        Some(App::Missing { with_same_key }) => {
            let place = exam.place(Setting::ClientId);
            let (message, hint) = match with_same_key {
                Some(other) => (
                    format!("the org has no client `{client_id}`{place}; `{other}` has this key"),
                    exam.set(Setting::ClientId, other),
                ),
                None => (
                    format!(
                        "the org has no client `{client_id}`{place}: deleted, or another org's"
                    ),
                    exam.set_up(),
                ),
            };
            refused(message, hint)
        }
        Some(App::NoService) => {
            let message = format!("the app `{client_id}` is not of type `service`");
            refused(message, exam.set_up())
        }
    })
}

fn of_app(exam: &mut Exam<'_, '_>, client: &RegisteredClient) -> Verdict {
    let label = display_untrusted(&client.label);
    let status = client.status.as_ref().map(AppStatus::as_str).unwrap_or_default();
    let method = client.token_endpoint_auth_method.as_deref().unwrap_or_default();
    let has_key = matches!(exam.credential, Some(Credential::Key(_)));
    let verdict = if client.status.as_ref().is_some_and(|it| *it != AppStatus::Active) {
        let message = format!("the app `{label}` is {}", display_untrusted(status));
        refused(message, exam.administer("client activate"))
    } else if has_key && !["private_key_jwt", ""].contains(&method) {
        let method = display_untrusted(method);
        let message = format!("the app `{label}` authenticates by `{method}`, not by a key");
        refused(message, exam.set_up())
    } else {
        let verdict = Verdict::ok(format!("the app `{label}` is active and a service"));
        exam.confirmed(Blame::Client, verdict)
    };
    verdict
        .with("app_id", client.app_id.as_str())
        .with("app_status", status)
        .with("token_endpoint_auth_method", method)
}

fn by_token(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    let client_id = exam.client_id()?;
    let Said::Refused(answer) = exam.said_about(Blame::Client)? else {
        return Ok(Verdict::ok("the token endpoint takes the client"));
    };
    let Err(error) = answer.as_ref() else { return Err(Skipped("token")) };
    let told = exam.told(error);
    let words = words_of(error);
    if words.contains("issuer claim") || words.contains("subject claim") {
        let place = exam.place(Setting::ClientId);
        let message = format!(
            "the org knows no active client `{client_id}`{place}: inactive, deleted, mistyped or \
             another org's"
        );
        let hint = exam.again_with("--admin-token-file", "FILE");
        return Ok(Verdict::failure(told.in_place(&message).with_hint(hint)));
    }
    let hint = words.contains("private_key_jwt").then(|| exam.set_up());
    Ok(Verdict::failure(match hint {
        Some(hint) => told.with_hint(hint),
        None => told,
    }))
}

/// What the server said about a refused request.
pub(super) fn words_of(error: &TokenError) -> &str {
    match error {
        TokenError::ClientRefused(server) | TokenError::RequestRefused(server) => {
            server.description().unwrap_or_default()
        }
        _ => "",
    }
}

fn refused(message: String, hint: String) -> Verdict {
    Verdict::failure(CliError::new(Class::ClientRefused, message).with_hint(hint))
}
