//! DPoP, scopes, tokens, roles and rate limits.

use std::time::Duration;

use okta_emulator::Fault;
use serde_json::{Value, json};

use super::world::{ADMIN, Cell, Mend, RUN, World, check_all};

fn bound_to_dpop() -> World {
    World::new().change_app(|app| {
        app["settings"]["oauthClient"]["dpop_bound_access_tokens"] = json!(true);
    })
}

const DPOP: &[Cell] = &[
    Cell {
        name: "an app that demands DPoP, with an administrator",
        broken: bound_to_dpop,
        flags: &["--dpop", "never", "--admin-token-file", "admin-token"],
        check: "dpop",
        code: 4,
        words: &["the app demands DPoP, and it is switched off here (`--dpop`)"],
        hint: "okta-m2m doctor --format json --admin-token-file admin-token --dpop auto",
        mend: RUN,
    },
    Cell {
        name: "an app that demands DPoP",
        broken: || bound_to_dpop().variable("OKTA_M2M_DPOP", "never"),
        flags: &[],
        check: "dpop",
        code: 4,
        words: &["DPoP proof JWT header is missing"],
        hint: "export OKTA_M2M_DPOP=auto",
        mend: RUN,
    },
    Cell {
        name: "an app that knows no DPoP, with an administrator",
        broken: World::new,
        flags: &["--dpop", "always", "--admin-token-file", "admin-token"],
        check: "dpop",
        code: 4,
        words: &["does not bind its tokens to a key, and `always` is asked for"],
        hint: "okta-m2m doctor --format json --admin-token-file admin-token --dpop auto",
        mend: RUN,
    },
    Cell {
        name: "an app that knows no DPoP",
        broken: World::new,
        flags: &["--dpop", "always"],
        check: "dpop",
        code: 4,
        words: &["the app does not bind its tokens to a key", "not bound to the key of the proof"],
        hint: "okta-m2m doctor --format json --dpop auto",
        mend: RUN,
    },
];

#[test]
fn the_app_and_the_flag_agree_about_dpop() {
    check_all(DPOP);
}

const SCOPES: &[Cell] = &[
    Cell {
        name: "no scope of those asked for is granted",
        broken: || World::new().variable("OKTA_M2M_SCOPE", "okta.groups.read"),
        flags: &ADMIN,
        check: "scopes",
        code: 5,
        words: &["nothing of `okta.groups.read` is granted", "consent_required"],
        hint: "okta-m2m grant add --scope okta.groups.read --client-id {id} \
               --admin-token-file admin-token",
        mend: RUN,
    },
    Cell {
        name: "some scopes are not granted",
        broken: || World::new().profile("okta.users.read", "okta.groups.read okta.users.read"),
        flags: &[],
        check: "scopes",
        code: 5,
        words: &["the server granted `okta.users.read` and left out `okta.groups.read`"],
        hint: "okta-m2m grant add --scope okta.groups.read --client-id {id} \
               --admin-token-file FILE",
        mend: Mend::With("admin-token"),
    },
    Cell {
        name: "several scopes are not granted",
        broken: || {
            let scopes = "okta.users.read okta.groups.read okta.apps.read";
            World::new().variable("OKTA_M2M_SCOPE", scopes)
        },
        flags: &ADMIN,
        check: "scopes",
        code: 5,
        words: &["left out `okta.apps.read okta.groups.read`"],
        hint: "okta-m2m grant add --scope 'okta.apps.read okta.groups.read' --client-id {id} \
               --admin-token-file admin-token",
        mend: RUN,
    },
    Cell {
        name: "a scope that does not exist",
        broken: || World::new().variable("OKTA_M2M_SCOPE", "okta.user.read"),
        flags: &[],
        check: "scopes",
        code: 5,
        words: &["does not tell of `okta.user.read` (`OKTA_M2M_SCOPE`)", "invalid_scope"],
        hint: "export OKTA_M2M_SCOPE=okta.users.read",
        mend: RUN,
    },
    Cell {
        name: "a scope about a person",
        broken: World::new,
        flags: &["--scope", "openid okta.users.read"],
        check: "scopes",
        code: 5,
        words: &["a service asks for no scope about a person", "Cannot request 'openid' scopes"],
        hint: "okta-m2m doctor --format json --scope okta.users.read",
        mend: RUN,
    },
];

#[test]
fn scopes_that_are_not_granted_or_not_there() {
    check_all(SCOPES);
}

fn with_fault(fault: Fault) -> World {
    let world = World::new();
    world.org.inject(fault);
    world
}

