//! Settings: flag, then variable, then profile, then what Okta's SDKs and Terraform read, then default.

use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use jwt_sign::ClientId;
use okta_http::{AuthServer, OrgUrl, Scopes, TokenEndpoint};
use okta_token::DpopMode;
use zeroize::Zeroizing;

use crate::args::{AdminArgs, ClientArgs, GlobalArgs, ScopeArgs};
use crate::config_file::ConfigFile;
use crate::context::{Context, DEFAULT_PROFILE, SdkConnection};
use crate::error::CliError;
use crate::exit_code::Class;

mod admin_token;
mod explain;
mod key;
pub(crate) mod okta_yaml;
mod origin;
mod overrides;
mod places;
mod setting;
mod shown;

use origin::Family;
use overrides::Override;
use places::{Places, origin_in};
use shown::Shown;

pub(crate) use admin_token::of_others as admin_token_of_others;
pub(crate) use explain::{Candidate, Explained, Standing, explain};
pub(crate) use key::KeyFile;
pub(crate) use origin::Origin;
pub(crate) use setting::Setting;

/// A value and its origin.
#[derive(Clone)]
struct Sourced {
    value: Zeroizing<String>,
    origin: Origin,
}

/// What a profile that does not exist means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Absent {
    /// A mistake, if it was asked for by its name.
    Refused,
    /// Nothing: it is about to be made.
    Fine,
}

/// What a call may need, in an order in which what a setting goes with stands before it.
fn resolved() -> impl Iterator<Item = Setting> {
    Setting::PROFILE.into_iter().chain([Setting::Timeout, Setting::Proxy])
}

/// The settings of one call.
pub(crate) struct Settings {
    values: Vec<(Setting, Sourced)>,
    discover: bool,
    overridden: Vec<Override>,
}

impl Settings {
    /// Looks every setting up; `flags` are what the command line says.
    pub(crate) fn resolve(
        context: &Context<'_>,
        client: &ClientArgs,
        scope: &ScopeArgs,
    ) -> Result<Self, CliError> {
        Self::resolve_with(context, client, scope, Absent::Refused)
    }

    /// As [`Self::resolve`], saying what a missing profile means.
    pub(crate) fn resolve_with(
        context: &Context<'_>,
        client: &ClientArgs,
        scope: &ScopeArgs,
        absent: Absent,
    ) -> Result<Self, CliError> {
        let asked_for = context.profile_name()?;
        let file = context.config_file()?;
        let named = asked_for.as_deref().or(file.default_profile());
        let profile = named.unwrap_or(DEFAULT_PROFILE);
        if named.is_some() && file.profile(profile).is_none() && absent == Absent::Refused {
            return Err(no_such_profile(profile, &file));
        }
        let places = Places::new(&context.environment, &file, profile);
        let mut settings = Self::empty(client.discover);
        for setting in resolved() {
            settings.look_up(setting, context, &places, (client, scope))?;
        }
        if absent == Absent::Fine {
            // Who makes a profile does not use it yet.
            settings.overridden.clear();
        }
        Ok(settings)
    }

    /// As [`Self::resolve`], but what cannot be had is left out, and why is told.
    pub(crate) fn resolve_leniently(
        context: &Context<'_>,
        file: &ConfigFile,
        client: &ClientArgs,
        scope: &ScopeArgs,
    ) -> (Self, Vec<CliError>) {
        let mut problems = Vec::new();
        let asked_for = context.profile_name().unwrap_or_else(|error| {
            problems.push(error);
            None
        });
        let named = asked_for.as_deref().or(file.default_profile());
        let profile = named.unwrap_or(DEFAULT_PROFILE);
        if named.is_some() && file.profile(profile).is_none() {
            problems.push(no_such_profile(profile, file));
        }
        let places = Places::new(&context.environment, file, profile);
        let mut settings = Self::empty(client.discover);
        for setting in resolved() {
            problems.extend(settings.look_up(setting, context, &places, (client, scope)).err());
        }
        (settings, problems)
    }

    const fn empty(discover: bool) -> Self {
        Self { values: Vec::new(), discover, overridden: Vec::new() }
    }

    fn look_up(
        &mut self,
        setting: Setting,
        context: &Context<'_>,
        places: &Places<'_>,
        (client, scope): (&ClientArgs, &ScopeArgs),
    ) -> Result<(), CliError> {
        let flag = flag_of(setting, &context.global, client, scope, &AdminArgs::default())?;
        let last = self.last_family(setting);
        if [Setting::Timeout, Setting::Proxy].contains(&setting) && last == Family::Ours {
            // What is ours is read where the connection is made.
            return Ok(());
        }
        let found = places.candidates(setting, flag, last).next().transpose()?;
        self.overridden.extend(found.as_ref().and_then(|it| Override::of(places, setting, it)));
        self.values.extend(found.map(|found| (setting, found)));
        Ok(())
    }

