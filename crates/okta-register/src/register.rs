//! Registration.

use okta_http::{HttpError, Method, Request};
use serde::de::DeserializeOwned;

use crate::metadata::{APPLICATION_TYPE, AUTH_METHOD, AppMetadata, ClientMetadata};
use crate::registered_client::{AppAnswer, ClientAnswer};
use crate::{
    InvalidServiceApp, KeySource, RegisterError, RegisteredClient, Registrar, RegistrationApi,
    ServiceApp,
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

    /// Something may have been made unless the org says that it refused (4xx).
    fn create<T: DeserializeOwned>(
        &self,
        build: impl Fn() -> Result<Request, HttpError>,
    ) -> Result<T, RegisterError> {
        let what = "register a service app";
        let response = self.send(what, build).map_err(|error| match error {
            RegisterError::ServerFault(server) => {
                RegisterError::CreationUnconfirmed { what: what.to_owned(), server }
            }
            other => other,
        })?;
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

/// The first setting that decides about tokens and is not as asked for.
fn difference(
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
    // The client registration API does not show the flag.
    let shown = client.dpop_bound_access_tokens;
    if shown != Some(app.dpop_bound()) && (app.api() == RegistrationApi::Apps || shown.is_some()) {
        return Some(format!("`dpop_bound_access_tokens` is not {}", app.dpop_bound()));
    }
    let KeySource::Jwks(set) = app.keys() else { return None };
    let is_registered =
        |thumbprint| client.jwks.iter().any(|it| it.thumbprint.as_ref() == Some(&thumbprint));
    let missing = set
        .iter()
        .map(|key| key.thumbprint())
        .find(|thumbprint| !is_registered(thumbprint.clone()))?;
    Some(format!("the key with thumbprint `{missing}` is not registered"))
}

#[cfg(test)]
mod tests;
