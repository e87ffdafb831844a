//! Name resolution for requests that may go to this machine only.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Resolves `localhost` and loopback addresses without asking anybody (RFC 6761 section 6.3), and nothing else.
///
/// A name server or a hosts file could send `localhost` elsewhere, and plain http with it.
#[derive(Debug)]
pub(super) struct LoopbackResolver;

impl Resolver for LoopbackResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let default_port = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default_port);
        let mut resolved = self.empty();
        for address in addresses(uri.host().unwrap_or_default()) {
            resolved.push(SocketAddr::new(address, port));
        }
        if resolved.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(resolved) }
    }
}

fn addresses(host: &str) -> Vec<IpAddr> {
    if host.eq_ignore_ascii_case("localhost") {
        return vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    }
    let literal = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
    let address = literal.parse::<IpAddr>().ok();
    address.into_iter().filter(IpAddr::is_loopback).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_found() {
        for (host, expected) in [
            ("localhost", &["127.0.0.1", "::1"][..]),
            ("LOCALHOST", &["127.0.0.1", "::1"]),
            ("127.0.0.2", &["127.0.0.2"]),
            ("[::1]", &["::1"]),
            ("acme.okta.com", &[]),
            ("localhost.example", &[]),
            ("10.0.0.1", &[]),
            ("[2001:db8::1]", &[]),
            ("", &[]),
        ] {
            let found: Vec<String> = addresses(host).iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{host}");
        }
    }
}
