//! Names of profiles.

use std::fmt;

use crate::error::CliError;

/// The key of the configuration file that names the profile to use where none is asked for.
pub(crate) const DEFAULT_KEY: &str = "default_profile";

/// A name that could be a file's everywhere: `[A-Za-z0-9._-]{1,64}`, without a dot in front.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ProfileName(String);

impl ProfileName {
    pub(crate) fn parse(text: &str) -> Result<Self, CliError> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let problem = if text.is_empty() {
            "is empty"
        } else if text.len() > 64 {
            "is longer than 64 characters"
        } else if !text.bytes().all(is_allowed) {
            "has a character besides letters, digits, `.`, `_` and `-`"
        } else if text.starts_with('.') {
            "begins with a dot"
        } else if text == DEFAULT_KEY {
            "is the key that names the default profile"
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(CliError::settings(format!("the name of a profile {problem}"))
            .with_hint("a profile is named like svc, svc-2 or eu.prod"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u_20_a_name_is_no_path_and_has_64_characters_at_most() {
        for name in ["a", "default", "eu.prod-2_x", &"a".repeat(64), "-"] {
            assert_eq!(ProfileName::parse(name).unwrap().as_str(), name);
        }
        let long = "a".repeat(65);
        for name in
            ["", ".", "..", ".a", "../../x", "a/b", "a b", "ä", "a\0", "default_profile", &long]
        {
            let error = ProfileName::parse(name).unwrap_err();
            assert_eq!(error.class().code(), 2, "{name:?}");
        }
    }
}