const TOKENS: &[Cell] = &[
    Cell {
        name: "a token endpoint that fails",
        broken: || with_fault(Fault::answer("/oauth2/v1/token", 500).times(4)),
        flags: &[],
        check: "token",
        code: 8,
        words: &["the server failed: HTTP 500"],
        hint: "okta-m2m doctor --format json",
        mend: RUN,
    },
    Cell {
        name: "a token endpoint that talks nonsense",
        broken: || {
            let fault = Fault::answer("/oauth2/v1/token", 200);
            with_fault(fault.with_body("application/json", "{\"token_type\":\"Bearer\"}"))
        },
        flags: &[],
        check: "token",
        code: 8,
        words: &["the token answer is unusable: `access_token` is missing"],
        hint: "okta-m2m doctor --format json",
        mend: RUN,
    },
    Cell {
        name: "a rate limit that lasts",
        broken: || with_fault(Fault::rate_limited("/oauth2/v1/token", Duration::from_secs(90))),
        flags: &["--max-wait", "5"],
        check: "token",
        code: 6,
        words: &["rate limited for ", "E0000047"],
        hint: "okta-m2m doctor --format json --max-wait {n}",
        mend: RUN,
    },
    Cell {
        name: "a rate limit that is soon over",
        broken: || {
            let fault = Fault::answer("/oauth2/v1/token", 429).with_header("Retry-After", "1");
            let fault = fault.with_header("X-Rate-Limit-Limit", "600");
            with_fault(fault.with_header("X-Rate-Limit-Remaining", "0"))
        },
        flags: &[],
        check: "rate_limit",
        code: 0,
        words: &["/oauth2/v1/token answered 429 1 times"],
        hint: "sleep {n} && okta-m2m doctor --format json",
        mend: Mend::Told,
    },
    Cell {
        name: "a rate limit that is nearly used up",
        broken: || {
            let users = Fault::answer("/api/v1/users", 200).with_body("application/json", "[{}]");
            let users = users.with_header("X-Rate-Limit-Limit", "600");
            let users = users.with_header("X-Rate-Limit-Remaining", "3");
            with_fault(users.with_header("X-Rate-Limit-Reset", "1"))
        },
        flags: &[],
        check: "rate_limit",
        code: 0,
        words: &["3 of 600 calls are left for /api/v1/users"],
        hint: "sleep {n} && okta-m2m doctor --format json",
        mend: RUN,
    },
];

#[test]
fn token_endpoints_that_fail_or_want_to_be_left_alone() {
    check_all(TOKENS);
}

/// Takes every role from the client.
pub(super) fn without_a_role() -> World {
    let world = World::new();
    let path = format!("/oauth2/v1/clients/{}/roles", world.client_id);
    let roles = world.administer("GET", &path, &Value::Null).json();
    for role in roles.as_array().unwrap() {
        let path = format!("{path}/{}", role["id"].as_str().unwrap());
        assert_eq!(world.administer("DELETE", &path, &Value::Null).status, 204);
    }
    world
}

const ROLES: &[Cell] = &[
    Cell {
        name: "no role, with an administrator",
        broken: without_a_role,
        flags: &ADMIN,
        check: "role",
        code: 4,
        words: &["the client has no admin role, and scopes alone allow nothing", "E0000006"],
        hint: "okta-m2m role assign --role READ_ONLY_ADMIN --client-id {id} \
               --admin-token-file admin-token",
        mend: RUN,
    },
    Cell {
        name: "no role",
        broken: without_a_role,
        flags: &[],
        check: "role",
        code: 4,
        words: &["the scope is there, and no admin role allows it", "E0000006", "error id"],
        hint: "okta-m2m role assign --role READ_ONLY_ADMIN --client-id {id} \
               --admin-token-file FILE",
        mend: Mend::With("admin-token"),
    },
    Cell {
        name: "a scope that the call lacks",
        broken: || {
            let challenge = "Bearer scope=\"okta.groups.read\", error=\"insufficient_scope\"";
            let fault = Fault::answer("/api/v1/users", 403);
            with_fault(fault.with_header("WWW-Authenticate", challenge))
        },
        flags: &ADMIN,
        check: "role",
        code: 4,
        words: &["GET /api/v1/users needs the scope `okta.groups.read`, which the token lacks"],
        hint: "okta-m2m grant add --scope okta.groups.read --client-id {id} \
               --admin-token-file admin-token",
        mend: RUN,
    },
    Cell {
        name: "a role whose resources leave everything out",
        broken: || {
            with_fault(Fault::answer("/api/v1/users", 200).with_body("application/json", "[]"))
        },
        flags: &ADMIN,
        check: "role",
        code: 0,
        words: &["GET /api/v1/users gives an empty list"],
        hint: "okta-m2m role list --client-id {id} --admin-token-file admin-token",
        mend: RUN,
    },
];

#[test]
fn a_missing_role_is_told_from_a_missing_scope() {
    check_all(ROLES);
}
