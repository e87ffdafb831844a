//! PEM blocks (RFC 7468) and the keys in them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::der::{self, Der, Restricted};
use crate::encrypted::{DecryptError, Passphrase};
use crate::error::{ParsePemError, excerpt};
use crate::members::SIZE_LIMIT;
use crate::private::Secret;
use crate::public::Public;
use crate::repair::Repair;

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

/// Whether a text holds a block that must stay secret.
pub(crate) fn has_private_key(text: &str) -> Result<bool, ParsePemError> {
    Ok(Pem::read(text)?.blocks.iter().any(Block::is_private))
}

/// Reads the one private key of a PEM text.
pub(crate) fn parse_private(
    text: &str,
    passphrase: Option<&Passphrase>,
    repairs: &mut Vec<Repair>,
) -> Result<Restricted<Secret>, ParsePemError> {
    let pem = Pem::read(text)?;
    let key = pem.only(|it| it.is_private())?;
    let curve = match pem.blocks.iter().find(|it| it.label == "EC PARAMETERS") {
        // As OpenSSL's `ecparam -genkey` writes it; it belongs to a key of SEC 1 alone.
        Some(block) if key.label == "EC PRIVATE KEY" => {
            Some(der::curve_parameters(&block.decode()?)?)
        }
        _ => None,
    };
    if key.label == "ENCRYPTED PRIVATE KEY" && passphrase.is_none() {
        return Err(ParsePemError::Encrypted);
    }
    let der = key.openable()?;
    let structure = Der::sniff(&der)?;
    let secret = structure.private(curve, passphrase)?;
    pem.tell(key, &structure, repairs);
    Ok(secret)
}

/// Reads the one public key of a PEM text.
pub(crate) fn parse_public(
    text: &str,
    repairs: &mut Vec<Repair>,
) -> Result<Restricted<Public>, ParsePemError> {
    let pem = Pem::read(text)?;
    if pem.blocks.iter().any(Block::is_public) && pem.blocks.iter().any(Block::is_private) {
        return Err(ParsePemError::PrivateKey);
    }
    let key = pem.only(|it| it.is_public())?;
    let der = key.decode()?;
    let structure = Der::sniff(&der)?;
    let public = structure.public()?;
    pem.tell(key, &structure, repairs);
    Ok(public)
}

/// The blocks of a text, and what stands around them.
struct Pem<'a> {
    blocks: Vec<Block<'a>>,
    indented: bool,
    surrounded: bool,
    carriage_returns: bool,
}

/// What stands between a BEGIN and an END line, as it stands there.
struct Block<'a> {
    label: &'a str,
    line: usize,
    body: &'a str,
}

