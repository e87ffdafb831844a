//! What every command is given.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use okta_http::{Clock, SystemClock};

use crate::args::GlobalArgs;
use crate::config_file::ConfigFile;
use crate::credential::Administrator;
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
    /// How the credential that administers the org was found, once it was.
    pub(crate) administrator: Option<Administrator>,
    /// The command as a shell would take it, for hints that say to run it again.
    pub(crate) command_line: String,
    /// Its words without the program's name.
    words: Vec<String>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        environment: Environment,
        global: GlobalArgs,
        output: &'a mut Output,
        arguments: &[OsString],
    ) -> Self {
        let words: Vec<_> =
            arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
        let command_line = command_line(words.iter());
        let clock = Arc::new(SystemClock);
        let sdk_connection = SdkConnection::default();
        Self {
            environment,
            global,
            output,
            clock,
            sdk_connection,
            administrator: None,
            command_line,
            words,
        }
    }

    /// The same command with `flag` set to `value`, whatever it was set to.
    pub(crate) fn command_line_with(&self, flag: &str, value: &str) -> String {
        let assigned = format!("{flag}=");
        let mut words = self.words.iter();
        let mut kept = Vec::new();
        while let Some(word) = words.next() {
            if word == flag {
                words.next();
            } else if !word.starts_with(&assigned) {
                kept.push(word.as_str());
            }
        }
        format!("{} {}", command_line(kept.into_iter()), flag_and_value(flag, value))
    }

    /// The same command with `flag` in the place of all flags of `others`, none of which has a value.
    pub(crate) fn command_line_for(&self, flag: &str, others: &[&str]) -> String {
        let kept = self.words.iter().map(String::as_str).filter(|word| !others.contains(word));
        format!("{} {flag}", command_line(kept))
    }

    /// The flags of this command that say which org is meant, each with a space in front.
    pub(crate) fn org_flags(&self) -> Vec<String> {
        let ca_file = self.global.ca_file.as_ref().map(|path| path.display().to_string());
        let flags = [
            ("--profile", self.global.profile.clone()),
            ("--org-url", self.global.org_url.clone()),
            ("--ca-file", ca_file),
        ];
        let given = flags.into_iter().filter_map(|(flag, value)| Some((flag, value?)));
        given.map(|(flag, value)| format!(" {}", flag_and_value(flag, &value))).collect()
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
fn command_line(words: impl Iterator<Item = impl AsRef<str>>) -> String {
    let words = words.map(|word| quoted(word.as_ref()));
    std::iter::once("okta-m2m".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A flag and its value as words of a command. A value that looks like a flag, as a thumbprint may,
/// is joined to its own.
pub(crate) fn flag_and_value(flag: &str, value: &str) -> String {
    let separator = if value.len() > 1 && value.starts_with('-') { '=' } else { ' ' };
    format!("{flag}{separator}{}", quoted(value))
}

/// A word as a shell reads it back.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The profile where none is asked for.
pub(crate) const DEFAULT_PROFILE: &str = "default";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Environment;

    #[test]
    fn a_flag_is_replaced_however_it_was_written() {
        let global = GlobalArgs {
            profile: None,
            org_url: None,
            format: None,
            ca_file: None,
            timeout: None,
            max_wait: None,
            no_input: false,
            quiet: false,
            verbose: 0,
            color: None,
        };
        let mut output = Output::plain();
        let words = ["/bin/okta-m2m", "doctor", "--kid", "a b", "--dpop=never", "-v"];
        let arguments = words.map(OsString::from);
        let context = Context::new(Environment::default(), global, &mut output, &arguments);
        let line = |flag, value| context.command_line_with(flag, value);
        assert_eq!(line("--kid", "c"), "okta-m2m doctor --dpop=never -v --kid c");
        assert_eq!(line("--dpop", "auto"), "okta-m2m doctor --kid 'a b' -v --dpop auto");
        assert_eq!(line("--kid", "-x"), "okta-m2m doctor --dpop=never -v --kid=-x");
        assert_eq!(
            line("--key", "it's"),
            r"okta-m2m doctor --kid 'a b' --dpop=never -v --key 'it'\''s'"
        );
    }
}
