//! What every command is given.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use okta_http::{Clock, SystemClock};

use crate::args::GlobalArgs;
use crate::config_file::ConfigFile;
use crate::env::Environment;
use crate::error::CliError;
use crate::output::{Format, Output};
use crate::profile_name::ProfileName;

/// The world as a command sees it.
pub(crate) struct Context<'a> {
    pub(crate) environment: Environment,
    pub(crate) global: GlobalArgs,
    pub(crate) output: &'a mut Output,
    pub(crate) clock: Arc<dyn Clock>,
    /// What Okta's SDKs keep about the way to the org that was resolved last.
    pub(crate) sdk_connection: SdkConnection,
    /// The command as a shell would take it, for hints that say to run it again.
    pub(crate) command_line: String,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        environment: Environment,
        global: GlobalArgs,
        output: &'a mut Output,
        arguments: &[OsString],
    ) -> Self {
        let command_line = command_line(arguments);
        let clock = Arc::new(SystemClock);
        let sdk_connection = SdkConnection::default();
        Self { environment, global, output, clock, sdk_connection, command_line }
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// The form of the result, for commands that know no others than `text` and `json`.
    pub(crate) fn format(&self) -> Result<Format, CliError> {
        match &self.global.format {
            Some(word) if Format::parse(word).is_none() => {
                Err(CliError::usage(format!("`--format` is `text` or `json`, not `{word}`")))
            }
            _ => Ok(self.output.format()),
        }
    }

    pub(crate) fn config_file(&self) -> Result<ConfigFile, CliError> {
        ConfigFile::find(&self.environment)
    }

    /// The profile that is asked for by the flag or the variable.
    pub(crate) fn profile_name(&self) -> Result<Option<String>, CliError> {
        let (name, place) = match &self.global.profile {
            Some(name) => (Some(name.as_str()), "`--profile`"),
            None => (self.environment.text("OKTA_M2M_PROFILE")?, "`OKTA_M2M_PROFILE`"),
        };
        let name = name.map(ProfileName::parse).transpose();
        let name = name.map_err(|error| error.in_place(place))?;
        Ok(name.map(|name| name.to_string()))
    }
}

/// A proxy and a deadline of one request, as Okta's SDKs are told of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SdkConnection {
    pub(crate) proxy: Option<String>,
    pub(crate) timeout: Option<Duration>,
}

/// No argument holds a secret, so that the line may be shown.
fn command_line(arguments: &[OsString]) -> String {
    let words = arguments.iter().skip(1).map(|word| quoted(&word.to_string_lossy()));
    std::iter::once("okta-m2m".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The profile where none is asked for.
pub(crate) const DEFAULT_PROFILE: &str = "default";
