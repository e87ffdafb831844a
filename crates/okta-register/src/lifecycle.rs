//! Activating, deactivating, deleting and changing an app.

use okta_http::{Method, Replay};
use serde_json::Value;

use crate::{AppId, RegisterError, Registrar};

impl Registrar {
    /// Lets the app obtain tokens again.
    ///
    /// # Errors
    ///
    /// [`RegisterError`].
    pub fn activate(&self, app: &AppId) -> Result<(), RegisterError> {
        self.change_status(app, "activate")
    }

    /// Stops the app from obtaining tokens; those it has become invalid for good.
    ///
    /// # Errors
    ///
    /// [`RegisterError`].
    pub fn deactivate(&self, app: &AppId) -> Result<(), RegisterError> {
        self.change_status(app, "deactivate")
    }

    /// Deletes an inactive app.
    ///
    /// # Errors
    ///
    /// [`RegisterError::StillActive`] if it is active: whether to deactivate it first is the caller's decision.
    pub fn delete(&self, app: &AppId) -> Result<(), RegisterError> {
        self.delete_at("delete an app", &format!("/api/v1/apps/{app}")).map_err(|error| match error
        {
            RegisterError::Refused(server) if server.error_code() == Some("E0000056") => {
                RegisterError::StillActive(server)
            }
            other => other,
        })
    }

    /// Says whether access tokens must be bound to a DPoP key, and leaves every other setting as it is.
    ///
    /// Okta can only replace an app as a whole, so a change that somebody else makes in the same moment is lost.
    ///
    /// # Errors
    ///
    /// [`RegisterError::UnexpectedAnswer`] if the app is no OAuth client or keeps its old setting.
    pub fn set_dpop_bound(&self, app: &AppId, dpop_bound: bool) -> Result<(), RegisterError> {
        let path = format!("/api/v1/apps/{app}");
        let mut whole: Value = self.get("read an app", &path)?;
        let flag = dpop_flag(&mut whole)
            .ok_or_else(|| RegisterError::unexpected("the app is no OAuth client"))?;
        if *flag == Value::Bool(dpop_bound) {
            return Ok(());
        }
        *flag = Value::Bool(dpop_bound);
        let response =
            self.send("replace an app", || self.request(Method::Put, &path).with_json(&whole))?;
        let mut replaced: Value = response.json().map_err(RegisterError::Http)?;
        match dpop_flag(&mut replaced) {
            Some(flag) if *flag == Value::Bool(dpop_bound) => Ok(()),
            _ => {
                let what = format!("`dpop_bound_access_tokens` is not {dpop_bound}");
                Err(RegisterError::UnexpectedAnswer { what, app_id: Some(app.clone()) })
            }
        }
    }

    fn change_status(&self, app: &AppId, action: &str) -> Result<(), RegisterError> {
        let path = format!("/api/v1/apps/{app}/lifecycle/{action}");
        // Twice is as good as once.
        self.send(action, || Ok(self.request(Method::Post, &path).with_replay(Replay::Safe)))?;
        Ok(())
    }
}

/// The place of the flag within an app, made if it is missing.
fn dpop_flag(app: &mut Value) -> Option<&mut Value> {
    let settings = app.get_mut("settings")?.get_mut("oauthClient")?.as_object_mut()?;
    Some(settings.entry("dpop_bound_access_tokens").or_insert(Value::Null))
}

#[cfg(test)]
mod tests;
