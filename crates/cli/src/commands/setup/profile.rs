//! The profile that `setup` writes.

use std::path::Path;

use jwk_gen::KeyId;
use okta_http::{OrgUrl, Scopes};
use okta_register::RegisteredClient;
use okta_token::DpopMode;

use super::absolute;
use crate::config_file::Saved;
use crate::context::{Context, DEFAULT_PROFILE};
use crate::error::CliError;
use crate::provision::{Outcome, Step, step};
use crate::settings::Setting;

/// The profile that is asked for, else the one that the file names, else `default`.
pub(super) fn name(context: &Context<'_>) -> Result<String, CliError> {
    if let Some(name) = context.profile_name()? {
        return Ok(name);
    }
    Ok(context.config_file()?.default_profile().unwrap_or(DEFAULT_PROFILE).to_owned())
}

/// Refuses, before anything is changed, to write over the profile of another org or of another
/// service. A profile of a local org may go: these come and go with their port.
pub(super) fn check(context: &Context<'_>, org: &OrgUrl, key: &Path) -> Result<(), CliError> {
    let name = name(context)?;
    let file = context.config_file()?;
    file.place()?;
    file.check_new_name(&name)?;
    let Some(profile) = file.profile(&name) else { return Ok(()) };
    let Some(other) = profile.text(Setting::OrgUrl) else { return Ok(()) };
    let of_other_org = match OrgUrl::parse(&other) {
        Ok(other) if other.is_loopback() => return Ok(()),
        Ok(other) => other != *org,
        Err(_) => true,
    };
    let other_key = profile.text(Setting::Key);
    let of_other_key =
        other_key.as_deref().is_some_and(|other| Some(other) != absolute(key).ok().as_deref());
    let belongs = match (of_other_org, other_key) {
        (true, _) => format!("is for {other}, not for {org}"),
        (false, Some(other)) if of_other_key => format!("is for the key {other}"),
        _ => return Ok(()),
    };
    let message = format!("profile `{name}` in {} {belongs}", file.path().display());
    Err(CliError::settings(message).with_hint("name another: --profile NAME"))
}

/// The profile of an app that is still to be registered.
pub(super) fn planned(context: &Context<'_>) -> Result<Step, CliError> {
    let name = name(context)?;
    let file = context.config_file()?;
    let what = if file.profile(&name).is_some() { "change" } else { "make" };
    let place = file.path().display();
    Ok(step("profile", Outcome::Planned, format!("{what} `{name}` in {place}")))
}

/// What the profile will say.
pub(super) struct Profile<'a> {
    pub(super) org: &'a OrgUrl,
    pub(super) client: &'a RegisteredClient,
    pub(super) key: &'a Path,
    /// The file that opens the key, if the call named one.
    pub(super) key_passphrase_file: Option<&'a Path>,
    /// What the call said about DPoP, if anything.
    pub(super) dpop: Option<DpopMode>,
    /// The key id that the org knows the key by, if the key file says another.
    pub(super) kid: Option<&'a KeyId>,
}

impl Profile<'_> {
    /// Whether [`Self::save`] would make the profile, change it or leave it as it is.
    pub(super) fn planned(&self, context: &Context<'_>, scopes: &Scopes) -> Result<Step, CliError> {
        let name = name(context)?;
        let file = context.config_file()?;
        let Some(profile) = file.profile(&name) else { return planned(context) };
        let is_right =
            |(setting, wanted): &(Setting, Option<String>)| profile.text(*setting) == *wanted;
        if !self.settings(scopes)?.iter().all(is_right) {
            return planned(context);
        }
        let place = file.path().display();
        Ok(step("profile", Outcome::Unchanged, format!("`{name}` in {place}")))
    }

    /// What it says, and without a value what it says no longer.
    fn settings(&self, scopes: &Scopes) -> Result<Vec<(Setting, Option<String>)>, CliError> {
        let mut settings = vec![
            (Setting::OrgUrl, Some(self.org.to_string())),
            (Setting::ClientId, Some(self.client.client_id.clone())),
            (Setting::Key, Some(absolute(self.key)?)),
            (Setting::Kid, self.kid.map(ToString::to_string)),
            (Setting::Scope, Some(scopes.to_string())),
            (Setting::AuthServer, None),
            (Setting::Dpop, self.dpop.map(|mode| mode.to_string())),
        ];
        if let Some(file) = self.key_passphrase_file {
            settings.push((Setting::KeyPassphraseFile, Some(absolute(file)?)));
        }
        Ok(settings)
    }

    /// Writes the profile with which `token get` works. What an older one said besides goes.
    pub(super) fn save(&self, context: &Context<'_>, scopes: &Scopes) -> Result<Step, CliError> {
        let name = name(context)?;
        let settings = self.settings(scopes)?;
        let mut file = context.config_file()?;
        let before = file.profile(&name).and_then(|profile| profile.text(Setting::ClientId));
        let of_another = before.filter(|before| *before != self.client.client_id);
        let was = of_another.map_or(String::new(), |id| format!(", which was for {id}"));
        let outcome = match file.save_profile(&name, &settings)? {
            Saved::Written => Outcome::Changed,
            Saved::Unchanged => Outcome::Unchanged,
        };
        Ok(step("profile", outcome, format!("`{name}` in {}{was}", file.path().display())))
    }
}
