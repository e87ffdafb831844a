//! PEM blocks (RFC 7468) and the DER inside: PKCS#8 (RFC 5208), PKCS#1 (RFC 8017), SPKI (RFC 5280).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1;
use rsa::pkcs8::der::{Decode, asn1::UintRef};
use rsa::pkcs8::spki::AlgorithmIdentifierRef;
use rsa::pkcs8::{ObjectIdentifier, PrivateKeyInfoRef, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use crate::ec_key::{EcPrivate, EcPublic, curve_of};
use crate::error::{ParsePemError, excerpt};
use crate::members::SIZE_LIMIT;
use crate::private::Secret;
use crate::public::Public;
use crate::rsa_key::{Crt, RsaPrivate, RsaPublic};

/// Writes one block with lines of 64 characters.
pub(crate) fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    let size = body.len() + body.len() / 64 + 2 * label.len() + 40;
    let mut text = Zeroizing::new(String::with_capacity(size));
    text.extend(["-----BEGIN ", label, "-----\n"]);
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.extend([line, "\n"]);
        rest = after;
    }
    text.extend(["-----END ", label, "-----\n"]);
    text
}

/// Reads the one private key of a PEM text.
pub(crate) fn parse_private(text: &str) -> Result<Secret, ParsePemError> {
    let blocks = blocks(text)?;
    let mut keys = blocks.iter().filter(|it| it.label.ends_with("PRIVATE KEY"));
    match (keys.next(), keys.next()) {
        (Some(key), None) => private_block(key),
        (Some(_), Some(_)) => Err(ParsePemError::Ambiguous { count: 2 + keys.count() }),
        (None, _) => Err(unexpected(&blocks)),
    }
}

fn private_block(block: &Block<'_>) -> Result<Secret, ParsePemError> {
    if block.is_encrypted() {
        return Err(ParsePemError::Encrypted);
    }
    match block.label {
        "PRIVATE KEY" => private_from_pkcs8(&block.decode()?),
        "RSA PRIVATE KEY" => private_from_pkcs1(&block.decode()?),
        "ENCRYPTED PRIVATE KEY" => Err(ParsePemError::Encrypted),
        "OPENSSH PRIVATE KEY" => Err(ParsePemError::OpenSsh),
        other => Err(ParsePemError::UnsupportedBlock { label: excerpt(other) }),
    }
}

/// Reads the one public key of a PEM text.
pub(crate) fn parse_public(text: &str) -> Result<Public, ParsePemError> {
    let blocks = blocks(text)?;
    let mut keys = blocks.iter().filter(|it| it.label == "PUBLIC KEY");
    match (keys.next(), keys.next()) {
        (Some(_), _) if blocks.iter().any(|it| it.label.ends_with("PRIVATE KEY")) => {
            Err(ParsePemError::PrivateKey)
        }
        (Some(key), None) => public_from_spki(&key.decode()?),
        (Some(_), Some(_)) => Err(ParsePemError::Ambiguous { count: 2 + keys.count() }),
        (None, _) => Err(unexpected(&blocks)),
    }
}

/// Says what the first block is, if no block is what was asked for.
fn unexpected(blocks: &[Block<'_>]) -> ParsePemError {
    match blocks.first().map(|it| it.label) {
        None => ParsePemError::NoKey,
        Some("PUBLIC KEY") => ParsePemError::PublicKey,
        Some("CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE") => {
            ParsePemError::Certificate
        }
        Some(label) if label.ends_with("PRIVATE KEY") => ParsePemError::PrivateKey,
        Some(label) => ParsePemError::UnsupportedBlock { label: excerpt(label) },
    }
}

/// What stands between a BEGIN and an END line, as it stands there.
struct Block<'a> {
    label: &'a str,
    line: usize,
    body: &'a str,
}

impl Block<'_> {
    /// RFC 1421 section 4.6: OpenSSL's traditional keys say in headers that they are encrypted.
    fn is_encrypted(&self) -> bool {
        self.body.contains(':') && self.body.contains("ENCRYPTED")
    }

    fn decode(&self) -> Result<Zeroizing<Vec<u8>>, ParsePemError> {
        let mut base64 = Zeroizing::new(String::with_capacity(self.body.len()));
        base64.extend(self.body.split('\n').map(without_line_end));
        let decoded = STANDARD.decode(base64.as_str()).map(Zeroizing::new);
        decoded.map_err(|_| ParsePemError::NotBase64 { line: self.line })
    }
}

fn without_line_end(line: &str) -> &str {
    line.trim_end_matches([' ', '\t', '\r', '\n'])
}

/// Finds the blocks and skips the text around them (RFC 7468 section 2).
fn blocks(text: &str) -> Result<Vec<Block<'_>>, ParsePemError> {
    if text.len() > SIZE_LIMIT {
        return Err(ParsePemError::TooLarge { limit: SIZE_LIMIT });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut blocks = Vec::new();
    // Label, line and start of the body.
    let mut open: Option<(&str, usize, usize)> = None;
    let mut end = 0;
    for (line, content) in (1..).zip(text.split_inclusive('\n')) {
        let start = end;
        end += content.len();
        let content = without_line_end(content);
        open = match (open, boundary("-----BEGIN ", content), boundary("-----END ", content)) {
            (open, None, None) => open,
            (None, Some(label), _) => Some((label, line, end)),
            (Some((label, line, body)), _, Some(closed)) if closed == label => {
                blocks.push(Block { label, line, body: &text[body..start] });
                None
            }
            _ => return Err(ParsePemError::Unpaired { line }),
        };
    }
    match open {
        Some((_, line, _)) => Err(ParsePemError::Unpaired { line }),
        None => Ok(blocks),
    }
}

