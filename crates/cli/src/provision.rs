//! The way of a service app, step by step, each step done only if it is not done yet.

use jwk_gen::{JwkSet, PrivateJwk};
use okta_http::{HttpClient, Method, OrgUrl, Request, Response, Scope, Scopes, ServerError};
use okta_register::{
    AdminRole, AppId, AppStatus, GrantOutcome, GrantResult, KeySource, RegisteredClient, Registrar,
    Registration, RoleOutcome, ServiceApp,
};
use okta_token::{AccessToken, DpopMode};
use serde::Serialize;

use crate::error::CliError;
use crate::exit_code::Class;
use crate::registrations::Registrations;
use crate::{hint, proof_call};

/// What a step came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Something was made or changed.
    Changed,
    /// It was as wanted already.
    Unchanged,
    /// It would be made or changed, were this not a dry run.
    Planned,
    /// Nothing to make: the step asks something of the server.
    Done,
}

/// A step that was taken.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) step: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) detail: String,
}

/// What the service app is to be.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) label: &'a str,
    pub(crate) key: &'a PrivateJwk,
    pub(crate) scopes: &'a Scopes,
    pub(crate) role: Option<&'a AdminRole>,
    pub(crate) dpop: DpopMode,
    pub(crate) dry_run: bool,
    /// The journal; none for an org that is gone when the process ends.
    pub(crate) registrations: Option<&'a Registrations>,
}

/// Finds the app that has this key, or registers one. In a dry run there may be none.
pub(crate) fn app(
    registrar: &Registrar,
    wanted: &Wanted<'_>,
) -> Result<(Option<RegisteredClient>, Step), CliError> {
    let found = registrar.find_by_key(wanted.label, &wanted.key.thumbprint())?;
    if let Some(client) = found {
        check_dpop(&client, wanted.dpop)?;
        return activate(registrar, client, wanted.dry_run);
    }
    if wanted.dry_run {
        return Ok((None, planned_app(wanted.label)));
    }
    let jwks = JwkSet::new(vec![wanted.key.public()])
        .map_err(|error| CliError::of(Class::File, &error))?;
    let app = ServiceApp::new(wanted.label, KeySource::Jwks(jwks))?
        .with_dpop_bound(wanted.dpop == DpopMode::Always);
    let (client, how) = match wanted.registrations {
        Some(registrations) => {
            check_super_admin(registrar)?;
            registrations.register(registrar, app)?
        }
        None => (registrar.register(&app)?, Registration::Made),
    };
    let (id, is_ours) = (client.client_id.clone(), how != Registration::Present);
    Ok((
        Some(client),
        if is_ours {
            step("app", Outcome::Changed, format!("{id} registered"))
        } else {
            step("app", Outcome::Unchanged, format!("{id} has this key"))
        },
    ))
}

/// An app that would be made.
pub(crate) fn planned_app(label: &str) -> Step {
    step("app", Outcome::Planned, format!("register `{label}` (POST /api/v1/apps)"))
}

/// The token and the call that would end a setup.
pub(crate) fn planned_proof(scopes: &Scopes) -> [Step; 2] {
    let call = match proof_call::path_for(scopes) {
        Some(path) => format!("GET {path}?limit=1 with it"),
        None => format!("none: no plain read needs only `{scopes}`"),
    };
    [
        step("token", Outcome::Planned, format!("ask for one with {scopes}")),
        step("api", Outcome::Planned, call),
    ]
}

/// Refuses a credential with which the rest could not be done, before anything is made.
pub(crate) fn check_super_admin(registrar: &Registrar) -> Result<(), CliError> {
    registrar.check_super_admin().map_err(|error| {
        CliError::from(error)
            .in_place("only a Super Admin can grant scopes and assign roles")
            .with_hint("give the API token of a Super Admin: --admin-token-file FILE")
    })
}

/// An app that says otherwise about DPoP is not changed behind its owner's back.
fn check_dpop(client: &RegisteredClient, dpop: DpopMode) -> Result<(), CliError> {
    let what = match (client.dpop_bound_access_tokens, dpop) {
        (Some(true), DpopMode::Never) => "demands DPoP",
        (Some(false), DpopMode::Always) => "does not bind its tokens to a key",
        _ => return Ok(()),
    };
    let message = format!("{} has this key and {what}", client.client_id);
    Err(CliError::new(Class::ClientRefused, message)
        .with_hint("accept what the app does: --dpop auto, or take a new key: --key FILE"))
}

fn activate(
    registrar: &Registrar,
    client: RegisteredClient,
    dry_run: bool,
) -> Result<(Option<RegisteredClient>, Step), CliError> {
    let id = client.client_id.clone();
    if client.status == Some(AppStatus::Active) {
        return Ok((Some(client), step("app", Outcome::Unchanged, format!("{id} has this key"))));
    }
    if dry_run {
        let detail = format!("activate {id}");
        return Ok((Some(client), step("app", Outcome::Planned, detail)));
    }
    registrar.activate(&client.app_id)?;
    Ok((Some(client), step("app", Outcome::Changed, format!("{id} activated"))))
}

