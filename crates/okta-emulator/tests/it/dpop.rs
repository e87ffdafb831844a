//! DPoP at the token endpoint and at a resource.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwtk::ecdsa::EcdsaAlgorithm;
use jwtk::rsa::RsaAlgorithm;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::harness::{
    ASSERTION_TYPE, Answer, Jwt, Org, TestKey, app_body, ec_key, fresh, key, rsa_key, token_fields,
};

const TOKEN: &str = "/oauth2/v1/token";
const USERS: &str = "/api/v1/users";
const SCOPE: &str = "okta.users.read";

struct Fixture {
    org: Org,
    client: String,
}

impl Fixture {
    /// A client whose tokens must be bound.
    fn new() -> Self {
        let org = Org::start();
        let mut body = app_body(&[key("a").public()]);
        body["settings"]["oauthClient"]["dpop_bound_access_tokens"] = json!(true);
        let app = org.admin("POST", "/api/v1/apps", &body).is(200).json();
        let client = app["id"].as_str().unwrap().to_owned();
        org.grant(&client, SCOPE);
        org.assign(&client, "READ_ONLY_ADMIN");
        Self { org, client }
    }

    /// A proof that is right but for the nonce.
    fn proof(&self, method: &str, path: &str) -> Jwt {
        Jwt::new(
            json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key("proof").bare() }),
            json!({
                "htm": method, "htu": self.org.url(path), "iat": self.org.now(),
                "jti": fresh("proof"),
            }),
        )
    }

    fn request(&self, proofs: &[&str]) -> Answer {
        let assertion = self.org.assertion(&self.client).sign(&key("a"));
        let headers: Vec<_> = proofs.iter().map(|proof| ("dpop", *proof)).collect();
        self.org.form(TOKEN, &token_fields(&assertion, SCOPE), &headers)
    }

    fn send(&self, proof: &Jwt) -> Answer {
        self.request(&[&proof.sign(&key("proof"))])
    }

    fn nonce(&self) -> String {
        let answer = self.send(&self.proof("POST", TOKEN));
        let answer = answer.fails_oauth(400, "use_dpop_nonce", &["requires nonce in DPoP proof"]);
        answer.header("dpop-nonce").unwrap().to_owned()
    }

    fn token(&self) -> String {
        let body =
            self.send(&self.proof("POST", TOKEN).claim("nonce", self.nonce())).is(200).json();
        assert_eq!(body["token_type"], "DPoP");
        body["access_token"].as_str().unwrap().to_owned()
    }

    fn resource_proof(&self, token: &str) -> Jwt {
        let ath = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
        self.proof("GET", USERS).claim("ath", ath)
    }

    fn get(&self, authorization: &str, proofs: &[&str]) -> Answer {
        let mut headers = vec![("authorization", authorization)];
        headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
        self.org.send("GET", USERS, &headers, "")
    }
}

#[test]
fn a_token_in_three_steps() {
    let it = Fixture::new();
    let missing = &["DPoP proof JWT header is missing"];
    it.request(&[]).fails_oauth(400, "invalid_dpop_proof", missing);
    let token = it.token();
    let assertion = it.org.assertion_for(&it.client, "/oauth2/v1/introspect").sign(&key("a"));
    let fields = [
        ("token", token.as_str()),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion),
    ];
    let body = it.org.form("/oauth2/v1/introspect", &fields, &[]).is(200).json();
    assert_eq!(body["token_type"], "DPoP");
    let jwk = key("proof").bare();
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
    let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(members));
    assert_eq!(body["cnf"]["jkt"], thumbprint, "RFC 7638 section 3");
    let proof = it.resource_proof(&token).sign(&key("proof"));
    it.get(&format!("DPoP {token}"), &[&proof]).is(200);
}

#[test]
fn the_challenge_uses_up_assertion_and_proof() {
    let it = Fixture::new();
    let assertion = it.org.assertion(&it.client).sign(&key("a"));
    let proof = it.proof("POST", TOKEN).sign(&key("proof"));
    let post =
        |assertion: &str| it.org.form(TOKEN, &token_fields(assertion, SCOPE), &[("dpop", &proof)]);
    post(&assertion).fails_oauth(400, "use_dpop_nonce", &[]);
    let used = &["has already been used"];
    post(&assertion).fails_oauth(401, "invalid_client", used);
    let another = it.org.assertion(&it.client).sign(&key("a"));
    post(&another).fails_oauth(400, "invalid_dpop_proof", &["already been used"]);
}

