//! Hosts: names and addresses in their one canonical form.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::OrgUrlError;

/// A host as it stands in a URL.
pub(crate) struct Host {
    /// Lower case; an IPv6 address has its brackets.
    pub(crate) text: String,
    /// `localhost`, `127.0.0.0/8` or `[::1]`.
    pub(crate) is_loopback: bool,
}

impl Host {
    /// Reads a host in lower case.
    pub(crate) fn parse(text: &str) -> Result<Self, OrgUrlError> {
        if text.is_empty() {
            return Err(OrgUrlError::MissingHost);
        }
        if let Some(inner) = text.strip_prefix('[') {
            return Self::ipv6(inner.strip_suffix(']').ok_or(OrgUrlError::InvalidHost)?);
        }
        if text.ends_with('.') {
            return Err(OrgUrlError::TrailingDot);
        }
        if ends_in_number(text) {
            return Self::ipv4(text);
        }
        if text.ends_with(".com.com") {
            return Err(OrgUrlError::DoubledSuffix);
        }
        if text.len() > 253 || !text.split('.').all(is_label) {
            return Err(OrgUrlError::InvalidHost);
        }
        Ok(Self { text: text.to_owned(), is_loopback: text == "localhost" })
    }

    fn ipv4(text: &str) -> Result<Self, OrgUrlError> {
        // The standard library reads four decimal numbers without leading zeros and nothing else.
        let address: Ipv4Addr = text.parse().map_err(|_| OrgUrlError::NumericHost)?;
        Ok(Self { text: address.to_string(), is_loopback: address.is_loopback() })
    }

    fn ipv6(inner: &str) -> Result<Self, OrgUrlError> {
        let address: Ipv6Addr = inner.parse().map_err(|_| OrgUrlError::InvalidHost)?;
        // `::ffff:127.0.0.1` and `::127.0.0.1` are IPv4 addresses in disguise.
        if address.to_ipv4().is_some() && !address.is_loopback() {
            return Err(OrgUrlError::NumericHost);
        }
        Ok(Self { text: format!("[{address}]"), is_loopback: address.is_loopback() })
    }
}

/// Separates the port, which may be any text here.
pub(crate) fn split_port(authority: &str) -> Result<(&str, Option<&str>), OrgUrlError> {
    if authority.starts_with('[') {
        let end = authority.find(']').ok_or(OrgUrlError::InvalidHost)? + 1;
        let (host, rest) = authority.split_at(end);
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(OrgUrlError::InvalidHost),
        };
    }
    match authority.split_once(':') {
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((authority, None)),
    }
}

/// Whether resolvers would read it as an IPv4 address: the last label is a decimal or hexadecimal number.
fn ends_in_number(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    let is_decimal = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let is_hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_decimal || is_hexadecimal
}

/// RFC 1123 section 2.1.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
