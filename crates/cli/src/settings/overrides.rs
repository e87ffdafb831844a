//! Variables that win over a profile: what a client is called and what it signs with belong together.

use std::fs;

use okta_http::OrgUrl;

use crate::context::Context;

use super::places::Places;
use super::{Origin, Setting, Settings, Sourced};

/// What a client is, at one org: two that are mixed are none.
const IDENTITY: [Setting; 3] = [Setting::ClientId, Setting::Key, Setting::ClientSecretFile];

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
        let own = places
            .of_profile(setting)
            .filter(|_| setting == Setting::OrgUrl || IDENTITY.contains(&setting))?;
        (!is_same(setting, &own.value, &found.value)).then(|| Self {
            setting,
            variable: variable.clone(),
            profile: places.profile.to_owned(),
        })
    }

    /// What is remarked, and the command that lets the profile's value win.
    fn remark(&self) -> (String, String) {
        let (variable, what) = (&self.variable, self.setting.key().replace('_', " "));
        let profile = &self.profile;
        let remark =
            format!("`{variable}` wins over profile `{profile}`, which has another {what}");
        (remark, format!("unset {variable}"))
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
    /// For calls that take nothing but the org from here: what else is overridden is none of theirs.
    pub(crate) fn of_the_org(mut self) -> Self {
        self.overridden.retain(|it| it.setting == Setting::OrgUrl);
        self
    }

    /// For calls that sign nothing: the key is none of theirs.
    pub(crate) fn without_the_key(mut self) -> Self {
        self.overridden.retain(|it| it.setting != Setting::Key);
        self
    }

    /// Remarks once on each variable that makes something else of the profile.
    pub(crate) fn note_overrides(&self, context: &mut Context<'_>) {
        for remark in self.overrides(context.global.profile.is_some()) {
            context.output.note_once(&format!("note: {remark}"));
        }
    }

    /// Remarks on variables that make something else of the profile: if it was asked for by its name, or if a part of what
    /// makes the client comes from it all the same. A client that is wholly set elsewhere is nothing to remark.
    pub(crate) fn overrides(&self, is_asked_for: bool) -> Vec<String> {
        let remarks = self.remarks_and_commands(is_asked_for).into_iter();
        remarks
            .map(|(remark, command)| format!("{remark}; `{command}` to use the profile's"))
            .collect()
    }

    /// The same remarks, each with the command that lets the profile's value win.
    pub(crate) fn remarks_and_commands(&self, is_asked_for: bool) -> Vec<(String, String)> {
        let is_of_profile = |it: &Setting| {
            self.find(*it).is_some_and(|it| matches!(it.origin, Origin::Profile { .. }))
        };
        let told = is_asked_for || IDENTITY.iter().any(is_of_profile);
        self.overridden.iter().filter(|_| told).map(Override::remark).collect()
    }
}
