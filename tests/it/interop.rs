//! The program against npm `oidc-provider`, a token server that nobody here wrote.

use std::time::{Duration, SystemTime};

use jwk_gen::{KeyReader, key_file};
use jwt_sign::{ClientAssertion, ClientId, LocalSigner};
use serde_json::{Value, json};
use tests::{Answer, ForeignServer, Sandbox, is_skipped, post_form, post_form_as};

use crate::sandbox;

const ALGORITHMS: [&str; 6] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const SCOPE: &str = "okta.users.read";

/// The server and a sandbox with a key for each client, which is named after its algorithm.
struct Judge {
    server: ForeignServer,
    sandbox: Sandbox,
}

impl Judge {
    /// A server of its own for a test, or nothing if the group is skipped.
    fn start(algorithms: &[&str]) -> Option<Self> {
        Self::configured(algorithms, false)
    }

    /// With `dpop`, a server that binds every token to a key and wants a nonce in each proof.
    fn configured(algorithms: &[&str], dpop: bool) -> Option<Self> {
        if is_skipped("interop") {
            return None;
        }
        let sandbox = sandbox();
        let client = |alg: &&str| {
            let file = format!("{alg}.jwk");
            let jwks = sandbox.run(&["key", "generate", "--alg", alg, "-o", &file]).json();
            json!({
                "client_id": alg, "jwks": jwks, "token_endpoint_auth_signing_alg": alg,
                "dpop_bound_access_tokens": dpop,
            })
        };
        let clients: Vec<Value> = algorithms.iter().map(client).collect();
        let settings = json!({"clients": clients, "scopes": [SCOPE], "dpop": dpop});
        let server = ForeignServer::start(&settings);
        Some(Self { server, sandbox })
    }

    /// Runs a command as the client of an algorithm with the key in a file.
    fn run(&self, command: &[&str], client: &str, key: &str) -> tests::Outcome {
        let url = self.server.org_url();
        let flags = ["--org-url", url, "--client-id", client, "--key", key];
        self.sandbox.run(&[command, &flags].concat())
    }

    fn assertion(&self, more: &[&str], client: &str, key: &str) -> String {
        self.run(&[&["assertion", "create"], more].concat(), client, key).stdout()
    }

    fn token_url(&self) -> String {
        format!("{}/oauth2/v1/token", self.server.org_url())
    }

    fn post(&self, assertion: &str) -> Answer {
        let form = format!(
            "grant_type=client_credentials&scope={SCOPE}&client_assertion_type={}\
             &client_assertion={}",
            "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer",
            assertion.trim_end()
        );
        post_form(&self.token_url(), &form)
    }

    /// Refused as Okta would, and for the reason that is meant.
    #[track_caller]
    fn refuses(&self, assertion: &str, reason: &str) {
        let answer = self.post(assertion);
        assert_eq!(answer.status, 401, "{}", answer.body);
        assert_eq!(answer.json()["error"], "invalid_client");
        let said = self.server.reason();
        assert!(said.contains(reason), "{said}");
    }

