//! The org URL: every usual spelling made one, every dangerous one refused.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::host::{self, Host};
use crate::org_url_error::OrgUrlError;

/// The longest text that is looked at.
const LONGEST: usize = 2048;

/// Suffixes of the Admin Console, which is another origin than the org.
const ADMIN_SUFFIXES: [&str; 7] = [
    "-admin.okta.com",
    "-admin.oktapreview.com",
    "-admin.okta-emea.com",
    "-admin.okta-gov.com",
    "-admin.okta.mil",
    "-admin.okta-miltest.com",
    "-admin.trex-govcloud.com",
];

/// First segments of paths that people paste along with the host.
const KNOWN_PATHS: [&str; 5] = ["oauth2", "api", ".well-known", "admin", "app"];

/// The origin of an Okta org, such as `https://acme.okta.com`: https, or http on a loopback address.
///
/// Two URLs are equal if they name the same origin, however they were spelled.
#[derive(Clone, Debug)]
pub struct OrgUrl {
    origin: String,
    is_loopback: bool,
    corrections: Vec<OrgUrlCorrection>,
}

impl OrgUrl {
    /// Reads an org URL as a person writes it. [`Self::corrections`] says what was put right.
    ///
    /// # Errors
    ///
    /// [`OrgUrlError`] with a variant for each kind of mistake; no message shows a password.
    pub fn parse(text: &str) -> Result<Self, OrgUrlError> {
        check_characters(text)?;
        let mut corrections = Vec::new();
        let (scheme, rest) = split_scheme(text, &mut corrections)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        check_authority(authority)?;
        check_path(path)?;

        let (host, port) = host::split_port(authority)?;
        let host = canonical_host(host, &mut corrections)?;
        if scheme == Scheme::Http && !host.is_loopback {
            return Err(OrgUrlError::InsecureScheme);
        }
        let port = effective_port(port, scheme, &mut corrections)?;
        note_path(path, &mut corrections);
        if host.text.split('.').any(|label| label.starts_with("xn--")) {
            corrections.push(OrgUrlCorrection::Punycode { host: host.text.clone() });
        }
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        let origin = format!("{}://{}{port}", scheme.as_str(), host.text);
        Ok(Self { origin, is_loopback: host.is_loopback, corrections })
    }

    /// The origin without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// The host without its port; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.host_and_port().0
    }

    /// The port, which is the scheme's own (80, 443) unless the origin names another.
    pub fn port(&self) -> u16 {
        let scheme = if self.origin.starts_with("https:") { Scheme::Https } else { Scheme::Http };
        self.host_and_port().1.parse().unwrap_or_else(|_| scheme.default_port())
    }

    fn host_and_port(&self) -> (&str, &str) {
        let authority = self.origin.split_once("://").map_or("", |(_, authority)| authority);
        match authority.rsplit_once(':') {
            Some(parts) if !authority.ends_with(']') => parts,
            _ => (authority, ""),
        }
    }

    /// What was changed to get from the text to the origin, and what about it should be checked, in no particular order.
    pub fn corrections(&self) -> &[OrgUrlCorrection] {
        &self.corrections
    }

    /// Whether the host is `localhost` or a loopback address.
    pub fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// The URL of a path, with or without its leading slash. No path leads away from the origin.
    pub fn url(&self, path: &str) -> String {
        format!("{}/{}", self.origin, path.strip_prefix('/').unwrap_or(path))
    }
}

impl fmt::Display for OrgUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl PartialEq for OrgUrl {
    fn eq(&self, other: &Self) -> bool {
        self.origin == other.origin
    }
}

impl Eq for OrgUrl {}

impl Hash for OrgUrl {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.origin.hash(state);
    }
}

/// One thing that was put right in an org URL, or that should be checked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OrgUrlCorrection {
    /// There was no scheme.
    SchemeAdded,
    /// Scheme or host had capitals.
    CaseLowered,
    /// The host was that of the Admin Console.
    AdminHost {
        /// The host that was written.
        written: String,
    },
    /// The port is the scheme's own.
    DefaultPortRemoved,
    /// There were slashes at the end.
    TrailingSlashRemoved,
    /// There was the path of an endpoint or an issuer.
    PathRemoved {
        /// The path that was written.
        path: String,
    },
    /// Nothing was changed: the host is an internationalised name in punycode (RFC 5891), which may be made to look like
    /// another.
    Punycode {
        /// The host.
        host: String,
    },
}

