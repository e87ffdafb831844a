//! What a text or file is, by its content alone, and the repairs that leave no doubt about it.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::error::ParseJwkError;
use crate::json::Json;
use crate::parse::ParseKeyError;
use crate::reader::Source;
use crate::repair::Repair;
use crate::set;

/// An input whose format is known.
pub(crate) enum Document {
    Json(Json),
    Pem(Zeroizing<String>),
    Der(Zeroizing<Vec<u8>>),
}

impl Document {
    /// What shows that a document holds a private key.
    pub(crate) fn evidence(&self) -> &'static str {
        match self {
            Self::Json(_) => "d",
            Self::Pem(_) => "PRIVATE KEY",
            Self::Der(_) => "PrivateKeyInfo",
        }
    }
}

/// Wrappings that are taken off at most: quotes around base64 of a quoted PEM.
const LAYERS: usize = 3;

/// Tells the formats apart.
pub(crate) fn open(
    bytes: &[u8],
    source: Source,
    repairs: &mut Vec<Repair>,
) -> Result<Document, ParseKeyError> {
    let mut bytes = Zeroizing::new(bytes.to_vec());
    let mut source = source;
    for _ in 0..LAYERS {
        if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
            repairs.push(Repair::ByteOrderMark);
            bytes = Zeroizing::new(rest.to_vec());
        }
        match unwrapped(&bytes, source)? {
            None => return classify(&bytes, source, repairs),
            Some((inner, repair)) => {
                // Inside quotes and base64 a text is written as in a variable.
                source = Source::Variable;
                repairs.push(repair);
                bytes = inner;
            }
        }
    }
    Err(ParseKeyError::UnknownFormat)
}

/// Whether a text is a key rather than the name of a file that holds one, however it is wrapped.
///
/// A program that takes either must know before it names the text in an error.
pub fn is_key_text(text: &str) -> bool {
    let text = text.trim();
    let quotes = |quote| text.strip_prefix(quote).and_then(|it| it.strip_suffix(quote));
    let inner = quotes('"').or_else(|| quotes('\'')).map_or(text, str::trim);
    inner.contains(['{', '\n'])
        || inner.contains("-----BEGIN")
        || from_base64(inner.as_bytes()).is_some()
}

type Unwrapped = (Zeroizing<Vec<u8>>, Repair);

/// Takes off one layer of quotes or base64, if there is one.
fn unwrapped(bytes: &[u8], source: Source) -> Result<Option<Unwrapped>, ParseKeyError> {
    let trimmed = bytes.trim_ascii();
    match trimmed {
        [] => Err(ParseKeyError::Empty),
        [b'"', .., b'"'] => Ok(Some((quoted(trimmed)?, Repair::Quotes))),
        [b'\'', inner @ .., b'\''] if source == Source::Variable => {
            Ok(Some((Zeroizing::new(inner.to_vec()), Repair::Quotes)))
        }
        _ => Ok(from_base64(trimmed).map(|inner| (inner, Repair::Base64))),
    }
}

/// The text of a JSON string; where it is none, what stands between the quotes.
fn quoted(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, ParseKeyError> {
    let refused = || ParseKeyError::Jwk(ParseJwkError::NotAnObject { found: "a string" });
    let inner = match serde_json::from_slice::<String>(text) {
        Ok(inner) => Zeroizing::new(inner.into_bytes()),
        Err(_) => Zeroizing::new(text[1..text.len() - 1].to_vec()),
    };
    let start = inner.trim_ascii_start();
    if start.starts_with(b"{") || contains(start, b"-----BEGIN ") || from_base64(start).is_some() {
        return Ok(inner);
    }
    Err(refused())
}

/// Decodes base64 of something that is a key by its first octets.
fn from_base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    // Buffers that grow leave copies behind.
    let mut compact = Zeroizing::new(Vec::with_capacity(text.len()));
    compact.extend(text.iter().copied().filter(|it| !it.is_ascii_whitespace()));
    let mut decoded = Zeroizing::new(Vec::with_capacity(compact.len()));
    LENIENT.decode_vec(&*compact, &mut decoded).ok()?;
    let start = decoded.trim_ascii_start();
    let known = start.starts_with(b"{") || contains(start, b"-----BEGIN ") || is_der(&decoded);
    known.then_some(decoded)
}

