//! The places that settings are looked for in, in the order in which they win.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::okta_yaml::OktaYaml;
use super::{Family, Origin, Setting, Sourced};
use crate::config_file::ConfigFile;
use crate::env::Environment;
use crate::error::CliError;

/// A place, the first wins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    Flag,
    Variable,
    Profile,
    SdkVariable,
    YamlHere,
    YamlAtHome,
    Terraform,
    Machine,
}

impl Place {
    const ALL: [Self; 8] = [
        Self::Flag,
        Self::Variable,
        Self::Profile,
        Self::SdkVariable,
        Self::YamlHere,
        Self::YamlAtHome,
        Self::Terraform,
        Self::Machine,
    ];

    const fn family(self) -> Family {
        match self {
            Self::SdkVariable | Self::YamlHere | Self::YamlAtHome => Family::Sdk,
            Self::Terraform => Family::Terraform,
            _ => Family::Ours,
        }
    }
}

/// Every place, none of which is looked at before a setting is not found in those above it.
pub(crate) struct Places<'a> {
    pub(super) environment: &'a Environment,
    pub(super) file: &'a ConfigFile,
    pub(super) profile: &'a str,
    here: OnceCell<Option<OktaYaml>>,
    at_home: OnceCell<Option<OktaYaml>>,
}

type Found = Result<Vec<Sourced>, CliError>;

impl<'a> Places<'a> {
    pub(super) fn new(
        environment: &'a Environment,
        file: &'a ConfigFile,
        profile: &'a str,
    ) -> Self {
        Self { environment, file, profile, here: OnceCell::new(), at_home: OnceCell::new() }
    }

    /// The values of a setting, the one that wins first, in the places of the families up to `last`.
    pub(super) fn candidates(
        &self,
        setting: Setting,
        flag: Option<String>,
        last: Family,
    ) -> impl Iterator<Item = Result<Sourced, CliError>> {
        let places = Place::ALL.into_iter().filter(move |place| place.family() <= last);
        places.flat_map(move |place| match self.at(place, setting, flag.as_deref()) {
            Ok(found) => found.into_iter().map(|it| Ok(self.expanded(setting, it))).collect(),
            Err(error) => vec![Err(error)],
        })
    }

    fn at(&self, place: Place, setting: Setting, flag: Option<&str>) -> Found {
        match place {
            Place::Flag => {
                let flag = flag.map(|value| sourced(value, Origin::Flag(setting.flag())));
                Ok(flag.into_iter().collect())
            }
            Place::Variable if setting == Setting::Proxy => Ok(Vec::new()),
            Place::Variable => self.variable(&setting.variable(), Origin::Variable),
            Place::Profile => Ok(self.of_profile(setting).into_iter().collect()),
            Place::SdkVariable => self.sdk_variables(setting),
            Place::YamlHere | Place::YamlAtHome if setting.yaml_keys().is_empty() => Ok(Vec::new()),
            Place::YamlHere => self.yaml(setting, self.okta_yaml_here()?),
            Place::YamlAtHome => self.yaml(setting, self.okta_yaml_at_home()?),
            Place::Terraform => self.terraform(setting),
            Place::Machine => Ok(self.machine(setting).into_iter().collect()),
        }
    }

    fn variable(&self, name: &str, origin: impl FnOnce(String) -> Origin) -> Found {
        let value = self.environment.text(name)?;
        Ok(value.map(|value| sourced(value, origin(name.to_owned()))).into_iter().collect())
    }

    pub(super) fn of_profile(&self, setting: Setting) -> Option<Sourced> {
        let value = self.file.profile(self.profile)?.text(setting)?;
        Some(sourced(&value, origin_in(self.profile, setting, self.file.path())))
    }

    fn sdk_variables(&self, setting: Setting) -> Found {
        let mut found = Vec::new();
        for name in setting.sdk_variables() {
            for it in self.variable(&name, Origin::SdkVariable)? {
                found.extend(self.of_sdk(setting, it, |part| {
                    let name = format!("OKTA_CLIENT_{}", part.to_uppercase().replace('.', "_"));
                    Ok(self.environment.text(&name)?.map(str::to_owned))
                })?);
            }
        }
        Ok(found)
    }

    fn yaml(&self, setting: Setting, file: Option<&OktaYaml>) -> Found {
        let Some(file) = file else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for key in setting.yaml_keys() {
            let Some((value, line)) = file.get(key) else { continue };
            if setting == Setting::AdminToken
                || (setting == Setting::Key && jwk_gen::is_key_text(&value))
            {
                file.require_private(key)?;
            }
            let path = file.path().to_owned();
            let origin = Origin::OktaYaml { key: (*key).to_owned(), file: path, line };
            found.extend(self.of_sdk(setting, sourced(&value, origin), |part| {
                Ok(file.get(part).map(|(value, _)| value.into_owned()))
            })?);
        }
        Ok(found)
    }

