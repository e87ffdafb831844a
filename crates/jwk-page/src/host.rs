//! The names by which the page may be called: the defence against DNS rebinding.

use std::net::SocketAddr;
use std::str::FromStr;

use axum::http::uri::Authority;

/// A host name, or an IP address, and the port if it is another than the page listens on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Host {
    name: String,
    port: Option<u16>,
}

impl FromStr for Host {
    type Err = InvalidHost;

    /// Reads `NAME` or `NAME:PORT`; an IPv6 address stands in brackets.
    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let invalid = || InvalidHost { host: text.escape_default().to_string() };
        let authority = Authority::try_from(text).map_err(|_| invalid())?;
        let (name, port) = (authority.host(), authority.port_u16());
        let spelled = port.map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        // What else an authority may hold is in no `Host` header that a browser sends.
        if name.is_empty() || spelled != text || !name.bytes().all(plain) {
            return Err(invalid());
        }
        Ok(Self { name: name.to_owned(), port })
    }
}

/// A text that names no host.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{host}` is neither `NAME` nor `NAME:PORT`")]
pub struct InvalidHost {
    /// The text, made printable.
    pub host: String,
}

/// What a `Host` header may say, and with it an `Origin`.
#[derive(Debug)]
pub(crate) struct Hosts {
    scheme: &'static str,
    /// As browsers spell them: without the port where it is the scheme's own.
    accepted: Vec<String>,
    /// Those of `accepted` that were given by name; the others are addresses or `localhost`.
    named: Vec<String>,
}

impl Hosts {
    pub(crate) fn new(address: SocketAddr, is_tls: bool, given: &[Host]) -> Self {
        let (scheme, default_port) = if is_tls { ("https", 443) } else { ("http", 80) };
        let spelled = |name: &str, port: u16| match port == default_port {
            true => name.to_owned(),
            false => format!("{name}:{port}"),
        };
        let named: Vec<_> = given
            .iter()
            .map(|host| spelled(&host.name, host.port.unwrap_or(address.port())))
            .collect();
        let mut accepted = Vec::new();
        if !address.ip().is_unspecified() {
            let socket = SocketAddr::new(address.ip(), 0).to_string();
            accepted.push(spelled(socket.trim_end_matches(":0"), address.port()));
        }
        if address.ip().is_loopback() {
            accepted.push(spelled("localhost", address.port()));
        }
        // The first is the one to show.
        accepted.splice(0..0, named.iter().cloned());
        Self { scheme, accepted, named }
    }

    /// Where a person finds the page.
    pub(crate) fn url(&self) -> String {
        let host = self.accepted.first().map(String::as_str).unwrap_or_default();
        format!("{}://{host}/", self.scheme)
    }

    pub(crate) fn accepts(&self, host: &str) -> bool {
        self.accepted.iter().any(|it| it.eq_ignore_ascii_case(host))
    }

    /// Whether an `Origin` is that of the page as this `Host` calls it (RFC 6454 section 6.2).
    pub(crate) fn is_origin(&self, origin: &str, host: &str) -> bool {
        let own = origin.strip_prefix(self.scheme).and_then(|rest| rest.strip_prefix("://"));
        own.is_some_and(|it| it.eq_ignore_ascii_case(host))
    }

    /// Whether a browser may be told never to call this host without TLS again: it would hold for
    /// every port, so not for `localhost`.
    pub(crate) fn may_require_tls(&self, host: &str) -> bool {
        let is_named = self.named.iter().any(|it| it.eq_ignore_ascii_case(host));
        let is_localhost =
            host.split(':').next().is_some_and(|it| it.eq_ignore_ascii_case("localhost"));
        self.scheme == "https" && is_named && !is_localhost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listen: &str, is_tls: bool, given: &[&str]) -> Hosts {
        let given: Vec<Host> = given.iter().map(|it| it.parse().unwrap()).collect();
        Hosts::new(listen.parse().unwrap(), is_tls, &given)
    }

    #[track_caller]
    fn check(hosts: &Hosts, accepted: &[&str], refused: &[&str]) {
        for host in accepted {
            assert!(hosts.accepts(host), "{host} is refused");
        }
        for host in refused {
            assert!(!hosts.accepts(host), "{host} is accepted");
        }
    }

    #[test]
    fn loopback_is_called_by_its_address_or_localhost_and_its_port() {
        let refused = [
            "",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:84840",
            "localhost",
            "[::1]:8484",
            "127.0.0.2:8484",
            "127.1:8484",
            "localhost.:8484",
            "evil.example:8484",
            "127.0.0.1.evil.example:8484",
            "x@127.0.0.1:8484",
            "127.0.0.1:8484 ",
            "0.0.0.0:8484",
        ];
        let page = hosts("127.0.0.1:8484", false, &[]);
        check(&page, &["127.0.0.1:8484", "localhost:8484", "LocalHost:8484"], &refused);
        assert_eq!(page.url(), "http://127.0.0.1:8484/");
        let page = hosts("[::1]:8484", false, &[]);
        check(&page, &["[::1]:8484", "localhost:8484"], &["::1:8484", "127.0.0.1:8484"]);
    }

    #[test]
    fn the_port_of_the_scheme_is_left_out_as_browsers_do() {
        check(&hosts("127.0.0.1:80", false, &[]), &["127.0.0.1", "localhost"], &["127.0.0.1:80"]);
        check(&hosts("127.0.0.1:443", true, &[]), &["localhost"], &["localhost:443"]);
        check(&hosts("127.0.0.1:80", true, &[]), &["localhost:80"], &["localhost"]);
    }

    #[test]
    fn every_address_at_once_is_called_by_the_given_names_only() {
        let page = hosts("0.0.0.0:8484", true, &["keys.acme.example", "other.example:443"]);
        check(
            &page,
            &["keys.acme.example:8484", "KEYS.acme.example:8484", "other.example"],
            &["0.0.0.0:8484", "localhost:8484", "127.0.0.1:8484", "keys.acme.example"],
        );
        assert_eq!(page.url(), "https://keys.acme.example:8484/");
    }

    #[test]
    fn an_origin_has_the_scheme_and_the_host_of_the_request() {
        let page = hosts("127.0.0.1:8484", false, &[]);
        let host = "localhost:8484";
        assert!(page.is_origin("http://localhost:8484", host));
        for origin in
            ["null", "", "https://localhost:8484", "http://127.0.0.1:8484", "http://localhost"]
        {
            assert!(!page.is_origin(origin, host), "{origin}");
        }
    }

    #[test]
    fn only_given_names_are_tied_to_tls() {
        let page = hosts("127.0.0.1:8484", true, &["keys.acme.example", "localhost:99"]);
        assert!(page.may_require_tls("keys.acme.example:8484"));
        for host in ["localhost:8484", "localhost:99", "127.0.0.1:8484"] {
            assert!(!page.may_require_tls(host), "{host}");
        }
        let page = hosts("127.0.0.1:8484", false, &["keys.acme.example"]);
        assert!(!page.may_require_tls("keys.acme.example:8484"));
    }

    #[test]
    fn hosts_are_names_with_or_without_a_port() {
        for good in ["keys.acme.example", "keys:443", "10.0.0.7", "[fd00::7]:8484"] {
            assert!(good.parse::<Host>().is_ok(), "{good}");
        }
        for bad in
            ["", "https://keys", "keys/", "a@keys", "keys:", "keys:99999", "keys:080", "*", "a b"]
        {
            assert!(bad.parse::<Host>().is_err(), "{bad}");
        }
    }
}