fn boundary<'a>(start: &str, line: &'a str) -> Option<&'a str> {
    line.strip_prefix(start)?.strip_suffix("-----")
}

/// Reads `PrivateKeyInfo`.
pub(crate) fn private_from_pkcs8(der: &[u8]) -> Result<Secret, ParsePemError> {
    let info = PrivateKeyInfoRef::try_from(der).map_err(|_| ParsePemError::MalformedDer)?;
    match algorithm(&info.algorithm)? {
        KeyType::Rsa => private_from_pkcs1(info.private_key.as_bytes()),
        KeyType::Ec(curve) => Ok(Secret::Ec(EcPrivate::from_pkcs8(curve, der)?)),
    }
}

/// Reads `RSAPrivateKey` with the same checks as a JWK.
fn private_from_pkcs1(der: &[u8]) -> Result<Secret, ParsePemError> {
    let key = pkcs1::RsaPrivateKey::<UintRef<'_>>::from_der(der);
    let key = key.map_err(|_| ParsePemError::MalformedDer)?;
    if key.version().is_multi() {
        return Err(ParsePemError::MultiPrime);
    }
    let public = RsaPublic::new(key.modulus.as_bytes(), key.public_exponent.as_bytes())?;
    let crt = Crt {
        p: key.prime1.as_bytes(),
        q: key.prime2.as_bytes(),
        dp: key.exponent1.as_bytes(),
        dq: key.exponent2.as_bytes(),
        qi: key.coefficient.as_bytes(),
    };
    Ok(Secret::Rsa(RsaPrivate::new(public, key.private_exponent.as_bytes(), Some(&crt))?))
}

/// Reads `SubjectPublicKeyInfo`.
fn public_from_spki(der: &[u8]) -> Result<Public, ParsePemError> {
    let info = SubjectPublicKeyInfoRef::try_from(der).map_err(|_| ParsePemError::MalformedDer)?;
    match algorithm(&info.algorithm)? {
        KeyType::Ec(curve) => Ok(Public::Ec(EcPublic::from_spki(curve, der)?)),
        KeyType::Rsa => {
            let inner = info.subject_public_key.as_bytes().ok_or(ParsePemError::MalformedDer)?;
            let key = pkcs1::RsaPublicKeyRef::from_der(inner);
            let key = key.map_err(|_| ParsePemError::MalformedDer)?;
            let (n, e) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
            Ok(Public::Rsa(RsaPublic::new(n, e)?))
        }
    }
}

enum KeyType {
    Rsa,
    Ec(crate::algorithm::Curve),
}

/// RFC 8017 appendix A.1 and RFC 5480 section 2.1.1; only named curves.
fn algorithm(identifier: &AlgorithmIdentifierRef<'_>) -> Result<KeyType, ParsePemError> {
    const EC: ObjectIdentifier = p256::elliptic_curve::ALGORITHM_OID;
    match identifier.oid {
        pkcs1::ALGORITHM_OID => Ok(KeyType::Rsa),
        EC => {
            let named = identifier.parameters_oid().ok().and_then(curve_of);
            named.map(KeyType::Ec).ok_or(ParsePemError::UnsupportedCurve)
        }
        other => Err(ParsePemError::UnsupportedKeyType { name: key_type_name(other) }),
    }
}

fn key_type_name(oid: ObjectIdentifier) -> String {
    let text = oid.to_string();
    let name = match text.as_str() {
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.113549.1.3.1" => "Diffie-Hellman",
        "1.2.840.10040.4.1" => "DSA",
        "1.3.101.110" => "X25519",
        "1.3.101.111" => "X448",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        _ => return text,
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A copy of each would be as long as the text in the worst case, and there are thousands.
    #[test]
    fn blocks_are_slices_of_the_text() {
        let text = "-----BEGIN X-----\r\nAA\n-----END X-----\n".repeat(1700);
        assert!(text.len() < SIZE_LIMIT);
        let blocks = blocks(&text).unwrap();
        assert_eq!(blocks.len(), 1700);
        for (index, block) in blocks.iter().enumerate() {
            assert_eq!((block.label, block.line, block.body), ("X", 3 * index + 1, "AA\n"));
            assert!(text.as_bytes().as_ptr_range().contains(&block.body.as_ptr()));
        }
    }

    #[test]
    fn the_key_is_found_among_broken_blocks() {
        let key = encode("PRIVATE KEY", &[7; 100]);
        let other = "-----BEGIN X-----\n!\n-----END X-----\n".repeat(800);
        let text = format!("{other}{}{other}", key.as_str());
        let blocks = blocks(&text).unwrap();
        let found = blocks.iter().find(|it| it.label == "PRIVATE KEY").unwrap();
        assert_eq!(*found.decode().unwrap(), [7; 100]);
        assert_eq!(blocks[0].decode().unwrap_err(), ParsePemError::NotBase64 { line: 1 });
    }
}
