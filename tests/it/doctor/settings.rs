//! Settings and key files that are wrong.

use std::fs;
use std::net::TcpListener;

use super::world::{ADMIN, Cell, Mend, RUN, World, check_all, finding};

const ENCRYPTED: [&str; 2] = ["--key", "closed.pem"];

/// The service's key as an encrypted file, and the file of its passphrase.
fn encrypted() -> World {
    let world = World::new();
    world.sandbox.write("pass", "correct horse battery staple");
    let convert = ["key", "convert", "svc.jwk", "--to", "pkcs8", "-o", "closed.pem"];
    let convert = [&convert[..], &["--new-passphrase-file", "pass"]].concat();
    drop(world.sandbox.run(&convert).stdout());
    world
}

const WEAK: &str = include_str!("../../fixtures/keys/P-12-rsa-1024.jwk");

const SETTINGS: &[Cell] = &[
    Cell {
        name: "an unknown key in the profile",
        broken: || World::new().profile("client_id", "clientid"),
        flags: &[],
        check: "settings",
        code: 2,
        words: &["profile `default` has the unknown key `clientid`"],
        hint: "the nearest key is `client_id`",
        mend: Mend::Told,
    },
    Cell {
        name: "a profile that is not there",
        broken: World::new,
        flags: &["--profile", "other"],
        check: "settings",
        code: 2,
        words: &["no profile `other`"],
        hint: "okta-m2m setup --profile other --help",
        mend: Mend::Told,
    },
    Cell {
        name: "no scope",
        broken: || World::new().profile("scope = \"okta.users.read\"\n", ""),
        flags: &[],
        check: "settings",
        code: 2,
        words: &["no scope is set"],
        hint: "okta-m2m doctor --format json --scope okta.users.read",
        mend: RUN,
    },
    Cell {
        name: "an org URL with a slash at its end",
        broken: || {
            let world = World::new();
            let url = format!("{}/", world.org.org_url());
            world.variable("OKTA_M2M_ORG_URL", &url)
        },
        flags: &[],
        check: "settings",
        code: 0,
        words: &["`OKTA_M2M_ORG_URL`", "the slash at the end was removed"],
        hint: "export OKTA_M2M_ORG_URL={url}",
        mend: RUN,
    },
    Cell {
        name: "a CA file without a certificate",
        broken: || {
            let world = World::new();
            world.sandbox.write("ca.pem", "nothing");
            world
        },
        flags: &["--ca-file", "ca.pem"],
        check: "settings",
        code: 3,
        words: &["the CA file holds no certificate"],
        hint: "okta-m2m doctor --format json --ca-file FILE",
        mend: Mend::Told,
    },
];

#[test]
fn settings_that_are_wrong() {
    check_all(SETTINGS);
}

