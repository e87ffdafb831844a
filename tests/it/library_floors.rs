//! V-30: no build takes a library of TLS or HTTP with a flaw that is known.

/// The oldest versions without RUSTSEC-2026-0104 (revocation lists), RUSTSEC-2026-0258 (frames without end),
/// RUSTSEC-2024-0336 (a loop while closing) and RUSTSEC-2025-0009 (a panic).
const FLOORS: [(&str, [u64; 3]); 4] = [
    ("rustls-webpki", [0, 103, 13]),
    ("h2", [0, 4, 16]),
    ("rustls", [0, 23, 5]),
    ("ring", [0, 17, 12]),
];

/// The versions of a package in a lock file.
fn locked(lock: &str, name: &str) -> Vec<[u64; 3]> {
    let start = format!("name = \"{name}\"\nversion = \"");
    let versions = lock.split(&start).skip(1).map(|rest| {
        let mut numbers = rest.split(['.', '-', '+', '"']).map(|number| number.parse().unwrap());
        [(); 3].map(|()| numbers.next().unwrap())
    });
    versions.collect()
}

#[track_caller]
fn check(lock: &str, found: &[&str]) {
    let mut below = Vec::new();
    for (name, floor) in FLOORS {
        if locked(lock, name).iter().any(|version| *version < floor) {
            below.push(name);
        }
    }
    assert_eq!(below, found);
}

#[test]
fn v_30_tls_and_http_are_newer_than_their_known_flaws() {
    let lock = include_str!("../../Cargo.lock");
    assert_eq!(locked(lock, "rustls-webpki").len(), 1);
    check(lock, &[]);
    check("name = \"rustls-webpki\"\nversion = \"0.103.12\"\n", &["rustls-webpki"]);
    check("name = \"h2\"\nversion = \"0.4.15\"\nname = \"h2\"\nversion = \"0.4.16\"\n", &["h2"]);
}

/// No client of ours speaks HTTP/2, so that none has its flaws (V-29).
#[test]
fn v_29_the_program_is_built_without_http_2() {
    assert_eq!(locked(include_str!("../../Cargo.lock"), "h2"), [[0; 3]; 0]);
}
