//! The settings: each is there, can be read, and came from somewhere.

use std::iter;
use std::path::Path;
use std::sync::Arc;

use okta_http::OrgUrl;
use serde_json::{Map, Value, json};

use super::exam::Exam;
use super::finding::Verdict;
use super::traffic::Observed;
use crate::connection::{http_client_over, transport};
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::{Origin, Setting, Settings};

/// The settings that say who calls which org.
const SHOWN: [Setting; 9] = [
    Setting::OrgUrl,
    Setting::AuthServer,
    Setting::ClientId,
    Setting::Key,
    Setting::KeyPassphraseFile,
    Setting::Kid,
    Setting::ClientSecretFile,
    Setting::Scope,
    Setting::Dpop,
];

/// Takes every setting that can be read, and tells of each one that cannot.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Vec<Verdict> {
    let asked = exam.asked;
    let settings = match Settings::resolve(exam.context, &asked.client, &asked.scope) {
        Ok(settings) => settings,
        Err(error) => return vec![Verdict::failure(error)],
    };
    let mut errors = Vec::new();
    exam.org = keep(org_url(exam, &settings), &mut errors);
    exam.server = keep(settings.auth_server(), &mut errors);
    exam.client_id = keep(settings.client_id(), &mut errors);
    exam.scopes =
        keep(settings.scopes().map_err(|error| with_an_example(exam, error)), &mut errors);
    exam.dpop = keep(settings.dpop(), &mut errors);
    if let Some(org) = exam.org.clone() {
        exam.http = keep(http(exam, &org), &mut errors);
    }
    let sources = sources(&settings);
    let warning = exam.org.as_ref().and_then(corrections);
    exam.settings = Some(settings);
    let verdicts: Vec<_> = errors.into_iter().map(Verdict::failure).collect();
    if !verdicts.is_empty() {
        return verdicts.into_iter().map(|it| it.with("sources", sources.clone())).collect();
    }
    let verdict = match (warning, exam.org.clone()) {
        (Some(text), Some(org)) => {
            let place = exam.place(Setting::OrgUrl);
            let hint = exam.set(Setting::OrgUrl, org.as_str());
            Verdict::warning(format!("the org URL{place} is written loosely: {text}"), hint)
        }
        _ => Verdict::ok(summary(exam.settings.as_ref())),
    };
    let is_asked_for = exam.context.global.profile.is_some();
    let overridden = exam.settings.iter().flat_map(|it| it.remarks_and_commands(is_asked_for));
    let overridden = overridden.map(|(remark, command)| Verdict::warning(remark, command));
    iter::once(verdict).chain(overridden).map(|it| it.with("sources", sources.clone())).collect()
}

fn keep<T>(read: Result<T, CliError>, errors: &mut Vec<CliError>) -> Option<T> {
    read.map_err(|error| errors.push(error)).ok()
}

fn org_url(exam: &Exam<'_, '_>, settings: &Settings) -> Result<OrgUrl, CliError> {
    match settings.text_if_set(Setting::OrgUrl) {
        Some((text, origin)) => OrgUrl::parse(text)
            .map_err(|error| CliError::settings(origin.to_string()).because(&error)),
        None => Err(CliError::settings("no org url is set")
            .with_hint(exam.again_with("--org-url", "https://acme.okta.com"))),
    }
}

fn with_an_example(exam: &Exam<'_, '_>, error: CliError) -> CliError {
    if error.message().starts_with("no scope is set") {
        return error.with_hint(exam.again_with("--scope", "okta.users.read"));
    }
    error
}

/// The way to the org, with what it says about rate limits written down.
fn http(exam: &mut Exam<'_, '_>, org: &OrgUrl) -> Result<okta_http::HttpClient, CliError> {
    let with_a_file = |error: CliError| {
        let hint = || Some(exam.again_with("--ca-file", "FILE"));
        if error.class() == Class::File { error.or_hint(hint) } else { error }
    };
    let (observed, traffic) = Observed::new(transport(exam.context, org).map_err(with_a_file)?);
    exam.traffic = traffic;
    http_client_over(exam.context, Arc::new(observed))
}

fn corrections(org: &OrgUrl) -> Option<String> {
    let texts: Vec<_> = org.corrections().iter().map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

/// Each setting with its value and where it was made.
fn sources(settings: &Settings) -> Map<String, Value> {
    let found = SHOWN.into_iter().filter_map(|setting| {
        let (value, origin) = settings.text_if_set(setting)?;
        let value = shown(setting, value, origin);
        let source = origin.to_string().replace('`', "");
        Some((setting.key().to_owned(), json!({"value": value, "source": source})))
    });
    found.collect()
}

/// The names of the settings, by where they were made.
fn summary(settings: Option<&Settings>) -> String {
    let mut places: Vec<(String, Vec<&str>)> = Vec::new();
    for setting in SHOWN {
        let found = settings.and_then(|settings| settings.text_if_set(setting));
        let Some((_, origin)) = found else { continue };
        let place = match origin {
            Origin::Profile { profile, file, .. } => {
                format!("profile `{profile}` in {}", file.display())
            }
            _ => origin.to_string(),
        };
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, names)) => names.push(setting.key()),
            None => places.push((place, vec![setting.key()])),
        }
    }
    let texts = places.iter().map(|(place, names)| format!("{} by {place}", names.join(", ")));
    texts.collect::<Vec<_>>().join("; ")
}

/// What is no name of a file that exists may be the secret itself.
fn shown(setting: Setting, value: &str, origin: &Origin) -> String {
    let names_a_secret =
        matches!(setting, Setting::Key | Setting::KeyPassphraseFile | Setting::ClientSecretFile);
    let is_from_people = matches!(origin, Origin::Flag(_) | Origin::Profile { .. });
    let is_shown = !names_a_secret
        || Path::new(value).exists()
        || is_from_people && setting == Setting::Key && !jwk_gen::is_key_text(value);
    if is_shown { value.to_owned() } else { "…".to_owned() }
}
