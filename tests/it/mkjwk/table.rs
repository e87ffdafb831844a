//! What belongs together, from RFC 7518 sections 3.1 and 4.1, RFC 8037 and RFC 8812; not from the program.

/// The algorithms of mkjwk's page, with `RSA1_5`, which is refused.
pub(super) const ALGORITHMS: [&str; 30] = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "RSA1_5",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "RSA-OAEP-384",
    "RSA-OAEP-512",
    "ES256",
    "ES384",
    "ES512",
    "ES256K",
    "EdDSA",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
    "HS256",
    "HS384",
    "HS512",
    "A128KW",
    "A192KW",
    "A256KW",
    "A128GCMKW",
    "A192GCMKW",
    "A256GCMKW",
    "dir",
];

pub(super) const USES: [&str; 3] = ["sig", "enc", "none"];

/// The `kid` kinds of mkjwk's page, with a text, the thumbprint and none.
pub(super) const KEY_IDS: [&str; 7] =
    ["thumbprint", "sha256", "sha1", "date", "timestamp", "=my key", "none"];

/// A kind of key, as it is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Rsa(u32),
    Ec(&'static str),
    Okp(&'static str),
    Oct(u32),
}

/// A row of the table: a kind, an algorithm or none, a use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) alg: Option<&'static str>,
    pub(super) key_use: &'static str,
}

impl Kind {
    pub(super) fn kty(self) -> &'static str {
        match self {
            Self::Rsa(_) => "RSA",
            Self::Ec(_) => "EC",
            Self::Okp(_) => "OKP",
            Self::Oct(_) => "oct",
        }
    }

    /// The options that ask for the kind.
    pub(super) fn options(self) -> [String; 4] {
        let (option, value) = match self {
            Self::Rsa(bits) | Self::Oct(bits) => ("--size", bits.to_string()),
            Self::Ec(curve) | Self::Okp(curve) => ("--crv", curve.to_owned()),
        };
        ["--kty".into(), self.kty().into(), option.into(), value]
    }

    /// Whether an algorithm works with it.
    fn takes(self, alg: &str) -> bool {
        match self {
            Self::Rsa(_) => alg != "RSA1_5" && ["RS", "PS"].iter().any(|it| alg.starts_with(it)),
            Self::Ec("P-256") => alg == "ES256" || alg.starts_with("ECDH-ES"),
            Self::Ec("P-384") => alg == "ES384" || alg.starts_with("ECDH-ES"),
            Self::Ec("P-521") => alg == "ES512" || alg.starts_with("ECDH-ES"),
            // RFC 8812 section 3.1 registers the curve for ES256K alone.
            Self::Ec(_) => alg == "ES256K",
            Self::Okp("Ed25519") => alg == "EdDSA",
            Self::Okp(_) => alg.starts_with("ECDH-ES"),
            Self::Oct(bits) => {
                oct_bits(alg).is_some_and(|(least, most)| (least..=most).contains(&bits))
            }
        }
    }
}

/// An HMAC key is as long as the hash or longer (RFC 7518 section 3.2), a key for AES exact.
fn oct_bits(alg: &str) -> Option<(u32, u32)> {
    if alg == "dir" {
        return Some((128, u32::MAX));
    }
    let bits = alg.get(if alg.starts_with("HS") { 2..5 } else { 1..4 })?.parse().ok()?;
    if alg.starts_with("HS") { Some((bits, u32::MAX)) } else { Some((bits, bits)) }
}

fn use_of(alg: &str) -> &'static str {
    let signs = ["RS2", "RS3", "RS5", "PS", "ES", "EdDSA", "HS"];
    if signs.iter().any(|it| alg.starts_with(it)) { "sig" } else { "enc" }
}

impl Row {
    /// Every combination for a kind.
    pub(super) fn all(kind: Kind) -> impl Iterator<Item = Self> {
        let algorithms = ALGORITHMS.into_iter().map(Some).chain([None]);
        algorithms
            .flat_map(move |alg| USES.into_iter().map(move |key_use| Self { kind, alg, key_use }))
    }

    /// Whether such a key can be.
    pub(super) fn is_sensible(&self) -> bool {
        match self.alg {
            Some(alg) => self.suits(alg),
            None => self.key_use == "none" || ALGORITHMS.iter().any(|alg| self.suits(alg)),
        }
    }

    /// An algorithm to judge a key by that names none itself.
    pub(super) fn judged_as(&self) -> &'static str {
        let fitting = || ALGORITHMS.into_iter().find(|alg| self.suits(alg));
        self.alg.or_else(fitting).expect("a sensible row")
    }

    fn suits(&self, alg: &str) -> bool {
        self.kind.takes(alg) && [use_of(alg), "none"].contains(&self.key_use)
    }
}