    /// Where a setting may still come from, once what it goes with is found.
    fn last_family(&self, setting: Setting) -> Family {
        let leader = setting.goes_with().and_then(|leader| self.find(leader));
        leader.map_or(Family::Terraform, |leader| leader.origin.family())
    }

    /// The settings of a named profile, with nothing of the call's own but the org URL.
    pub(crate) fn of_profile(context: &Context<'_>, profile: &str) -> Result<Self, CliError> {
        let file = context.config_file()?;
        let Some(section) = file.profile(profile) else {
            return Err(no_such_profile(profile, &file));
        };
        let values = Setting::PROFILE.into_iter().filter_map(|setting| {
            let value = Zeroizing::new(section.text(setting)?);
            let origin = origin_in(profile, setting, file.path());
            Some((setting, Sourced { value, origin }))
        });
        Ok(Self { values: values.collect(), ..Self::empty(false) })
    }

    fn find(&self, setting: Setting) -> Option<&Sourced> {
        self.values.iter().find(|(known, _)| *known == setting).map(|(_, sourced)| sourced)
    }

    fn require(&self, setting: Setting) -> Result<&Sourced, CliError> {
        self.find(setting).ok_or_else(|| {
            CliError::settings(format!("no {} is set", setting.key().replace('_', " "))).with_hint(
                format!(
                    "give {} or {}, or make a profile with `okta-m2m setup`",
                    setting.flag(),
                    setting.variable()
                ),
            )
        })
    }

    /// The org URL; corrections are told as remarks.
    pub(crate) fn org_url(&self, context: &mut Context<'_>) -> Result<OrgUrl, CliError> {
        let found = self.require(Setting::OrgUrl)?;
        let url = parse(found, OrgUrl::parse)?;
        for correction in url.corrections() {
            context.output.note_once(&format!("note: {}: {correction}", found.origin));
        }
        self.note_overrides(context);
        context.sdk_connection = self.sdk_connection()?;
        Ok(url)
    }

    /// The org URL without remarks.
    pub(crate) fn org_url_silently(&self) -> Result<OrgUrl, CliError> {
        parse(self.require(Setting::OrgUrl)?, OrgUrl::parse)
    }

    /// A setting's value as it may be shown.
    pub(crate) fn shown(&self, setting: Setting) -> Option<Shown> {
        self.find(setting).map(|found| Shown::of(setting, found))
    }

    /// A remark if the client id and its key come from places that have nothing to do with each other.
    pub(crate) fn mixture(&self) -> Option<String> {
        let (id, key) = (self.find(Setting::ClientId)?, self.find(Setting::Key)?);
        let differ = id.origin.family() != key.origin.family();
        differ.then(|| format!("the client id is from {}, the key from {}", id.origin, key.origin))
    }

    /// What Okta's SDKs keep about the way to the org, if they name the org as well.
    pub(crate) fn sdk_connection(&self) -> Result<SdkConnection, CliError> {
        let of_sdk =
            |setting| self.find(setting).filter(|found| found.origin.family() == Family::Sdk);
        let proxy = of_sdk(Setting::Proxy).map(|found| found.value.to_string());
        let timeout = of_sdk(Setting::Timeout).map(seconds).transpose()?;
        Ok(SdkConnection { proxy, timeout })
    }

    /// The org URL if one is set and sound.
    pub(crate) fn org_url_if_set(&self) -> Option<OrgUrl> {
        OrgUrl::parse(&self.find(Setting::OrgUrl)?.value).ok()
    }

    pub(crate) fn auth_server(&self) -> Result<AuthServer, CliError> {
        self.find(Setting::AuthServer)
            .map_or(Ok(AuthServer::Org), |found| parse(found, str::parse::<AuthServer>))
    }

    /// Whether the server's metadata are read before the first request.
    pub(crate) fn discover(&self) -> bool {
        self.discover
    }

    /// Whether token requests carry a DPoP proof.
    pub(crate) fn dpop(&self) -> Result<DpopMode, CliError> {
        self.find(Setting::Dpop)
            .map_or(Ok(DpopMode::Auto), |found| parse(found, str::parse::<DpopMode>))
    }

    pub(crate) fn token_endpoint(
        &self,
        context: &mut Context<'_>,
    ) -> Result<TokenEndpoint, CliError> {
        Ok(TokenEndpoint::new(&self.org_url(context)?, &self.auth_server()?))
    }

    pub(crate) fn client_id(&self) -> Result<ClientId, CliError> {
        parse(self.require(Setting::ClientId)?, ClientId::new)
    }

    pub(crate) fn client_id_if_set(&self) -> Option<&str> {
        self.find(Setting::ClientId).map(|found| found.value.as_str())
    }

