//! A public key as a client registers it or as a DPoP proof carries it (RFC 7517).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwtk::VerificationKey as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::algorithm::{Curve, SignatureAlgorithm};

const MINIMUM_RSA_BITS: usize = 2048;
/// Members that only a private or a symmetric key has (RFC 7518 sections 6.2.2, 6.3.2, 6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A checked public key: right members, canonical encodings, strong enough, on its curve.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct PublicJwk {
    pub(crate) kid: Option<String>,
    #[serde(rename = "use")]
    pub(crate) key_use: Option<KeyUse>,
    pub(crate) alg: Option<SignatureAlgorithm>,
    #[serde(flatten)]
    pub(crate) material: KeyMaterial,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeyUse {
    Sig,
    Enc,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "kty")]
pub(crate) enum KeyMaterial {
    #[serde(rename = "RSA")]
    Rsa { n: String, e: String },
    #[serde(rename = "EC")]
    Ec { crv: Curve, x: String, y: String },
}

/// Why a signature did not verify.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum VerifyError {
    /// The stored key cannot be used at all.
    UnusableKey,
    WrongAlgorithm,
    BadSignature,
}

impl PublicJwk {
    /// Reads a JWK; the error is the sentence that Okta would show.
    pub(crate) fn parse(members: &Map<String, Value>) -> Result<Self, String> {
        if let Some(name) = PRIVATE_MEMBERS.into_iter().find(|name| members.contains_key(*name)) {
            return Err(format!("The JSON Web Key contains the private key member '{name}'."));
        }
        let material = KeyMaterial::parse(members)?;
        let key = Self {
            kid: kid(members)?,
            key_use: key_use(members)?,
            alg: algorithm(members, &material)?,
            material,
        };
        key.verification_key().map_err(|_| "The JSON Web Key is not a valid public key.")?;
        Ok(key)
    }

    /// Checks a signature. The algorithm must fit the key; a header alone decides nothing.
    pub(crate) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        signing_input: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        if !self.material.suits(algorithm) || self.alg.is_some_and(|alg| alg != algorithm) {
            return Err(VerifyError::WrongAlgorithm);
        }
        let key = self.verification_key().map_err(|_| VerifyError::UnusableKey)?;
        key.verify(signing_input, signature, algorithm.as_str())
            .map_err(|_| VerifyError::BadSignature)
    }

    /// SHA-256 thumbprint, base64url (RFC 7638).
    pub(crate) fn thumbprint(&self) -> Result<String, jwtk::Error> {
        self.foreign()?.get_thumbprint_sha256_base64()
    }

    fn verification_key(&self) -> Result<jwtk::SomePublicKey, jwtk::Error> {
        self.foreign()?.to_verification_key()
    }

    fn foreign(&self) -> Result<jwtk::jwk::Jwk, jwtk::Error> {
        Ok(serde_json::from_value(json!(self.material))?)
    }
}

impl KeyMaterial {
    fn parse(members: &Map<String, Value>) -> Result<Self, String> {
        match members.get("kty").and_then(Value::as_str) {
            Some("RSA") => Self::parse_rsa(members),
            Some("EC") => Self::parse_ec(members),
            _ => Err("The 'kty' of a key in the 'jwks' must be 'RSA' or 'EC'.".to_owned()),
        }
    }

    fn parse_rsa(members: &Map<String, Value>) -> Result<Self, String> {
        let (n, modulus) = unsigned(members, "n")?;
        let (e, exponent) = unsigned(members, "e")?;
        if bit_length(&modulus) < MINIMUM_RSA_BITS {
            return Err(
                "RSA key length in the 'jwks' is less than '2,048' bits for the given key."
                    .to_owned(),
            );
        }
        // An exponent of 1 would make every signature its own message.
        if bit_length(&exponent) < 2 || exponent.last().is_none_or(|octet| octet % 2 == 0) {
            return Err("The member 'e' of the JSON Web Key is invalid.".to_owned());
        }
        Ok(Self::Rsa { n, e })
    }

    fn parse_ec(members: &Map<String, Value>) -> Result<Self, String> {
        let crv =
            members.get("crv").and_then(Value::as_str).and_then(Curve::from_name).ok_or(
                "The 'crv' of an EC key in the 'jwks' must be 'P-256', 'P-384' or 'P-521'.",
            )?;
        let [x, y] = ["x", "y"].map(|name| match octets(members, name) {
            Ok((text, octets)) if octets.len() == crv.coordinate_size() => Ok(text),
            Ok(_) => Err(format!("The member '{name}' of the JSON Web Key is invalid.")),
            Err(reason) => Err(reason),
        });
        Ok(Self::Ec { crv, x: x?, y: y? })
    }

    fn suits(&self, algorithm: SignatureAlgorithm) -> bool {
        match self {
            Self::Rsa { .. } => algorithm.curve().is_none(),
            Self::Ec { crv, .. } => algorithm.curve() == Some(*crv),
        }
    }
}

fn kid(members: &Map<String, Value>) -> Result<Option<String>, String> {
    match members.get("kid") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(kid)) if !kid.is_empty() => Ok(Some(kid.clone())),
        Some(_) => Err("The 'kid' of a key in the 'jwks' must be a string.".to_owned()),
    }
}

fn key_use(members: &Map<String, Value>) -> Result<Option<KeyUse>, String> {
    match members.get("use").map(Value::as_str) {
        None | Some(None) if members.get("use").is_none_or(Value::is_null) => Ok(None),
        Some(Some("sig")) => Ok(Some(KeyUse::Sig)),
        Some(Some("enc")) => Ok(Some(KeyUse::Enc)),
        _ => Err("The 'use' of a key in the 'jwks' must be 'sig' or 'enc'.".to_owned()),
    }
}

fn algorithm(
    members: &Map<String, Value>,
    material: &KeyMaterial,
) -> Result<Option<SignatureAlgorithm>, String> {
    let name = match members.get("alg") {
        None | Some(Value::Null) => return Ok(None),
        Some(name) => name.as_str().unwrap_or_default(),
    };
    match SignatureAlgorithm::from_name(name) {
        Some(algorithm) if material.suits(algorithm) => Ok(Some(algorithm)),
        _ => Err("The 'alg' of a key in the 'jwks' is not supported for its type.".to_owned()),
    }
}

/// A Base64urlUInt: the fewest octets that hold the number (RFC 7518 section 2).
fn unsigned(members: &Map<String, Value>, name: &str) -> Result<(String, Vec<u8>), String> {
    let (text, octets) = octets(members, name)?;
    match octets.first() {
        None | Some(0) => Err(format!("The member '{name}' of the JSON Web Key is invalid.")),
        Some(_) => Ok((text, octets)),
    }
}

fn octets(members: &Map<String, Value>, name: &str) -> Result<(String, Vec<u8>), String> {
    let text = members
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("The member '{name}' of the JSON Web Key is missing."))?;
    let octets = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| format!("The member '{name}' of the JSON Web Key is not base64url."))?;
    Ok((text.to_owned(), octets))
}

fn bit_length(unsigned: &[u8]) -> usize {
    let leading = unsigned.first().map_or(0, |octet| octet.leading_zeros() as usize);
    unsigned.len() * 8 - leading
}

#[cfg(test)]
mod known_answers;
#[cfg(test)]
mod tests;