const KEY_FILES: &[Cell] = &[
    Cell {
        name: "no key in the settings",
        broken: || {
            let world = World::new();
            let text = world.sandbox.read(".config/okta-m2m/config.toml");
            let line = text.lines().find(|line| line.starts_with("key =")).unwrap();
            world.profile(line, "")
        },
        flags: &ADMIN,
        check: "key_file",
        code: 2,
        words: &["no key is set"],
        hint: "okta-m2m setup --name LABEL --scope okta.users.read --role READ_ONLY_ADMIN --key FILE \
               --admin-token-file admin-token",
        mend: Mend::With("new.jwk"),
    },
    Cell {
        name: "no key file",
        broken: || {
            let world = World::new();
            fs::remove_file(world.sandbox.path().join("svc.jwk")).unwrap();
            world
        },
        flags: &ADMIN,
        check: "key_file",
        code: 3,
        words: &["svc.jwk", "No such file"],
        hint: "okta-m2m key generate -o {dir}/svc.jwk | okta-m2m client-key add --jwks - --client-id {id} \
               --admin-token-file admin-token",
        mend: RUN,
    },
    Cell {
        name: "a key file that is open to others",
        broken: || World::new().mode("svc.jwk", 0o644),
        flags: &[],
        check: "key_file",
        code: 3,
        words: &["open to others (mode 0644)"],
        hint: "chmod 600 {dir}/svc.jwk",
        mend: RUN,
    },
    Cell {
        name: "a key that is cut off",
        broken: || {
            let world = World::new();
            let text = world.sandbox.read("svc.jwk");
            world.sandbox.write("svc.jwk", &text[..text.len() / 2]);
            world
        },
        flags: &ADMIN,
        check: "key_file",
        code: 3,
        words: &["holds no usable key"],
        hint: "okta-m2m key generate -o {dir}/svc.jwk.new | okta-m2m client-key add --jwks - --client-id {id} \
               --admin-token-file admin-token && mv {dir}/svc.jwk {dir}/svc.jwk.old && mv {dir}/svc.jwk.new {dir}/svc.jwk",
        mend: RUN,
    },
    Cell {
        name: "an encrypted key without its passphrase",
        broken: encrypted,
        flags: &ENCRYPTED,
        check: "key_file",
        code: 3,
        words: &["encrypted, and no passphrase is given"],
        hint: "okta-m2m doctor --format json --key closed.pem --key-passphrase-file FILE",
        mend: Mend::With("pass"),
    },
    Cell {
        name: "an encrypted key with another passphrase",
        broken: || {
            let world = encrypted();
            world.sandbox.write("wrong", "incorrect horse");
            world.variable("OKTA_M2M_KEY_PASSPHRASE_FILE", "wrong")
        },
        flags: &ENCRYPTED,
        check: "key_file",
        code: 3,
        words: &["closed.pem", "passphrase"],
        hint: "export OKTA_M2M_KEY_PASSPHRASE_FILE=FILE",
        mend: Mend::With("pass"),
    },
    Cell {
        name: "a passphrase that is open to others",
        broken: || encrypted().mode("pass", 0o640),
        flags: &["--key", "closed.pem", "--key-passphrase-file", "pass"],
        check: "key_file",
        code: 3,
        words: &["`pass` is open to others (mode 0640)"],
        hint: "chmod 600 pass",
        mend: RUN,
    },
    Cell {
        name: "a key that is too weak",
        broken: || {
            let world = World::new();
            world.sandbox.write("svc.jwk", WEAK);
            world
        },
        flags: &ADMIN,
        check: "key_file",
        code: 3,
        words: &["an RSA key of 1024 bits is refused"],
        hint: "okta-m2m key generate -o {dir}/svc.jwk.new | okta-m2m client-key add --jwks - --client-id {id} \
               --admin-token-file admin-token && mv {dir}/svc.jwk {dir}/svc.jwk.old && mv {dir}/svc.jwk.new {dir}/svc.jwk",
        mend: RUN,
    },
    Cell {
        name: "the public key in the place of the private one",
        broken: || {
            let world = World::new();
            let public =
                world.sandbox.run(&["key", "public", "svc.jwk", "--format", "jwk"]).stdout();
            world.sandbox.write("svc.jwk", &public);
            world
        },
        flags: &ADMIN,
        check: "key_file",
        code: 3,
        words: &["this is a public key"],
        hint: "okta-m2m key generate -o {dir}/svc.jwk.new | okta-m2m client-key add --jwks - --client-id {id} \
               --admin-token-file admin-token && mv {dir}/svc.jwk {dir}/svc.jwk.old && mv {dir}/svc.jwk.new {dir}/svc.jwk",
        mend: RUN,
    },
    Cell {
        name: "several keys in one file",
        broken: || {
            let world = World::new();
            drop(world.make_key("other.jwk", &[]));
            let keys = ["svc.jwk", "other.jwk"].map(|file| world.sandbox.read(file)).join(",");
            world.sandbox.write("svc.jwk", &format!("{{\"keys\":[{keys}]}}"));
            world
        },
        flags: &[],
        check: "key_file",
        code: 3,
        words: &["svc.jwk"],
        hint: "okta-m2m doctor --format json --kid KID",
        mend: Mend::Told,
    },
];

#[test]
fn key_files_that_cannot_be_used() {
    check_all(KEY_FILES);
}

#[test]
fn several_failures_are_all_told_and_the_first_decides() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let world = World::new()
        .mode("svc.jwk", 0o644)
        .profile("scope = \"okta.users.read\"\n", "dpop = \"perhaps\"\n")
        .variable("OKTA_M2M_ORG_URL", &format!("http://{closed}"));
    let outcome = world.doctor(&[]).outcome;
    assert_eq!(outcome.code, 2, "{outcome}");
    let report = serde_json::from_str(&outcome.stdout).unwrap();
    let failures = |report: &serde_json::Value| {
        let findings = report["findings"].as_array().unwrap().iter();
        let failures = findings.filter(|it| it["status"] == "failure");
        failures.map(|it| it["check"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(failures(&report), ["settings", "settings", "key_file", "connection"]);
    assert_eq!(finding(&report, "key")["message"], "waits for `connection`");
}

#[test]
fn a_key_file_of_somebody_else_is_told() {
    if !rustix::process::geteuid().is_root() {
        // Nobody else can give a file away.
        return;
    }
    let world = World::new();
    let path = world.sandbox.path().join("svc.jwk");
    std::os::unix::fs::chown(&path, Some(65534), None).unwrap();
    let outcome = world.doctor(&[]).outcome;
    assert_eq!(outcome.code, 3, "{outcome}");
    let report = serde_json::from_str(&outcome.stdout).unwrap();
    let hint = format!("sudo chown \"$(id -un)\" {}", path.display());
    assert_eq!(finding(&report, "key_file")["hint"], hint, "{report}");
}

#[test]
fn tm_08_a_key_in_a_variable_is_used_and_not_shown() {
    let world = World::new().profile("key = ", "# key = ");
    let jwk = world.sandbox.read("svc.jwk");
    let secret = serde_json::from_str::<serde_json::Value>(&jwk).unwrap()["d"].clone();
    let secret = secret.as_str().unwrap().to_owned();
    let world = world.variable("OKTA_CLIENT_PRIVATEKEY", &jwk);
    let outcome = world.doctor(&[]).outcome;
    assert!(!outcome.stdout.contains(&secret), "{outcome}");
    assert_eq!(outcome.json()["status"], "ok");
    // Here a file is meant.
    let outcome = world.variable("OKTA_M2M_KEY", &jwk).doctor(&[]).outcome;
    assert!(!format!("{outcome}").contains(&secret), "{outcome}");
    assert_eq!(outcome.code, 2, "{outcome}");
}
