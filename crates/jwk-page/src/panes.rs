//! A key in every form that the page shows.

use jwk_gen::{JwkSet, JwkSetError, PrivateJwk, SymmetricJwk};
use serde::Serialize;
use serde::ser::Serializer;
use zeroize::Zeroizing;

/// A finished key, as the page shows it.
#[derive(Serialize)]
pub(crate) struct Made {
    title: String,
    /// Why Okta would not take the key.
    note: Option<String>,
    panes: Vec<Pane>,
}

/// One form of the key, exactly as it is copied and saved.
#[derive(Serialize)]
struct Pane {
    id: &'static str,
    title: &'static str,
    secret: bool,
    file: String,
    /// Absent if the key has no such form; then there is a problem.
    text: Option<Text>,
    problem: Option<String>,
}

/// A text that may be a secret: wiped on drop, and without `Debug`.
struct Text(Zeroizing<String>);

/// The one place where a secret is serialised: the answer to whom it is made for.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Made {
    /// `certificate` is the PEM or why there is none, if one was asked for.
    pub(crate) fn of_pair(
        key: &PrivateJwk,
        certificate: Option<Result<String, String>>,
    ) -> Result<Self, JwkSetError> {
        let public = key.public();
        let set = JwkSet::new(vec![public.clone()])?;
        let stem = stem(key.kid().map_or("key", |it| it.as_str()));
        let file = |suffix: &str| format!("{stem}.{suffix}");
        let mut panes = vec![
            Pane::secret("private-jwk", "Private JWK", file("jwk"), line(&key.expose_json())),
            Pane::public("public-jwk", "Public JWK", file("public.jwk"), line(&public.to_json())),
            Pane::public("public-set", "Public JWK Set", file("jwks"), line(&set.to_json())),
            Pane::secret(
                "private-pem",
                "Private key (PKCS#8 PEM)",
                file("pem"),
                key.expose_pkcs8_pem(),
            ),
            Pane::public(
                "public-pem",
                "Public key (SPKI PEM)",
                file("public.pem"),
                public.to_spki_pem().into(),
            ),
        ];
        if let Some(certificate) = certificate {
            panes.push(Pane::certificate(file("crt"), certificate));
        }
        Ok(Self {
            title: format!("{} key", key.kind()),
            note: key.okta_refusal().map(|it| it.to_string()),
            panes,
        })
    }

    pub(crate) fn of_shared(key: &SymmetricJwk) -> Self {
        let stem = stem(key.kid().map_or("key", |it| it.as_str()));
        let text = line(&key.expose_json());
        Self {
            title: format!("{} key", key.kind()),
            note: Some(key.okta_refusal().to_string()),
            panes: vec![Pane::secret("shared-jwk", "Shared JWK", format!("{stem}.jwk"), text)],
        }
    }
}

impl Pane {
    fn public(
        id: &'static str,
        title: &'static str,
        file: String,
        text: Zeroizing<String>,
    ) -> Self {
        Self { id, title, secret: false, file, text: Some(Text(text)), problem: None }
    }

    fn secret(
        id: &'static str,
        title: &'static str,
        file: String,
        text: Zeroizing<String>,
    ) -> Self {
        Self { secret: true, ..Self::public(id, title, file, text) }
    }

    fn certificate(file: String, certificate: Result<String, String>) -> Self {
        let (text, problem) = match certificate {
            Ok(pem) => (Some(Text(pem.into())), None),
            Err(problem) => (None, Some(problem)),
        };
        Self {
            id: "certificate",
            title: "Self-signed certificate",
            secret: false,
            file,
            text,
            problem,
        }
    }
}

/// The text as a file of text ends, and as the program writes it.
fn line(text: &str) -> Zeroizing<String> {
    let mut line = Zeroizing::new(String::with_capacity(text.len() + 1));
    line.push_str(text);
    line.push('\n');
    line
}

/// A `kid` as the beginning of a file name on any system: plain characters, nothing hidden, not long.
fn stem(kid: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let stem: String = kid.chars().take(64).map(plain).collect();
    match stem.strip_prefix('.') {
        Some(rest) => format!("_{rest}"),
        None => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_plain_whatever_the_kid() {
        for (kid, expected) in [
            ("2026-11-23", "2026-11-23"),
            ("../../etc/passwd", "_._.._etc_passwd"),
            (".ssh", "_ssh"),
            ("a b\"<c>", "a_b__c_"),
        ] {
            assert_eq!(stem(kid), expected);
        }
        assert_eq!(stem(&"k".repeat(256)).len(), 64);
    }
}
