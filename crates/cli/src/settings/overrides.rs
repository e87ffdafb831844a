//! Variables that win over a profile: what a client is called and what it signs with belong together.

use std::fs;

use okta_http::OrgUrl;

use super::places::Places;
use super::{Origin, Setting, Settings, Sourced};

/// What makes one client out of the settings of two, if only a part of it is overridden.
const IDENTITY: [Setting; 3] = [Setting::OrgUrl, Setting::ClientId, Setting::Key];

/// A variable that has another value than the profile.
#[derive(Debug)]
pub(super) struct Override {
    setting: Setting,
    variable: String,
    profile: String,
}

impl Override {
    /// Whether the profile would have had another value than the one that is found.
    pub(super) fn of(places: &Places<'_>, setting: Setting, found: &Sourced) -> Option<Self> {
        let Origin::Variable(variable) = &found.origin else { return None };
        let own = places.of_profile(setting).filter(|_| IDENTITY.contains(&setting))?;
        (!is_same(setting, &own.value, &found.value)).then(|| Self {
            setting,
            variable: variable.clone(),
            profile: places.profile.to_owned(),
        })
    }

    fn remark(&self) -> String {
        let (variable, what) = (&self.variable, self.setting.key().replace('_', " "));
        format!(
            "`{variable}` wins over profile `{}`, which has another {what}; `unset {variable}` to use the profile's",
            self.profile
        )
    }
}

/// Two names of one file are the same key, two spellings of one URL the same org.
fn is_same(setting: Setting, one: &str, other: &str) -> bool {
    let file = |path: &str| fs::canonicalize(path).ok();
    let org = |url: &str| OrgUrl::parse(url).ok().map(|it| it.as_str().to_owned());
    match setting {
        _ if one == other => true,
        Setting::Key => file(one).is_some_and(|it| Some(it) == file(other)),
        Setting::OrgUrl => org(one).is_some_and(|it| Some(it) == org(other)),
        _ => false,
    }
}

impl Settings {
    /// Remarks on variables that make something else of the profile, if it was asked for by its name. Without that a client that
    /// is wholly set by variables is nothing to remark.
    pub(crate) fn overrides(&self, is_asked_for: bool) -> Vec<String> {
        let is_overridden = |setting| self.overridden.iter().any(|it| it.setting == setting);
        let is_mixed = is_overridden(Setting::ClientId) != is_overridden(Setting::Key);
        let told = is_asked_for || is_mixed;
        self.overridden.iter().filter(|_| told).map(Override::remark).collect()
    }
}
