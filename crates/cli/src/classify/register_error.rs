//! Registration, keys, grants and roles: what the caller does next.

use okta_register::RegisterError;

use super::LOOK_FIRST;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::hint;

impl From<RegisterError> for CliError {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Refused(server) | RegisterError::ServerFault(server) => {
                let hint = hint::for_admin(&server);
                Self::from(server).with_hint_of(hint)
            }
            RegisterError::Http(error) => error.into(),
            RegisterError::OutcomeUnknown { .. }
            | RegisterError::UnexpectedAnswer { app_id: Some(_), .. } => {
                Self::of(Class::Unfinished, &error).with_hint(LOOK_FIRST)
            }
            RegisterError::CreationUnconfirmed { ref server, .. } => {
                let server = server.clone();
                Self::of(Class::Unfinished, &error).with_server(server).with_hint(LOOK_FIRST)
            }
            RegisterError::StillActive(server) => {
                Self::from(server).with_hint("okta-m2m client deactivate")
            }
            RegisterError::UnexpectedAnswer { .. } => Self::of(Class::Server, &error),
            RegisterError::Conflict { .. } => {
                Self::of(Class::RequestRefused, &error).with_hint("run the same command again")
            }
            RegisterError::ClientIdTaken { .. } => Self::of(Class::RequestRefused, &error)
                .with_hint("choose another: client register --client-id ID"),
            RegisterError::ClientIdRefused { ref server, .. } => {
                let server = server.clone();
                Self::of(Class::RequestRefused, &error)
                    .with_server(server)
                    .with_hint("choose another: client register --client-id ID")
            }
            RegisterError::ClientIdUnclear { ref server, .. } => {
                let server = server.clone();
                Self::of(Class::Unfinished, &error).with_server(server).with_hint(LOOK_FIRST)
            }
            RegisterError::RegisteredOtherwise { ref client_id, .. } => {
                let hint = format!(
                    "take another key, or change it: okta-m2m client update --client-id {client_id}"
                );
                Self::of(Class::RequestRefused, &error).with_hint(hint)
            }
            RegisterError::NoSuchClient { .. } => {
                Self::of(Class::RequestRefused, &error).with_hint("okta-m2m client list")
            }
            RegisterError::Ambiguous { .. } => Self::of(Class::RequestRefused, &error).with_hint(
                "delete one of them: okta-m2m client list, okta-m2m client delete --client-id ID",
            ),
            _ => Self::of(Class::Usage, &error),
        }
    }
}
