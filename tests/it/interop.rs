//! The program against npm `oidc-provider`, a token server that nobody here wrote.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use jwk_gen::key_file;
use jwt_sign::{ClientAssertion, ClientId, LocalSigner};
use serde_json::{Value, json};
use tests::{Answer, ForeignServer, Sandbox, is_skipped, post_form};

use crate::sandbox;

const ALGORITHMS: [&str; 6] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const SCOPE: &str = "okta.users.read";

/// The server and a sandbox with a key for each client, which is named after its algorithm.
struct Judge {
    server: ForeignServer,
    sandbox: Sandbox,
}

/// One server for all tests of this file, or nothing if the group is skipped.
fn judge() -> Option<&'static Judge> {
    static JUDGE: OnceLock<Option<Judge>> = OnceLock::new();
    JUDGE.get_or_init(|| (!is_skipped("interop")).then(Judge::start)).as_ref()
}

impl Judge {
    fn start() -> Self {
        let sandbox = sandbox();
        let clients: Vec<Value> = ALGORITHMS
            .iter()
            .map(|alg| {
                let file = format!("{alg}.jwk");
                let jwks = sandbox.run(&["key", "generate", "--alg", alg, "-o", &file]).json();
                json!({
                    "client_id": alg,
                    "jwks": jwks,
                    "token_endpoint_auth_signing_alg": alg,
                })
            })
            .collect();
        let _ = sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "foreign.jwk"]).stdout();
        let server = ForeignServer::start(&json!({"clients": clients, "scopes": [SCOPE]}));
        Self { server, sandbox }
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

    #[track_caller]
    fn refuses(&self, assertion: &str) {
        let answer = self.post(assertion);
        assert_eq!(answer.status, 401, "{}", answer.body);
        assert_eq!(answer.json()["error"], "invalid_client");
    }
}

#[test]
fn every_algorithm_gets_a_token() {
    let Some(judge) = judge() else { return };
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
fn an_assertion_is_taken_once() {
    let Some(judge) = judge() else { return };
    for alg in ALGORITHMS {
        let assertion = judge.assertion(&[], alg, &format!("{alg}.jwk"));
        let answer = judge.post(&assertion);
        assert_eq!(answer.status, 200, "{alg}: {}", answer.body);
        judge.refuses(&assertion);
    }
}

#[test]
fn an_assertion_for_another_audience_is_refused() {
    let Some(judge) = judge() else { return };
    for audience in [judge.server.org_url(), "https://acme.okta.com/oauth2/v1/token"] {
        let assertion = judge.assertion(&["--audience", audience], "RS256", "RS256.jwk");
        judge.refuses(&assertion);
    }
}

#[test]
fn an_expired_assertion_is_refused_and_a_fresh_one_is_not() {
    let Some(judge) = judge() else { return };
    let key = key_file::read(&judge.sandbox.path().join("ES256.jwk"), None).unwrap();
    let signer = LocalSigner::new(&key).unwrap();
    let assertion_at = |time: SystemTime| {
        let client = ClientId::new("ES256").unwrap();
        let assertion = ClientAssertion::new(&client, &judge.token_url(), time).unwrap();
        assertion.sign(&signer).unwrap().expose_compact().to_owned()
    };
    let now = now();
    judge.refuses(&assertion_at(now - Duration::from_secs(600)));
    assert_eq!(judge.post(&assertion_at(now)).status, 200);
}

#[test]
fn an_assertion_signed_by_a_foreign_key_is_refused() {
    let Some(judge) = judge() else { return };
    let kid = judge.sandbox.run(&["key", "thumbprint", "ES256.jwk"]).stdout();
    let assertion = judge.assertion(&["--kid", kid.trim_end()], "ES256", "ES256.jwk");
    assert_eq!(judge.post(&assertion).status, 200);
    judge.refuses(&judge.assertion(&[], "ES256", "foreign.jwk"));
    judge
        .run(&["token", "get", "--scope", SCOPE], "ES256", "foreign.jwk")
        .refused(4, &["invalid_client"]);
}

#[expect(clippy::disallowed_methods, reason = "the assertions are for a server that runs now")]
fn now() -> SystemTime {
    SystemTime::now()
}
