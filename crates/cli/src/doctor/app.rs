//! The app as the org describes it, to whoever may read it.

use std::sync::Arc;

use jwk_gen::Thumbprint;
use jwt_sign::{ClientId, LocalSigner, Signer};
use okta_http::{AuthServer, Authorizer, HttpClient, HttpError, Request, Response, Scope};
use okta_register::{AppId, RegisterError, RegisteredClient, Registrar};
use okta_token::AccessToken;

use super::exam::Exam;

/// By whose right the app was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reader {
    Administrator,
    /// The client itself, by `okta.apps.read`.
    Client,
}

/// What was read.
pub(super) enum App {
    /// The org has it.
    Found { client: Box<RegisteredClient>, registrar: Registrar },
    /// The org has none with this client id; perhaps one that has the key.
    Missing { with_same_key: Option<String> },
    /// It is not of type `service`.
    NoService,
}

impl App {
    /// Reads the app by the client's id, which is the app's own unless it was chosen.
    pub(super) fn find(
        registrar: Registrar,
        reader: Reader,
        client_id: &ClientId,
        signer: Option<&LocalSigner>,
    ) -> Result<Self, RegisterError> {
        let read = AppId::new(client_id.as_str()).map(|id| registrar.read(&id));
        let client = match read {
            Ok(Ok(client)) => client,
            Ok(Err(RegisterError::UnexpectedAnswer { what, .. })) if what.contains("type") => {
                return Ok(Self::NoService);
            }
            Ok(Err(RegisterError::Refused(server))) if server.status == 404 => {
                return Self::search(registrar, reader, client_id, signer);
            }
            Ok(Err(error)) => return Err(error),
            Err(_) => return Self::search(registrar, reader, client_id, signer),
        };
        Ok(Self::Found { client: Box::new(client), registrar })
    }

    /// Looks through all apps, for the client id and for the key.
    fn search(
        registrar: Registrar,
        reader: Reader,
        client_id: &ClientId,
        signer: Option<&LocalSigner>,
    ) -> Result<Self, RegisterError> {
        let clients = registrar.list()?;
        if let Some(client) = clients.iter().find(|it| it.client_id == client_id.as_str()) {
            return Ok(Self::Found { client: Box::new(client.clone()), registrar });
        }
        // A client is shown its own app only, so that it says nothing about others.
        let thumbprint = signer.filter(|_| reader == Reader::Administrator).map(Signer::thumbprint);
        let has_key = |client: &&RegisteredClient| has_key(client, thumbprint);
        let with_same_key = clients.iter().find(has_key).map(|client| client.client_id.clone());
        Ok(Self::Missing { with_same_key })
    }
}

fn has_key(client: &RegisteredClient, thumbprint: Option<&Thumbprint>) -> bool {
    thumbprint.is_some() && client.jwks.iter().any(|key| key.thumbprint.as_ref() == thumbprint)
}

/// A token in the hand, as the credential of calls.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) token: AccessToken,
    pub(super) http: HttpClient,
}

impl Authorizer for Held {
    fn authorize(&self, request: Request) -> Result<Request, HttpError> {
        self.token.authorize(request, self.http.server_time())
    }

    fn has_remedy(&self, _: &Request, _: &Response, _: u32) -> bool {
        false
    }
}

impl Exam<'_, '_> {
    /// The app, by the right of an administrator or of the client itself; nothing if it cannot be
    /// read.
    pub(super) fn app(&mut self) -> Option<Arc<App>> {
        if self.app.is_none() && !self.has_asked_itself {
            self.has_asked_itself = true;
            self.app = self.own_app().map(Arc::new);
        }
        self.app.clone()
    }

    fn own_app(&mut self) -> Option<App> {
        let (http, org, client_id) = (self.http().ok()?, self.org().ok()?, self.client_id().ok()?);
        let token = self.access_token().ok()?;
        let reads_apps =
            |scope: &Scope| matches!(scope.as_str(), "okta.apps.read" | "okta.apps.manage");
        if self.server().ok()? != AuthServer::Org || !token.scopes().iter().any(reads_apps) {
            return None;
        }
        let held = Held { token, http: http.clone() };
        let signer = self.signer().ok().flatten();
        let registrar = Registrar::new(http, org, held);
        App::find(registrar, Reader::Client, &client_id, signer.as_deref()).ok()
    }
}
