//! The app and its keys.

use std::fs;

use okta_emulator::{Emulator, EmulatorConfig};
use serde_json::{Value, json};

use super::world::{ADMIN, Cell, Mend, RUN, World, check_all};

const SETUP: &str = "okta-m2m setup --name LABEL --scope okta.users.read --role READ_ONLY_ADMIN \
                     --key {dir}/svc.jwk --admin-token-file admin-token";

fn service(method: &str) -> (Value, Value) {
    let credentials = json!({"token_endpoint_auth_method": method});
    let settings = json!({
        "application_type": "service",
        "grant_types": ["client_credentials"],
        "response_types": ["token"],
    });
    (credentials, settings)
}

/// An app that has the key, and authenticates by a secret all the same.
fn secret_based(has_key: bool) -> World {
    let world = World::new();
    let (credentials, mut settings) = service("client_secret_basic");
    if has_key {
        let public = world.sandbox.run(&["key", "public", "svc.jwk", "--format", "jwks"]).json();
        settings["jwks"] = public;
    }
    world.for_app(&credentials, &settings)
}

fn deleted() -> World {
    let world = World::new().app_action("/lifecycle/deactivate");
    assert_eq!(world.administer("DELETE", &world.app(""), &Value::Null).status, 204);
    world
}

const APPS: &[Cell] = &[
    Cell {
        name: "an inactive app, with an administrator",
        broken: || World::new().app_action("/lifecycle/deactivate"),
        flags: &ADMIN,
        check: "client",
        code: 4,
        words: &["the app `svc` is INACTIVE"],
        hint: "okta-m2m client activate --client-id {id} --admin-token-file admin-token",
        mend: RUN,
    },
    Cell {
        name: "an inactive app",
        broken: || World::new().app_action("/lifecycle/deactivate"),
        flags: &[],
        check: "client",
        code: 4,
        words: &["the org knows no active client `{id}`", "issuer claim"],
        hint: "okta-m2m doctor --format json --admin-token-file FILE",
        mend: Mend::Told,
    },
    Cell {
        name: "a deleted app",
        broken: deleted,
        flags: &ADMIN,
        check: "client",
        code: 4,
        words: &["the org has no client `{id}`", "of profile `default`", "deleted"],
        hint: SETUP,
        mend: RUN,
    },
    Cell {
        name: "a client id with a typing error",
        broken: World::new,
        flags: &["--client-id", "0oaTypo", "--admin-token-file", "admin-token"],
        check: "client",
        code: 4,
        words: &["the org has no client `0oaTypo` (`--client-id`); `{id}` has this key"],
        hint: "okta-m2m doctor --format json --admin-token-file admin-token --client-id {id}",
        mend: RUN,
    },
    Cell {
        name: "a client id with a typing error, and nobody who may look",
        broken: || World::new().variable("OKTA_M2M_CLIENT_ID", "0oaTypo"),
        flags: &[],
        check: "client",
        code: 4,
        words: &["no active client `0oaTypo` (`OKTA_M2M_CLIENT_ID`)", "mistyped"],
        hint: "okta-m2m doctor --format json --admin-token-file FILE",
        mend: Mend::Told,
    },
    Cell {
        name: "an app that authenticates by a secret, with an administrator",
        broken: || secret_based(false),
        flags: &ADMIN,
        check: "client",
        code: 4,
        words: &["the app `other` authenticates by `client_secret_basic`, not by a key"],
        hint: "okta-m2m setup --name other --scope okta.users.read --role READ_ONLY_ADMIN \
               --key {dir}/svc.jwk --admin-token-file admin-token",
        mend: RUN,
    },
    Cell {
        name: "an app that authenticates by a secret",
        broken: || secret_based(true),
        flags: &[],
        check: "client",
        code: 4,
        words: &["must use the private_key_jwt"],
        hint: "okta-m2m setup --name LABEL --scope okta.users.read --role READ_ONLY_ADMIN \
               --key {dir}/svc.jwk --admin-token-file FILE",
        mend: Mend::With("admin-token"),
    },
    Cell {
        name: "an app that is no service",
        broken: || {
            let settings = json!({
                "application_type": "web",
                "grant_types": ["authorization_code"],
                "response_types": ["code"],
                "redirect_uris": ["https://svc.example/callback"],
            });
            World::new().for_app(&service("client_secret_basic").0, &settings)
        },
        flags: &ADMIN,
        check: "client",
        code: 4,
        words: &["the app `{id}` is not of type `service`"],
        hint: SETUP,
        mend: RUN,
    },
];

