//! Whether the scopes exist, and are granted to the app.

use okta_http::{AuthServer, Scope, Scopes};
use okta_token::TokenError;

use super::app::App;
use super::client::words_of;
use super::exam::{Exam, Said};
use super::finding::{Skipped, Verdict};
use super::refusal::Blame;
use crate::context::flag_and_value;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::Setting;

/// Compares what is asked for with what was given, and with what the org has granted.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    exam.http()?;
    let scopes = exam.scopes()?;
    for check in ["auth_server", "client"] {
        exam.passed(check)?;
    }
    let said = exam.said_about(Blame::Scopes);
    if let Ok(Said::Refused(answer)) = &said {
        let Err(error) = answer.as_ref() else { return Err(Skipped("token")) };
        return Ok(refused(exam, &scopes, error));
    }
    let Some(granted) = granted(exam) else {
        return said.map(|_| Verdict::ok("the token has all that were asked for"));
    };
    let missing = scopes.difference(&granted);
    let verdict = if missing.is_empty() {
        Verdict::ok(format!("{} of {} are granted", scopes.len(), scopes.len()))
    } else {
        let message = format!("`{missing}` is not granted to the app");
        let error = CliError::new(Class::RequestRefused, message);
        Verdict::failure(error.with_hint(grant(exam, &missing)))
    };
    Ok(verdict.with("granted", granted.to_string()))
}

/// What is granted, if the org is asked and whoever asks may know.
fn granted(exam: &mut Exam<'_, '_>) -> Option<Scopes> {
    if exam.server != Some(AuthServer::Org) {
        return None;
    }
    let app = exam.app()?;
    let App::Found { client, registrar } = &*app else { return None };
    let grants = registrar.grants(&client.app_id).ok()?;
    Some(grants.into_iter().filter_map(|grant| Scope::new(grant.scope).ok()).collect())
}

fn grant(exam: &Exam<'_, '_>, missing: &Scopes) -> String {
    exam.administer(&format!("grant add {}", flag_and_value("--scope", &missing.to_string())))
}

fn refused(exam: &Exam<'_, '_>, scopes: &Scopes, error: &TokenError) -> Verdict {
    let told = exam.told(error);
    let words = words_of(error);
    if let TokenError::ScopesMissing { missing, token } = error {
        let verdict = Verdict::failure(told.with_hint(grant(exam, missing)));
        return verdict.with("granted", token.scopes().to_string());
    }
    if words.contains("not allowed any of the requested scopes") {
        let told = told.in_place(&format!("nothing of `{scopes}` is granted to the app"));
        return Verdict::failure(told.with_hint(grant(exam, scopes)));
    }
    if words.contains("not configured") {
        return unknown(exam, scopes, told);
    }
    if words.contains("'openid' scopes") || words.contains(".self scopes") {
        let hint = exam.set(Setting::Scope, &without_a_person(scopes));
        let told = told.in_place("a service asks for no scope about a person");
        return Verdict::failure(told.with_hint(hint));
    }
    Verdict::failure(told)
}

/// The scopes of Okta's API that are about nobody who is signed in.
fn without_a_person(scopes: &Scopes) -> String {
    let oktas = scopes.iter().map(Scope::as_str).filter(|scope| scope.starts_with("okta."));
    let kept: Vec<_> = oktas.map(|scope| scope.strip_suffix(".self").unwrap_or(scope)).collect();
    if kept.is_empty() { "okta.users.read".to_owned() } else { kept.join(" ") }
}

/// Names the scopes that the server does not tell of, and those that they are most like.
fn unknown(exam: &Exam<'_, '_>, scopes: &Scopes, told: CliError) -> Verdict {
    let supported = &exam.scopes_supported;
    let is_known = |scope: &Scope| supported.iter().any(|it| it == scope.as_str());
    let strange: Vec<_> = scopes.iter().filter(|it| !is_known(it)).map(Scope::as_str).collect();
    if supported.is_empty() || strange.is_empty() {
        return Verdict::failure(told);
    }
    let mended: Vec<_> = scopes
        .iter()
        .map(|scope| if is_known(scope) { scope.as_str() } else { nearest(supported, scope) })
        .collect();
    let place = exam.place(Setting::Scope);
    let message = format!("the server does not tell of `{}`{place}", strange.join(" "));
    let hint = exam.set(Setting::Scope, &mended.join(" "));
    Verdict::failure(told.in_place(&message).with_hint(hint)).with("unknown", strange)
}

fn nearest<'s>(supported: &'s [String], scope: &Scope) -> &'s str {
    let distance = |known: &&String| strsim::damerau_levenshtein(known, scope.as_str());
    supported.iter().min_by_key(distance).map_or("", String::as_str)
}