#[test]
fn an_app_that_is_not_bound_ignores_a_proof() {
    let org = Org::start();
    let client = org.provisioned("READ_ONLY_ADMIN", &[SCOPE]);
    let assertion = org.assertion(&client).sign(&key("a"));
    let fields = token_fields(&assertion, SCOPE);
    let body = org.form(TOKEN, &fields, &[("dpop", "nonsense")]).is(200).json();
    assert_eq!(body["token_type"], "Bearer");
}

#[test]
fn all_algorithms_prove_possession() {
    let it = Fixture::new();
    let nonce = it.nonce();
    let keys: [(&str, TestKey); 6] = [
        ("RS256", rsa_key(RsaAlgorithm::RS256, "k")),
        ("RS384", rsa_key(RsaAlgorithm::RS384, "k")),
        ("RS512", rsa_key(RsaAlgorithm::RS512, "k")),
        ("ES256", ec_key(EcdsaAlgorithm::ES256, "k")),
        ("ES384", ec_key(EcdsaAlgorithm::ES384, "k")),
        ("ES512", ec_key(EcdsaAlgorithm::ES512, "k")),
    ];
    for (alg, signer) in keys {
        let proof = it.proof("POST", TOKEN).header("alg", alg).header("jwk", signer.bare());
        it.request(&[&proof.claim("nonce", nonce.as_str()).sign(&signer)]).is(200);
    }
}

/// T1-17.
#[test]
fn proofs_that_prove_nothing() {
    let it = Fixture::new();
    let nonce = it.nonce();
    let now = it.org.now();
    let proof = || it.proof("POST", TOKEN).claim("nonce", nonce.as_str());
    let port = it.org.emulator.org_url().rsplit_once(':').unwrap().1.to_owned();
    for (jwt, fragment) in [
        (proof().without("typ"), "'typ' must be 'dpop+jwt'"),
        (proof().header("typ", "JWT"), "'typ' must be 'dpop+jwt'"),
        (proof().header("alg", "none"), "signature algorithm is invalid"),
        (proof().header("alg", "HS256"), "signature algorithm is invalid"),
        (proof().header("alg", "RS256"), "signature algorithm is invalid"),
        (proof().without("jwk"), "cannot be parsed"),
        (proof().header("jwk", key("proof").with("d", "AAAA")), "cannot be parsed"),
        (proof().header("jwk", json!({ "kty": "oct", "k": "AAAA" })), "cannot be parsed"),
        (proof().header("jwk", key("other").bare()), "signature is invalid"),
        (proof().header("jku", "http://127.0.0.1/"), "cannot be parsed"),
        (proof().without("htm"), "'htm'"),
        (proof().claim("htm", "post"), "'htm'"),
        (proof().claim("htm", "GET"), "'htm'"),
        (proof().without("htu"), "'htu'"),
        (proof().claim("htu", it.org.url("/oauth2/v1/token?a=b")), "'htu'"),
        (proof().claim("htu", it.org.url("/oauth2/v1/token#a")), "'htu'"),
        (proof().claim("htu", it.org.url("//oauth2/v1/token")), "'htu'"),
        (proof().claim("htu", it.org.url("/oauth2/v1/token/")), "'htu'"),
        (proof().claim("htu", "http://127.0.0.1/oauth2/v1/token"), "'htu'"),
        (proof().claim("htu", format!("https://127.0.0.1:{port}/oauth2/v1/token")), "'htu'"),
        (proof().without("iat"), "'iat'"),
        (proof().claim("iat", now.to_string()), "'iat'"),
        (proof().claim("iat", now + 60), "issued in the future"),
        (proof().claim("iat", now - 310), "more than five minutes in the past"),
        (proof().claim("exp", now - 1), "is expired"),
        (proof().without("jti"), "'jti'"),
        (proof().claim("jti", ""), "'jti'"),
        (proof().claim("jti", 1), "'jti'"),
    ] {
        it.send(&jwt).fails_oauth(400, "invalid_dpop_proof", &[fragment]);
    }
    let two = [proof(), proof()].map(|jwt| jwt.sign(&key("proof")));
    it.request(&[&two[0], &two[1]]).fails_oauth(
        400,
        "invalid_dpop_proof",
        &["Multiple", "headers"],
    );
    it.request(&["a.b"]).fails_oauth(400, "invalid_dpop_proof", &["cannot be parsed"]);
    let upper = it.org.url(TOKEN).replacen("http", "HTTP", 1);
    it.send(&proof().claim("htu", upper).claim("exp", now + 60)).is(200);
}

