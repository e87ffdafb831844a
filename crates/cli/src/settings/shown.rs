//! A setting's value as it may be shown: no secret, and nothing that may be one.

use std::path::Path;

use jwk_gen::KeyId;
use jwt_sign::ClientId;
use okta_http::{OrgUrl, Scopes, display_untrusted};

use super::{Setting, Sourced};

/// A value, or why it is not shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Shown {
    Plain(String),
    /// What is said in its place; no part of the value.
    Masked(String),
}

impl Shown {
    pub(super) fn of(setting: Setting, found: &Sourced) -> Self {
        let text = found.value.as_str();
        let length = text.chars().count();
        let masked = |why: &str| Self::Masked(format!("({why}, {length} characters)"));
        if setting == Setting::AdminToken {
            return masked("an API token");
        }
        if jwk_gen::is_key_text(text) {
            return masked("a private key");
        }
        let is_what_it_should_be = match setting {
            Setting::OrgUrl => OrgUrl::parse(text).is_ok(),
            Setting::ClientId => ClientId::new(text).is_ok(),
            Setting::Kid => KeyId::new(text).is_ok(),
            Setting::Scope => Scopes::parse(text).is_ok(),
            // A secret is put where its file should be named, in a variable above all.
            _ if setting.is_file() => {
                text == "-" || found.origin.names_files() || Path::new(text).exists()
            }
            Setting::Proxy | Setting::RedisUrl => return Self::Plain(without_password(text)),
            _ => length <= 64,
        };
        match is_what_it_should_be {
            true => Self::Plain(display_untrusted(text)),
            false if setting.is_file() => masked("a text that names no file"),
            false => masked("a text that cannot be right"),
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Masked(text) => text,
        }
    }

    pub(crate) fn is_masked(&self) -> bool {
        matches!(self, Self::Masked(_))
    }
}

/// A URL whose password, and whatever else stands before its host, is left out.
fn without_password(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    match rest.rsplit_once('@') {
        Some((_, host)) => display_untrusted(&format!("{scheme}…@{host}")),
        None => display_untrusted(url),
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::super::Origin;
    use super::*;

    fn shown(setting: Setting, text: &str, origin: Origin) -> Shown {
        Shown::of(setting, &Sourced { value: Zeroizing::new(text.to_owned()), origin })
    }

    #[track_caller]
    fn check(setting: Setting, text: &str, expected: &str) {
        let origin = Origin::Variable("V".to_owned());
        assert_eq!(shown(setting, text, origin).text(), expected);
    }

    #[test]
    fn what_is_or_may_be_a_secret_is_not_shown() {
        check(Setting::AdminToken, "00abc", "(an API token, 5 characters)");
        check(Setting::Key, "-----BEGIN X", "(a private key, 12 characters)");
        check(Setting::Kid, "{\"kty\":1}", "(a private key, 9 characters)");
        check(Setting::Key, "hunter2", "(a text that names no file, 7 characters)");
        check(
            Setting::OrgUrl,
            "https://u:hunter2@a.b",
            "(a text that cannot be right, 21 characters)",
        );
        check(Setting::RedisUrl, "rediss://u:hunter2@r.example/0", "rediss://…@r.example/0");
        check(Setting::Proxy, "http://u:p@ss@proxy:8080", "http://…@proxy:8080");
        check(Setting::Dpop, &"x".repeat(65), "(a text that cannot be right, 65 characters)");
    }

    #[test]
    fn the_rest_is_shown_without_control_characters() {
        check(Setting::ClientId, "0oa1", "0oa1");
        check(Setting::Key, "/", "/");
        check(Setting::Dpop, "au\u{1b}to", "au\\u{1b}to");
        let flag = Origin::Flag("--key".to_owned());
        assert_eq!(shown(Setting::Key, "none.jwk", flag).text(), "none.jwk");
    }
}
