//! Whether the credential is a Super Admin's.

use crate::{RegisterError, Registrar};

/// `You do not have permission to perform the requested action`.
const NO_PERMISSION: &str = "E0000006";

impl Registrar {
    /// Refuses, by a call that changes nothing, a credential that is certainly not a Super Admin's: every Super Admin may list the
    /// org's custom roles. Only a Super Admin can grant scopes and assign roles to a service app
    /// ([Okta's guide](https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/)).
    ///
    /// An answer that says nothing about rights passes; so does whoever else may list roles.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Refused`] with status 403.
    pub fn check_super_admin(&self) -> Result<(), RegisterError> {
        match self.get::<serde::de::IgnoredAny>("list custom roles", "/api/v1/iam/roles") {
            Err(RegisterError::Refused(server))
                if server.status == 403 && server.error_code() == Some(NO_PERMISSION) =>
            {
                Err(RegisterError::Refused(server))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scripted_org::{Org, Outcome, answer, empty, refusal};

    fn check(outcome: Outcome) -> Result<(), RegisterError> {
        let org = Org::new(vec![outcome]);
        let checked = org.registrar().check_super_admin();
        assert_eq!(org.requests(), ["GET /api/v1/iam/roles"]);
        checked
    }

    #[test]
    fn only_missing_rights_are_a_refusal() {
        assert!(matches!(check(refusal(403, NO_PERMISSION)), Err(RegisterError::Refused(_))));
        let listed = answer(200, &json!({"roles": []}));
        for outcome in [listed, empty(200), refusal(403, "E0000015"), refusal(404, "E0000007")] {
            assert!(check(outcome).is_ok());
        }
    }
}
