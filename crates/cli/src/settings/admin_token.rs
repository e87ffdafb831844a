//! The API token that Okta's SDKs or Terraform keep.

use okta_http::OrgUrl;
use zeroize::Zeroizing;

use super::places::Places;
use super::{Family, Origin, Setting, Sourced};
use crate::context::{Context, DEFAULT_PROFILE};
use crate::error::CliError;

/// The API token for `org` that is kept for others than us, and where.
///
/// A place that names another org is passed over: its token would be shown to an org that it is not for.
pub(crate) fn of_others(
    context: &Context<'_>,
    org: &OrgUrl,
) -> Result<Option<(Zeroizing<String>, Origin)>, CliError> {
    let file = context.config_file()?;
    let places = Places::new(&context.environment, &file, DEFAULT_PROFILE);
    for token in places.candidates(Setting::AdminToken, None, Family::Terraform) {
        let Sourced { value, origin } = token?;
        if origin.family() != Family::Ours && is_for(&places, &origin, org)? {
            return Ok(Some((value, origin)));
        }
    }
    Ok(None)
}

fn is_for(places: &Places<'_>, origin: &Origin, org: &OrgUrl) -> Result<bool, CliError> {
    for named in places.candidates(Setting::OrgUrl, None, Family::Terraform) {
        let Sourced { value, origin: place } = named?;
        let is_same = match (origin, &place) {
            (Origin::OktaYaml { file, .. }, Origin::OktaYaml { file: other, .. }) => file == other,
            _ => origin.rank() == place.rank(),
        };
        if is_same {
            return Ok(OrgUrl::parse(&value).is_ok_and(|named| named == *org));
        }
    }
    Ok(true)
}
