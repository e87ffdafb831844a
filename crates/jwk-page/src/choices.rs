//! What the page offers: every combination that `jwk-gen` would make, and nothing else.

use jwk_gen::{
    Algorithm, Curve, KeyRequest, KeyType, KeyUse, NamedCurve, OkpCurve, Profile, UseChoice,
};
use serde::Serialize;

const RSA_SIZES: [u32; 4] = [2048, 3072, 4096, 8192];
/// The one to offer first comes first.
const OCT_SIZES: [u32; 8] = [256, 384, 512, 128, 192, 1024, 2048, 4096];

/// Combinations, and the kinds of keys that people look for in vain.
#[derive(Debug, Serialize)]
pub(crate) struct Choices {
    rows: Vec<Row>,
    refused: Vec<Refused>,
}

/// One key that can be made.
#[derive(Debug, Serialize)]
struct Row {
    kty: &'static str,
    crv: Option<&'static str>,
    #[serde(rename = "use")]
    key_use: Option<&'static str>,
    alg: Option<&'static str>,
    size: Option<u32>,
    /// Why Okta would not take it.
    okta: Option<String>,
    /// Why it cannot have a certificate.
    certificate: Option<&'static str>,
}

/// A name that is known and not offered.
#[derive(Debug, Serialize)]
struct Refused {
    name: &'static str,
    reason: String,
}

impl Choices {
    pub(crate) fn of_library() -> Self {
        let mut rows = Vec::new();
        for kty in KeyType::ALL {
            for crv in curves(kty) {
                for (key_use, alg) in labels() {
                    let sizes = sizes(kty).into_iter();
                    rows.extend(sizes.filter_map(|size| Row::new(kty, crv, key_use, alg, size)));
                }
            }
        }
        let curve =
            |name: &'static str| Some((name, name.parse::<NamedCurve>().err()?.to_string()));
        let alg = |name: &'static str| Some((name, name.parse::<Algorithm>().err()?.to_string()));
        let refused = [curve("Ed448"), curve("X448"), alg("RSA1_5")].into_iter().flatten();
        Self { rows, refused: refused.map(|(name, reason)| Refused { name, reason }).collect() }
    }

    /// JSON that may stand inside a `script` element.
    pub(crate) fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string(self)?.replace('<', r"\u003c"))
    }
}

impl Row {
    /// Nothing if the library would refuse the request.
    fn new(
        kty: KeyType,
        crv: Option<&'static str>,
        key_use: Option<KeyUse>,
        alg: Option<Algorithm>,
        size: Option<u32>,
    ) -> Option<Self> {
        let request = KeyRequest {
            kty: Some(kty),
            alg,
            crv: crv.map(str::to_owned),
            size,
            key_use: key_use.map_or(UseChoice::Absent, UseChoice::Given),
        };
        request.resolve(Profile::Any).ok()?;
        Some(Self {
            kty: kty.as_str(),
            crv,
            key_use: key_use.map(KeyUse::as_str),
            alg: alg.map(Algorithm::as_str),
            size,
            okta: request.resolve(Profile::Okta).err().map(|refusal| refusal.to_string()),
            certificate: no_certificate(kty, crv),
        })
    }
}

fn curves(kty: KeyType) -> Vec<Option<&'static str>> {
    match kty {
        KeyType::Rsa | KeyType::Oct => vec![None],
        KeyType::Ec => Curve::ALL.map(|it| Some(it.as_str())).to_vec(),
        KeyType::Okp => OkpCurve::ALL.map(|it| Some(it.as_str())).to_vec(),
    }
}

fn sizes(kty: KeyType) -> Vec<Option<u32>> {
    match kty {
        KeyType::Rsa => RSA_SIZES.map(Some).to_vec(),
        KeyType::Oct => OCT_SIZES.map(Some).to_vec(),
        KeyType::Ec | KeyType::Okp => vec![None],
    }
}

