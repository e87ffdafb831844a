//! Settings: flag, then variable, then profile, then Okta's own variables, then default.

use std::fmt;
use std::path::{Path, PathBuf};

use jwt_sign::ClientId;
use okta_http::{AuthServer, OrgUrl, Scopes, TokenEndpoint};
use okta_token::DpopMode;

use crate::args::{ClientArgs, ScopeArgs};
use crate::context::{Context, DEFAULT_PROFILE};
use crate::error::CliError;
use crate::exit_code::Class;

mod key;
mod setting;

pub(crate) use key::KeyFile;
pub(crate) use setting::Setting;

/// Where a value came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Origin {
    Flag(String),
    Variable(String),
    SdkVariable(&'static str),
    Profile { profile: String, key: &'static str, file: PathBuf },
}

impl Origin {
    /// The lower wins.
    fn rank(&self) -> u8 {
        match self {
            Self::Flag(_) => 0,
            Self::Variable(_) => 1,
            Self::Profile { .. } => 2,
            Self::SdkVariable(_) => 3,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => write!(f, "`{name}`"),
            Self::SdkVariable(name) => write!(f, "`{name}`"),
            Self::Profile { profile, key, file } => {
                write!(f, "`{key}` of profile `{profile}` in {}", file.display())
            }
        }
    }
}

/// A value and its origin.
#[derive(Clone)]
struct Sourced {
    value: String,
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

/// The settings of one call.
pub(crate) struct Settings {
    values: Vec<(Setting, Sourced)>,
    discover: bool,
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
        let profile = context.profile_name()?;
        let flags = [
            (Setting::OrgUrl, context.global.org_url.clone()),
            (Setting::AuthServer, client.auth_server.clone()),
            (Setting::ClientId, client.client_id.clone()),
            (Setting::Key, client.key.as_deref().map(path_text).transpose()?),
            (
                Setting::KeyPassphraseFile,
                client.key_passphrase_file.as_deref().map(path_text).transpose()?,
            ),
            (Setting::Kid, client.kid.clone()),
            (
                Setting::ClientSecretFile,
                client.client_secret_file.as_deref().map(path_text).transpose()?,
            ),
            (Setting::Dpop, client.dpop.clone()),
            (Setting::RedisUrl, scope.fleet.redis_url.clone()),
            (
                Setting::RedisPasswordFile,
                scope.fleet.redis_password_file.as_deref().map(path_text).transpose()?,
            ),
            (
                Setting::RedisKeyFile,
                scope.fleet.redis_key_file.as_deref().map(path_text).transpose()?,
            ),
            (Setting::Scope, (!scope.scope.is_empty()).then(|| scope.scope.join(" "))),
        ];
        let settings = Self::layered(context, profile.as_deref(), absent, flags)?;
        Ok(Self { discover: client.discover, ..settings })
    }

    /// The settings of a named profile, with nothing of the call's own but the org URL.
    pub(crate) fn of_profile(context: &Context<'_>, profile: &str) -> Result<Self, CliError> {
        let file = context.config_file()?;
        let Some(section) = file.profile(profile) else {
            return Err(no_such_profile(profile, file.path()));
        };
        let values = Setting::PROFILE.into_iter().filter_map(|setting| {
            let value = section.text(setting)?;
            let origin = origin_in(profile, setting, file.path());
            Some((setting, Sourced { value, origin }))
        });
        Ok(Self { values: values.collect(), discover: false })
    }

    fn layered(
        context: &Context<'_>,
        asked_for: Option<&str>,
        absent: Absent,
        flags: [(Setting, Option<String>); 12],
    ) -> Result<Self, CliError> {
        let file = context.config_file()?;
        let profile = asked_for.unwrap_or(DEFAULT_PROFILE);
        let section = file.profile(profile);
        if section.is_none() && asked_for.is_some() && absent == Absent::Refused {
            return Err(no_such_profile(profile, file.path()));
        }
        let mut values = Vec::new();
        for (setting, flag) in flags {
            let of_variable = || context.environment.text(&setting.variable());
            let of_profile = || section.and_then(|section| section.text(setting));
            let found = if let Some(value) = flag {
                Some(Sourced { value, origin: Origin::Flag(setting.flag()) })
            } else if let Some(value) = of_variable()? {
                let origin = Origin::Variable(setting.variable());
                Some(Sourced { value: value.to_owned(), origin })
            } else if let Some(value) = of_profile() {
                Some(Sourced { value, origin: origin_in(profile, setting, file.path()) })
            } else {
                of_sdk_variable(context, setting)?
            };
            values.extend(found.map(|found| (setting, found)));
        }
        Ok(Self { values, discover: false })
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
        Ok(url)
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

fn of_sdk_variable(context: &Context<'_>, setting: Setting) -> Result<Option<Sourced>, CliError> {
    let Some(name) = setting.sdk_variable() else { return Ok(None) };
    let value = context.environment.text(name)?;
    Ok(value.map(|value| Sourced { value: value.to_owned(), origin: Origin::SdkVariable(name) }))
}

fn origin_in(profile: &str, setting: Setting, file: &Path) -> Origin {
    Origin::Profile { profile: profile.to_owned(), key: setting.key(), file: file.to_owned() }
}

fn no_such_profile(profile: &str, file: &Path) -> CliError {
    CliError::settings(format!("{} has no profile `{profile}`", file.display()))
        .with_hint(format!("okta-m2m setup --profile {profile} --help"))
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
