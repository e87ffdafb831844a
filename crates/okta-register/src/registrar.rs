//! The handle, and what all its calls share.

use std::cell::Cell;
use std::sync::Arc;

use okta_http::{Authorizer, HttpClient, HttpError, Method, OrgUrl, Request, Response};
use serde::de::DeserializeOwned;

use crate::RegisterError;

/// The most pages that a list may have.
const MOST_PAGES: usize = 100;

/// Registers and manages the service apps of one org.
#[derive(Clone, Debug)]
pub struct Registrar {
    http: HttpClient,
    org: OrgUrl,
}

impl Registrar {
    /// A handle that acts with `credential`. Registering, granting and assigning roles takes a super admin.
    ///
    /// `credential` is an API token, or whatever else authorises requests: this crate does not know how it was come by.
    pub fn new(http: HttpClient, org: OrgUrl, credential: impl Authorizer + 'static) -> Self {
        Self { http: http.authorized(Arc::new(credential)), org }
    }

    pub(crate) fn org(&self) -> &OrgUrl {
        &self.org
    }

    /// A request to a path of the org.
    pub(crate) fn request(&self, method: Method, path: &str) -> Request {
        Request::new(method, self.org.url(path))
    }

    /// Sends what `build` makes and takes success only; `what` names the operation in an error.
    pub(crate) fn send(
        &self,
        what: &str,
        build: impl Fn() -> Result<Request, HttpError>,
    ) -> Result<Response, RegisterError> {
        let response =
            self.http.send(build).map_err(|error| RegisterError::from_http(error, what))?;
        response.into_success().map_err(RegisterError::from_server)
    }

    /// Deletes one resource. After a try whose answer was lost, 404 says that this try was carried out.
    pub(crate) fn delete_at(&self, what: &str, path: &str) -> Result<(), RegisterError> {
        let tries = Cell::new(0_u32);
        let outcome = self.send(what, || {
            tries.set(tries.get() + 1);
            Ok(self.request(Method::Delete, path))
        });
        match outcome {
            Err(RegisterError::Refused(server)) if server.status == 404 && tries.get() > 1 => {
                Ok(())
            }
            outcome => outcome.map(drop),
        }
    }

    /// Reads one resource.
    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
    ) -> Result<T, RegisterError> {
        let response = self.send(what, || Ok(self.request(Method::Get, path)))?;
        response.json().map_err(RegisterError::Http)
    }

    /// Reads a list with all its pages; they must stay at the org.
    pub(crate) fn get_all<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<T>, RegisterError> {
        let mut items: Vec<T> = Vec::new();
        let mut request = self.request(Method::Get, path).with_query(query);
        for _ in 0..MOST_PAGES {
            let response = self.send(what, || Ok(request.clone()))?;
            items.extend(response.json::<Vec<T>>().map_err(RegisterError::Http)?);
            let Some(next) = response.next_link(&self.org).map_err(RegisterError::Http)? else {
                return Ok(items);
            };
            if next == request.url() {
                return Err(RegisterError::unexpected("a page names itself as the next one"));
            }
            request = Request::new(Method::Get, next);
        }
        Err(RegisterError::unexpected(format!("a list has more than {MOST_PAGES} pages")))
    }
}