fn classify(
    bytes: &[u8],
    source: Source,
    repairs: &mut Vec<Repair>,
) -> Result<Document, ParseKeyError> {
    let start = bytes.trim_ascii_start();
    if is_utf_16(bytes) {
        return Err(ParseKeyError::Utf16);
    }
    if is_der(bytes) {
        return Ok(Document::Der(Zeroizing::new(bytes.to_vec())));
    }
    if matches!(start, [b'{' | b'[', ..]) {
        let text = std::str::from_utf8(bytes).map_err(|_| ParseKeyError::NotUtf8)?;
        return Ok(Document::Json(Json::parse(text, set::SIZE_LIMIT)?));
    }
    if contains(start, b"-----BEGIN ") {
        return pem_text(bytes, source, repairs).map(Document::Pem);
    }
    if start.starts_with(b"PuTTY-User-Key-File") {
        return Err(ParseKeyError::Putty);
    }
    // RFC 4253 section 6.6 and its successors: the type, base64, a comment.
    const OPENSSH: [&[u8]; 4] = [b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"];
    if OPENSSH.iter().any(|it| start.starts_with(it)) {
        return Err(ParseKeyError::OpenSshPublic);
    }
    Err(ParseKeyError::UnknownFormat)
}

/// Octets that are no text may stand around a block; inside one they are no base64.
fn pem_text(
    bytes: &[u8],
    source: Source,
    repairs: &mut Vec<Repair>,
) -> Result<Zeroizing<String>, ParseKeyError> {
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    if std::str::from_utf8(bytes).is_err() || bytes.contains(&0) {
        repairs.push(Repair::Garbage);
    }
    let text = literal_newlines(text, source, repairs)?;
    Ok(missing_newlines(text, repairs))
}

/// A file has real line breaks; where a variable or JSON carries the PEM, `\n` stands for them.
fn literal_newlines(
    text: Zeroizing<String>,
    source: Source,
    repairs: &mut Vec<Repair>,
) -> Result<Zeroizing<String>, ParseKeyError> {
    if !text.contains(r"-----\n") && !text.contains(r"-----\r\n") {
        return Ok(text);
    }
    if source == Source::File {
        return Err(ParseKeyError::LiteralNewlines);
    }
    repairs.push(Repair::LiteralNewlines);
    let text = Zeroizing::new(text.replace(r"\r\n", "\n"));
    Ok(Zeroizing::new(text.replace(r"\n", "\n")))
}

/// Puts boundaries on lines of their own, where spaces took the place of line breaks.
fn missing_newlines(text: Zeroizing<String>, repairs: &mut Vec<Repair>) -> Zeroizing<String> {
    let Some(begin) = text.find("-----BEGIN ") else { return text };
    let Some(label_end) = text[begin + 11..].find("-----").map(|it| begin + 11 + it + 5) else {
        return text;
    };
    let Some(end) = text[label_end..].find("-----END ").map(|it| label_end + it) else {
        return text;
    };
    let body = text[label_end..end].trim_matches([' ', '\t']);
    if body.contains('\n') || body.is_empty() {
        return text;
    }
    repairs.push(Repair::MissingNewlines);
    let mut mended = Zeroizing::new(String::with_capacity(text.len() + 2));
    mended.push_str(&text[..label_end]);
    for word in body.split([' ', '\t']) {
        mended.push('\n');
        mended.push_str(word);
    }
    mended.push('\n');
    mended.push_str(&text[end..]);
    mended
}

/// A sequence whose length is that of the text: nothing printable is.
fn is_der(bytes: &[u8]) -> bool {
    match bytes {
        [0x30, short @ 0..=0x7f, rest @ ..] => usize::from(*short) == rest.len(),
        [0x30, 0x81, length, rest @ ..] => usize::from(*length) == rest.len(),
        [0x30, 0x82, high, low, rest @ ..] => {
            usize::from(u16::from_be_bytes([*high, *low])) == rest.len()
        }
        // Damaged, but no text either: indefinite, oversized or truncated lengths.
        [0x30, 0x80..=0xff, ..] => true,
        _ => false,
    }
}

fn is_utf_16(bytes: &[u8]) -> bool {
    let start = bytes.get(..4).unwrap_or_default();
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
        || matches!(start, [b'-' | b'{', 0, _, 0] | [0, b'-' | b'{', 0, _])
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|it| it == part)
}
