//! Keys made by `key generate`, `setup` and `client-key rotate` in Okta's own SDKs, unchanged.

use okta_emulator::{Emulator, EmulatorConfig};
use serde_json::{Value, json};
use tests::{ForeignProgram, Sandbox, is_skipped};

use crate::PROGRAM;

const SCOPE: &str = "okta.users.read";

/// An org with a service app that has a key of ours.
struct World {
    org: Emulator,
    sandbox: Sandbox,
    client_id: String,
}

impl World {
    fn new() -> Self {
        let org = Emulator::start(EmulatorConfig::default()).unwrap();
        let sandbox = Sandbox::with_org(PROGRAM, &org);
        let setup = [
            &["setup", "--name", "svc", "--scope", SCOPE, "--role", "READ_ONLY_ADMIN"][..],
            &["--key", "svc.jwk", "--format", "json"],
        ];
        drop(sandbox.run(&["key", "generate", "-o", "svc.jwk"]).stdout());
        let setup = sandbox.run(&setup.concat()).json();
        let client_id = setup["client_id"].as_str().unwrap().to_owned();
        Self { org, sandbox, client_id }
    }

    /// A call that an SDK is to make with a key.
    fn call(&self, private_key: impl Into<Value>) -> Value {
        json!({
            "org_url": self.org.org_url(),
            "client_id": self.client_id,
            "scopes": [SCOPE],
            "private_key": private_key.into(),
        })
    }

    /// The SDK lists every user, and it got its token by the key.
    #[track_caller]
    fn works(&self, sdk: &mut ForeignProgram, call: &Value) {
        let before = self.token_requests();
        let answer = sdk.ask(call);
        let users = answer["users"].as_array().unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(users.len(), 4, "{answer}");
        assert_eq!(self.token_requests(), before + 1);
    }

    fn token_requests(&self) -> usize {
        let requests = self.org.requests();
        requests.iter().filter(|it| it.path == "/oauth2/v1/token" && it.status == 200).count()
    }
}

/// Every form in which an SDK takes a key, and a key that the org does not know.
fn judge(mut sdk: ForeignProgram) {
    let world = World::new();
    let text = world.sandbox.read("svc.jwk");
    let jwk: Value = serde_json::from_str(&text).unwrap();
    world.works(&mut sdk, &world.call(text.as_str()));
    world.works(&mut sdk, &world.call(jwk.clone()));

    for form in ["pkcs8", "pkcs1"] {
        let pem = world.sandbox.run(&["key", "convert", "svc.jwk", "--to", form]).stdout();
        let mut call = world.call(pem);
        call["key_id"] = jwk["kid"].clone();
        world.works(&mut sdk, &call);
    }

    let rotate = ["client-key", "rotate", "--drain", "0s", "--soak", "0s"];
    drop(world.sandbox.run(&rotate).stdout());
    let rotated: Value = serde_json::from_str(&world.sandbox.read("svc.jwk")).unwrap();
    assert_ne!(rotated["kid"], jwk["kid"]);
    world.works(&mut sdk, &world.call(rotated));
    assert!(sdk.ask(&world.call(jwk))["error"].is_string(), "the old key is gone");

    drop(world.sandbox.run(&["key", "generate", "-o", "foreign.jwk"]).stdout());
    let refused = sdk.ask(&world.call(world.sandbox.read("foreign.jwk")));
    assert!(refused["error"].is_string(), "{refused}");
}

#[test]
fn okta_sdk_nodejs_takes_our_keys_as_jwk_and_as_pem() {
    if !is_skipped("interop") {
        judge(ForeignProgram::node("okta-sdk.mjs"));
    }
}

#[test]
fn okta_sdk_python_takes_our_keys_as_jwk_and_as_pem() {
    if !is_skipped("python") {
        judge(ForeignProgram::python("okta_sdk.py"));
    }
}
