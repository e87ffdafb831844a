//! The members of a JWK: read with every check, written in one fixed order (RFC 7517, RFC 7518).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::curve::NamedCurve;
use crate::ec_key::{EcPrivate, EcPublic};
use crate::error::{InvalidKey, ParseJwkError, excerpt};
use crate::json::Members;
use crate::key_id::KeyId;
use crate::key_use::KeyUse;
use crate::kind::KeyKind;
use crate::okp_key::{self, OkpPrivate, OkpPublic};
use crate::private::{PrivateJwk, Secret};
use crate::public::{Labels, Operations, Public, PublicJwk};
use crate::rsa_key::{Crt, RsaPrivate, RsaPublic};

/// Longest text of one key, in bytes.
pub(crate) const SIZE_LIMIT: usize = 64 << 10;

/// Members that only private and symmetric keys have (RFC 7518 section 6; `priv` is of type `AKP`).
const PRIVATE: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

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
            let NamedCurve::Ec(curve) = curve(required(object, "crv")?)? else {
                return Err(invalid("crv", "names a curve of key type `OKP`"));
            };
            let (x, y) = (octets(object, "x")?, octets(object, "y")?);
            Ok(Public::Ec(EcPublic::new(curve, &x, &y)?))
        }
        "OKP" => match curve(required(object, "crv")?)? {
            NamedCurve::Okp(curve) => {
                Ok(Public::Okp(OkpPublic::new(curve, &octets(object, "x")?)?))
            }
            NamedCurve::Ec(_) => Err(invalid("crv", "names a curve of key type `EC`")),
        },
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
        Public::Okp(public) => {
            let key = OkpPrivate::new(public.curve, &octets(object, "d")?)?;
            if key.public != public {
                return Err(okp_key::FOREIGN.into());
            }
            Ok(Secret::Okp(key))
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

/// Reads `use`, `key_ops`, `alg` and `kid`, which must suit the key and each other.
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
    if let (Some(key_use), Some(algorithm)) = (key_use, algorithm)
        && algorithm.key_use() != key_use
    {
        return Err(invalid("use", "contradicts `alg`"));
    }
    let operations = operations(object, key_use)?;
    let kid = object.text("kid")?.map(KeyId::new).transpose();
    let kid = kid.map_err(|_| invalid("kid", "is not 1 to 256 characters of printable ASCII"))?;
    Ok(Labels { key_use, algorithm, kid, operations })
}

/// RFC 7517 section 4.3: no operation twice, and none that `use` excludes.
fn operations(object: &Members, key_use: Option<KeyUse>) -> Result<Operations, ParseJwkError> {
    let Some(names) = object.texts("key_ops")? else { return Ok(Operations::Unspecified) };
    if names.iter().enumerate().any(|(index, it)| names[..index].contains(it)) {
        return Err(invalid("key_ops", "has an operation twice"));
    }
    let of_signatures = |name: &&str| matches!(*name, "sign" | "verify");
    let contradicted = match key_use {
        None => false,
        Some(KeyUse::Signature) => !names.iter().all(of_signatures),
        Some(KeyUse::Encryption) => names.iter().any(of_signatures),
    };
    if contradicted {
        return Err(invalid("key_ops", "contradicts `use`"));
    }
    let signing = if object.contains("d") { "sign" } else { "verify" };
    Ok(if names.contains(&signing) { Operations::Signatures } else { Operations::Others })
}

/// The members that could make a reader fetch or trust something else (RFC 7517 sections 4.6 to 4.9).
pub(crate) fn ignored(object: &Members) -> Vec<&'static str> {
    const LINKS: [&str; 5] = ["x5u", "x5c", "x5t", "x5t#S256", "jku"];
    LINKS.into_iter().filter(|it| object.contains(it)).collect()
}

fn curve(crv: &str) -> Result<NamedCurve, ParseJwkError> {
    Ok(crv.parse::<NamedCurve>()?)
}

fn required<'a>(object: &'a Members, member: &'static str) -> Result<&'a str, ParseJwkError> {
    object.text(member)?.ok_or(ParseJwkError::MissingMember { member })
}

/// Base64url as RFC 7515 section 2 has it: no padding, no whitespace, no stray trailing bits.
pub(crate) fn octets(
    object: &Members,
    member: &'static str,
) -> Result<Zeroizing<Vec<u8>>, ParseJwkError> {
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
    written.labels(key.kind(), key.labels());
    match key.material() {
        Public::Rsa(RsaPublic { n, e }) => written.octets([("n", n), ("e", e)]),
        Public::Ec(EcPublic { curve, x, y }) => {
            written.text("crv", Some(curve.as_str()));
            written.octets([("x", x), ("y", y)]);
        }
        Public::Okp(OkpPublic { curve, x }) => {
            written.text("crv", Some(curve.as_str()));
            written.octets([("x", x)]);
        }
    }
    written
}

/// A shared key, which is as secret as a private one.
pub(crate) fn write_shared(labels: &Labels, k: &[u8]) -> Written {
    let mut written = Written(Vec::with_capacity(5));
    written.labels(KeyKind::Oct { bits: k.len() * 8 }, labels);
    written.octets([("k", k)]);
    written
}

/// The public members and then the private ones.
pub(crate) fn write_private(key: &PrivateJwk) -> Written {
    let mut written = write_public(key.public_half());
    match key.secret() {
        Secret::Rsa(RsaPrivate { public: _, d, p, q, dp, dq, qi }) => {
            written.octets([("d", d), ("p", p), ("q", q), ("dp", dp), ("dq", dq), ("qi", qi)]);
        }
        Secret::Ec(EcPrivate { public: _, d }) | Secret::Okp(OkpPrivate { public: _, d }) => {
            written.octets([("d", d)]);
        }
    }
    written
}

impl Written {
    fn labels(&mut self, kind: KeyKind, labels: &Labels) {
        self.text("kty", Some(kind.key_type().as_str()));
        self.text("use", labels.key_use.map(KeyUse::as_str));
        self.text("alg", labels.algorithm.map(Algorithm::as_str));
        self.text("kid", labels.kid.as_ref().map(KeyId::as_str));
    }

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
