//! Who the keys are for: what Okta takes, or everything that is sound.

use std::str::FromStr;

use crate::algorithm::Algorithm;
use crate::curve::Curve;
use crate::key_use::KeyUse;
use crate::kind::KeyKind;

/// Which keys may pass.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Profile {
    /// Keys that Okta registers for `private_key_jwt`.
    #[default]
    Okta,
    /// Every key that this crate knows.
    Any,
}

impl Profile {
    /// Lets the key pass or says why Okta would not.
    pub(crate) fn admit(self, refusal: Option<OktaRefusal>) -> Result<(), OktaRefusal> {
        match refusal {
            Some(refusal) if self == Self::Okta => Err(refusal),
            _ => Ok(()),
        }
    }
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        match name {
            "okta" => Ok(Self::Okta),
            "any" => Ok(Self::Any),
            _ => Err(UnknownProfile),
        }
    }
}

/// A name that is no [`Profile`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("keys are for `okta` or for `any`")]
pub struct UnknownProfile;

/// Why Okta does not take a sound key for `private_key_jwt`
/// (Okta's guide "Implement OAuth for Okta with a service app").
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OktaRefusal {
    /// A type or curve that Okta does not register.
    #[error("Okta takes no key of kind `{kind}`: only RSA, P-256, P-384 and P-521")]
    Kind {
        /// What the key is.
        kind: KeyKind,
    },
    /// An algorithm that Okta does not verify.
    #[error("Okta takes no `{algorithm}`{}: only RS256, RS384, RS512, ES256, ES384 and ES512", family(*algorithm))]
    Algorithm {
        /// The key's `alg`.
        algorithm: Algorithm,
    },
    /// A key for encryption.
    #[error("Okta takes no key whose `use` is `enc` for signatures")]
    Use,
    /// Operations without the one that is needed (RFC 7517 section 4.3).
    #[error("Okta takes no key whose `key_ops` leave signing out")]
    Operations,
}

/// The name by which other formats know an algorithm.
fn family(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512 => " (RSASSA-PSS)",
        _ => "",
    }
}

impl OktaRefusal {
    /// Judges a key by all that its JWK says.
    pub(crate) fn of(
        kind: KeyKind,
        algorithm: Option<Algorithm>,
        key_use: Option<KeyUse>,
    ) -> Option<Self> {
        match kind {
            KeyKind::Okp(_) | KeyKind::Oct { .. } | KeyKind::Ec(Curve::Secp256k1) => {
                return Some(Self::Kind { kind });
            }
            KeyKind::Rsa { .. } | KeyKind::Ec(_) => {}
        }
        if let Some(algorithm) = algorithm.filter(|it| !Algorithm::OKTA.contains(it)) {
            return Some(Self::Algorithm { algorithm });
        }
        (key_use == Some(KeyUse::Encryption)).then_some(Self::Use)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn okta_takes_six_algorithms_for_signing_and_their_keys() {
        for algorithm in Algorithm::ALL {
            let kind = algorithm.default_kind();
            let refusal = OktaRefusal::of(kind, Some(algorithm), Some(KeyUse::Signature));
            assert_eq!(refusal.is_none(), Algorithm::OKTA.contains(&algorithm), "{algorithm}");
        }
        let rsa = KeyKind::Rsa { modulus_bits: 2048 };
        assert_eq!(OktaRefusal::of(rsa, None, None), None);
        assert_eq!(OktaRefusal::of(rsa, None, Some(KeyUse::Encryption)), Some(OktaRefusal::Use));
    }
}
