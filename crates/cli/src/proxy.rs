//! The proxy that the environment names.

use std::net::IpAddr;

use ipnet::IpNet;
use okta_http::OrgUrl;

use crate::env::Environment;

/// The variables that name it, the first one first.
pub(crate) const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The proxy that Okta's SDKs are told of, else that of the usual variables. A loopback org is never behind one.
pub(crate) fn of(environment: &Environment, org: &OrgUrl, of_sdk: Option<&str>) -> Option<String> {
    let exceptions = environment.first_of(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
    if org.is_loopback() || is_excepted(org.host(), org.port(), &exceptions) {
        return None;
    }
    of_sdk.map(str::to_owned).or_else(|| of_machine(environment).map(|(_, proxy)| proxy))
}

/// The proxy by the usual variables, and the one that names it.
pub(crate) fn of_machine(environment: &Environment) -> Option<(&'static str, String)> {
    VARIABLES.into_iter().find_map(|name| Some((name, environment.first_of(&[name])?)))
}

/// `NO_PROXY` as curl and Go read it: names cover their subdomains, networks their addresses, `:PORT` restricts an entry
/// to a port, and `*` covers everything.
fn is_excepted(host: &str, port: u16, exceptions: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    exceptions.split(',').map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let (name, only) = with_port(entry);
        only.is_none_or(|only| only == port) && covers(name, host)
    })
}

/// Parts `host:port`; an address of IPv6 has colons of its own, and needs brackets for a port.
fn with_port(entry: &str) -> (&str, Option<u16>) {
    match entry.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

fn covers(name: &str, host: &str) -> bool {
    let name = name.trim_matches(['[', ']']);
    if let Ok(address) = host.parse::<IpAddr>() {
        let is_in = |net: IpNet| net.contains(&address);
        return name == "*" || name.parse() == Ok(address) || name.parse().is_ok_and(is_in);
    }
    let name = name.trim_start_matches('.').to_ascii_lowercase();
    name == "*" || host == name || host.ends_with(&format!(".{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(exceptions: &str, excepted: bool) {
        assert_eq!(is_excepted("acme.okta.com", 443, exceptions), excepted, "{exceptions}");
    }

    #[test]
    fn no_proxy_covers_names_and_their_subdomains() {
        check("okta.com", true);
        check(".okta.com", true);
        check("a.example, ACME.okta.com", true);
        check("*", true);
        check("kta.com", false);
        check("acme.okta.com.evil.example", false);
        check("", false);
        check(" , ", false);
    }

    #[test]
    fn no_proxy_may_name_a_port() {
        check("acme.okta.com:443", true);
        check("okta.com:8443", false);
        check("*:443", true);
        check("okta.com:https", false);
    }

    #[test]
    fn no_proxy_covers_networks() {
        let check = |host, exceptions, excepted| {
            assert_eq!(is_excepted(host, 443, exceptions), excepted, "{host} in {exceptions}");
        };
        check("10.1.2.3", "10.0.0.0/8", true);
        check("11.1.2.3", "10.0.0.0/8", false);
        check("10.1.2.3", "10.1.2.3:443", true);
        check("10.1.2.3", "2.3", false);
        check("[fd00::7]", "fd00::/8", true);
        check("[fd00::7]", "[fd00::7]:443", true);
        check("[fd00::7]", "fd00::7", true);
        check("[fd00::7]", "[fd00::7]:80", false);
        check("10.1.2.3", "10.0.0.0/99", false);
    }
}
