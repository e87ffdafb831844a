//! The environment, read once and only here.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::error::CliError;

/// The environment of the process.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

impl Environment {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads it")]
    pub(crate) fn of_this_process() -> Self {
        Self { variables: std::env::vars_os().collect() }
    }

    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables }
    }

    pub(crate) fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The value of a variable without one trailing line break, which `$(cat FILE)` habits leave.
    ///
    /// # Errors
    ///
    /// A variable that is set and empty or not UTF-8 is a mistake, not an absent one. The value is
    /// never part of the message.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, CliError> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let text = raw
            .to_str()
            .ok_or_else(|| CliError::settings(format!("`{name}` is not valid UTF-8")))?;
        let text = text.strip_suffix("\r\n").or(text.strip_suffix('\n')).unwrap_or(text);
        if text.is_empty() {
            return Err(CliError::settings(format!("`{name}` is set and empty"))
                .with_hint(format!("unset {name}")));
        }
        Ok(Some(text))
    }

    /// The first of `names` that is set to anything, for conventions such as `NO_PROXY`.
    pub(crate) fn first_of(&self, names: &[&str]) -> Option<String> {
        let mut values = names.iter().filter_map(|name| self.raw(name));
        values.find(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
    }

    /// An absolute folder from a variable; the XDG base directory specification says to ignore a
    /// relative one.
    pub(crate) fn folder(&self, name: &str) -> Option<PathBuf> {
        self.raw(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// The names of the variables that begin with one of `prefixes`.
    pub(crate) fn names_with_prefix(&self, prefixes: &[&str]) -> Vec<OsString> {
        let begins = |name: &OsString| {
            prefixes.iter().any(|prefix| name.to_string_lossy().starts_with(prefix))
        };
        self.variables.keys().filter(|name| begins(name)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u_13_one_line_break_is_dropped_and_emptiness_is_an_error() {
        let environment = Environment::of(&[("A", "x\r\n"), ("B", ""), ("C", "y\n\n")]);
        assert_eq!(environment.text("A").unwrap(), Some("x"));
        assert!(environment.text("B").is_err());
        assert_eq!(environment.text("C").unwrap(), Some("y\n"));
        assert_eq!(environment.text("D").unwrap(), None);
    }
}
