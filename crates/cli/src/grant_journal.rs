//! What an app had before scopes were to be granted all or not at all.

use std::io;

use okta_http::{OrgUrl, Scopes};
use okta_register::{AppId, Registrar};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::private_folder::{FolderLock, PrivateFolder, Wait};
use crate::state_folder;

/// The journal of one app, open until it is closed: a run that is cut off in between is taken up by the same command.
#[derive(Debug)]
pub(crate) struct GrantJournal {
    folder: PrivateFolder,
    name: String,
    entry: Entry,
    _lock: Option<FolderLock>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Entry {
    app_id: String,
    /// What was granted before anything was sent.
    before: Vec<String>,
    /// What is to be granted.
    scopes: String,
}

impl GrantJournal {
    /// Writes down what the app has, unless a run of the same scopes that was cut off has done it.
    ///
    /// # Errors
    ///
    /// Other scopes of this app are half granted, or no journal can be kept: then nothing was sent.
    pub(crate) fn open(
        context: &Context<'_>,
        registrar: &Registrar,
        (org, app): (&OrgUrl, &AppId),
        scopes: &Scopes,
    ) -> Result<Self, CliError> {
        let folder = PrivateFolder::new(state_folder::path(&context.environment)?.join("grants"));
        let failed = |error: &io::Error| state_folder::failed(folder.path(), error);
        folder.make().map_err(|error| failed(&error))?;
        let lock = folder.lock(Wait::Forever).map_err(|error| failed(&error))?;
        let name = format!("{}-{app}.json", state_folder::name_of(org.as_str()));
        let text = folder.read(&name).map_err(|error| failed(&error))?;
        let left = text.and_then(|text| serde_json::from_str::<Entry>(&text).ok());
        let entry = match left {
            Some(entry) if entry.scopes == scopes.to_string() => entry,
            Some(entry) => return Err(other_scopes(app, &entry.scopes)),
            None => {
                let before = registrar.granted_scopes(app)?;
                Entry { app_id: app.to_string(), before, scopes: scopes.to_string() }
            }
        };
        let text = serde_json::to_string(&entry).map_err(|error| failed(&error.into()))?;
        folder.replace(&name, &text).map_err(|error| failed(&error))?;
        Ok(Self { folder, name, entry, _lock: lock })
    }

    /// The scopes that the app had.
    pub(crate) fn before(&self) -> &[String] {
        &self.entry.before
    }

    /// All or nothing is granted.
    ///
    /// # Errors
    ///
    /// The journal cannot be removed: left where it is, it would be taken up later.
    pub(crate) fn close(self) -> Result<(), CliError> {
        let path = self.folder.path().join(&self.name);
        self.folder
            .remove(&self.name)
            .map_err(|error| CliError::file(format!("{} cannot be removed", path.display()), error))
    }
}

/// The command that grants all of them or none, and takes up where it was cut off.
pub(crate) fn command(app: &AppId, scopes: &str) -> String {
    format!("okta-m2m grant add --client-id {app} --all-or-nothing --scope \"{scopes}\"")
}

fn other_scopes(app: &AppId, scopes: &str) -> CliError {
    let message = format!("granting `{scopes}` to {app}, all or nothing, was cut off half way");
    CliError::new(Class::Unfinished, message).unfinished(&command(app, scopes))
}