impl<'a> Pem<'a> {
    /// Finds the blocks and skips the text around them (RFC 7468 section 2).
    fn read(text: &'a str) -> Result<Self, ParsePemError> {
        if text.len() > SIZE_LIMIT {
            return Err(ParsePemError::TooLarge { limit: SIZE_LIMIT });
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let carriage_returns = text.contains("\r\n");
        let mut pem =
            Self { blocks: Vec::new(), indented: false, surrounded: false, carriage_returns };
        // Label, line and start of the body.
        let mut open: Option<(&str, usize, usize)> = None;
        let mut end = 0;
        for (line, content) in (1..).zip(text.split_inclusive('\n')) {
            let start = end;
            end += content.len();
            let trimmed = without_line_end(content);
            let content = trimmed.trim_start_matches([' ', '\t']);
            let (begins, ends) = (boundary("-----BEGIN ", content), boundary("-----END ", content));
            pem.indented |= content.len() < trimmed.len() && (begins.is_some() || ends.is_some());
            open = match (open, begins, ends) {
                (None, None, None) => {
                    pem.surrounded |= !content.is_empty();
                    None
                }
                (open, None, None) => open,
                (None, Some(label), _) => Some((label, line, end)),
                (Some((label, line, body)), _, Some(closed)) if closed == label => {
                    pem.blocks.push(Block { label, line, body: &text[body..start] });
                    None
                }
                _ => return Err(ParsePemError::Unpaired { line }),
            };
        }
        match open {
            Some((_, line, _)) => Err(ParsePemError::Unpaired { line }),
            None => Ok(pem),
        }
    }

    /// The only block of this kind.
    fn only(&self, wanted: fn(&Block<'_>) -> bool) -> Result<&Block<'a>, ParsePemError> {
        let mut keys = self.blocks.iter().filter(|it| wanted(it));
        match (keys.next(), keys.next()) {
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(ParsePemError::Ambiguous { count: 2 + keys.count() }),
            (None, _) => Err(self.unexpected()),
        }
    }

    /// Says what the first block is, if no block is what was asked for.
    fn unexpected(&self) -> ParsePemError {
        match self.blocks.first().map(|it| it.label) {
            None => ParsePemError::NoKey,
            Some("PUBLIC KEY" | "RSA PUBLIC KEY") => ParsePemError::PublicKey,
            Some("CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE") => {
                ParsePemError::Certificate
            }
            Some(label) if label.ends_with("PRIVATE KEY") => ParsePemError::PrivateKey,
            Some(label) => ParsePemError::UnsupportedBlock { label: excerpt(label) },
        }
    }

    fn tell(&self, key: &Block<'_>, structure: &Der<'_>, repairs: &mut Vec<Repair>) {
        let flaws = [
            (self.carriage_returns, Repair::CarriageReturns),
            (self.indented, Repair::Indentation),
            (self.surrounded, Repair::SurroundingText),
        ];
        repairs.extend(flaws.into_iter().filter_map(|(found, repair)| found.then_some(repair)));
        let others = self.blocks.iter().filter(|it| it.line != key.line);
        let others = others.filter(|it| it.label != "EC PARAMETERS");
        repairs.extend(others.map(|it| Repair::OtherBlock { label: excerpt(it.label) }));
        if key.promises() != structure.format() {
            let label = key.label.to_owned();
            repairs.push(Repair::Label { label, found: structure.format() });
        }
    }
}

impl Block<'_> {
    fn is_private(&self) -> bool {
        self.label.ends_with("PRIVATE KEY")
    }

    fn is_public(&self) -> bool {
        matches!(self.label, "PUBLIC KEY" | "RSA PUBLIC KEY")
    }

    /// The format that the label stands for (RFC 7468 sections 10, 11 and 13, RFC 5915 section 4).
    fn promises(&self) -> &'static str {
        match self.label {
            "RSA PRIVATE KEY" => "PKCS#1",
            "EC PRIVATE KEY" => "SEC 1",
            "ENCRYPTED PRIVATE KEY" => "encrypted PKCS#8",
            "PUBLIC KEY" => "SPKI",
            "RSA PUBLIC KEY" => "a public key of PKCS#1",
            _ => "PKCS#8",
        }
    }

    /// The octets of a private key, unless they are under a cipher or in a format of another program.
    fn openable(&self) -> Result<Zeroizing<Vec<u8>>, ParsePemError> {
        // RFC 1421 section 4.6: OpenSSL's traditional keys say in headers that they are encrypted.
        if self.body.contains(':') && self.body.contains("ENCRYPTED") {
            return Err(DecryptError::Unsupported.into());
        }
        match self.label {
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => {
                self.decode()
            }
            "OPENSSH PRIVATE KEY" => Err(ParsePemError::OpenSsh),
            other => Err(ParsePemError::UnsupportedBlock { label: excerpt(other) }),
        }
    }

    fn decode(&self) -> Result<Zeroizing<Vec<u8>>, ParsePemError> {
        let mut base64 = Zeroizing::new(String::with_capacity(self.body.len()));
        let lines = self.body.split('\n').map(without_line_end);
        base64.extend(lines.map(|it| it.trim_start_matches([' ', '\t'])));
        let decoded = STANDARD.decode(base64.as_str()).map(Zeroizing::new);
        decoded.map_err(|_| ParsePemError::NotBase64 { line: self.line })
    }
}

fn without_line_end(line: &str) -> &str {
    line.trim_end_matches([' ', '\t', '\r', '\n'])
}

fn boundary<'a>(start: &str, line: &'a str) -> Option<&'a str> {
    line.strip_prefix(start)?.strip_suffix("-----")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A copy of each would be as long as the text in the worst case, and there are thousands.
    #[test]
    fn blocks_are_slices_of_the_text() {
        let text = "-----BEGIN X-----\r\nAA\n-----END X-----\n".repeat(1700);
        assert!(text.len() < SIZE_LIMIT);
        let blocks = Pem::read(&text).unwrap().blocks;
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
        let blocks = Pem::read(&text).unwrap().blocks;
        let found = blocks.iter().find(|it| it.label == "PRIVATE KEY").unwrap();
        assert_eq!(*found.decode().unwrap(), [7; 100]);
        assert_eq!(blocks[0].decode().unwrap_err(), ParsePemError::NotBase64 { line: 1 });
    }
}
