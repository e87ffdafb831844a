//! Starting and stopping.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, UNIX_EPOCH};

use okta_emulator::{Emulator, EmulatorConfig, EmulatorError};

use crate::harness::Org;

fn listening_on(ip: IpAddr, port: u16) -> EmulatorConfig {
    EmulatorConfig { listen: SocketAddr::new(ip, port), ..EmulatorConfig::default() }
}

fn port(emulator: &Emulator) -> u16 {
    emulator.org_url().rsplit_once(':').unwrap().1.parse().unwrap()
}

#[test]
fn only_loopback_addresses_are_served() {
    for ip in [Ipv4Addr::UNSPECIFIED, Ipv4Addr::new(192, 0, 2, 1)] {
        let error = Emulator::start(listening_on(ip.into(), 0)).unwrap_err();
        assert!(matches!(error, EmulatorError::NotLoopback { .. }), "{error}");
        assert_eq!(error.to_string(), format!("`{ip}:0` is not a loopback address"));
    }
}

#[test]
fn a_busy_port_is_named() {
    let first = Emulator::start(EmulatorConfig::default()).unwrap();
    let port = port(&first);
    let error = Emulator::start(listening_on(Ipv4Addr::LOCALHOST.into(), port)).unwrap_err();
    assert!(matches!(error, EmulatorError::Listen { .. }), "{error}");
    assert!(error.to_string().contains(&port.to_string()));
}

#[test]
fn each_org_is_its_own() {
    let [one, two] = [0, 1].map(|_| Org::start());
    assert_ne!(one.emulator.org_url(), two.emulator.org_url());
    assert_ne!(one.emulator.admin_token(), two.emulator.admin_token());
    let foreign = format!("SSWS {}", one.emulator.admin_token());
    two.call(&foreign, "GET", "/api/v1/users", &serde_json::Value::Null).is(401);
}

#[test]
fn shutting_down_frees_the_port_and_closes_connections() {
    let org = Org::start();
    org.get("/api/v1/users").is(200);
    let address = org.emulator.org_url().strip_prefix("http://").unwrap().to_owned();
    let emulator = org.emulator;
    emulator.shutdown();
    emulator.join();
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn the_clock_moves_for_this_org_only() {
    let [one, two] = [0, 1].map(|_| Org::start());
    one.emulator.advance_clock(Duration::from_secs(86_400));
    let ahead = one.now() - two.now();
    assert!((86_399..=86_401).contains(&ahead), "{ahead}");
    let created = one.app(&[]);
    let app = one.get(&format!("/api/v1/apps/{created}")).json();
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(one.now().unsigned_abs()));
    let day = &date[5..7];
    assert_eq!(&app["created"].as_str().unwrap()[8..10], day);
}

#[test]
fn requests_at_the_same_time_lose_nothing() {
    let org = Org::start();
    let app = org.app(&[]);
    let scopes = ["okta.users.read", "okta.apps.read", "okta.groups.read", "okta.logs.read"];
    let grant = |scope: &str| {
        let body = serde_json::json!({ "scopeId": scope, "issuer": org.emulator.org_url() });
        org.admin("POST", &format!("/api/v1/apps/{app}/grants"), &body).status
    };
    let mut statuses: Vec<u16> = std::thread::scope(|threads| {
        let workers: Vec<_> = (0..8).map(|_| threads.spawn(|| scopes.map(grant))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [[201; 4].as_slice(), [409; 28].as_slice()].concat());
    let grants = org.get(&format!("/api/v1/apps/{app}/grants")).json();
    assert_eq!(grants.as_array().unwrap().len(), scopes.len());
}
