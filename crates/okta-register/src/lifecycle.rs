//! Activating, deactivating, deleting and changing an app.

use okta_http::{Method, Replay};

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

    fn change_status(&self, app: &AppId, action: &str) -> Result<(), RegisterError> {
        let path = format!("/api/v1/apps/{app}/lifecycle/{action}");
        // Twice is as good as once.
        self.send(action, || Ok(self.request(Method::Post, &path).with_replay(Replay::Safe)))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
