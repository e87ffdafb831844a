//! Reading and finding service apps.

use jwk_gen::Thumbprint;

use crate::chosen_client_id::is_oktas_own;
use crate::metadata::APPLICATION_TYPE;
use crate::registered_client::AppAnswer;
use crate::{AppId, RegisterError, RegisteredClient, Registrar};

/// The most that Okta puts on a page.
const PAGE_SIZE: &str = "200";

impl Registrar {
    /// Reads one service app.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Refused`] with status 404 if there is none; [`RegisterError::UnexpectedAnswer`] if the app is of
    /// another type.
    pub fn read(&self, app: &AppId) -> Result<RegisteredClient, RegisterError> {
        let answer: AppAnswer = self.get("read an app", &format!("/api/v1/apps/{app}"))?;
        if answer.application_type() != Some(APPLICATION_TYPE) {
            let what = format!("the app is not of type `{APPLICATION_TYPE}`");
            return Err(RegisterError::unexpected(what));
        }
        let client = answer.into_client()?;
        if &client.app_id != app {
            return Err(RegisterError::unexpected("the answer describes another app"));
        }
        Ok(client)
    }

    /// Lists all service apps of the org; apps of other types are left out.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]; also if the list has more than 100 pages or leads away from the org.
    pub fn list(&self) -> Result<Vec<RegisteredClient>, RegisterError> {
        self.list_where(&[("filter", "name eq \"oidc_client\""), ("limit", PAGE_SIZE)])
    }

    /// Lists the service apps with exactly this label; labels are not unique.
    ///
    /// # Errors
    ///
    /// As [`Self::list`].
    pub fn list_by_label(&self, label: &str) -> Result<Vec<RegisteredClient>, RegisterError> {
        // The search is by beginning and regardless of case.
        let mut clients = self.list_where(&[("q", label), ("limit", PAGE_SIZE)])?;
        clients.retain(|client| client.label == label);
        Ok(clients)
    }

    /// Finds the service app with this client id (RFC 6749 section 2.2) among all of the org.
    ///
    /// # Errors
    ///
    /// As [`Self::list`].
    pub fn find_by_client_id(
        &self,
        client_id: &str,
    ) -> Result<Option<RegisteredClient>, RegisterError> {
        Ok(self.list()?.into_iter().find(|client| client.client_id == client_id))
    }

    /// The id of the app that has this client id. An id that Okta gave (`0oa…`) is both, and takes no request; for one that was
    /// chosen the apps of the org are listed.
    ///
    /// # Errors
    ///
    /// [`RegisterError::NoSuchClient`] if no app has it; else as [`Self::list`].
    pub fn app_id(&self, client_id: &str) -> Result<AppId, RegisterError> {
        if is_oktas_own(client_id) {
            return Ok(AppId::new(client_id)?);
        }
        let found = self.find_by_client_id(client_id)?.map(|client| client.app_id);
        found.ok_or_else(|| RegisterError::NoSuchClient { client_id: client_id.to_owned() })
    }

    /// Finds the service app with this label that has this key. The label narrows the search, the key decides: another
    /// app may have the same label.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Ambiguous`] if there are several; else as [`Self::list`].
    pub fn find_by_key(
        &self,
        label: &str,
        thumbprint: &Thumbprint,
    ) -> Result<Option<RegisteredClient>, RegisterError> {
        let mut clients = self.list_by_label(label)?;
        clients.retain(|client| {
            client.jwks.iter().any(|key| key.thumbprint.as_ref() == Some(thumbprint))
        });
        if clients.len() > 1 {
            let app_ids = clients.into_iter().map(|client| client.app_id).collect();
            return Err(RegisterError::Ambiguous { label: label.to_owned(), app_ids });
        }
        Ok(clients.pop())
    }

    fn list_where(&self, query: &[(&str, &str)]) -> Result<Vec<RegisteredClient>, RegisterError> {
        let apps: Vec<AppAnswer> = self.get_all("list apps", "/api/v1/apps", query)?;
        let services =
            apps.into_iter().filter(|app| app.application_type() == Some(APPLICATION_TYPE));
        // An app without a client id, or with an id that no path can hold, is none that this crate made.
        Ok(services.filter_map(|app| app.into_client().ok()).collect())
    }
}

#[cfg(test)]
mod tests;
