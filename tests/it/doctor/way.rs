//! The way to the org, and the clocks at its two ends.

use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use okta_emulator::{Emulator, Fault};
use tests::{HostileServer, Part, is_skipped};

use super::world::{Cell, Mend, World, check_all, finding};
use crate::token_faults::{TlsServer, certificate};

const QUICK: [&str; 2] = ["--timeout", "2"];
const DOCUMENT: &str = "/.well-known/okta-organization";

/// The world with the org behind another URL.
fn behind(world: World, url: &str) -> World {
    let url = url.to_owned();
    world.variable("OKTA_M2M_ORG_URL", &url)
}

fn behind_hostile(answer: &'static str) -> World {
    let server = HostileServer::start(move |_, _| vec![Part::of(answer)]);
    let mut world = behind(World::new(), &server.url());
    world.alive.push(Box::new(server));
    world
}

/// The world with the org at a proxy's end; the name is nobody's.
fn proxied(proxy: &str) -> World {
    behind(World::new(), "https://acme.example").variable("HTTPS_PROXY", proxy)
}

/// The world with the org at a TLS server that has a certificate for `name`.
fn tls(name: &str, trusts: bool) -> World {
    let (leaf, key, ca) = certificate(name, 2099);
    let world = World::new();
    let server = TlsServer::start(&world.sandbox, &leaf, &key, &[]);
    let url = server.url.clone();
    let mut world = behind(world, &url);
    if trusts {
        world.sandbox.write("ca.pem", &ca);
        world = world.variable("OKTA_M2M_CA_FILE", "ca.pem");
    }
    world.alive.push(Box::new(server));
    world
}

