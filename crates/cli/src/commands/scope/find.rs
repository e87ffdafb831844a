//! `scope find METHOD PATH`.

use std::cmp::Reverse;

use okta_http::catalogue::{self, Needs, Operation};
use okta_http::{Method, display_untrusted};
use serde_json::{Value, json};

use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;

/// Say which scopes an endpoint needs, by Okta's published operations
///
/// The path may have placeholders, as in Okta's reference, or be a real one or a whole URL.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m scope find GET '/api/v1/users/{id}'
  okta-m2m scope find POST /api/v1/users/00u1/lifecycle/suspend
  okta-m2m scope find GET 'https://acme.okta.com/api/v1/logs?limit=1' --format json")]
pub(crate) struct Args {
    /// HTTP method
    #[arg(value_name = "METHOD")]
    method: String,
    /// Path below the org URL
    #[arg(value_name = "PATH")]
    path: String,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let method: Method =
        args.method.parse().map_err(|error| CliError::usage("`METHOD`").because(&error))?;
    let operation = match catalogue::find_operation(method, &args.path) {
        Ok(operation) => operation,
        Err(error) => return Err(not_found(method, &args.path, error.methods())),
    };
    if context.format()? == Format::Json {
        return context.output.json(&to_json(&operation));
    }
    context.output.line(&format!("{}  ({})", name(&operation), operation.id()))?;
    for line in lines(&operation.needs()) {
        context.output.line(&line)?;
    }
    Ok(())
}

fn name(operation: &Operation) -> String {
    format!("{} {}", operation.method(), operation.path())
}

/// What the operation needs, in words.
fn lines(needs: &Needs) -> Vec<String> {
    let one = |text: &str| vec![text.to_owned()];
    match needs {
        Needs::Scopes(scopes) => scopes.iter().flat_map(|scope| scope_lines(scope)).collect(),
        Needs::Nothing => one("needs nothing: no token, no scope"),
        Needs::ClientAuthentication => {
            one("needs the client's own authentication, such as a client assertion, and no token")
        }
        Needs::ApiToken => one("needs an API token (SSWS): no OAuth token is taken"),
        _ => Vec::new(),
    }
}

/// A line for the scope, one for what covers it, one if no service can have it.
fn scope_lines(scope: &str) -> Vec<String> {
    let purpose = catalogue::find_scope(scope).map_or("", |scope| scope.purpose());
    let mut lines = vec![format!("needs  {scope}  {purpose}").trim_end().to_owned()];
    if let Some(wider) = catalogue::covering_scope(scope) {
        lines.push(format!("or     {}  {}", wider.name(), wider.purpose()));
    }
    if catalogue::is_for_people(scope) || scope == "openid" {
        lines.push("only a person's token can have it: Okta refuses it to a service".to_owned());
    }
    lines
}

fn to_json(operation: &Operation) -> Value {
    let needs = operation.needs();
    let (kind, scopes) = match &needs {
        Needs::Scopes(scopes) => ("scopes", scopes.as_slice()),
        Needs::Nothing => ("nothing", [].as_slice()),
        Needs::ClientAuthentication => ("client_authentication", [].as_slice()),
        Needs::ApiToken => ("api_token", [].as_slice()),
        _ => ("unknown", [].as_slice()),
    };
    let scope = |name: &&str| {
        json!({
            "scope": name,
            "purpose": catalogue::find_scope(name).map(|scope| scope.purpose()),
            "covered_by": catalogue::covering_scope(name).map(|wider| wider.name()),
            "for_services": !(catalogue::is_for_people(name) || *name == "openid"),
        })
    };
    json!({
        "method": operation.method().as_str(),
        "path": operation.path(),
        "operation_id": operation.id(),
        "needs": kind,
        "scopes": scopes.iter().map(scope).collect::<Vec<_>>(),
    })
}

fn not_found(method: Method, path: &str, methods: &[Method]) -> CliError {
    let shown = display_untrusted(path);
    let message = format!("`{method} {shown}` is no operation that Okta has published");
    if !methods.is_empty() {
        let names: Vec<_> = methods.iter().map(|method| method.as_str()).collect();
        return CliError::usage(format!("{message}; the path has {}", names.join(", ")))
            .with_hint(format!("okta-m2m scope find {} {shown}", names[0]));
    }
    let closest = closest(method, path).join(", ");
    CliError::usage(message).with_hint(format!("the closest are {closest}"))
}

/// The three operations that are most alike, those of the same method before others that are as close.
fn closest(method: Method, path: &str) -> Vec<String> {
    let mut all: Vec<_> = catalogue::operations()
        .map(|it| (Reverse(likeness(it.path(), path)), it.method() != method, name(&it)))
        .collect();
    all.sort();
    all.into_iter().take(3).map(|(_, _, name)| name).collect()
}

/// In thousandths: each segment of a path counts, and a placeholder is half like anything.
fn likeness(template: &str, path: &str) -> u64 {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments = |text: &'_ str| text.split('/').filter(|it| !it.is_empty()).count().max(1);
    let pairs = template.trim_matches('/').split('/').zip(path.trim_matches('/').split('/'));
    let sum: f64 = pairs
        .map(|(wanted, given)| match wanted.starts_with('{') {
            true => 0.5,
            false => strsim::jaro_winkler(&wanted.to_lowercase(), &given.to_lowercase()),
        })
        .sum();
    let longest = segments(template).max(segments(path)) as f64;
    (1000.0 * sum / longest) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_closest(method: Method, path: &str, expected: &str) {
        assert_eq!(closest(method, path)[0], expected);
    }

    #[test]
    fn the_closest_operation_comes_first() {
        check_closest(Method::Get, "/api/v1/user", "GET /api/v1/users");
        check_closest(Method::Post, "/api/v1/Users", "POST /api/v1/users");
        let suspend = "POST /api/v1/users/{id}/lifecycle/suspend";
        check_closest(Method::Post, "/api/v1/users/00u1/lifecycle/supsend", suspend);
        check_closest(Method::Get, "/api/v1/log?limit=1", "GET /api/v1/logs");
    }
}