/// Grants the scopes that are not granted yet.
pub(crate) fn grants(
    registrar: &Registrar,
    app: &AppId,
    wanted: &Wanted<'_>,
) -> Result<Step, CliError> {
    if wanted.dry_run {
        return planned_grants(registrar, app, wanted.scopes);
    }
    let results = registrar.grant(app, wanted.scopes)?;
    let is_new = |result: &&GrantResult| matches!(result.outcome, GrantOutcome::Granted);
    let granted: Vec<_> =
        results.iter().filter(is_new).map(|result| result.scope.to_string()).collect();
    if let Some(error) = first_failure(results) {
        return Err(if granted.is_empty() { error } else { error.after_a_change() });
    }
    Ok(if granted.is_empty() {
        step("grants", Outcome::Unchanged, wanted.scopes.to_string())
    } else {
        step("grants", Outcome::Changed, granted.join(" "))
    })
}

/// The first scope that was not granted, as an error.
pub(crate) fn first_failure(results: Vec<GrantResult>) -> Option<CliError> {
    results.into_iter().find_map(|result| match result.outcome {
        GrantOutcome::Refused(server) => Some(refused_grant(&result.scope, server)),
        GrantOutcome::Failed(error) => {
            Some(CliError::from(error).in_place(&format!("`{}` was not granted", result.scope)))
        }
        _ => None,
    })
}

fn planned_grants(registrar: &Registrar, app: &AppId, scopes: &Scopes) -> Result<Step, CliError> {
    let granted = registrar.grants(app)?;
    let is_granted = |scope: &Scope| granted.iter().any(|grant| grant.scope == scope.as_str());
    let missing: Scopes = scopes.iter().filter(|scope| !is_granted(scope)).cloned().collect();
    if missing.is_empty() {
        return Ok(step("grants", Outcome::Unchanged, scopes.to_string()));
    }
    let there: Scopes = scopes.iter().filter(|scope| is_granted(scope)).cloned().collect();
    let mut detail = format!("grant {missing}");
    if !there.is_empty() {
        detail += &format!("; granted already: {there}");
    }
    Ok(step("grants", Outcome::Planned, detail))
}

/// The refusal of one scope.
fn refused_grant(scope: &Scope, server: ServerError) -> CliError {
    let class = match server.status {
        401 | 403 => Class::ClientRefused,
        500.. => Class::Server,
        _ => Class::RequestRefused,
    };
    let hint = match server.error_code() {
        Some("E0000006") => Some(
            "only a Super Admin can grant scopes: give the API token of one by \
             --admin-token-file FILE"
                .to_owned(),
        ),
        _ => hint::for_admin(&server)
            .or_else(|| Some(format!("check the spelling of `{scope}`: okta-m2m scope list"))),
    };
    CliError::new(class, format!("`{scope}` was not granted: {server}"))
        .with_server(server)
        .or_hint(|| hint)
}

/// Assigns the role if it is not assigned yet.
pub(crate) fn role(
    registrar: &Registrar,
    client_id: &str,
    wanted: &Wanted<'_>,
) -> Result<Step, CliError> {
    let Some(role) = wanted.role else {
        return Ok(step("role", Outcome::Unchanged, "none asked for"));
    };
    if wanted.dry_run {
        let assigned = registrar.roles(client_id)?.iter().any(|assigned| assigned.is(role));
        return Ok(if assigned {
            step("role", Outcome::Unchanged, role.to_string())
        } else {
            step("role", Outcome::Planned, format!("assign {role}"))
        });
    }
    let outcome = match registrar.assign_role(client_id, role)? {
        RoleOutcome::AlreadyAssigned => Outcome::Unchanged,
        _ => Outcome::Changed,
    };
    Ok(step("role", outcome, role.to_string()))
}

/// One read with the token, if Okta publishes one for its scopes.
pub(crate) fn proof(
    http: &HttpClient,
    org: &OrgUrl,
    token: &AccessToken,
) -> Result<Step, CliError> {
    let Some(path) = proof_call::path_for(token.scopes()) else {
        let detail = format!("no plain read needs only `{}`", token.scopes());
        return Ok(step("api", Outcome::Done, detail));
    };
    let url = org.url(&format!("{path}?limit=1"));
    let answer = call(http, token, &url)?;
    let detail = match answer.status {
        // Not every org serves every path: features differ, and the local one is small.
        404 => format!("the token works, but this org does not serve {path}"),
        status => format!("GET {path} answered {status}"),
    };
    Ok(step("api", Outcome::Done, detail))
}

fn call(http: &HttpClient, token: &AccessToken, url: &str) -> Result<Response, CliError> {
    let build = || Ok(token.authorize(Request::new(Method::Get, url), http.server_time())?);
    let response = http.send::<CliError>(build)?;
    if response.status == 404 {
        return Ok(response);
    }
    response.into_success().map_err(CliError::from)
}

pub(crate) fn step(step: &'static str, outcome: Outcome, detail: impl Into<String>) -> Step {
    Step { step, outcome, detail: detail.into() }
}
