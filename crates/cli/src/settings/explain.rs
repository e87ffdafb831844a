//! Every setting with its value, its source and what it won over, for `config explain` and whoever looks for faults.

use super::places::Places;
use super::shown::Shown;
use super::{Family, Origin, Setting, Sourced, flag_of};
use crate::args::{AdminArgs, ClientArgs, ScopeArgs};
use crate::config_file::ConfigFile;
use crate::context::{Context, DEFAULT_PROFILE};
use crate::error::CliError;

/// A setting, and all that is said about it.
#[derive(Debug)]
pub(crate) struct Explained {
    pub(crate) setting: Setting,
    /// What is found in each place, the first that counts wins.
    pub(crate) found: Vec<Candidate>,
    /// What holds if nothing is found.
    pub(crate) default: Option<&'static str>,
    /// Places whose value cannot be had, such as a variable that is set and empty.
    pub(crate) problems: Vec<CliError>,
}

/// A value in one of the places.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) shown: Shown,
    pub(crate) origin: Origin,
    pub(crate) standing: Standing,
}

/// What becomes of a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    /// It is the setting.
    Used,
    /// A higher place has another.
    Overridden,
    /// It belongs to another value of this setting, which a higher place has overridden.
    Unrelated(Setting),
}

impl Standing {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Overridden => "overridden",
            Self::Unrelated(_) => "unrelated",
        }
    }
}

impl Explained {
    /// The value that holds, if one is found.
    pub(crate) fn used(&self) -> Option<&Candidate> {
        self.found.iter().find(|candidate| candidate.standing == Standing::Used)
    }

    /// The name of the setting.
    pub(crate) fn name(&self) -> &'static str {
        self.setting.key()
    }
}

/// The profile that is used, and every setting in a fixed order. Nothing is parsed beyond what it takes to find a value, no
/// secret is kept, and no network is used.
pub(crate) fn explain(
    context: &Context<'_>,
    file: &ConfigFile,
    (client, scope, admin): (&ClientArgs, &ScopeArgs, &AdminArgs),
) -> Result<(String, Vec<Explained>), CliError> {
    let asked_for = context.profile_name()?;
    let profile = asked_for.as_deref().or(file.default_profile()).unwrap_or(DEFAULT_PROFILE);
    let places = Places::new(&context.environment, file, profile);
    let mut all: Vec<Explained> = Vec::new();
    for setting in Setting::PROFILE.into_iter().chain(Setting::GENERAL) {
        let flag = flag_of(setting, &context.global, client, scope, admin)?;
        let leader = setting.goes_with().and_then(|leader| {
            let explained = all.iter().find(|explained| explained.setting == leader)?;
            Some((leader, explained.used()?.origin.family()))
        });
        all.push(explained(&places, setting, flag, leader));
    }
    Ok((profile.to_owned(), all))
}

fn explained(
    places: &Places<'_>,
    setting: Setting,
    flag: Option<String>,
    leader: Option<(Setting, Family)>,
) -> Explained {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let mut is_used = false;
    for candidate in places.candidates(setting, flag, Family::Terraform) {
        match candidate {
            Ok(sourced) => {
                let standing = standing(&sourced, is_used, leader);
                is_used |= standing == Standing::Used;
                let shown = Shown::of(setting, &sourced);
                found.push(Candidate { shown, origin: sourced.origin, standing });
            }
            Err(error) => problems.push(error),
        }
    }
    Explained { setting, found, default: setting.default(), problems }
}

fn standing(found: &Sourced, is_used: bool, leader: Option<(Setting, Family)>) -> Standing {
    match leader {
        Some((leader, family)) if found.origin.family() > family => Standing::Unrelated(leader),
        _ if is_used => Standing::Overridden,
        _ => Standing::Used,
    }
}