/// The date of ten minutes ago, as HTTP writes it.
fn ten_minutes_ago() -> String {
    let words = ["-u", "-d", "-600 seconds", "+%a, %d %b %Y %H:%M:%S GMT"];
    let output = Command::new("date").args(words).env("LC_ALL", "C").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

const NETWORK: &[Cell] = &[
    Cell {
        name: "a port where nobody listens",
        broken: || {
            let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            behind(World::new(), &format!("http://{closed}"))
        },
        flags: &QUICK,
        check: "connection",
        code: 7,
        words: &["`127.0.0.1` cannot be reached", "refused"],
        hint: "curl -i {at}/.well-known/okta-organization",
        mend: Mend::Told,
    },
    Cell {
        name: "a name that does not resolve",
        broken: || behind(World::new(), "https://no-such-org.invalid"),
        flags: &QUICK,
        check: "connection",
        code: 7,
        words: &["the name `no-such-org.invalid` does not resolve"],
        hint: "getent hosts no-such-org.invalid",
        mend: Mend::Told,
    },
    Cell {
        name: "a server that says nothing",
        broken: || {
            let server = HostileServer::start(|_, _| vec![Part::Silence]);
            let mut world = behind(World::new(), &server.url());
            world.alive.push(Box::new(server));
            world
        },
        flags: &["--timeout", "1"],
        check: "connection",
        code: 7,
        words: &["no answer from `127.0.0.1` in time"],
        hint: "okta-m2m doctor --format json --timeout 60",
        mend: Mend::Told,
    },
    Cell {
        name: "a redirect",
        broken: || {
            behind_hostile(
                "HTTP/1.1 302 Found\r\nLocation: https://login.example/\r\nContent-Length: 0\r\n\r\n",
            )
        },
        flags: &[],
        check: "connection",
        code: 8,
        words: &["redirects to `login.example`"],
        hint: "curl -i {at}/.well-known/okta-organization",
        mend: Mend::Told,
    },
    Cell {
        name: "a captive portal",
        broken: || {
            behind_hostile(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\n\
                 <html>Welcome!",
            )
        },
        flags: &[],
        check: "connection",
        code: 8,
        words: &["a page answers in the place of {at}", "a captive portal"],
        hint: "curl -i {at}/.well-known/okta-organization",
        mend: Mend::Told,
    },
    Cell {
        name: "an org that fails",
        broken: || {
            let world = World::new();
            world.org.inject(Fault::answer(DOCUMENT, 500).times(4));
            world
        },
        flags: &[],
        check: "connection",
        code: 8,
        words: &["the server failed: HTTP 500"],
        hint: "curl -i {url}/.well-known/okta-organization",
        mend: Mend::With(""),
    },
];

#[test]
fn what_stands_between_this_machine_and_the_org_is_told_apart() {
    check_all(NETWORK);
}

const CERTIFICATES: &[Cell] = &[
    Cell {
        name: "a certificate of an authority that nobody knows",
        broken: || tls("localhost", false),
        flags: &QUICK,
        check: "connection",
        code: 7,
        words: &["by an authority that this machine does not trust"],
        hint: "okta-m2m doctor --format json --timeout 2 --ca-file FILE",
        mend: Mend::Told,
    },
    Cell {
        name: "a certificate for another name",
        broken: || tls("other.example", true),
        flags: &QUICK,
        check: "connection",
        code: 7,
        words: &["the certificate is for another name than `localhost`"],
        hint: "curl -i {at}/.well-known/okta-organization",
        mend: Mend::Told,
    },
];

#[test]
fn certificates_that_prove_nothing() {
    if is_skipped("openssl") {
        return;
    }
    check_all(CERTIFICATES);
}

const PROXIES: &[Cell] = &[
    Cell {
        name: "a proxy that wants a login",
        broken: || {
            let answer = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
            let server = HostileServer::start(move |_, _| vec![Part::of(answer)]);
            let url = server.url().replace("http://", "http://ada:canary-of-the-proxy@");
            let mut world = proxied(&url);
            world.alive.push(Box::new(server));
            world
        },
        flags: &[],
        check: "connection",
        code: 7,
        words: &["wants a login", "HTTP 407"],
        hint: "export HTTPS_PROXY=http://USER:PASSWORD@{proxy}",
        mend: Mend::Told,
    },
    Cell {
        name: "a proxy that refuses",
        broken: || {
            let answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
            let server = HostileServer::start(move |_, _| vec![Part::of(answer)]);
            let mut world = proxied(&server.url());
            world.alive.push(Box::new(server));
            world
        },
        flags: &[],
        check: "connection",
        code: 7,
        words: &["the proxy refuses to connect to `acme.example`: HTTP 403"],
        hint: "unset HTTPS_PROXY",
        mend: Mend::Told,
    },
    Cell {
        name: "a proxy that is not there",
        broken: || {
            let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            proxied(&format!("http://{closed}"))
        },
        flags: &QUICK,
        check: "connection",
        code: 7,
        words: &["the proxy `{proxy}` does not answer"],
        hint: "unset HTTPS_PROXY",
        mend: Mend::Told,
    },
];

#[test]
fn a_proxy_is_told_from_the_org() {
    check_all(PROXIES);
}

fn clock(world: World, change: impl Fn(&Emulator)) -> World {
    change(&world.org);
    world
}

const CLOCKS: &[Cell] = &[
    Cell {
        name: "a clock that is ten minutes slow",
        broken: || clock(World::new(), |org| org.advance_clock(Duration::from_secs(600))),
        flags: &[],
        check: "clock",
        code: 0,
        words: &["this machine's clock is", " s behind the org's"],
        hint: "sudo timedatectl set-ntp true",
        mend: Mend::Told,
    },
    Cell {
        name: "a clock that is ten minutes fast",
        broken: || {
            let document = "{\"id\":\"00o1\",\"pipeline\":\"idx\"}";
            let fault = Fault::answer(DOCUMENT, 200).with_body("application/json", document);
            let fault = fault.with_header("date", ten_minutes_ago());
            clock(World::new(), |org| org.inject(fault.clone()))
        },
        flags: &[],
        check: "clock",
        code: 0,
        words: &["this machine's clock is", " s ahead of the org's"],
        hint: "sudo timedatectl set-ntp true",
        mend: Mend::Told,
    },
    Cell {
        name: "a clock that is two days slow",
        broken: || clock(World::new(), |org| org.advance_clock(Duration::from_secs(172_800))),
        flags: &[],
        check: "clock",
        code: 3,
        words: &["this machine's clock is", " s behind the org's"],
        hint: "sudo timedatectl set-ntp true",
        mend: Mend::Told,
    },
];

#[test]
fn a_clock_that_is_off_is_a_warning_up_to_a_day() {
    check_all(CLOCKS);
}

#[test]
fn the_skew_is_measured() {
    let world = World::new();
    world.org.advance_clock(Duration::from_secs(3600));
    let report = world.doctor(&[]).report();
    let clock = finding(&report, "clock");
    let skew = clock["evidence"]["clock_skew_s"].as_i64().unwrap();
    assert!((-3601..=-3598).contains(&skew), "{skew}");
    assert_eq!(finding(&report, "token")["status"], "ok", "{report}");
}
