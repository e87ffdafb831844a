//! Scope grants: what an app may ask for in a token.

use okta_http::{Method, Replay, Scope, Scopes, ServerError};
use serde::{Deserialize, Serialize};

use crate::app_id::is_id;
use crate::{AppId, InvalidAppId, RegisterError, Registrar};

/// A scope that the org has granted to an app.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Grant {
    /// Okta's id of the grant, `oag…`.
    pub id: String,
    /// The scope.
    #[serde(rename(deserialize = "scopeId"))]
    pub scope: String,
    /// `ACTIVE`.
    pub status: Option<String>,
    /// When it was granted, as RFC 3339.
    pub created: Option<String>,
}

/// What became of one scope.
#[derive(Debug)]
#[non_exhaustive]
pub struct GrantResult {
    /// The scope.
    pub scope: Scope,
    /// What became of it.
    pub outcome: GrantOutcome,
}

/// What became of a scope that was to be granted.
#[derive(Debug)]
#[non_exhaustive]
pub enum GrantOutcome {
    /// It was granted now.
    Granted,
    /// The app had it already.
    AlreadyGranted,
    /// The org did not grant it.
    Refused(ServerError),
    /// There was no usable answer; the scopes after this one were not asked for.
    Failed(RegisterError),
    /// Not asked for, because one before it failed.
    NotTried,
    /// It was granted and taken back, because another one was not granted.
    TakenBack,
}

/// The body of a grant. The issuer of `okta.*` scopes is the org authorization server.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GrantRequest<'a> {
    scope_id: &'a str,
    issuer: &'a str,
}

impl Registrar {
    /// Lists the scopes granted to an app.
    ///
    /// # Errors
    ///
    /// [`RegisterError`].
    pub fn grants(&self, app: &AppId) -> Result<Vec<Grant>, RegisterError> {
        self.get_all("list grants", &grants_path(app), &[])
    }

    /// Grants the scopes that the app does not have, each by a call of its own, and says what became of every one.
    ///
    /// A refused scope does not stop the others; a network that fails or a rate limit does. Running it again grants what is
    /// still missing.
    ///
    /// # Errors
    ///
    /// [`RegisterError`] if the grants cannot be listed; then none was granted.
    pub fn grant(&self, app: &AppId, scopes: &Scopes) -> Result<Vec<GrantResult>, RegisterError> {
        let granted = self.granted_scopes(app)?;
        Ok(self.grant_beyond(app, scopes, &granted))
    }

    /// The same for a caller that has the list: grants those of `scopes` that are not in `granted`.
    pub fn grant_beyond(
        &self,
        app: &AppId,
        scopes: &Scopes,
        granted: &[String],
    ) -> Vec<GrantResult> {
        let mut failed = false;
        let outcome_of = |scope: &Scope| {
            if granted.iter().any(|it| it == scope.as_str()) {
                return GrantOutcome::AlreadyGranted;
            }
            if failed {
                return GrantOutcome::NotTried;
            }
            self.grant_one(app, scope).unwrap_or_else(|error| {
                failed = true;
                GrantOutcome::Failed(error)
            })
        };
        let outcomes: Vec<_> = scopes.iter().map(outcome_of).collect();
        let results = scopes.iter().cloned().zip(outcomes);
        results.map(|(scope, outcome)| GrantResult { scope, outcome }).collect()
    }

    /// Takes back those of `scopes` that are granted and were not in `before`, whatever the org answered when they were asked for,
    /// and says which. It can be run again.
    ///
    /// # Errors
    ///
    /// [`RegisterError`] if the grants cannot be listed or one cannot be taken back; those before it are.
    pub fn take_back(
        &self,
        app: &AppId,
        scopes: &Scopes,
        before: &[String],
    ) -> Result<Vec<String>, RegisterError> {
        let is_new = |grant: &&Grant| {
            scopes.iter().any(|scope| scope.as_str() == grant.scope)
                && !before.contains(&grant.scope)
        };
        let mut taken_back = Vec::new();
        for grant in self.grants(app)?.iter().filter(is_new) {
            self.revoke_grant(app, &grant.id)?;
            taken_back.push(grant.scope.clone());
        }
        Ok(taken_back)
    }

    /// Takes a grant back.
    ///
    /// # Errors
    ///
    /// [`RegisterError::InvalidId`] if `grant_id` cannot be one.
    pub fn revoke_grant(&self, app: &AppId, grant_id: &str) -> Result<(), RegisterError> {
        if !is_id(grant_id) {
            return Err(InvalidAppId.into());
        }
        let path = format!("{}/{grant_id}", grants_path(app));
        self.delete_at("revoke a grant", &path)
    }

    /// The names of the scopes granted to an app.
    ///
    /// # Errors
    ///
    /// As [`Self::grants`].
    pub fn granted_scopes(&self, app: &AppId) -> Result<Vec<String>, RegisterError> {
        Ok(self.grants(app)?.into_iter().map(|grant| grant.scope).collect())
    }

    fn grant_one(&self, app: &AppId, scope: &Scope) -> Result<GrantOutcome, RegisterError> {
        let path = grants_path(app);
        let body = GrantRequest { scope_id: scope.as_str(), issuer: self.org().as_str() };
        // A second grant of one scope makes no second one, so a lost answer may be asked for again.
        let build = || self.request(Method::Post, &path).with_replay(Replay::Safe).with_json(&body);
        match self.send("grant a scope", build) {
            Ok(response) => {
                let grant: Grant = response.json().map_err(RegisterError::Http)?;
                if grant.scope == scope.as_str() {
                    return Ok(GrantOutcome::Granted);
                }
                Err(RegisterError::UnexpectedAnswer {
                    what: format!("another scope than `{scope}` was granted"),
                    app_id: Some(app.clone()),
                })
            }
            // Nobody documents what a repeated grant is answered with; the list knows.
            Err(RegisterError::Refused(server)) if matches!(server.status, 400 | 409) => {
                let is_granted = self.granted_scopes(app)?.iter().any(|it| it == scope.as_str());
                Ok(if is_granted {
                    GrantOutcome::AlreadyGranted
                } else {
                    GrantOutcome::Refused(server)
                })
            }
            Err(RegisterError::Refused(server) | RegisterError::ServerFault(server)) => {
                Ok(GrantOutcome::Refused(server))
            }
            Err(error) => Err(error),
        }
    }
}

fn grants_path(app: &AppId) -> String {
    format!("/api/v1/apps/{app}/grants")
}

#[cfg(test)]
mod tests;
