//! The members of a JWK: read with every check, written in one fixed order (RFC 7517, RFC 7518).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::algorithm::{Algorithm, Curve, KeyKind};
use crate::ec_key::{EcPrivate, EcPublic};
use crate::error::{InvalidKey, ParseJwkError, excerpt};
use crate::json::Members;
use crate::key_id::KeyId;
use crate::private::{PrivateJwk, Secret};
use crate::public::{KeyUse, Labels, Public, PublicJwk};
use crate::rsa_key::{Crt, RsaPrivate, RsaPublic};

/// Longest text of one key, in bytes.
pub(crate) const SIZE_LIMIT: usize = 64 << 10;

/// Members that only private and symmetric keys have (RFC 7518 section 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Refuses an object that carries any private member, whatever its `kty` says.
pub(crate) fn refuse_private(object: &Members) -> Result<(), ParseJwkError> {
    match PRIVATE.into_iter().find(|it| object.contains(it)) {
        Some(member) => Err(ParseJwkError::PrivateMember { member }),
        None => Ok(()),
    }
}

/// Reads the numbers of the public half.
pub(crate) fn public(object: &Members) -> Result<Public, ParseJwkError> {
    match required(object, "kty")? {
        "RSA" => {
            let (n, e) = (octets(object, "n")?, octets(object, "e")?);
            Ok(Public::Rsa(RsaPublic::new(&n, &e)?))
        }
        "EC" => {
            let curve = curve(required(object, "crv")?)?;
            let (x, y) = (octets(object, "x")?, octets(object, "y")?);
            Ok(Public::Ec(EcPublic::new(curve, &x, &y)?))
        }
        other => Err(ParseJwkError::UnsupportedKty { kty: excerpt(other) }),
    }
}

/// Reads the private numbers and checks them against the public half.
pub(crate) fn secret(object: &Members, public: Public) -> Result<Secret, ParseJwkError> {
    if !object.contains("d") {
        return Err(ParseJwkError::PublicKey);
    }
    match public {
        Public::Rsa(public) => rsa_secret(object, public),
        Public::Ec(public) => {
            let key = EcPrivate::new(public.curve, &octets(object, "d")?)?;
            if key.public != public {
                let problem = "`x` and `y` do not belong to `d`";
                return Err(InvalidKey::Inconsistent { problem }.into());
            }
            Ok(Secret::Ec(key))
        }
    }
}

/// RFC 7518 section 6.3.2: either all of the five CRT members are present or none.
fn rsa_secret(object: &Members, public: RsaPublic) -> Result<Secret, ParseJwkError> {
    if object.contains("oth") {
        let problem = "makes a key of more than two primes, which is not supported";
        return Err(ParseJwkError::InvalidMember { member: "oth", problem });
    }
    let d = octets(object, "d")?;
    if !["p", "q", "dp", "dq", "qi"].into_iter().any(|it| object.contains(it)) {
        return Ok(Secret::Rsa(RsaPrivate::new(public, &d, None)?));
    }
    let (p, q) = (octets(object, "p")?, octets(object, "q")?);
    let (dp, dq, qi) = (octets(object, "dp")?, octets(object, "dq")?, octets(object, "qi")?);
    let crt = Crt { p: &p, q: &q, dp: &dp, dq: &dq, qi: &qi };
    Ok(Secret::Rsa(RsaPrivate::new(public, &d, Some(&crt))?))
}

/// Reads `use`, `alg` and `kid`; the algorithm must suit the key.
pub(crate) fn labels(object: &Members, kind: KeyKind) -> Result<Labels, ParseJwkError> {
    let algorithm = match object.text("alg")? {
        Some(name) => Some(name.parse::<Algorithm>()?.require(kind)?),
        None => None,
    };
    let key_use = match object.text("use")? {
        None => None,
        Some("sig") => Some(KeyUse::Signature),
        Some("enc") => Some(KeyUse::Encryption),
        Some(_) => return Err(invalid("use", "is neither `sig` nor `enc`")),
    };
    let kid = object.text("kid")?.map(KeyId::new).transpose();
    let kid = kid.map_err(|_| invalid("kid", "is not 1 to 256 characters of printable ASCII"))?;
    Ok(Labels { key_use, algorithm, kid })
}

/// Refuses a private key that is not for signing (RFC 7517 sections 4.2 and 4.3).
pub(crate) fn require_signing(object: &Members, labels: &Labels) -> Result<(), ParseJwkError> {
    if labels.key_use == Some(KeyUse::Encryption) {
        return Err(invalid("use", "is `enc`: the key is not for signing"));
    }
    match object.texts("key_ops")? {
        Some(operations) if !operations.contains(&"sign") => {
            Err(invalid("key_ops", "does not contain `sign`"))
        }
        _ => Ok(()),
    }
}