#[test]
fn apps_that_no_token_is_for() {
    check_all(APPS);
}

/// Adds a key to the app and deactivates the service's own.
fn inactive_key() -> World {
    let world = World::new();
    let other = world.make_key("other.jwk", &[]);
    let keys = world.app("/credentials/jwks");
    assert_eq!(world.administer("POST", &keys, &other).status, 201);
    let list = world.administer("GET", &keys, &Value::Null).json();
    let own = list.as_array().unwrap().iter().find(|it| it["kid"] == world.kid.as_str()).unwrap();
    let action = format!("/credentials/jwks/{}/lifecycle/deactivate", own["id"].as_str().unwrap());
    world.app_action(&action)
}

/// A key that the org does not have: under its own name, or under that of the registered one.
fn foreign_key(forged: bool) -> World {
    let world = World::new();
    fs::rename(world.sandbox.path().join("svc.jwk"), world.sandbox.path().join("old.jwk")).unwrap();
    let kid = format!("={}", world.kid);
    let forgery = ["--kid", &kid];
    drop(world.make_key("svc.jwk", if forged { &forgery } else { &[] }));
    world
}

/// Two keys of which neither has a `kid`, as only an old org can have stored them.
fn two_nameless_keys() -> World {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("org.json");
    let config = EmulatorConfig { state_file: Some(path.clone()), ..EmulatorConfig::default() };
    let mut world = World::with(config.clone(), "okta.users.read");
    let other = world.make_key("other.jwk", &[]);
    assert_eq!(world.administer("POST", &world.app("/credentials/jwks"), &other).status, 201);
    // The state is read when the org starts, under a new address.
    let port = EmulatorConfig { listen: address_of(&world.org), ..config };
    let replaced = Emulator::start(EmulatorConfig::default()).unwrap();
    drop(std::mem::replace(&mut world.org, replaced));
    let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let removed = remove_kids(&mut state);
    assert_eq!(removed, 2);
    fs::write(&path, state.to_string()).unwrap();
    world.org = Emulator::start(port).unwrap();
    world.alive.push(Box::new(folder));
    world
}

fn address_of(org: &Emulator) -> std::net::SocketAddr {
    org.org_url().trim_start_matches("http://").parse().unwrap()
}

/// Takes every `kid` out of the stored keys and counts them.
fn remove_kids(state: &mut Value) -> usize {
    match state {
        Value::Object(members) => {
            let own = usize::from(members.get("kid").is_some_and(Value::is_string));
            if own > 0 {
                members.insert("kid".to_owned(), Value::Null);
            }
            own + members.values_mut().map(remove_kids).sum::<usize>()
        }
        Value::Array(items) => items.iter_mut().map(remove_kids).sum(),
        _ => 0,
    }
}

fn jwks_uri() -> World {
    World::new().change_app(|app| {
        let settings = &mut app["settings"]["oauthClient"];
        settings.as_object_mut().unwrap().remove("jwks");
        settings["jwks_uri"] = json!("https://svc.example/jwks.json");
    })
}

