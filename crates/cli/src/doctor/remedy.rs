//! The command that mends something, with all its words.

use std::fs;
use std::path::Path;
use std::time::Duration;

use okta_http::{ServerError, display_untrusted};

use super::app::App;
use super::exam::Exam;
use crate::context::{flag_and_value, quoted};
use crate::settings::{Origin, Setting};
use crate::{credential, hint};

impl Exam<'_, '_> {
    /// Sets a setting to another value where it was made: a variable by the shell, anything else by
    /// the flag.
    pub(super) fn set(&self, setting: Setting, value: &str) -> String {
        let found = self.settings.as_ref().and_then(|settings| settings.text_if_set(setting));
        match found {
            Some((_, Origin::Variable(name))) => format!("export {name}={}", quoted(value)),
            Some((_, Origin::SdkVariable(name))) => format!("export {name}={}", quoted(value)),
            _ => self.again_with(&flag_of(setting), value),
        }
    }

    /// Where a setting was made, as an addition to a sentence.
    pub(super) fn place(&self, setting: Setting) -> String {
        let found = self.settings.as_ref().and_then(|settings| settings.text_if_set(setting));
        found.map_or_else(String::new, |(_, origin)| format!(" ({origin})"))
    }

    /// The same examination with another value of a flag.
    pub(super) fn again_with(&self, flag: &str, value: &str) -> String {
        self.context.command_line_with(flag, value)
    }

    /// The same examination with enough room for the waits that a server asks for.
    pub(super) fn again_after(&self, wait: Duration, server: &ServerError) -> String {
        let secs = hint::whole_secs(hint::allowance(wait, server));
        self.again_with("--max-wait", &secs.to_string())
    }

    /// A command that administers the client, for the same org and with the same credential.
    pub(super) fn administer(&self, command: &str) -> String {
        let client_id = self.client_id.as_ref().map_or("ID", |client_id| client_id.as_str());
        let client_id = flag_and_value("--client-id", client_id);
        let mut text = format!("okta-m2m {command} {client_id}");
        text += &self.context.org_flags().concat();
        text + &self.admin_flags()
    }

    /// The file of the key, for a command that needs one.
    pub(super) fn key_path(&self) -> &str {
        self.settings.as_ref().and_then(|settings| settings.key_path_if_set()).unwrap_or("FILE")
    }

    /// `setup` with another key: the old file is kept under another name, because none is ever
    /// overwritten, and the profile goes on naming the same one.
    pub(super) fn set_up_anew(&self) -> String {
        let key = self.key_path();
        format!("mv {} {} && {}", quoted(key), quoted(&unused(key, "old")), self.set_up())
    }

    /// Another key for the same app, in the file that has none or one that is of no use. It comes there once the org has it,
    /// and what is there now stays under another name, so that a line that failed can be run again. Where the key id is a
    /// setting, that would name the old key.
    pub(super) fn renew_key(&self) -> String {
        let settings = self.settings.as_ref();
        if settings.is_none_or(|it| it.key_file().is_none()) {
            return self.set(Setting::Key, "FILE");
        }
        let is_pinned = settings.is_some_and(|it| it.text_if_set(Setting::Kid).is_some());
        let (key, add) = (self.key_path(), "client-key add --jwks -");
        let exists = Path::new(key).exists();
        if self.client_id.is_none() || is_pinned || self.asked.admin.reads_stdin() {
            return if exists { self.set_up_anew() } else { self.set_up() };
        }
        if !exists {
            let add = self.administer(add);
            return format!("okta-m2m key generate -o {} | {add}", quoted(key));
        }
        let (new, old) = (quoted(&unused(key, "new")), quoted(&unused(key, "old")));
        let (key, add) = (quoted(key), self.administer(add));
        format!("okta-m2m key generate -o {new} | {add} && mv {key} {old} && mv {new} {key}")
    }

    /// `setup` for the client's key and scopes, which makes what is missing.
    pub(super) fn set_up(&self) -> String {
        let scopes = self.scopes.as_ref().filter(|scopes| !scopes.is_empty());
        let scopes =
            scopes.map_or_else(|| "SCOPE".to_owned(), |scopes| quoted(&scopes.to_string()));
        let label = match self.app.as_deref() {
            Some(App::Found { client, .. }) => display_untrusted(&client.label),
            _ => "LABEL".to_owned(),
        };
        let command = format!(
            "okta-m2m setup {} --scope {scopes} --role READ_ONLY_ADMIN {}",
            flag_and_value("--name", &label),
            flag_and_value("--key", self.key_path())
        );
        command + &self.context.org_flags().concat() + &self.admin_flags()
    }

    /// The credential of an administrator that the call names, or a place for one if there is none.
    fn admin_flags(&self) -> String {
        let flag = credential::flag_of(&self.asked.admin);
        flag.unwrap_or_else(|| credential::flag_or_place(self.context))
    }
}

/// The name of a file beside `path` that is not there yet.
fn unused(path: &str, what: &str) -> String {
    let names = (0..).map(|number: u32| match number {
        0 => format!("{path}.{what}"),
        _ => format!("{path}.{what}.{number}"),
    });
    let mut free = names.filter(|name| fs::symlink_metadata(name).is_err());
    free.next().unwrap_or_else(|| format!("{path}.{what}"))
}

fn flag_of(setting: Setting) -> String {
    format!("--{}", setting.key().replace('_', "-"))
}
