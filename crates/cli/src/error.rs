//! Failures of commands: a class, which decides the exit code, the message, the hint.

use std::error::Error;
use std::fmt::Write;
use std::io;
use std::time::Duration;

use okta_http::{Scopes, ServerError, display_untrusted};
use serde_json::{Value, json};

use crate::exit_code::Class;
use crate::hint;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct CliError {
    class: Class,
    message: String,
    hint: Option<String>,
    server: Option<Box<ServerError>>,
    retry_after: Option<Duration>,
    broken_pipe: bool,
    after_a_change: bool,
}

/// The commands that hints name and that nobody but an administrator can run.
const ADMINISTER: [&str; 4] = ["client ", "client-key ", "grant ", "role "];

/// The words of hints in which FILE is the client's private key.
const THE_KEY: [&str; 3] = ["--key FILE", "key show FILE", "key public FILE"];

impl CliError {
    pub(crate) fn new(class: Class, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            hint: None,
            server: None,
            retry_after: None,
            broken_pipe: false,
            after_a_change: false,
        }
    }

    /// The call is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Class::Usage, message)
    }

    /// A setting is wrong or missing.
    pub(crate) fn settings(message: impl Into<String>) -> Self {
        Self::new(Class::Usage, message)
    }

    pub(crate) fn failed(message: &str, cause: impl Error) -> Self {
        Self::new(Class::Failed, message).because(&cause)
    }

    /// A file cannot be read or written.
    pub(crate) fn file(message: impl Into<String>, cause: impl Error) -> Self {
        Self::new(Class::File, message).because(&cause)
    }

    /// An error of a library with all its causes.
    pub(crate) fn of(class: Class, error: &dyn Error) -> Self {
        let this = Self::new(class, display_untrusted(&error.to_string()));
        match error.source() {
            Some(cause) => this.because(cause),
            None => this,
        }
    }

    /// Appends a cause and its causes to the message.
    pub(crate) fn because(mut self, cause: &dyn Error) -> Self {
        let mut next = Some(cause);
        while let Some(cause) = next {
            let text = display_untrusted(&cause.to_string());
            // Libraries differ in whether an error repeats its source; say nothing twice.
            if !self.message.contains(&text) {
                let _ = write!(self.message, ": {text}");
            }
            next = cause.source();
        }
        self
    }

    /// Says where it is, before what it is.
    pub(crate) fn in_place(mut self, place: &str) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// Names the place in the stead of `value`, which may be a secret in the wrong place.
    pub(crate) fn without_path(mut self, value: &str, place: &str) -> Self {
        let quoted = format!("`{value}`");
        self.message = self.message.replace(&quoted, "the file that it names").replace(value, "…");
        self.in_place(place)
    }

    /// Says how to go on with a key that only Okta does not take.
    pub(crate) fn or_for_any(mut self) -> Self {
        if self.message.contains("Okta takes no ") {
            self.message.push_str("; `--for any` goes on with it");
        }
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Replaces the hint, or takes it away.
    pub(crate) fn with_hint_of(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// Keeps a hint that is already there, because it was closer to the cause.
    pub(crate) fn or_hint(mut self, hint: impl FnOnce() -> Option<String>) -> Self {
        self.hint = self.hint.or_else(hint);
        self
    }

    pub(crate) fn with_server(mut self, server: ServerError) -> Self {
        self.server = Some(Box::new(server));
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Half done: `command` alone is the hint, because a script may run it; what the earlier hint
    /// says to do before joins the message.
    pub(crate) fn unfinished(mut self, command: &str) -> Self {
        self.class = Class::Unfinished;
        if let Some(first) = self.hint.replace(command.to_owned()) {
            let _ = write!(self.message, "; {first}");
        }
        self
    }

    /// The server said that it had done it, and then this happened.
    pub(crate) fn after_success(mut self, status: u16) -> Self {
        self.class = Class::Unfinished;
        self.hint = None;
        self.in_place(&format!("the server answered {status}, and then"))
    }

    /// Puts what is known in the place of the words that stand for it in a hint.
    pub(crate) fn about(mut self, client_id: &str, key: Option<&str>, scopes: &Scopes) -> Self {
        if let Some(hint) = &mut self.hint {
            *hint = hint.replace("--client-id ID", &format!("--client-id {client_id}"));
            if let Some(key) = key {
                for words in THE_KEY {
                    *hint = hint.replace(words, &words.replace("FILE", key));
                }
            }
            if !scopes.is_empty() {
                *hint = hint.replace("--scope SCOPE", &format!("--scope \"{scopes}\""));
            }
        }
        self
    }

    /// A hint whose last command administers the org says which one and by whose rights, unless it does already: by these flags,
    /// each with a space in front.
    pub(crate) fn in_the_same_org(mut self, flags: &[String]) -> Self {
        if let Some(hint) = &mut self.hint {
            let command = hint.rfind("okta-m2m ").map_or("", |at| &hint[at + "okta-m2m ".len()..]);
            if ADMINISTER.iter().any(|it| command.starts_with(it)) && !command.contains("--admin") {
                let name =
                    |flag: &str| flag.split(['=', ' ']).nth(1).unwrap_or_default().to_owned();
                let new = flags.iter().filter(|flag| !command.contains(&name(flag)));
                let new: String = new.map(String::as_str).collect();
                hint.push_str(&new);
            }
        }
        self
    }

    /// The org was changed before this happened.
    pub(crate) fn after_a_change(mut self) -> Self {
        self.after_a_change = true;
        self
    }

    pub(crate) fn is_after_a_change(&self) -> bool {
        self.after_a_change
    }

    pub(crate) fn class(&self) -> Class {
        self.class
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    pub(crate) fn server(&self) -> Option<&ServerError> {
        self.server.as_deref()
    }

    /// What the server said, member by member.
    pub(crate) fn server_json(&self) -> Option<Value> {
        self.server().map(server_json)
    }

    pub(crate) fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }

    /// The failure object of `--format json`.
    pub(crate) fn to_json(&self) -> Value {
        json!({"error": {
            "class": self.class.as_str(),
            "code": self.class.code(),
            "message": self.message,
            "hint": self.hint,
            "server": self.server_json(),
            "retry_after_s": self.retry_after.map(hint::whole_secs),
        }})
    }
}

fn server_json(server: &ServerError) -> Value {
    json!({
        "status": server.status,
        "error": server.oauth_error(),
        "error_description": server.description(),
        "errorCode": server.error_code(),
        "errorSummary": server.error_summary(),
        "errorCauses": server.causes(),
        "errorId": server.error_id(),
        "request_id": server.request_id,
    })
}

impl From<io::Error> for CliError {
    /// Of writing a result; other I/O names its file through [`CliError::file`].
    fn from(error: io::Error) -> Self {
        let broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        Self { broken_pipe, ..Self::file("the result cannot be written", error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(hint: &str, expected: &str) {
        let error = CliError::usage("x").with_hint(hint);
        let error = error.about("0oa1", Some("svc.jwk"), &Scopes::default());
        assert_eq!(error.hint(), Some(expected));
    }

    #[test]
    fn only_what_stands_for_the_key_becomes_the_key() {
        check("give --key FILE", "give --key svc.jwk");
        check("compare okta-m2m key show FILE and", "compare okta-m2m key show svc.jwk and");
        for other in
            ["--ca-file FILE", "--jwks FILE", "--dpop-key FILE", "--tls-key FILE", "token > FILE"]
        {
            check(other, other);
        }
    }
}
