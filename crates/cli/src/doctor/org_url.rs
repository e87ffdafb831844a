//! Whether the org URL is an org's, is what that org calls itself, and is the right org's.

use okta_http::{HttpError, OrgUrl, display_untrusted};
use okta_token::TokenError;
use serde::Deserialize;

use super::exam::{Exam, Said};
use super::finding::{Skipped, Verdict};
use super::refusal::Blame;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::Setting;

/// What `/.well-known/okta-organization` says (Okta's operation `getWellknownOrgMetadata`).
#[derive(Deserialize)]
struct Organization {
    id: String,
    pipeline: Option<String>,
    #[serde(rename = "_links", default)]
    links: Links,
}

#[derive(Default, Deserialize)]
struct Links {
    organization: Option<Link>,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

/// Compares the org URL with the org's own document.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    let org = exam.org()?;
    let answer = exam.first_answer.as_ref().ok_or(Skipped("connection"))?;
    let organization = match read(answer.response.clone()) {
        Ok(organization) => organization,
        Err(error) => {
            let place = exam.place(Setting::OrgUrl);
            let hint = exam.set(Setting::OrgUrl, "https://acme.okta.com");
            let error = error.in_place(&format!("{org}{place} is the URL of no Okta org"));
            return Ok(Verdict::failure(error.with_hint(hint)));
        }
    };
    let href = organization.links.organization.map(|link| link.href);
    let own = href.as_deref().and_then(|href| OrgUrl::parse(href).ok());
    let verdict = if knows_nobody(exam) {
        let message =
            format!("{org} knows neither the client nor the API token: it is another org");
        let hint = exam.set(Setting::OrgUrl, "https://acme.okta.com");
        Verdict::failure(CliError::new(Class::ClientRefused, message).with_hint(hint))
    } else {
        match own {
            Some(own) if own != org => other_name(exam, &org, &own),
            _ => Verdict::ok(format!("{org} is the org's own URL")),
        }
    };
    let verdict = verdict.with("org_id", display_untrusted(&organization.id));
    let verdict = verdict.with("organization_url", href.map(|href| display_untrusted(&href)));
    Ok(verdict.with("pipeline", organization.pipeline.map(|it| display_untrusted(&it))))
}

fn read(response: okta_http::Response) -> Result<Organization, CliError> {
    let response = response.into_success()?;
    response.json().map_err(|error: HttpError| error.into())
}

/// An org has a URL of Okta's and may have a custom domain. Assertions name the one that is called,
/// and tokens of one are not the other's.
fn other_name(exam: &mut Exam<'_, '_>, org: &OrgUrl, own: &OrgUrl) -> Verdict {
    let hint = exam.set(Setting::OrgUrl, own.as_str());
    let place = exam.place(Setting::OrgUrl);
    match exam.said_about(Blame::OrgUrl) {
        Ok(Said::Refused(answer)) => {
            let message = format!("the org is {own}, not {org}{place}");
            let error = match answer.as_ref() {
                Err(error) => CliError::from(error).in_place(&message),
                Ok(_) => CliError::new(Class::ClientRefused, message),
            };
            Verdict::failure(error.with_hint(hint))
        }
        _ => Verdict::warning(
            format!(
                "the org calls itself {own}, and {org}{place} answers for it: a custom domain?"
            ),
            hint,
        ),
    }
}

/// Whether both credentials are strangers to the org: then they are right and it is wrong.
fn knows_nobody(exam: &mut Exam<'_, '_>) -> bool {
    if !exam.is_stranger_as_admin() {
        return false;
    }
    match exam.token().as_deref() {
        Ok(Err(error @ TokenError::ClientRefused(_))) => Blame::of(error) == Some(Blame::Client),
        _ => false,
    }
}
