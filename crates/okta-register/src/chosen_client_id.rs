//! Client ids that are chosen before an app exists.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::metadata::sent_kid;
use crate::{KeySource, ServiceApp};

/// Okta's own ids begin so; a chosen one does not, so that the two can be told apart.
const OKTAS_OWN: &str = "0oa";

/// Characters of a label that go into the id, for people who read it in a log.
const LABEL_LENGTH: usize = 40;

/// A client id (RFC 6749 section 2.2) that the caller of `POST /api/v1/apps` chooses.
///
/// Two requests with one client id cannot make two apps: that makes a registration safe to try again. It cannot be changed
/// later, and is not the id of the app, which Okta chooses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChosenClientId(String);

impl ChosenClientId {
    /// Checks an id: 6 to 100 letters, digits, `-` and `_`, not beginning with `0oa`.
    ///
    /// Okta takes more characters (`$.+!*'(),`), which would have to be escaped in a path.
    ///
    /// # Errors
    ///
    /// [`InvalidChosenClientId`] for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidChosenClientId> {
        let is_chosen =
            text.len() >= 6 && crate::app_id::is_id(text) && !text.starts_with(OKTAS_OWN);
        if is_chosen { Ok(Self(text.to_owned())) } else { Err(InvalidChosenClientId) }
    }

    /// The id that follows from the label and the keys of an app, the same on every machine: whoever registers the same app
    /// at the same time asks for the same id.
    pub fn of(app: &ServiceApp) -> Self {
        Self::of_try(app, 0)
    }

    /// The same for a further try, counted from 0, where the org does not give the id before: it may have been a deleted app's.
    pub fn of_try(app: &ServiceApp, number: u8) -> Self {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            // Each part with its length, so that no two apps have the same text.
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        part(app.label());
        match app.keys() {
            KeySource::JwksUri(uri) => part(uri),
            KeySource::Jwks(set) => {
                let mut keys: Vec<_> = set
                    .iter()
                    .map(|key| format!("{} {}", key.thumbprint(), sent_kid(key).as_str()))
                    .collect();
                keys.sort();
                keys.iter().for_each(|key| part(key));
            }
        }
        if number > 0 {
            hash.update([number]);
        }
        let digest = hash.finalize();
        let digest: String = digest[..10].iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("m2m-{}{digest}", slug(app.label())))
    }

    /// The id as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChosenClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The letters and digits of a label with `-` between them and behind; nothing if it has none.
fn slug(label: &str) -> String {
    let mut slug = String::new();
    for word in label.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        slug.push_str(&word.to_ascii_lowercase());
        slug.push('-');
    }
    if slug.len() > LABEL_LENGTH {
        slug.truncate(LABEL_LENGTH - 1);
        slug = format!("{}-", slug.trim_end_matches('-'));
    }
    slug
}

/// Whether Okta has given this client id itself, so that it is the id of the app too.
pub(crate) fn is_oktas_own(client_id: &str) -> bool {
    client_id.starts_with(OKTAS_OWN)
}

/// The text cannot be chosen as a client id.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "a client id that is chosen has 6 to 100 letters, digits, `-` and `_` and does not begin with `0oa`"
)]
pub struct InvalidChosenClientId;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_org::{EC_KEY, RSA_KEY, jwk_set};

    fn of(label: &str, key: &str) -> String {
        // The example key of RFC 7517 appendix A.1 is for encryption.
        let key = key.replace("\"use\":\"enc\"", "\"use\":\"sig\"");
        let key = key.as_str();
        let app = ServiceApp::new(label, KeySource::Jwks(jwk_set(key))).unwrap();
        ChosenClientId::of(&app).to_string()
    }

    #[test]
    fn label_and_keys_decide_and_people_can_read_it() {
        let id = of("Nightly  sync!", RSA_KEY);
        assert!(id.starts_with("m2m-nightly-sync-") && id.len() == 17 + 20, "{id}");
        assert_eq!(of("Nightly  sync!", RSA_KEY), id);
        assert_ne!(of("Nightly sync!", RSA_KEY), id, "another label");
        assert_ne!(of("Nightly  sync!", EC_KEY), id, "another key");
    }

    #[test]
    fn every_label_makes_an_id_that_okta_takes() {
        for label in ["x", "é – 你好", &"long label ".repeat(9), &"z".repeat(100), "-_-"] {
            let id = of(label, EC_KEY);
            assert_eq!(ChosenClientId::parse(&id).unwrap().as_str(), id, "{label}");
            assert!(!id.contains("--") && id.len() <= 64, "{id}");
        }
    }

    #[test]
    fn what_cannot_be_chosen() {
        for text in ["", "short", "0oa1gjh63g214q0Hq0g4", "with space", "a/b/c/d", &"x".repeat(101)]
        {
            assert_eq!(ChosenClientId::parse(text), Err(InvalidChosenClientId), "{text}");
        }
    }
}
