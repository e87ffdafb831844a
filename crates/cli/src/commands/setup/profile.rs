//! The profile that `setup` writes.

use std::path::Path;

use okta_http::{OrgUrl, Scopes};
use okta_register::RegisteredClient;

use super::absolute;
use crate::config_file::Saved;
use crate::context::Context;
use crate::error::CliError;
use crate::provision::{Outcome, Step, step};
use crate::settings::Setting;

/// Refuses, before anything is changed, to write over the profile of another org. A profile of a
/// local org may go: these come and go with their port.
pub(super) fn check(context: &Context<'_>, org: &OrgUrl) -> Result<(), CliError> {
    let name = context.profile_name()?;
    let file = context.config_file()?;
    let Some(profile) = file.profile(&name) else { return Ok(()) };
    let Some(other) = profile.text(Setting::OrgUrl) else { return Ok(()) };
    match OrgUrl::parse(&other) {
        Ok(other) if other == *org || other.is_loopback() => Ok(()),
        _ => Err(CliError::settings(format!(
            "profile `{name}` in {} is for {other}, not for {org}",
            file.path().display()
        ))
        .with_hint("name another: --profile NAME")),
    }
}

/// Writes the profile with which `token get` works.
pub(super) fn save(
    context: &Context<'_>,
    org: &OrgUrl,
    client: &RegisteredClient,
    key: &Path,
    scopes: &Scopes,
) -> Result<Step, CliError> {
    let name = context.profile_name()?;
    let settings = [
        (Setting::OrgUrl, org.to_string()),
        (Setting::ClientId, client.client_id.clone()),
        (Setting::Key, absolute(key)?),
        (Setting::Scope, scopes.to_string()),
    ];
    let mut file = context.config_file()?;
    let outcome = match file.save_profile(&name, &settings)? {
        Saved::Written => Outcome::Changed,
        Saved::Unchanged => Outcome::Unchanged,
    };
    Ok(step("profile", outcome, format!("`{name}` in {}", file.path().display())))
}
