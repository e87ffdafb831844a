//! Ids that Okta gives, safe to put into a path.

use std::fmt;

use serde::Serialize;

/// The id of an app, such as `0oa1b2c3`; it is also the client id unless another one was chosen when it was created.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct AppId(String);

impl AppId {
    /// Checks an id: 1 to 100 ASCII letters, digits, `-` and `_`.
    ///
    /// # Errors
    ///
    /// [`InvalidAppId`] for anything else, because it could change the path of a request.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidAppId> {
        let text = text.into();
        if is_id(&text) { Ok(Self(text)) } else { Err(InvalidAppId) }
    }

    /// The id as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no id.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an id has 1 to 100 letters, digits, `-` and `_`")]
pub struct InvalidAppId;

/// Whether the text can be one segment of a path as it is.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_changes_a_path_is_an_id() {
        assert_eq!(AppId::new("0oa1gjh63g214q0Hq0g4").unwrap().to_string(), "0oa1gjh63g214q0Hq0g4");
        for text in [
            "",
            ".",
            "..",
            "a/b",
            "a%2fb",
            "a?b",
            "a#b",
            "a b",
            "a\n",
            "ü",
            "../x",
            &"x".repeat(101),
        ] {
            assert_eq!(AppId::new(text), Err(InvalidAppId), "{text:?}");
        }
    }
}
