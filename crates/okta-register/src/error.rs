//! Why an operation on a service app failed.

use okta_http::{HttpError, ServerError};

use crate::{AppId, InvalidAppId, InvalidChosenClientId, InvalidRole, InvalidServiceApp};

/// Why an operation on a service app failed; each variant asks for something else of the caller.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The org refused (4xx): the credential, its rights or the request is wrong.
    #[error("the org refused")]
    Refused(#[source] ServerError),
    /// An active app cannot be deleted; deactivate it first if that is what you want.
    #[error("the app is active and cannot be deleted")]
    StillActive(#[source] ServerError),
    /// The org failed (5xx) at something that can be tried again.
    #[error("the org failed")]
    ServerFault(#[source] ServerError),
    /// There was no usable answer.
    #[error(transparent)]
    Http(HttpError),
    /// A creation was sent and not answered in a way that can be read. Look whether it happened before you try again.
    #[error("whether the org carried out `{what}` is not known")]
    OutcomeUnknown {
        /// What was to be done.
        what: String,
        /// Why there was no answer.
        source: HttpError,
    },
    /// The org, or a gateway before it, failed (5xx) at a creation, which may have been carried out all the same. Look
    /// whether it happened before you try again.
    #[error("the org failed, and whether it carried out `{what}` is not known")]
    CreationUnconfirmed {
        /// What was to be done.
        what: String,
        /// What the org said.
        #[source]
        server: ServerError,
    },
    /// The answer does not describe what was asked for. Nothing was undone.
    #[error("the answer is not what was asked for: {what}")]
    UnexpectedAnswer {
        /// What differs.
        what: String,
        /// The app that was made or changed, if the answer names one.
        app_id: Option<AppId>,
    },
    /// Somebody else has changed the app since it was read. Nothing was changed now; read it again first.
    #[error("app `{app_id}` was changed by somebody else meanwhile")]
    Conflict {
        /// The app.
        app_id: AppId,
    },
    /// Several apps fit; name one by its id.
    #[error("{} apps have the label `{label}` and the same key", app_ids.len())]
    Ambiguous {
        /// The label.
        label: String,
        /// The apps that fit.
        app_ids: Vec<AppId>,
    },
    /// Another app has the client id that was chosen; nothing was changed. Choose another one.
    #[error("app `{app_id}` has the client id `{client_id}` already, with other keys")]
    ClientIdTaken {
        /// The client id.
        client_id: String,
        /// The app that has it.
        app_id: AppId,
    },
    /// The org does not give the client id that was chosen, and no app has it: perhaps a deleted one had it. Choose another.
    #[error("the org does not give the client id `{client_id}`, which no app has")]
    ClientIdRefused {
        /// The client id.
        client_id: String,
        /// What the org said.
        #[source]
        server: ServerError,
    },
    /// The org refuses the client id that was chosen, and whether that is because an app was made with it is not known: the apps
    /// cannot be listed, or a try before was not answered. Look with a credential that may list apps.
    #[error("whether the org has made an app with the client id `{client_id}` is not known")]
    ClientIdUnclear {
        /// The client id.
        client_id: String,
        /// What the org said.
        #[source]
        server: ServerError,
    },
    /// The app is there, and not as it was to be registered. Nothing was changed.
    #[error("app `{app_id}` (client id `{client_id}`) is registered otherwise: {what}")]
    RegisteredOtherwise {
        /// Its client id.
        client_id: String,
        /// The app.
        app_id: AppId,
        /// The first setting that differs.
        what: String,
    },
    /// No service app that the credential may see has this client id.
    #[error("the org has no service app with the client id `{client_id}`")]
    NoSuchClient {
        /// The client id.
        client_id: String,
    },
    /// The client id cannot be chosen.
    #[error(transparent)]
    InvalidChosenClientId(#[from] InvalidChosenClientId),
    /// The service app cannot be registered as it is described.
    #[error(transparent)]
    InvalidServiceApp(#[from] InvalidServiceApp),
    /// The role cannot be assigned as it is written.
    #[error(transparent)]
    InvalidRole(#[from] InvalidRole),
    /// A text cannot be a client id.
    #[error("a client id has 1 to 100 visible ASCII characters")]
    InvalidClientId,
    /// An id cannot be one of Okta's.
    #[error(transparent)]
    InvalidId(#[from] InvalidAppId),
}

impl RegisterError {
    /// Sorts a failed round trip; `what` was to be done.
    pub(crate) fn from_http(error: HttpError, what: &str) -> Self {
        match error {
            HttpError::OutcomeUnknown { .. } => {
                Self::OutcomeUnknown { what: what.to_owned(), source: error }
            }
            _ => Self::Http(error),
        }
    }

    /// Sorts an answer that is no success.
    pub(crate) fn from_server(error: ServerError) -> Self {
        if (400..500).contains(&error.status) {
            Self::Refused(error)
        } else {
            Self::ServerFault(error)
        }
    }

    /// The same error of a call that creates: whoever failed may have created all the same.
    pub(crate) fn of_creation(self, what: &str) -> Self {
        match self {
            Self::ServerFault(server) => {
                Self::CreationUnconfirmed { what: what.to_owned(), server }
            }
            other => other,
        }
    }

    pub(crate) fn unexpected(what: impl Into<String>) -> Self {
        Self::UnexpectedAnswer { what: what.into(), app_id: None }
    }
}
