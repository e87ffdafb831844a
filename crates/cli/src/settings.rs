//! Settings: flag, then variable, then profile, then Okta's own variables, then default.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jwk_gen::{KeyId, KeyReader, PrivateJwk, Read, Source};
use jwt_sign::{ClientId, LocalSigner};
use okta_http::{AuthServer, OrgUrl, Scopes, TokenEndpoint};
use okta_token::DpopMode;

use crate::args::{ClientArgs, ScopeArgs};
use crate::context::{Context, DEFAULT_PROFILE};
use crate::error::CliError;
use crate::exit_code::Class;
use crate::key_input;
use crate::output::Output;

mod setting;

pub(crate) use setting::Setting;

/// Where a value came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Origin {
    Flag(String),
    Variable(String),
    SdkVariable(&'static str),
    Profile { profile: String, key: &'static str, file: PathBuf },
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
        Self::layered(context, profile.as_deref(), absent, flags)
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
        Ok(Self { values: values.collect() })
    }

    fn layered(
        context: &Context<'_>,
        asked_for: Option<&str>,
        absent: Absent,
        flags: [(Setting, Option<String>); 11],
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
        Ok(Self { values })
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

    /// The private key, from a file, stdin or Okta's variable.
    pub(crate) fn key(&self, output: &mut Output) -> Result<PrivateJwk, CliError> {
        let found = self.require(Setting::Key)?;
        let kid = self.find(Setting::Kid).map(|kid| kid.value.as_str());
        let reader = self.key_reader()?;
        let read = match (&found.origin, jwk_gen::is_key_text(&found.value)) {
            (Origin::SdkVariable(_), true) => parse_key_text(found, kid, reader),
            (_, true) => Err(CliError::settings(format!(
                "{} holds a key where the name of a key file is expected",
                found.origin
            ))
            .with_hint("write the key to a file with mode 0600 and name the file")),
            (Origin::Flag(_) | Origin::Profile { .. }, false) => {
                key_input::read_private(Path::new(&found.value), kid, &reader)
            }
            // What is no file name may be a secret in the wrong place.
            (_, false) => key_input::read_private(Path::new(&found.value), kid, &reader)
                .map_err(|error| error.without_path(&found.value, &found.origin.to_string())),
        };
        let Read { key, repairs } = read?;
        key_input::tell(output, &repairs);
        Ok(key)
    }

    /// How the client's key is read: for Okta, with the passphrase that is set.
    pub(crate) fn key_reader(&self) -> Result<KeyReader, CliError> {
        let file = self.find(Setting::KeyPassphraseFile).map(|found| Path::new(&found.value));
        let passphrase = file.map(key_input::passphrase_file).transpose()?;
        Ok(KeyReader::new().passphrase(passphrase))
    }

    /// A signer with the key and the key id that are set.
    pub(crate) fn signer(&self, output: &mut Output) -> Result<Arc<LocalSigner>, CliError> {
        let signer = LocalSigner::new(&self.key(output)?)?;
        let Some(kid) = self.find(Setting::Kid) else { return Ok(Arc::new(signer)) };
        Ok(Arc::new(signer.with_key_id(parse(kid, KeyId::new)?)))
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

/// Okta's SDKs take the key itself, with line breaks written as two characters as .env files hold
/// them.
fn parse_key_text(
    found: &Sourced,
    kid: Option<&str>,
    reader: KeyReader,
) -> Result<Read<PrivateJwk>, CliError> {
    let reader = reader.source(Source::Variable).kid(kid);
    let read = reader.private(found.value.as_bytes());
    read.map_err(|error| CliError::from(error).in_place(&found.origin.to_string()))
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