const KEYS: &[Cell] = &[
    Cell {
        name: "another key id, with an administrator",
        broken: World::new,
        flags: &["--kid", "wrong", "--admin-token-file", "admin-token"],
        check: "key",
        code: 4,
        words: &["the org knows the key as `{kid}`, and assertions call it `wrong` (`--kid`)"],
        hint: "okta-m2m doctor --format json --admin-token-file admin-token --kid {kid}",
        mend: RUN,
    },
    Cell {
        name: "a key id that looks like a flag",
        broken: || {
            let world = World::new();
            let dashed = world.make_key("dashed.jwk", &["--kid", "=-dashed"]);
            let keys = world.app("/credentials/jwks");
            assert_eq!(world.administer("POST", &keys, &dashed).status, 201);
            world
        },
        flags: &["--key", "dashed.jwk", "--kid", "x", "--admin-token-file", "admin-token"],
        check: "key",
        code: 4,
        words: &["the org knows the key as `-dashed`, and assertions call it `x`"],
        hint: "okta-m2m doctor --format json --key dashed.jwk --admin-token-file admin-token \
               --kid=-dashed",
        mend: RUN,
    },
    Cell {
        name: "another key id",
        broken: || World::new().variable("OKTA_M2M_KID", "wrong"),
        flags: &[],
        check: "key",
        code: 4,
        words: &["the app has no active key `wrong`", "kid is invalid"],
        hint: "okta-m2m doctor --format json --admin-token-file FILE",
        mend: Mend::Told,
    },
    Cell {
        name: "an inactive key, with an administrator",
        broken: inactive_key,
        flags: &ADMIN,
        check: "key",
        code: 4,
        words: &["the key `{kid}` is INACTIVE"],
        hint: "okta-m2m client-key activate --kid {kid} --client-id {id} \
               --admin-token-file admin-token",
        mend: RUN,
    },
    Cell {
        name: "an inactive key",
        broken: inactive_key,
        flags: &[],
        check: "key",
        code: 4,
        words: &["the app has no active key `{kid}`", "kid is invalid"],
        hint: "okta-m2m doctor --format json --admin-token-file FILE",
        mend: Mend::Told,
    },
    Cell {
        name: "two keys without key ids",
        broken: two_nameless_keys,
        flags: &ADMIN,
        check: "key_ids",
        code: 4,
        words: &["2 of 2 keys have no `kid`"],
        hint: "mv {dir}/svc.jwk {dir}/svc.jwk.old && okta-m2m setup --name svc \
               --scope okta.users.read --role READ_ONLY_ADMIN --key {dir}/svc.jwk \
               --admin-token-file admin-token",
        mend: RUN,
    },
    Cell {
        name: "a foreign key, with an administrator",
        broken: || foreign_key(false),
        flags: &ADMIN,
        check: "key",
        code: 4,
        words: &["the app's only key is another one than"],
        hint: "okta-m2m key public {dir}/svc.jwk | okta-m2m client-key add --jwks - \
               --client-id {id} --admin-token-file admin-token",
        mend: RUN,
    },
    Cell {
        name: "a foreign key under the name of the registered one, with an administrator",
        broken: || foreign_key(true),
        flags: &ADMIN,
        check: "key",
        code: 4,
        words: &["the org has another key under `{kid}`: its thumbprint is {kid}, the local one's"],
        hint: "okta-m2m doctor --format json --admin-token-file admin-token --key FILE",
        mend: Mend::With("old.jwk"),
    },
    Cell {
        name: "a foreign key under the name of the registered one",
        broken: || foreign_key(true),
        flags: &[],
        check: "key",
        code: 4,
        words: &["the app has another key under `{kid}`", "signature is invalid"],
        hint: "okta-m2m doctor --format json --admin-token-file FILE",
        mend: Mend::Told,
    },
    Cell {
        name: "a key that was registered for encryption",
        broken: || {
            World::new().change_app(|app| {
                app["settings"]["oauthClient"]["jwks"]["keys"][0]["use"] = json!("enc");
            })
        },
        flags: &ADMIN,
        check: "key",
        code: 4,
        words: &["the key `{kid}` is registered for encryption"],
        hint: "mv {dir}/svc.jwk {dir}/svc.jwk.old && okta-m2m setup --name svc \
               --scope okta.users.read --role READ_ONLY_ADMIN --key {dir}/svc.jwk \
               --admin-token-file admin-token",
        mend: RUN,
    },
    Cell {
        name: "a jwks_uri that cannot be fetched, with an administrator",
        broken: jwks_uri,
        flags: &ADMIN,
        check: "key",
        code: 4,
        words: &["the org cannot fetch https://svc.example/jwks.json", "Error retrieving"],
        hint: "curl -i https://svc.example/jwks.json",
        mend: Mend::Told,
    },
    Cell {
        name: "a jwks_uri that cannot be fetched",
        broken: jwks_uri,
        flags: &[],
        check: "key",
        code: 4,
        words: &["Error retrieving the client JWKSet from jwks_uri"],
        hint: "okta-m2m doctor --format json --admin-token-file FILE",
        mend: Mend::Told,
    },
    Cell {
        name: "an app without a key",
        broken: || secret_based(false),
        flags: &[],
        check: "key",
        code: 4,
        words: &["the app has no key; perhaps it authenticates by a secret"],
        hint: "okta-m2m doctor --format json --admin-token-file FILE",
        mend: Mend::Told,
    },
];

#[test]
fn keys_that_the_org_does_not_take() {
    check_all(KEYS);
}