/// Every use with every algorithm; the usual ones first, none last.
fn labels() -> impl Iterator<Item = (Option<KeyUse>, Option<Algorithm>)> {
    [Some(KeyUse::Signature), Some(KeyUse::Encryption), None].into_iter().flat_map(|key_use| {
        let algorithms = Algorithm::ALL.into_iter().map(Some).chain([None]);
        algorithms.map(move |alg| (key_use, alg))
    })
}

fn no_certificate(kty: KeyType, crv: Option<&str>) -> Option<&'static str> {
    match kty {
        KeyType::Oct => Some("A shared key has no public half to certify."),
        KeyType::Okp if crv == Some(OkpCurve::X25519.as_str()) => Some(
            "Not for X25519: such a key cannot sign, and the certificate would need its signature.",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The algorithms that a tab offers for a use, in their order.
    fn offered(kty: &str, crv: Option<&str>, key_use: &str) -> String {
        let choices = Choices::of_library();
        let mut names: Vec<_> = choices
            .rows
            .iter()
            .filter(|it| it.kty == kty && it.crv == crv && it.key_use == Some(key_use))
            .filter_map(|it| it.alg)
            .collect();
        let mut seen = std::collections::HashSet::new();
        names.retain(|it| seen.insert(*it));
        names.join(" ")
    }

    /// The lists of the page that this one replaces; RSA-OAEP-384 and -512 are more.
    #[test]
    fn the_lists_of_mkjwk() {
        let agreement = "ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW";
        for (kty, crv, key_use, expected) in [
            ("RSA", None, "sig", "RS256 RS384 RS512 PS256 PS384 PS512"),
            ("RSA", None, "enc", "RSA-OAEP RSA-OAEP-256 RSA-OAEP-384 RSA-OAEP-512"),
            ("EC", Some("P-256"), "sig", "ES256"),
            ("EC", Some("P-384"), "sig", "ES384"),
            ("EC", Some("P-521"), "sig", "ES512"),
            ("EC", Some("secp256k1"), "sig", "ES256K"),
            ("EC", Some("P-521"), "enc", agreement),
            ("EC", Some("secp256k1"), "enc", ""),
            ("OKP", Some("Ed25519"), "sig", "EdDSA"),
            ("OKP", Some("Ed25519"), "enc", ""),
            ("OKP", Some("X25519"), "sig", ""),
            ("OKP", Some("X25519"), "enc", agreement),
            ("oct", None, "sig", "HS256 HS384 HS512"),
        ] {
            assert_eq!(offered(kty, crv, key_use), expected, "{kty} {crv:?} {key_use}");
        }
        let shared = "A128KW A192KW A256KW A128GCMKW A192GCMKW A256GCMKW dir";
        assert_eq!(offered("oct", None, "enc"), shared);
    }

    #[test]
    fn what_okta_refuses_is_said_and_what_it_takes_is_not() {
        for row in Choices::of_library().rows {
            let is_taken =
                row.alg.is_none_or(|alg| Algorithm::OKTA.iter().any(|it| it.as_str() == alg));
            let kind_is_taken = row.kty == "RSA" || row.crv.is_some_and(|it| it.starts_with("P-"));
            let expected = is_taken && kind_is_taken && row.key_use != Some("enc");
            assert_eq!(row.okta.is_none(), expected, "{row:?}");
        }
    }

    #[test]
    fn kinds_that_nobody_can_make_here_are_named_with_the_reason() {
        let refused = Choices::of_library().refused;
        let names: Vec<_> = refused.iter().map(|it| it.name).collect();
        assert_eq!(names, ["Ed448", "X448", "RSA1_5"]);
        assert!(refused.iter().all(|it| it.reason.contains(it.name)), "{refused:?}");
    }

    #[test]
    fn the_json_cannot_end_a_script_element() {
        let choices = Choices {
            rows: Vec::new(),
            refused: vec![Refused { name: "x", reason: "</script><!--".to_owned() }],
        };
        let json = choices.to_json().unwrap();
        assert!(!json.contains('<'), "{json}");
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["refused"][0]["reason"], "</script><!--");
    }
}
