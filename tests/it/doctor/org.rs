//! The org, its authorization servers and its administrator.

use okta_emulator::{Emulator, EmulatorConfig, Fault};

use super::world::{ADMIN, Cell, Mend, RUN, World, check_all, finding};

/// A service of one org that is sent to another one.
fn sent_to_another() -> World {
    let other = Emulator::start(EmulatorConfig::default()).unwrap();
    let mut world = World::new().variable("OKTA_M2M_ORG_URL", other.org_url());
    world.alive.push(Box::new(other));
    world
}

/// The org by a name that it does not call itself.
fn by_another_name() -> World {
    let world = World::new();
    let url = world.org.org_url().replace("127.0.0.1", "localhost");
    world.variable("OKTA_M2M_ORG_URL", &url)
}

const ORGS: &[Cell] = &[
    Cell {
        name: "another name of the org",
        broken: by_another_name,
        flags: &[],
        check: "org_url",
        code: 4,
        words: &["the org is {url}, not {at}", "`OKTA_M2M_ORG_URL`", "audience claim"],
        hint: "export OKTA_M2M_ORG_URL={url}",
        mend: RUN,
    },
    Cell {
        name: "another name of the org, with an administrator",
        broken: by_another_name,
        flags: &ADMIN,
        check: "org_url",
        code: 4,
        words: &["the org is {url}, not {at}"],
        hint: "export OKTA_M2M_ORG_URL={url}",
        mend: RUN,
    },
    Cell {
        name: "a server that is no org",
        broken: || {
            let world = World::new();
            let fault = Fault::answer("/.well-known/okta-organization", 404);
            world.org.inject(fault.with_body("text/html", "<html>Not Found"));
            world
        },
        flags: &[],
        check: "org_url",
        code: 5,
        words: &["{url}", "is the URL of no Okta org", "HTTP 404"],
        hint: "okta-m2m doctor --format json --org-url https://acme.okta.com",
        mend: Mend::Told,
    },
    Cell {
        name: "another org",
        broken: sent_to_another,
        flags: &[],
        check: "client",
        code: 4,
        words: &["the org knows no active client `{id}`", "another org's", "issuer claim"],
        hint: "okta-m2m doctor --format json --admin-token-file FILE",
        mend: Mend::Told,
    },
    Cell {
        name: "another org, with an administrator of the right one",
        broken: sent_to_another,
        flags: &ADMIN,
        check: "org_url",
        code: 4,
        words: &["{at} knows neither the client nor the API token: it is another org"],
        hint: "export OKTA_M2M_ORG_URL=https://acme.okta.com",
        mend: Mend::Told,
    },
    Cell {
        name: "an authorization server that is not there",
        broken: World::new,
        flags: &["--auth-server", "ausUnknown"],
        check: "auth_server",
        code: 5,
        words: &["no authorization server `ausUnknown`", "authorization server id is invalid"],
        hint: "okta-m2m doctor --format json --auth-server org",
        mend: RUN,
    },
    Cell {
        name: "Okta's scopes at a custom authorization server",
        broken: || World::new().variable("OKTA_M2M_AUTH_SERVER", "default"),
        flags: &[],
        check: "auth_server",
        code: 5,
        words: &["granted by the org authorization server alone, not by `default`"],
        hint: "export OKTA_M2M_AUTH_SERVER=org",
        mend: RUN,
    },
];

#[test]
fn the_right_org_and_the_right_server_of_it() {
    check_all(ORGS);
}

/// A second service with a profile of its own, which may read apps by its scope and by no role.
fn administrator_without_a_role() -> World {
    let world = World::new();
    let url = world.org.org_url().to_owned();
    let mut setup = vec!["setup", "--profile", "ops", "--org-url", &url, "--name", "ops"];
    setup.extend(["--scope", "okta.apps.read", "--role", "REPORT_ADMIN"]);
    setup.extend(["--key", "ops.jwk", "--alg", "ES256"]);
    setup.extend(ADMIN);
    // The app is made; the call that proves it is refused.
    assert_eq!(world.sandbox.run(&setup).code, 10);
    world
}

const ADMINISTRATORS: &[Cell] = &[
    Cell {
        name: "an API token that was revoked",
        broken: || {
            let world = World::new();
            world.sandbox.write("revoked", "00canary-of-a-revoked-api-token-of-the-org");
            world
        },
        flags: &["--admin-token-file", "revoked"],
        check: "admin",
        code: 4,
        words: &["the administrator's credential", "E0000011", "Invalid token provided"],
        hint: "okta-m2m doctor --format json --admin-token-file FILE",
        mend: Mend::With("admin-token"),
    },
    Cell {
        name: "a revoked API token in a variable",
        broken: || World::new().variable("OKTA_CLIENT_TOKEN", "00canary-of-a-revoked-api-token"),
        flags: &[],
        check: "admin",
        code: 4,
        words: &["E0000011"],
        hint: "unset OKTA_CLIENT_TOKEN",
        mend: RUN,
    },
    Cell {
        name: "an API token that was left behind",
        broken: || {
            let world = World::new();
            let token = world.org.admin_token().to_owned();
            world.variable("OKTA_M2M_ADMIN_TOKEN", &token)
        },
        flags: &[],
        check: "admin",
        code: 0,
        words: &["left in `OKTA_M2M_ADMIN_TOKEN`"],
        hint: "unset OKTA_M2M_ADMIN_TOKEN",
        mend: RUN,
    },
    Cell {
        name: "a file of the API token that is not there",
        broken: World::new,
        flags: &["--admin-token-file", "absent"],
        check: "admin",
        code: 3,
        words: &["the file of the API token cannot be read"],
        hint: "okta-m2m doctor --format json --admin-token-file FILE",
        mend: Mend::With("admin-token"),
    },
    Cell {
        name: "an administrator without rights",
        broken: administrator_without_a_role,
        flags: &["--admin-profile", "ops"],
        check: "admin",
        code: 4,
        words: &["E0000006", "You do not have permission"],
        hint: "okta-m2m doctor --profile ops",
        mend: Mend::Told,
    },
];

#[test]
fn tm_29_the_administrators_credential_works_has_rights_and_is_not_left_behind() {
    check_all(ADMINISTRATORS);
}

#[test]
fn the_hint_about_an_administrator_leads_to_what_it_lacks() {
    let world = administrator_without_a_role();
    let flags = [&["--profile", "ops"][..], &ADMIN].concat();
    let outcome = world.doctor(&flags).outcome;
    assert_eq!(outcome.code, 4, "{outcome}");
    let report = serde_json::from_str(&outcome.stdout).unwrap();
    let role = finding(&report, "role");
    assert_eq!(role["evidence"]["roles"], serde_json::json!(["REPORT_ADMIN"]), "{report}");
    let hint = role["hint"].as_str().unwrap();
    assert!(hint.starts_with("okta-m2m role assign --role READ_ONLY_ADMIN"), "{hint}");
    let words: Vec<_> = hint.split(' ').skip(1).collect();
    drop(world.sandbox.run(&words).stdout());
    assert_eq!(world.doctor(&["--admin-profile", "ops"]).report()["status"], "ok");
}
