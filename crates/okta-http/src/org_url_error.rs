//! Why a text is no org URL, one variant for each mistake.

/// Why a text is no org URL.
///
/// No variant holds the text, because it may hold a password.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OrgUrlError {
    /// There is no text.
    #[error("the org URL is empty")]
    Empty,
    /// Longer than any URL of an org.
    #[error("the org URL is longer than {limit} characters")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// The text of a documentation page or a template.
    #[error("the org URL is a placeholder; write your own org, such as `https://acme.okta.com`")]
    Placeholder,
    /// A backslash, which some parsers read as a slash.
    #[error("the org URL contains a backslash")]
    Backslash,
    /// A letter outside ASCII, possibly a look-alike.
    #[error("the org URL contains `{}`, which may only look like another letter; write the host in ASCII (`xn--…`)", character.escape_unicode())]
    NotAscii {
        /// The first such character.
        character: char,
    },
    /// A space or control character.
    #[error("the org URL contains the character `{}`", character.escape_default())]
    ForbiddenCharacter {
        /// The first such character.
        character: char,
    },
    /// `://` occurs twice.
    #[error("the org URL contains `://` more than once")]
    SeveralSchemes,
    /// A scheme other than `https`.
    #[error("the org URL begins with something other than `https://`")]
    UnknownScheme,
    /// Plain http to another machine.
    #[error(
        "the org URL is plain `http`, which is accepted for loopback addresses only; write `https`"
    )]
    InsecureScheme,
    /// Neither a URL nor a host.
    #[error(
        "the org URL is neither a URL nor a host name; write it in full, such as `https://acme.okta.com`"
    )]
    NoUrl,
    /// A user name or password.
    #[error("the org URL contains a user name or password (`@`)")]
    UserInfo,
    /// A query.
    #[error("the org URL contains a query (`?`)")]
    Query,
    /// A fragment.
    #[error("the org URL contains a fragment (`#`)")]
    Fragment,
    /// Dot segments or an encoded character in the path.
    #[error("the org URL contains `.` or `..` segments or `%` in its path")]
    DotSegments,
    /// A path that belongs to no org.
    #[error("the org URL has a path; write the scheme and the host only")]
    UnexpectedPath,
    /// There is no host.
    #[error("the org URL has no host")]
    MissingHost,
    /// The host ends with a dot.
    #[error("the host of the org URL ends with a dot")]
    TrailingDot,
    /// The host ends with `.com.com`.
    #[error("the host of the org URL ends with `.com.com`")]
    DoubledSuffix,
    /// An IP address in another form than four decimal numbers, or an IPv4 address within IPv6.
    #[error("the host of the org URL is an IP address in an unusual form")]
    NumericHost,
    /// Not a host name.
    #[error("the host of the org URL is no host name")]
    InvalidHost,
    /// Not a port.
    #[error("the port of the org URL is no number from 1 to 65535")]
    InvalidPort,
}