    #[track_caller]
    fn takes(&self, assertion: &str) {
        let answer = self.post(assertion);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

#[test]
fn every_algorithm_gets_a_token() {
    let Some(judge) = Judge::start(&ALGORITHMS) else { return };
    for alg in ALGORITHMS {
        let key = format!("{alg}.jwk");
        let get = ["token", "get", "--scope", SCOPE, "--format", "json"];
        let token = judge.run(&get, alg, &key).json();
        assert_eq!(token["token_type"], "Bearer", "{alg}");
        assert_eq!(token["scope"], SCOPE, "{alg}");
        assert_eq!(token["client_id"], alg);
        assert!(token["access_token"].as_str().unwrap().len() > 20, "{alg}");
        assert!(token["expires_in"].as_u64().unwrap() > 0, "{alg}");
    }
}

#[test]
fn every_algorithm_gets_a_bound_token_and_calls_an_api_with_it() {
    let Some(judge) = Judge::configured(&ALGORITHMS, true) else { return };
    for alg in ALGORITHMS {
        let key = format!("{alg}.jwk");
        let flags = ["--dpop", "always", "--scope", SCOPE];
        let get = [&["token", "get", "--format", "json"], &flags[..]].concat();
        let token = judge.run(&get, alg, &key).json();
        assert_eq!((&token["token_type"], &token["scope"]), (&json!("DPoP"), &json!(SCOPE)));
        // The proof's target has neither the query nor the escapes of the URL.
        for (method, path) in [("GET", "/api/v1/users?limit=1"), ("POST", "/api/v1/users/00u1")] {
            let call = [&["api", method, path], &flags[..]].concat();
            let claims = judge.run(&call, alg, &key).json();
            assert_eq!(claims["client_id"], alg);
            assert_eq!(claims["cnf"]["jkt"].as_str().unwrap().len(), 43, "RFC 7638");
        }
    }
    // Once a nonce is known, nothing is refused any more.
    assert!(judge.server.reason().contains("nonce"));
}

#[test]
fn a_bound_token_is_of_no_use_without_a_proof() {
    let Some(judge) = Judge::configured(&["ES256"], true) else { return };
    let get = ["token", "get", "--dpop", "always", "--scope", SCOPE];
    let token = judge.run(&get, "ES256", "ES256.jwk").stdout();
    let url = format!("{}/api/v1/users", judge.server.org_url());
    for scheme in ["Bearer", "DPoP"] {
        let answer = post_form_as(&format!("{scheme} {}", token.trim_end()), &url, "");
        assert_eq!(answer.status, 401, "{}", answer.body);
    }
}

#[test]
fn an_assertion_is_taken_once() {
    let Some(judge) = Judge::start(&ALGORITHMS) else { return };
    for alg in ALGORITHMS {
        let assertion = judge.assertion(&[], alg, &format!("{alg}.jwk"));
        judge.takes(&assertion);
        judge.refuses(&assertion, "must only be used once");
    }
}

#[test]
fn an_assertion_for_another_audience_is_refused() {
    let Some(judge) = Judge::start(&["ES256"]) else { return };
    for audience in [judge.server.org_url(), "https://acme.okta.com/oauth2/v1/token"] {
        let assertion = judge.assertion(&["--audience", audience], "ES256", "ES256.jwk");
        judge.refuses(&assertion, "audience (aud) must");
    }
}

#[test]
fn an_expired_assertion_is_refused_and_a_fresh_one_is_not() {
    let Some(judge) = Judge::start(&["ES256"]) else { return };
    let key =
        key_file::read(&judge.sandbox.path().join("ES256.jwk"), &KeyReader::new()).unwrap().key;
    let signer = LocalSigner::new(&key).unwrap();
    let assertion_at = |time: SystemTime| {
        let client = ClientId::new("ES256").unwrap();
        let assertion = ClientAssertion::new(&client, &judge.token_url(), time).unwrap();
        assertion.sign(&signer).unwrap().expose_compact().to_owned()
    };
    let now = now();
    judge.refuses(&assertion_at(now - Duration::from_secs(600)), "expired");
    judge.takes(&assertion_at(now));
}

#[test]
fn an_assertion_signed_by_a_foreign_key_is_refused() {
    let Some(judge) = Judge::start(&["ES256"]) else { return };
    let foreign = ["key", "generate", "--alg", "ES256", "-o", "foreign.jwk"];
    let foreign = judge.sandbox.run(&foreign).stdout();
    assert!(foreign.contains("ES256"));
    // Under its own key id, and under that of the registered key.
    let kid = judge.sandbox.run(&["key", "thumbprint", "ES256.jwk"]).stdout();
    let mut key: Value = serde_json::from_str(&judge.sandbox.read("foreign.jwk")).unwrap();
    judge.refuses(&judge.assertion(&[], "ES256", "foreign.jwk"), "invalid_client");
    key["kid"] = Value::from(kid.trim_end());
    judge.sandbox.write("forged.jwk", &key.to_string());
    judge.refuses(&judge.assertion(&[], "ES256", "forged.jwk"), "signature");
    judge
        .run(&["token", "get", "--scope", SCOPE], "ES256", "forged.jwk")
        .refused(4, &["invalid_client"]);
    judge.takes(&judge.assertion(&[], "ES256", "ES256.jwk"));
}

#[expect(clippy::disallowed_methods, reason = "the assertions are for a server that runs now")]
fn now() -> SystemTime {
    SystemTime::now()
}
