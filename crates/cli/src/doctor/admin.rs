//! The credential of an administrator, which shows what the token endpoint keeps to itself.

use okta_register::Registrar;

use super::app::{App, Reader};
use super::exam::Exam;
use super::finding::{Skipped, Verdict};
use crate::context::quoted;
use crate::credential::{self, admin_credential};
use crate::error::CliError;

/// Those that hold the secret itself.
const HOLDING: [&str; 2] = ["OKTA_M2M_ADMIN_TOKEN", "OKTA_CLIENT_TOKEN"];

/// What became of the credential.
pub(super) enum Administration {
    /// None is given.
    Absent,
    /// It cannot be used, or may not read the app.
    Refused(CliError),
    /// It may read apps, whether there is this one or not.
    Works,
}

/// Uses the credential, and reminds of one that is left behind.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    exam.http()?;
    exam.administrate()?;
    let left_behind = left_behind(exam);
    Ok(match exam.administration.take() {
        Some(Administration::Refused(error)) => {
            let hint = remedy(exam);
            Verdict::failure(error.in_place("the administrator's credential").with_hint(hint))
        }
        Some(Administration::Works) => match left_behind {
            Some(name) => Verdict::warning(
                format!("it works; an API token is left in `{name}`, where every program finds it"),
                format!("unset {name}"),
            ),
            None => Verdict::ok("it may read apps"),
        },
        _ => Verdict::skipped(
            "no credential is given: what it would show is taken from the token endpoint's answer",
        )
        .with_hint(exam.again_with("--admin-token-file", "FILE")),
    })
}

impl Exam<'_, '_> {
    /// The variable that the credential comes from, unless a flag names another one.
    pub(super) fn admin_variable(&self) -> Option<&'static str> {
        credential::variable(&self.context.environment)
    }

    fn has_admin_flag(&self) -> bool {
        let admin = &self.asked.admin;
        admin.admin_token_file.is_some() || admin.admin_profile.is_some()
    }

    /// Reads the app by the credential, once.
    pub(super) fn administrate(&mut self) -> Result<(), Skipped> {
        if self.administration.is_some() {
            return Ok(());
        }
        let (http, org, client_id) = (self.http()?, self.org()?, self.client_id()?);
        if !self.has_admin_flag() && self.admin_variable().is_none() {
            self.administration = Some(Administration::Absent);
            return Ok(());
        }
        let thumbprint = self.signer().ok().flatten();
        let credential = admin_credential(self.context, &self.asked.admin, &http, &org);
        let found = credential.and_then(|credential| {
            let registrar = Registrar::new(http, org, credential);
            Ok(App::find(registrar, Reader::Administrator, &client_id, thumbprint.as_deref())?)
        });
        self.administration = Some(match found {
            Ok(app) => {
                self.app = Some(std::sync::Arc::new(app));
                Administration::Works
            }
            Err(error) => Administration::Refused(error),
        });
        Ok(())
    }

    /// Whether the org does not know the credential at all.
    pub(super) fn is_stranger_as_admin(&mut self) -> bool {
        if self.administrate().is_err() {
            return false;
        }
        match &self.administration {
            Some(Administration::Refused(error)) => {
                error.server().is_some_and(|server| server.status == 401)
            }
            _ => false,
        }
    }
}

/// Where an API token still lies in the environment.
fn left_behind(exam: &Exam<'_, '_>) -> Option<&'static str> {
    HOLDING.into_iter().find(|name| exam.context.environment.raw(name).is_some())
}

/// The other credential, or what tells more about this one.
fn remedy(exam: &Exam<'_, '_>) -> String {
    let of_variable = || {
        let value = exam.context.environment.first_of(&["OKTA_M2M_ADMIN_PROFILE"]);
        value.filter(|_| exam.admin_variable() == Some("OKTA_M2M_ADMIN_PROFILE"))
    };
    let is_file = exam.asked.admin.admin_token_file.is_some();
    let profile = exam.asked.admin.admin_profile.clone();
    match (profile.or_else(|| of_variable().filter(|_| !is_file)), exam.admin_variable()) {
        (Some(profile), _) => format!("okta-m2m doctor --profile {}", quoted(&profile)),
        (None, Some(name)) if !is_file => format!("unset {name}"),
        _ => exam.again_with("--admin-token-file", "FILE"),
    }
}
