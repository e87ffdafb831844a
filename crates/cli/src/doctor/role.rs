//! Whether an admin role lets the client do what its scopes say, by one harmless call.

use std::sync::Arc;

use okta_http::{AuthServer, HttpError, Method, Request, Response, ServerError, display_untrusted};
use okta_register::{AdminRole, StandardRole};
use serde_json::Value;

use super::app::{App, Held};
use super::exam::Exam;
use super::finding::{Skipped, Verdict};
use crate::context::quoted;
use crate::error::CliError;
use crate::proof_call;

/// Reads one thing that the token's scopes are for.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    exam.http()?;
    let token = exam.access_token()?;
    if exam.server()? != AuthServer::Org {
        return Ok(Verdict::skipped("tokens of a custom server are not for Okta's API"));
    }
    let scopes = token.scopes().clone();
    let Some(path) = proof_call::path_for(&scopes) else {
        return Ok(Verdict::skipped(format!("no plain read needs only `{scopes}`")));
    };
    let (http, org) = (exam.http()?, exam.org()?);
    let url = org.url(&format!("{path}?limit=1"));
    let held = Held { token, http: http.clone() };
    let call = || Ok::<_, HttpError>(Request::new(Method::Get, url.as_str()));
    let verdict = match http.authorized(Arc::new(held)).send(call) {
        Err(HttpError::RateLimited { retry_after, server }) => {
            let hint = exam.again_after(retry_after, &server);
            let error = HttpError::RateLimited { retry_after, server };
            Verdict::failure(CliError::from(&error).with_hint(hint))
        }
        Err(error) => Verdict::failure(CliError::from(&error)),
        // Not every org serves every path: features differ.
        Ok(answer) if answer.status == 404 => {
            Verdict::skipped(format!("this org does not serve {path}"))
        }
        Ok(answer) => match answer.into_success() {
            Ok(answer) => success(exam, path, &answer),
            Err(server) => refused(exam, path, server),
        },
    };
    Ok(verdict.with("call", format!("GET {path}?limit=1")))
}

fn success(exam: &Exam<'_, '_>, path: &str, answer: &Response) -> Verdict {
    match answer.json::<Value>() {
        Ok(Value::Array(items)) if items.is_empty() => Verdict::warning(
            format!(
                "GET {path} gives an empty list: the role's resources may leave everything out"
            ),
            exam.administer("role list"),
        ),
        Ok(_) => Verdict::ok(format!("GET {path} answers {}", answer.status)),
        Err(error) => Verdict::failure(CliError::from(error)),
    }
}

fn refused(exam: &mut Exam<'_, '_>, path: &str, server: ServerError) -> Verdict {
    if let Some(scope) = server.missing_scope().map(display_untrusted) {
        let hint = exam.administer(&format!("grant add --scope {}", quoted(&scope)));
        let what = format!("GET {path} needs the scope `{scope}`, which the token lacks");
        return Verdict::failure(CliError::from(server).in_place(&what).with_hint(hint));
    }
    if server.error_code() != Some("E0000006") {
        return Verdict::failure(CliError::from(server));
    }
    let roles = roles(exam);
    let what = match roles.as_deref() {
        Some([]) => "the client has no admin role, and scopes alone allow nothing".to_owned(),
        Some(roles) => format!("the scope is there, and no role of {} allows it", roles.join(", ")),
        None => "the scope is there, and no admin role allows it".to_owned(),
    };
    let role = AdminRole::Standard(StandardRole::ReadOnlyAdmin);
    let hint = exam.administer(&format!("role assign --role {role}"));
    let verdict = Verdict::failure(CliError::from(server).in_place(&what).with_hint(hint));
    let verdict = verdict.with(
        "org_setting",
        "Settings > Account > Public client app admins gives every service app SUPER_ADMIN instead",
    );
    match roles {
        Some(roles) => verdict.with("roles", roles),
        None => verdict,
    }
}

/// The client's roles, if whoever reads its app may see them.
fn roles(exam: &mut Exam<'_, '_>) -> Option<Vec<String>> {
    let app = exam.app()?;
    let App::Found { client, registrar } = &*app else { return None };
    let roles = registrar.roles(&client.client_id).ok()?;
    Some(roles.iter().map(|role| display_untrusted(&role.role_type)).collect())
}