    /// What an SDK's value means to us. `part` finds the SDK's other settings in the same place.
    fn of_sdk(
        &self,
        setting: Setting,
        mut found: Sourced,
        part: impl Fn(&str) -> Result<Option<String>, CliError>,
    ) -> Result<Option<Sourced>, CliError> {
        let value = match (setting, found.value.to_ascii_lowercase().as_str()) {
            (Setting::Timeout, "0") => return Ok(None),
            (Setting::Dpop, "true") => "always".to_owned(),
            (Setting::Dpop, "false") => "auto".to_owned(),
            (Setting::Dpop, _) => {
                let message = format!("{} is neither `true` nor `false`", found.origin);
                return Err(CliError::settings(message));
            }
            (Setting::Proxy, _) => proxy_url(&found.value, &part)?,
            _ => return Ok(Some(found)),
        };
        found.value = Zeroizing::new(value);
        Ok(Some(found))
    }

    fn terraform(&self, setting: Setting) -> Found {
        let Some(name) = setting.terraform_variable() else { return Ok(Vec::new()) };
        let mut found = self.variable(name, Origin::Terraform)?;
        if setting == Setting::OrgUrl {
            let domain = self.environment.text("OKTA_BASE_URL")?.unwrap_or("okta.com");
            for it in &mut found {
                it.value = Zeroizing::new(format!("https://{}.{domain}", *it.value));
                it.origin = Origin::Terraform("OKTA_ORG_NAME` and `OKTA_BASE_URL".to_owned());
            }
        }
        Ok(found)
    }

    fn machine(&self, setting: Setting) -> Option<Sourced> {
        if setting != Setting::Proxy {
            return None;
        }
        let (name, value) = crate::proxy::of_machine(self.environment)?;
        Some(sourced(&value, Origin::Machine(name)))
    }

    /// A file below the home folder may be written with `~/`, which no shell has expanded here.
    fn expanded(&self, setting: Setting, mut found: Sourced) -> Sourced {
        if setting.is_file()
            && let Some(rest) = found.value.strip_prefix("~/")
            && let Some(home) = self.environment.folder("HOME")
            && let Some(path) = home.join(rest).to_str()
        {
            found.value = Zeroizing::new(path.to_owned());
        }
        found
    }

    /// The file in the working directory.
    pub(super) fn okta_yaml_here(&self) -> Result<Option<&OktaYaml>, CliError> {
        read_once(&self.here, || Some(PathBuf::from("okta.yaml")))
    }

    /// The file in the home folder.
    pub(super) fn okta_yaml_at_home(&self) -> Result<Option<&OktaYaml>, CliError> {
        let home = || Some(self.environment.folder("HOME")?.join(".okta").join("okta.yaml"));
        read_once(&self.at_home, home)
    }
}

fn read_once(
    cell: &OnceCell<Option<OktaYaml>>,
    path: impl FnOnce() -> Option<PathBuf>,
) -> Result<Option<&OktaYaml>, CliError> {
    if cell.get().is_none() {
        let read = path().map(|path| OktaYaml::read(&path)).transpose()?.flatten();
        // Nobody else can have set it: there is one thread.
        drop(cell.set(read));
    }
    Ok(cell.get().and_then(Option::as_ref))
}

fn sourced(value: &str, origin: Origin) -> Sourced {
    Sourced { value: Zeroizing::new(value.to_owned()), origin }
}

pub(super) fn origin_in(profile: &str, setting: Setting, file: &Path) -> Origin {
    Origin::Profile { profile: profile.to_owned(), key: setting.key(), file: file.to_owned() }
}

/// The URL of a proxy that is given in parts (RFC 3986 section 3.2).
fn proxy_url(
    host: &str,
    part: &impl Fn(&str) -> Result<Option<String>, CliError>,
) -> Result<String, CliError> {
    let (scheme, host) = host.split_once("://").unwrap_or(("http", host));
    let port = part("proxy.port")?.map_or(String::new(), |port| format!(":{port}"));
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let user = match (part("proxy.username")?, part("proxy.password")?) {
        (Some(user), Some(password)) => format!("{}:{}@", encoded(&user), encoded(&password)),
        (Some(user), None) => format!("{}@", encoded(&user)),
        (None, _) => String::new(),
    };
    Ok(format!("{scheme}://{user}{}{port}", host.trim_end_matches('/')))
}

#[cfg(test)]
mod tests;
