//! Token requests that prove a key.

use std::time::{Duration, SystemTime};

use jwk_gen::Thumbprint;
use jwt_sign::LocalSigner;
use okta_http::{BoxError, HttpClient, Scopes, TokenEndpoint};
use okta_register::rotation::{ProbeError, TokenProbe};
use okta_token::{DpopMode, TokenClient, TokenError};

use super::FileKeyStore;
use crate::last_use;

/// Requests by the client of the settings, each with a key of its own and none with a cache.
pub(crate) struct Probe<'a> {
    pub(crate) store: &'a FileKeyStore<'a>,
    pub(crate) http: HttpClient,
    pub(crate) endpoint: TokenEndpoint,
    pub(crate) client_id: jwt_sign::ClientId,
    pub(crate) dpop: DpopMode,
    pub(crate) scopes: Scopes,
    pub(crate) files: Option<&'a okta_token::FileCache>,
}

impl Probe<'_> {
    /// The client with one of the keys of the rotation.
    pub(crate) fn client(&self, key: &Thumbprint) -> Result<TokenClient, BoxError> {
        let key = self.store.read(key).map_err(|error| error.message().to_owned())?;
        let signer = LocalSigner::new(&key)?;
        let client = TokenClient::new(
            self.http.clone(),
            self.endpoint.clone(),
            self.client_id.clone(),
            std::sync::Arc::new(signer),
        );
        Ok(client.with_dpop(self.dpop))
    }
}

impl TokenProbe for Probe<'_> {
    fn token(&self, key: &Thumbprint) -> Result<(), ProbeError> {
        let client = self.client(key).map_err(ProbeError::Failed)?;
        match client.fetch(&self.scopes) {
            // The token was given, which is all that is asked about the key.
            Ok(_) | Err(TokenError::ScopesMissing { .. }) => Ok(()),
            Err(error @ TokenError::ClientRefused(_)) => Err(ProbeError::Refused(error.into())),
            Err(error) => Err(ProbeError::Failed(error.into())),
        }
    }

    fn last_use(&self, key: &Thumbprint) -> Option<SystemTime> {
        let secs = last_use::of(self.files?, key.as_str())?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(secs))
    }
}
