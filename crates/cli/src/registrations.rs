//! Registrations that are under way: the client id is written down before it is sent.

use std::io;

use okta_http::OrgUrl;
use okta_register::{
    AppId, ChosenClientId, RegisterError, RegisteredClient, Registrar, Registration, ServiceApp,
};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::private_folder::{PrivateFolder, Wait};
use crate::state_folder;

/// The journal of this user's registrations at one org.
#[derive(Debug)]
pub(crate) struct Registrations {
    folder: PrivateFolder,
    org: String,
}

/// Client ids that are asked for after the first where the org does not give one: a deleted app may have had it.
const FURTHER_IDS: u8 = 2;

/// What was sent, or is about to be.
#[derive(Debug, Deserialize, Serialize)]
struct Entry {
    org: String,
    label: String,
    client_id: String,
    /// The app that the org says it made instead of the one asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_app_id: Option<String>,
}

impl Registrations {
    /// The journal in `$OKTA_M2M_STATE_DIR`, `$XDG_STATE_HOME/okta-m2m` or `~/.local/state/okta-m2m`. Nothing is made yet.
    pub(crate) fn of(context: &Context<'_>, org: &OrgUrl) -> Result<Self, CliError> {
        let folder = state_folder::path(&context.environment)?.join("registrations");
        Ok(Self { folder: PrivateFolder::new(folder), org: org.to_string() })
    }

    /// Registers the app through the Apps API under a client id that is in the journal before it leaves, one registration of
    /// this user at a time. What is in the journal from a run that was cut off is asked for again.
    pub(crate) fn register(
        &self,
        registrar: &Registrar,
        app: ServiceApp,
    ) -> Result<(RegisteredClient, Registration), CliError> {
        self.folder.make().map_err(|error| self.failed(&error))?;
        let _lock = self.folder.lock(Wait::Forever).map_err(|error| self.failed(&error))?;
        let name = self.name(&app);
        if let Some(client) = found(registrar, &app)? {
            self.close(&name);
            same_id(&app, &client)?;
            registrar.check_registered(&app, &client)?;
            return Ok((client, Registration::Present));
        }
        let pending = self.pending(&name);
        self.check_pending(&name, &app, pending.as_ref())?;
        // An id that was sent before is the only one to ask for.
        if let Some(client_id) = pending {
            let outcome = self.send(registrar, &name, &app, &client_id)?;
            return outcome.map_err(|error| self.told_of_pending(&name, error));
        }
        if let Some(client_id) = app.client_id() {
            return Ok(self.send(registrar, &name, &app, client_id)??);
        }
        for number in 0..FURTHER_IDS {
            match self.send(registrar, &name, &app, &ChosenClientId::of_try(&app, number))? {
                Err(RegisterError::ClientIdRefused { .. }) => {}
                outcome => return Ok(outcome?),
            }
        }
        let last = ChosenClientId::of_try(&app, FURTHER_IDS);
        Ok(self.send(registrar, &name, &app, &last)??)
    }

    /// Sends the registration once it is in the journal. What becomes of the journal afterwards changes nothing about the outcome: an
    /// entry that stays is closed by the next run.
    fn send(
        &self,
        registrar: &Registrar,
        name: &str,
        app: &ServiceApp,
        client_id: &ChosenClientId,
    ) -> Result<Result<(RegisteredClient, Registration), RegisterError>, CliError> {
        let app = app.clone().with_client_id(client_id.clone());
        let mut entry = Entry {
            org: self.org.clone(),
            label: app.label().to_owned(),
            client_id: client_id.to_string(),
            other_app_id: None,
        };
        self.write(name, &entry)?;
        let outcome = registrar.register_once(&app);
        match &outcome {
            Err(RegisterError::UnexpectedAnswer { app_id: Some(other), .. }) => {
                entry.other_app_id = Some(AppId::to_string(other));
                drop(self.write(name, &entry));
            }
            // Made, or certainly not made by this call.
            Ok(_)
            | Err(
                RegisterError::Refused(_)
                | RegisterError::Http(_)
                | RegisterError::ClientIdTaken { .. }
                | RegisterError::RegisteredOtherwise { .. },
            ) => self.close(name),
            Err(_) => {}
        }
        Ok(outcome)
    }

    /// Two ids for one app could make two of it.
    fn check_pending(
        &self,
        name: &str,
        app: &ServiceApp,
        pending: Option<&ChosenClientId>,
    ) -> Result<(), CliError> {
        match (app.client_id(), pending) {
            (Some(chosen), Some(pending)) if chosen != pending => {
                let message = format!(
                    "this app is being registered under the client id `{pending}`: that run was cut off"
                );
                Err(CliError::new(Class::RequestRefused, message)
                    .with_hint(format!("leave out --client-id, or {}", self.way_out(name))))
            }
            _ => Ok(()),
        }
    }

    /// The org refuses an id that a run before this one has sent: the list of apps may be behind, or the id was a deleted app's.
    fn told_of_pending(&self, name: &str, error: RegisterError) -> CliError {
        let is_refused = matches!(error, RegisterError::ClientIdRefused { .. });
        let error = CliError::from(error);
        if is_refused {
            error.with_hint(format!("run it again, or {}", self.way_out(name)))
        } else {
            error
        }
    }

    fn way_out(&self, name: &str) -> String {
        let file = self.folder.path().join(name);
        format!("remove {} unless the org shows it: okta-m2m client list", file.display())
    }

    fn close(&self, name: &str) {
        drop(self.folder.remove(name));
    }

    /// One file for what the label and keys make one app of.
    fn name(&self, app: &ServiceApp) -> String {
        let org = state_folder::name_of(&self.org);
        format!("{org}-{}.json", ChosenClientId::of(app))
    }

    /// The client id of a registration that was cut off. A file that cannot be read says nothing: the app is sought by its keys too.
    fn pending(&self, name: &str) -> Option<ChosenClientId> {
        let text = self.folder.read(name).ok()??;
        let entry: Entry = serde_json::from_str(&text).ok()?;
        ChosenClientId::parse(&entry.client_id).ok()
    }

    fn write(&self, name: &str, entry: &Entry) -> Result<(), CliError> {
        let text = serde_json::to_string(entry).map_err(|error| self.failed(&error.into()))?;
        self.folder.replace(name, &text).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> CliError {
        state_folder::failed(self.folder.path(), error)
    }
}

/// A client id cannot be changed, and a second app with the same label and keys is not what anybody means.
fn same_id(app: &ServiceApp, client: &RegisteredClient) -> Result<(), CliError> {
    match app.client_id() {
        Some(chosen) if chosen.as_str() != client.client_id => {
            let id = &client.client_id;
            let message =
                format!("the app has this label and these keys under the client id `{id}`");
            Err(CliError::new(Class::RequestRefused, message)
                .with_hint("leave out --client-id, or give another --name"))
        }
        _ => Ok(()),
    }
}

/// The app, if it was registered before. Who may register need not be allowed to list.
pub(crate) fn found(
    registrar: &Registrar,
    app: &ServiceApp,
) -> Result<Option<RegisteredClient>, CliError> {
    match registrar.find_registered(app) {
        Ok(found) => Ok(found),
        Err(RegisterError::Refused(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