impl fmt::Display for OrgUrlCorrection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SchemeAdded => f.write_str("`https://` was added"),
            Self::CaseLowered => f.write_str("capitals were lowered"),
            Self::AdminHost { written } => {
                write!(f, "`{written}` is the Admin Console; `-admin` was removed")
            }
            Self::DefaultPortRemoved => f.write_str("the default port was removed"),
            Self::TrailingSlashRemoved => f.write_str("the slash at the end was removed"),
            Self::PathRemoved { path } => {
                write!(f, "the path `{path}` is not part of an org URL and was removed")
            }
            Self::Punycode { host } => {
                write!(
                    f,
                    "`{host}` is an internationalised name in punycode; check that it is the org's"
                )
            }
        }
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// What no URL may contain. A lenient parser would drop or fold some of these, and so see another host than we do.
fn check_characters(text: &str) -> Result<(), OrgUrlError> {
    if text.is_empty() {
        return Err(OrgUrlError::Empty);
    }
    if text.len() > LONGEST {
        return Err(OrgUrlError::TooLong { limit: LONGEST });
    }
    if is_placeholder(text) {
        return Err(OrgUrlError::Placeholder);
    }
    for character in text.chars() {
        match character {
            '\\' => return Err(OrgUrlError::Backslash),
            _ if !character.is_ascii() => return Err(OrgUrlError::NotAscii { character }),
            _ if !character.is_ascii_graphic() => {
                return Err(OrgUrlError::ForbiddenCharacter { character });
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    text.contains(['{', '}', '<', '>'])
        || lower.contains("youroktadomain")
        || lower.contains("your-okta-domain")
}

fn split_scheme<'a>(
    text: &'a str,
    corrections: &mut Vec<OrgUrlCorrection>,
) -> Result<(Scheme, &'a str), OrgUrlError> {
    let Some((written, rest)) = text.split_once("://") else {
        return without_scheme(text, corrections);
    };
    if rest.contains("://") {
        return Err(OrgUrlError::SeveralSchemes);
    }
    let scheme = match written.to_ascii_lowercase().as_str() {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        _ => return Err(OrgUrlError::UnknownScheme),
    };
    if written != scheme.as_str() {
        note(corrections, OrgUrlCorrection::CaseLowered);
    }
    Ok((scheme, rest))
}

/// `acme.okta.com` is meant as https; `javascript:x`, `https:/x` and a bare word are not meant as a host.
fn without_scheme<'a>(
    text: &'a str,
    corrections: &mut Vec<OrgUrlCorrection>,
) -> Result<(Scheme, &'a str), OrgUrlError> {
    let authority = text.split('/').next().unwrap_or_default();
    let is_port = |it: &str| it.starts_with(|c: char| c.is_ascii_digit());
    if let Some((_, after)) = authority.split_once(':')
        && !authority.starts_with('[')
        && !authority.contains('@')
        && !is_port(after)
    {
        return Err(OrgUrlError::UnknownScheme);
    }
    // To browsers `https:8443` is `https://8443`, to us it would be a host with a port.
    if let Some((before, _)) = authority.split_once(':')
        && ["http", "https"].iter().any(|it| before.eq_ignore_ascii_case(it))
    {
        return Err(OrgUrlError::NoUrl);
    }
    if !authority.contains(['.', ':', '@']) && !authority.eq_ignore_ascii_case("localhost") {
        return Err(OrgUrlError::NoUrl);
    }
    corrections.push(OrgUrlCorrection::SchemeAdded);
    Ok((Scheme::Https, text))
}

fn check_authority(authority: &str) -> Result<(), OrgUrlError> {
    if authority.is_empty() {
        return Err(OrgUrlError::MissingHost);
    }
    // Userinfo first: what follows the `@` is the host, whatever stands before it.
    if authority.contains('@') {
        return Err(OrgUrlError::UserInfo);
    }
    if authority.contains('?') {
        return Err(OrgUrlError::Query);
    }
    if authority.contains('#') {
        return Err(OrgUrlError::Fragment);
    }
    Ok(())
}

fn check_path(path: &str) -> Result<(), OrgUrlError> {
    if path.contains('#') {
        return Err(OrgUrlError::Fragment);
    }
    if path.contains('?') {
        return Err(OrgUrlError::Query);
    }
    if path.trim_matches('/').is_empty() {
        return Ok(());
    }
    if path.contains('%') || path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(OrgUrlError::DotSegments);
    }
    let mut segments = path.trim_start_matches('/').split('/');
    let is_known = segments.next().is_some_and(|first| KNOWN_PATHS.contains(&first));
    let is_clean = !path.trim_end_matches('/').contains("//") && !path.contains([';', '@', ':']);
    if is_known && is_clean { Ok(()) } else { Err(OrgUrlError::UnexpectedPath) }
}

fn canonical_host(
    written: &str,
    corrections: &mut Vec<OrgUrlCorrection>,
) -> Result<Host, OrgUrlError> {
    let lower = written.to_ascii_lowercase();
    if lower != written {
        note(corrections, OrgUrlCorrection::CaseLowered);
    }
    let host = Host::parse(&lower)?;
    let Some(suffix) = ADMIN_SUFFIXES.iter().find(|suffix| host.text.ends_with(**suffix)) else {
        return Ok(host);
    };
    // Twice, too: what is written into a profile must be read as the same org.
    let org = host.text.strip_suffix(suffix).unwrap_or_default().trim_end_matches("-admin");
    let corrected = Host::parse(&format!("{org}{}", suffix.trim_start_matches("-admin")))?;
    corrections.push(OrgUrlCorrection::AdminHost { written: host.text });
    Ok(corrected)
}

fn effective_port(
    written: Option<&str>,
    scheme: Scheme,
    corrections: &mut Vec<OrgUrlCorrection>,
) -> Result<Option<u16>, OrgUrlError> {
    let Some(written) = written else { return Ok(None) };
    let is_number = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
    let port = written.parse::<u16>().ok().filter(|port| is_number && *port != 0);
    let port = port.ok_or(OrgUrlError::InvalidPort)?;
    if port == scheme.default_port() {
        corrections.push(OrgUrlCorrection::DefaultPortRemoved);
        return Ok(None);
    }
    Ok(Some(port))
}

fn note_path(path: &str, corrections: &mut Vec<OrgUrlCorrection>) {
    if path.trim_matches('/').is_empty() {
        if !path.is_empty() {
            corrections.push(OrgUrlCorrection::TrailingSlashRemoved);
        }
    } else {
        corrections.push(OrgUrlCorrection::PathRemoved { path: path.to_owned() });
    }
}

fn note(corrections: &mut Vec<OrgUrlCorrection>, correction: OrgUrlCorrection) {
    if !corrections.contains(&correction) {
        corrections.push(correction);
    }
}

#[cfg(test)]
mod tests;