    /// The scopes; a custom authorization server has default ones, the org server has none.
    pub(crate) fn scopes(&self) -> Result<Scopes, CliError> {
        if self.find(Setting::Scope).is_none() && self.auth_server()? != AuthServer::Org {
            return Ok(Scopes::default());
        }
        let found = self.require(Setting::Scope)?;
        scopes_of(&found.value).map_err(|error| error.in_place(&found.origin.to_string()))
    }

    /// A setting's value, and where it was made.
    pub(crate) fn text_if_set(&self, setting: Setting) -> Option<(&str, &Origin)> {
        self.find(setting).map(|found| (found.value.as_str(), &found.origin))
    }

    /// The file of the key, if it is one.
    pub(crate) fn key_path_if_set(&self) -> Option<&str> {
        let found = self.find(Setting::Key)?;
        (!jwk_gen::is_key_text(&found.value)).then_some(found.value.as_str())
    }
}

/// Scopes separated by spaces or commas, at least one.
pub(crate) fn scopes_of(text: &str) -> Result<Scopes, CliError> {
    let scopes = Scopes::parse(text).map_err(|error| CliError::of(Class::Usage, &error))?;
    if scopes.is_empty() {
        return Err(CliError::usage("no scope is named"));
    }
    Ok(scopes)
}

/// What the command line says about a setting.
fn flag_of(
    setting: Setting,
    global: &GlobalArgs,
    client: &ClientArgs,
    scope: &ScopeArgs,
    admin: &AdminArgs,
) -> Result<Option<String>, CliError> {
    let fleet = &scope.fleet;
    let (text, path) = match setting {
        Setting::AdminProfile => (&admin.admin_profile, &None),
        Setting::AdminTokenFile => (&None, &admin.admin_token_file),
        Setting::AdminToken | Setting::Proxy => (&None, &None),
        Setting::AuthServer => (&client.auth_server, &None),
        Setting::CaFile => (&None, &global.ca_file),
        Setting::ClientId => (&client.client_id, &None),
        Setting::ClientSecretFile => (&None, &client.client_secret_file),
        Setting::Color => (&global.color, &None),
        Setting::Dpop => (&client.dpop, &None),
        Setting::Format => (&global.format, &None),
        Setting::Key => (&None, &client.key),
        Setting::KeyPassphraseFile => (&None, &client.key_passphrase_file),
        Setting::Kid => (&client.kid, &None),
        Setting::MaxWait => return Ok(global.max_wait.map(|secs| secs.to_string())),
        Setting::OrgUrl => (&global.org_url, &None),
        Setting::RedisKeyFile => (&None, &fleet.redis_key_file),
        Setting::RedisPasswordFile => (&None, &fleet.redis_password_file),
        Setting::RedisUrl => (&fleet.redis_url, &None),
        Setting::Scope => return Ok((!scope.scope.is_empty()).then(|| scope.scope.join(" "))),
        Setting::Timeout => return Ok(global.timeout.map(|secs| secs.to_string())),
    };
    path.as_deref().map_or(Ok(text.clone()), |path| path_text(path).map(Some))
}

fn seconds(found: &Sourced) -> Result<Duration, CliError> {
    let secs = found
        .value
        .parse::<NonZeroU32>()
        .map_err(|_| CliError::settings(format!("{} is not a number of seconds", found.origin)))?;
    Ok(Duration::from_secs(secs.get().into()))
}

/// Names the profile that was meant, or how to make one.
pub(crate) fn no_such_profile(profile: &str, file: &ConfigFile) -> CliError {
    if let Err(nowhere) = file.place() {
        return nowhere;
    }
    let distance = |name: &&str| strsim::damerau_levenshtein(name, profile);
    let nearest = file.profile_names().min_by_key(distance).filter(|name| distance(name) <= 3);
    CliError::settings(format!("{} has no profile `{profile}`", file.path().display())).with_hint(
        match nearest {
            Some(name) => format!("the nearest is --profile {name}"),
            None => format!("okta-m2m setup --profile {profile} --help"),
        },
    )
}

/// What is odd about the files of Okta's SDKs that are looked at.
pub(crate) fn okta_yaml_warnings(
    context: &Context<'_>,
    file: &ConfigFile,
) -> Result<Vec<String>, CliError> {
    let places = Places::new(&context.environment, file, DEFAULT_PROFILE);
    let files = [places.okta_yaml_here()?, places.okta_yaml_at_home()?];
    Ok(files.into_iter().flatten().flat_map(|file| file.warnings()).collect())
}

fn parse<'a, T, E: std::error::Error>(
    found: &'a Sourced,
    read: impl FnOnce(&'a str) -> Result<T, E>,
) -> Result<T, CliError> {
    read(&found.value).map_err(|error| CliError::settings(found.origin.to_string()).because(&error))
}

fn path_text(path: &Path) -> Result<String, CliError> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| CliError::usage(format!("`{}` is not valid UTF-8", path.display())))
}

#[cfg(test)]
mod tests;