/// E-07 among others: only the org's clock is moved.
#[test]
fn a_nonce_is_renewed_daily_and_good_for_three_days() {
    let it = Fixture::new();
    let first = it.nonce();
    assert_eq!(it.nonce(), first);
    let hours = |count: u64| it.org.emulator.advance_clock(Duration::from_secs(count * 3600));
    let send = |nonce: &str| it.send(&it.proof("POST", TOKEN).claim("nonce", nonce));
    hours(25);
    let second = it.nonce();
    assert_ne!(second, first);
    send(&first).is(200);
    send(&second).is(200);
    send("foreign").fails_oauth(400, "use_dpop_nonce", &["requires nonce"]);
    send(&"x".repeat(9_000)).fails_oauth(400, "use_dpop_nonce", &["requires nonce"]);
    hours(48);
    send(&first).fails_oauth(400, "use_dpop_nonce", &["requires nonce"]);
}

#[track_caller]
fn is_challenge(answer: Answer, status: u16, error: &str, fragment: &str) {
    let answer = answer.is(status);
    assert_eq!(answer.body, "");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("DPoP algs=\"RS256 "), "{challenge}");
    assert!(challenge.contains(&format!("error=\"{error}\"")), "{challenge}");
    assert!(challenge.contains(fragment), "{challenge}");
}

#[test]
fn a_bound_token_is_good_with_its_key_only() {
    let it = Fixture::new();
    let token = it.token();
    let dpop = format!("DPoP {token}");
    let proof = || it.resource_proof(&token);
    let send = |jwt: Jwt| it.get(&dpop, &[&jwt.sign(&key("proof"))]);
    send(proof()).is(200);
    send(proof().claim("nonce", "not asked for")).is(200);
    let once = proof().sign(&key("proof"));
    it.get(&dpop, &[&once]).is(200);
    let error = "invalid_dpop_proof";
    is_challenge(it.get(&dpop, &[&once]), 400, error, "already been used");
    is_challenge(it.get(&dpop, &[&once, &once]), 400, error, "Multiple");
    is_challenge(
        it.get(&dpop, &[]),
        400,
        "invalid_request",
        "resource request requires a DPoP proof",
    );
    let bearer = it.get(&format!("Bearer {token}"), &[]);
    is_challenge(bearer, 400, "invalid_request", "must use the DPoP authentication scheme");
    is_challenge(send(proof().without("ath")), 400, error, "'ath'");
    let foreign = URL_SAFE_NO_PAD.encode(Sha256::digest("another token"));
    is_challenge(send(proof().claim("ath", foreign)), 400, error, "'ath'");
    is_challenge(send(proof().claim("htm", "POST")), 400, error, "'htm'");
    let with_query = it.org.url(&format!("{USERS}?limit=1"));
    is_challenge(send(proof().claim("htu", with_query)), 400, error, "'htu'");
    let thief = proof().header("jwk", key("other").bare()).sign(&key("other"));
    is_challenge(it.get(&dpop, &[&thief]), 400, error, "not bound to the provided DPoP proof");
}

#[test]
fn a_plain_token_is_not_dpop_bound() {
    let it = Fixture::new();
    let plain = it.org.provisioned("READ_ONLY_ADMIN", &[SCOPE]);
    let token = it.org.token(&plain, SCOPE);
    let proof = it.resource_proof(&token).sign(&key("proof"));
    let answer = it.get(&format!("DPoP {token}"), &[&proof]);
    is_challenge(answer, 401, "invalid_token", "presented access_token is not DPoP bound");
}

#[test]
fn the_path_is_compared_decoded_and_without_the_query() {
    let it = Fixture::new();
    let token = it.token();
    let get = |path: &str, htu: &str| {
        let proof = it.resource_proof(&token).claim("htu", it.org.url(htu)).sign(&key("proof"));
        let authorization = format!("DPoP {token}");
        let headers = [("authorization", authorization.as_str()), ("dpop", &proof)];
        it.org.send("GET", path, &headers, "")
    };
    get("/api/v1/users?limit=1", "/api/v1/users").is(200);
    let encoded = "/api/v1/users/alice.smith%40example.com";
    get(encoded, encoded).is(200);
    get(encoded, "/api/v1/users/alice.smith@example.com").is(200);
    get(encoded, "/api/v1/users/bob.jones@example.com").is(400);
}

#[test]
fn a_missing_scope_is_named_in_the_dpop_challenge() {
    let it = Fixture::new();
    let token = it.token();
    let proof = it.resource_proof(&token).claim("htu", it.org.url("/api/v1/groups"));
    let authorization = format!("DPoP {token}");
    let proof = proof.sign(&key("proof"));
    let headers = [("authorization", authorization.as_str()), ("dpop", &proof)];
    let answer = it.org.send("GET", "/api/v1/groups", &headers, "");
    is_challenge(answer, 403, "insufficient_scope", "scope=\"okta.groups.read\"");
    let users = it.org.call(&authorization, "GET", USERS, &Value::Null);
    is_challenge(users, 400, "invalid_request", "resource request requires a DPoP proof");
}