fn curve(crv: &str) -> Result<Curve, ParseJwkError> {
    Curve::ALL
        .into_iter()
        .find(|it| it.as_str() == crv)
        .ok_or_else(|| ParseJwkError::UnsupportedCurve { crv: excerpt(crv) })
}

fn required<'a>(object: &'a Members, member: &'static str) -> Result<&'a str, ParseJwkError> {
    object.text(member)?.ok_or(ParseJwkError::MissingMember { member })
}

/// Base64url as RFC 7515 section 2 has it: no padding, no whitespace, no stray trailing bits.
fn octets(object: &Members, member: &'static str) -> Result<Zeroizing<Vec<u8>>, ParseJwkError> {
    let text = required(object, member)?;
    let decoded = URL_SAFE_NO_PAD.decode(text).map(Zeroizing::new);
    decoded.map_err(|_| invalid(member, "is not base64url without padding"))
}

fn invalid(member: &'static str, problem: &'static str) -> ParseJwkError {
    ParseJwkError::InvalidMember { member, problem }
}

/// A JWK about to be written; wiped on drop.
pub(crate) struct Written(Vec<(&'static str, Zeroizing<String>)>);

/// The public members: `kty`, `use`, `alg`, `kid`, then the numbers.
pub(crate) fn write_public(key: &PublicJwk) -> Written {
    let mut written = Written(Vec::with_capacity(15));
    let labels = key.labels();
    let kty = match key.material() {
        Public::Rsa(_) => "RSA",
        Public::Ec(_) => "EC",
    };
    written.text("kty", Some(kty));
    written.text("use", labels.key_use.map(KeyUse::as_str));
    written.text("alg", labels.algorithm.map(Algorithm::as_str));
    written.text("kid", labels.kid.as_ref().map(KeyId::as_str));
    match key.material() {
        Public::Rsa(RsaPublic { n, e }) => written.octets([("n", n), ("e", e)]),
        Public::Ec(EcPublic { curve, x, y }) => {
            written.text("crv", Some(curve.as_str()));
            written.octets([("x", x), ("y", y)]);
        }
    }
    written
}

/// The public members and then the private ones.
pub(crate) fn write_private(key: &PrivateJwk) -> Written {
    let mut written = write_public(key.public_half());
    match key.secret() {
        Secret::Rsa(RsaPrivate { public: _, d, p, q, dp, dq, qi }) => {
            written.octets([("d", d), ("p", p), ("q", q), ("dp", dp), ("dq", dq), ("qi", qi)]);
        }
        Secret::Ec(EcPrivate { public: _, d }) => written.octets([("d", d)]),
    }
    written
}

impl Written {
    fn text(&mut self, member: &'static str, value: Option<&str>) {
        self.0.extend(value.map(|it| (member, Zeroizing::new(it.to_owned()))));
    }

    fn octets<const N: usize>(&mut self, members: [(&'static str, &[u8]); N]) {
        let encode = |octets: &[u8]| Zeroizing::new(URL_SAFE_NO_PAD.encode(octets));
        self.0.extend(members.map(|(member, octets)| (member, encode(octets))));
    }

    /// Octets that [`Self::pretty`] never exceeds: a buffer that grows leaves copies behind.
    ///
    /// Escaping doubles a value at most; name and punctuation of a member fit in 32.
    fn pretty_limit(&self) -> usize {
        self.0.iter().map(|(_, value)| 2 * value.len() + 32).sum()
    }

    /// A member a line, without a newline at the end.
    pub(crate) fn pretty(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.pretty_limit()));
        for (index, (member, value)) in self.0.iter().enumerate() {
            text.push_str(if index == 0 { "{\n  \"" } else { ",\n  \"" });
            text.push_str(member);
            text.push_str("\": \"");
            push_escaped(&mut text, value);
            text.push('"');
        }
        text.push_str("\n}");
        text
    }
}

/// Every value is printable ASCII, so that only two characters need escaping (RFC 8259 section 7).
fn push_escaped(text: &mut String, value: &str) {
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
}

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(member, value)| (member, value.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_do_not_make_the_buffer_grow() {
        let kid = r#""\"#.repeat(85);
        let mut written = Written(Vec::new());
        for member in ["kty", "use", "alg", "kid", "crv", "x", "y", "d"] {
            written.text(member, Some(&kid));
        }
        let text = written.pretty();
        assert!(text.len() > 2 * 8 * kid.len(), "{}", text.len());
        assert_eq!(text.capacity(), written.pretty_limit());
    }
}
