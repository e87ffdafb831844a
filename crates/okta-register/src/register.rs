//! Registration.

use jwk_gen::PublicJwk;
use okta_http::{HttpError, Method, Request};
use serde::de::DeserializeOwned;

use crate::metadata::{APPLICATION_TYPE, AUTH_METHOD, AppMetadata, ClientMetadata, sent_kid};
use crate::registered_client::{AppAnswer, ClientAnswer};
use crate::{
    AppStatus, InvalidServiceApp, KeySource, RegisterError, RegisteredClient, RegisteredKey,
    Registrar, RegistrationApi, ServiceApp,
};

impl Registrar {
    /// Registers a service app, active at once.
    ///
    /// # Errors
    ///
    /// [`RegisterError::OutcomeUnknown`] if the request was sent and no answer came that can be read, and
    /// [`RegisterError::CreationUnconfirmed`] if the answer is 5xx; it is never sent a second time then.
    /// [`RegisterError::UnexpectedAnswer`] if the app that was made is not the one asked for; it is left as it is.
    pub fn register(&self, app: &ServiceApp) -> Result<RegisteredClient, RegisterError> {
        let (client, auth_method) = match app.api() {
            RegistrationApi::Apps => {
                let answer: AppAnswer = self.create(|| self.apps_request(app))?;
                let auth_method = answer.auth_method().map(str::to_owned);
                (answer.into_client()?, auth_method)
            }
            RegistrationApi::Clients if app.dpop_bound() => {
                return Err(InvalidServiceApp::DpopNeedsAppsApi.into());
            }
            RegistrationApi::Clients if app.client_id().is_some() => {
                return Err(InvalidServiceApp::ClientIdNeedsAppsApi.into());
            }
            RegistrationApi::Clients => {
                let answer: ClientAnswer = self.create(|| self.clients_request(app))?;
                let auth_method = answer.auth_method().map(str::to_owned);
                (answer.into_client()?, auth_method)
            }
        };
        match difference(app, &client, auth_method.as_deref()) {
            None => Ok(client),
            Some(what) => {
                Err(RegisterError::UnexpectedAnswer { what, app_id: Some(client.app_id) })
            }
        }
    }

    /// The app that a registration of `app` has made before, by its label and all of its keys: whether an answer was lost or the
    /// same is asked for twice, there is to be one.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Ambiguous`] if there are several.
    pub fn find_registered(
        &self,
        app: &ServiceApp,
    ) -> Result<Option<RegisteredClient>, RegisterError> {
        let mut clients = self.list_by_label(app.label())?;
        clients.retain(|client| difference_of_keys(app.keys(), client).is_none());
        if clients.len() > 1 {
            let app_ids = clients.into_iter().map(|client| client.app_id).collect();
            return Err(RegisterError::Ambiguous { label: app.label().to_owned(), app_ids });
        }
        Ok(clients.pop())
    }

    /// Something may have been made unless the org says that it refused (4xx).
    fn create<T: DeserializeOwned>(
        &self,
        build: impl Fn() -> Result<Request, HttpError>,
    ) -> Result<T, RegisterError> {
        let what = "register a service app";
        let response = self.send(what, build).map_err(|error| error.of_creation(what))?;
        response
            .json()
            .map_err(|source| RegisterError::OutcomeUnknown { what: what.to_owned(), source })
    }

    fn apps_request(&self, app: &ServiceApp) -> Result<Request, HttpError> {
        let request =
            self.request(Method::Post, "/api/v1/apps").with_query(&[("activate", "true")]);
        request.with_json(&AppMetadata::new(app))
    }

    fn clients_request(&self, app: &ServiceApp) -> Result<Request, HttpError> {
        self.request(Method::Post, "/oauth2/v1/clients").with_json(&ClientMetadata::new(app))
    }
}

/// The first setting that is not as asked for. The client registration API leaves some out, which is no difference.
fn difference(
    app: &ServiceApp,
    client: &RegisteredClient,
    auth_method: Option<&str>,
) -> Option<String> {
    if client.label != app.label() {
        return Some(format!("the label is not `{}`", app.label()));
    }
    difference_of_settings(app, client, auth_method)
        .or_else(|| difference_of_keys(app.keys(), client))
}

/// The same without label and keys, by which an app is found.
pub(crate) fn difference_of_settings(
    app: &ServiceApp,
    client: &RegisteredClient,
    auth_method: Option<&str>,
) -> Option<String> {
    if auth_method != Some(AUTH_METHOD) {
        return Some(format!("the authentication method is not `{AUTH_METHOD}`"));
    }
    if client.application_type.as_deref() != Some(APPLICATION_TYPE) {
        return Some(format!("the application type is not `{APPLICATION_TYPE}`"));
    }
    if let Some(chosen) = app.client_id().filter(|it| it.as_str() != client.client_id) {
        return Some(format!("the client id is `{}`, not `{chosen}`", client.client_id));
    }
    if client.status.as_ref().is_some_and(|it| *it != AppStatus::Active) {
        return Some("the app is not active".to_owned());
    }
    let shown = client.dpop_bound_access_tokens;
    if shown != Some(app.dpop_bound()) && (app.api() == RegistrationApi::Apps || shown.is_some()) {
        return Some(format!("`dpop_bound_access_tokens` is not {}", app.dpop_bound()));
    }
    None
}

pub(crate) fn difference_of_keys(keys: &KeySource, client: &RegisteredClient) -> Option<String> {
    match keys {
        KeySource::JwksUri(uri) => (client.jwks_uri.as_deref() != Some(uri.as_str()))
            .then(|| format!("`jwks_uri` is not `{uri}`")),
        KeySource::Jwks(set) => {
            let missing =
                set.iter().find(|key| !client.jwks.iter().any(|it| is_usable(it, key)))?;
            let (kid, thumbprint) = (sent_kid(missing), missing.thumbprint());
            Some(format!("no active key has the key id `{kid}` and the thumbprint `{thumbprint}`"))
        }
    }
}

/// Whether assertions signed with the sent key will be verified with the stored one.
fn is_usable(stored: &RegisteredKey, sent: &PublicJwk) -> bool {
    stored.thumbprint.as_ref() == Some(&sent.thumbprint())
        && stored.kid.as_deref() == Some(sent_kid(sent).as_str())
        && stored.status.as_deref().is_none_or(|status| status == "ACTIVE")
}

#[cfg(test)]
mod tests;
