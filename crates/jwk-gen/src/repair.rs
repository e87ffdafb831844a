//! What was mended on the way from a text to a key.

/// A flaw of the input that leaves no doubt about the key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Repair {
    /// UTF-8 text that begins with U+FEFF.
    #[error("a byte order mark was dropped")]
    ByteOrderMark,
    /// Quotes of a shell or of JSON around the whole text.
    #[error("quotes around the text were dropped")]
    Quotes,
    /// `\n` as two characters, as configuration files and variables carry a PEM.
    #[error(r"`\n` was read as a line break")]
    LiteralNewlines,
    /// A PEM on a single line.
    #[error("the line breaks of the PEM were put back")]
    MissingNewlines,
    /// Base64 around the whole text.
    #[error("the text was decoded from base64")]
    Base64,
    /// Lines that end with CR LF.
    #[error("line ends of CR LF were read as line ends")]
    CarriageReturns,
    /// PEM lines that do not begin in the first column.
    #[error("the indentation of the PEM was dropped")]
    Indentation,
    /// Text before, between or after PEM blocks (RFC 7468 section 2 allows it).
    #[error("text around the PEM block was passed over")]
    SurroundingText,
    /// Octets around a PEM block that are no text.
    #[error("warning: octets around the PEM block that are no text were passed over")]
    Garbage,
    /// A PEM block of another kind beside the key.
    #[error("the PEM block `{label}` was passed over")]
    OtherBlock {
        /// Its label, made printable.
        label: String,
    },
    /// A PEM label that promises another format.
    #[error("warning: the PEM block `{label}` holds {found}, and was read as such")]
    Label {
        /// The label.
        label: String,
        /// The format inside.
        found: &'static str,
    },
    /// An RSA JWK without `p` and `q` (RFC 7518 section 6.3.2).
    #[error("`p`, `q`, `dp`, `dq` and `qi` were recovered from `d`")]
    Factors,
    /// A key of a JWK Set whose type is not known (RFC 7517 section 5).
    #[error("warning: key {index} of the set has the unknown type `{kty}` and was passed over")]
    UnknownKey {
        /// The place in `keys`, from 0.
        index: usize,
        /// The `kty` member, made printable.
        kty: String,
    },
    /// Links to certificates and keys, which are never followed.
    #[error("warning: members that lead elsewhere were ignored: {}", members.join(", "))]
    LinksIgnored {
        /// The members.
        members: Vec<&'static str>,
    },
}

impl Repair {
    /// Whether the owner of the key should look at its source.
    pub fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::Garbage
                | Self::Label { .. }
                | Self::UnknownKey { .. }
                | Self::LinksIgnored { .. }
        )
    }
}
