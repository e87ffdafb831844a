//! Client assertions: every line of Okta's table, and the hostile ones.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jwtk::SigningKey as _;
use jwtk::ecdsa::EcdsaAlgorithm;
use jwtk::hmac::{HmacAlgorithm, HmacKey};
use jwtk::rsa::RsaAlgorithm;
use serde_json::{Value, json};

use crate::harness::{
    ASSERTION_TYPE, Answer, Jwt, Org, TestKey, app_body, client_body, compact, ec_key, key,
    rsa_key, token_fields,
};

const SCOPE: &str = "okta.users.read";

/// An org with one client that gets a token with key `a`.
struct Fixture {
    org: Org,
    client: String,
}

impl Fixture {
    fn new() -> Self {
        let org = Org::start();
        let client = org.provisioned("READ_ONLY_ADMIN", &[SCOPE]);
        Self { org, client }
    }

    fn with_keys(keys: &[Value]) -> Self {
        let org = Org::start();
        let client = org.app(keys);
        org.grant(&client, SCOPE);
        Self { org, client }
    }

    fn jwt(&self) -> Jwt {
        self.org.assertion(&self.client)
    }

    fn send(&self, jwt: &Jwt) -> Answer {
        self.present(&jwt.sign(&key("a")))
    }

    #[track_caller]
    fn present(&self, compact: &str) -> Answer {
        self.org.token_with(compact, SCOPE)
    }

    #[track_caller]
    fn refused(&self, jwt: &Jwt, fragments: &[&str]) {
        self.send(jwt).fails_oauth(401, "invalid_client", fragments);
    }
}

const BAD_JWT: &[&str] = &["parsing of the client_assertion failed"];
const BAD_AUDIENCE: &[&str] = &["audience claim", "must be the endpoint invoked"];
const BAD_ALGORITHM: &[&str] = &["signature algorithm is invalid"];
const BAD_EXPIRY: &[&str] = &["must contain the 'exp' claim as seconds"];
const BAD_KID: &[&str] = &["JWT kid is invalid"];
const BAD_SIGNATURE: &[&str] = &["signature is invalid"];

#[test]
fn a_good_assertion_gets_a_token() {
    let it = Fixture::new();
    let answer = it.send(&it.jwt()).is(200);
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["scope"], SCOPE);
    assert!(answer.header("cache-control").unwrap().contains("no-store"));
    it.send(&it.jwt().header("typ", "JWT")).is(200);
    it.send(&it.jwt().without("iat").without("jti")).is(200);
    it.send(&it.jwt().claim("aud", json!([it.org.url("/oauth2/v1/token")]))).is(200);
    let jwt = it.jwt();
    let mut fields = token_fields("", SCOPE).to_vec();
    let compact = jwt.sign(&key("a"));
    fields[3].1 = &compact;
    fields.push(("client_id", &it.client));
    it.org.form("/oauth2/v1/token", &fields, &[]).is(200);
}

#[test]
fn all_six_algorithms_and_the_published_key_decides() {
    let keys: [(&str, TestKey); 6] = [
        ("RS256", rsa_key(RsaAlgorithm::RS256, "k")),
        ("RS384", rsa_key(RsaAlgorithm::RS384, "k")),
        ("RS512", rsa_key(RsaAlgorithm::RS512, "k")),
        ("ES256", ec_key(EcdsaAlgorithm::ES256, "k")),
        ("ES384", ec_key(EcdsaAlgorithm::ES384, "k")),
        ("ES512", ec_key(EcdsaAlgorithm::ES512, "k")),
    ];
    for (name, signer) in &keys {
        let it = Fixture::with_keys(&[signer.public()]);
        let jwt = it.jwt().header("alg", *name).header("kid", "k");
        it.present(&jwt.sign(signer)).is(200);
        let other = if name.starts_with("RS") { "ES256" } else { "RS256" };
        let jwt = it.jwt().header("alg", other).header("kid", "k");
        it.present(&jwt.sign(signer)).fails_oauth(401, "invalid_client", BAD_ALGORITHM);
        let it = Fixture::with_keys(&[signer.with("alg", *name)]);
        let jwt = it.jwt().header("alg", *name).header("kid", "k");
        it.present(&jwt.sign(signer)).is(200);
    }
    let pinned = rsa_key(RsaAlgorithm::RS384, "k");
    let it = Fixture::with_keys(&[pinned.with("alg", "RS256")]);
    let jwt = it.jwt().header("alg", "RS384").header("kid", "k");
    it.present(&jwt.sign(&pinned)).fails_oauth(401, "invalid_client", BAD_ALGORITHM);
}

/// E-03, T1-10 to T1-13.
#[test]
fn claims_that_okta_s_table_names() {
    let it = Fixture::new();
    let now = it.org.now();
    let issuer: &[&str] = &["issuer claim", "not a valid client_id"];
    let subject: &[&str] = &["subject claim", "not a valid client_id"];
    let too_far: &[&str] = &["expiration too far into the future"];
    let expired: &[&str] = &["token is expired"];
    let in_future: &[&str] = &["must be issued before the current time"];
    let url = it.org.url("/oauth2/v1/token");
    // T1-10 and T1-11 among them: exact strings, whatever looks alike.
    let homoglyph = it.client.replacen('0', "\u{41e}", 1);
    let rows: Vec<(Jwt, &[&str])> = vec![
        (it.jwt().claim("iss", "0oaUnknown0000000000"), issuer),
        (it.jwt().claim("iss", homoglyph.as_str()), issuer),
        (it.jwt().without("iss"), issuer),
        (it.jwt().claim("sub", "0oaUnknown0000000000"), subject),
        (it.jwt().claim("sub", homoglyph.as_str()), subject),
        (it.jwt().without("sub"), subject),
        (it.jwt().without("aud"), BAD_AUDIENCE),
        (it.jwt().claim("aud", it.org.emulator.org_url()), BAD_AUDIENCE),
        (it.jwt().claim("aud", it.org.url("/oauth2/default/v1/token")), BAD_AUDIENCE),
        (it.jwt().claim("aud", it.org.url("//oauth2/v1/token")), BAD_AUDIENCE),
        (it.jwt().claim("aud", it.org.url("/oauth2/v1/token/")), BAD_AUDIENCE),
        (it.jwt().claim("aud", it.org.url("/oauth2/v1/TOKEN")), BAD_AUDIENCE),
        (it.jwt().claim("aud", "https://example.okta.com/oauth2/v1/token"), BAD_AUDIENCE),
        (it.jwt().claim("aud", json!([])), BAD_AUDIENCE),
        (it.jwt().claim("aud", json!([url, url])), BAD_AUDIENCE),
        (it.jwt().claim("aud", json!([url, it.org.emulator.org_url()])), BAD_AUDIENCE),
        (it.jwt().claim("aud", json!([it.org.emulator.org_url()])), BAD_AUDIENCE),
        (it.jwt().claim("aud", json!([[url]])), BAD_AUDIENCE),
        (it.jwt().claim("aud", json!({ "0": url })), BAD_AUDIENCE),
        (it.jwt().without("exp"), BAD_EXPIRY),
        (it.jwt().claim("exp", (now + 270).to_string()), BAD_EXPIRY),
        (it.jwt().claim("exp", now as f64 + 270.0), BAD_EXPIRY),
        (it.jwt().claim("exp", (now + 270) * 1000), BAD_EXPIRY),
        (it.jwt().claim("exp", Value::Null), BAD_EXPIRY),
        (it.jwt().claim("exp", (1_i64 << 53) + 1), BAD_EXPIRY),
        (it.jwt().claim("exp", -1), expired),
        (it.jwt().claim("exp", now), expired),
        (it.jwt().claim("exp", now + 3700), too_far),
        (it.jwt().claim("iat", now + 60), in_future),
        (it.jwt().claim("nbf", now + 60), in_future),
        (it.jwt().claim("iat", "now"), BAD_JWT),
        (it.jwt().claim("jti", 7), BAD_JWT),
        (it.jwt().claim("iss", 7), BAD_JWT),
    ];
    for (jwt, fragments) in rows {
        it.refused(&jwt, fragments);
    }
}

#[test]
fn an_hour_is_allowed_and_not_a_second_more() {
    let it = Fixture::new();
    let now = it.org.now();
    it.send(&it.jwt().claim("exp", now + 3600)).is(200);
    // The clock may tick between reading it and being judged by it, hence two.
    it.refused(&it.jwt().claim("exp", it.org.now() + 3602), &["too far into the future"]);
}

/// E-03 and T1-14.
#[test]
fn a_jti_counts_once_for_each_client_and_is_used_up_by_refusals_too() {
    let it = Fixture::new();
    let used: &[&str] = &["has already been used"];
    let jwt = it.jwt().claim("jti", "one");
    it.send(&jwt).is(200);
    it.refused(&jwt, used);
    let other = it.org.provisioned("READ_ONLY_ADMIN", &[SCOPE]);
    let theirs = it.org.assertion(&other).claim("jti", "one").sign(&key("a"));
    it.present(&theirs).is(200);
    let refused_later = it.jwt().claim("jti", "two");
    it.org.token_with(&refused_later.sign(&key("a")), "nonsense").is(400);
    it.refused(&refused_later, used);
    let forged = it.jwt().claim("jti", "three");
    it.present(&forged.sign(&key("b"))).is(401);
    it.send(&forged).is(200);
}

#[test]
fn which_key_is_meant() {
    let [a, b, c] = ["a", "b", "c"].map(key);
    let only = Fixture::with_keys(&[a.public()]);
    only.present(&only.jwt().without("kid").sign(&a)).is(200);
    let case = only.jwt().header("kid", "A").sign(&a);
    only.present(&case).fails_oauth(401, "invalid_client", BAD_KID);
    let traversal = only.jwt().header("kid", "../../a' OR 1=1 --").sign(&a);
    only.present(&traversal).fails_oauth(401, "invalid_client", BAD_KID);
    only.present(&only.jwt().header("kid", 1).sign(&a)).fails_oauth(401, "invalid_client", BAD_JWT);

    let nameless = Fixture::with_keys(&[a.with("kid", Value::Null)]);
    nameless.present(&nameless.jwt().without("kid").sign(&a)).is(200);
    let named = nameless.jwt().sign(&a);
    nameless.present(&named).fails_oauth(401, "invalid_client", BAD_KID);

    let encryption = c.with("use", "enc");
    let it = Fixture::with_keys(&[a.public(), b.with("status", "INACTIVE"), encryption]);
    it.present(&it.jwt().sign(&a)).is(200);
    let unnamed = it.jwt().without("kid").sign(&a);
    it.present(&unnamed).fails_oauth(401, "invalid_client", BAD_KID);
    let inactive = it.jwt().header("kid", "b").sign(&b);
    it.present(&inactive).fails_oauth(401, "invalid_client", BAD_KID);
    let wrong_use = it.jwt().header("kid", "c").sign(&c);
    let fragments = &["needs to be signed using a signing key"];
    it.present(&wrong_use).fails_oauth(401, "invalid_client", fragments);
    let borrowed = it.jwt().header("kid", "a").sign(&b);
    it.present(&borrowed).fails_oauth(401, "invalid_client", BAD_SIGNATURE);
}

#[test]
fn clients_whose_registration_is_to_blame() {
    let none = Fixture::with_keys(&[]);
    none.refused(&none.jwt(), &["does not have a JWKSet configured"]);

    let org = Org::start();
    let mut body = client_body(&[]);
    body.as_object_mut().unwrap().remove("jwks");
    body["jwks_uri"] = json!("https://example.com/jwks.json");
    let answer = org.admin("POST", "/oauth2/v1/clients", &body).is(201);
    let client = answer.json()["client_id"].as_str().unwrap().to_owned();
    let jwt = org.assertion(&client).sign(&key("a"));
    let fragments = &["Error retrieving the client JWKSet from jwks_uri"];
    org.token_with(&jwt, SCOPE).fails_oauth(401, "invalid_client", fragments);

    let web = json!({
        "client_name": "Shop", "application_type": "web",
        "grant_types": ["authorization_code", "client_credentials"], "response_types": ["code"],
        "redirect_uris": ["https://example.com/"], "token_endpoint_auth_method": "private_key_jwt",
        "jwks": { "keys": [key("a").public()] },
    });
    let answer = org.admin("POST", "/oauth2/v1/clients", &web).is(201);
    let client = answer.json()["client_id"].as_str().unwrap().to_owned();
    let jwt = org.assertion(&client).sign(&key("a"));
    let fragments = &["Only clients with 'application_type' of 'service'"];
    org.token_with(&jwt, SCOPE).fails_oauth(401, "invalid_client", fragments);

    let app = org.app(&[key("a").public()]);
    org.admin("POST", &format!("/api/v1/apps/{app}/lifecycle/deactivate"), &Value::Null).is(200);
    let jwt = org.assertion(&app).sign(&key("a"));
    let fragments = &["issuer claim", "not a valid client_id"];
    org.token_with(&jwt, SCOPE).fails_oauth(401, "invalid_client", fragments);
}

/// Registers an app that authenticates with this secret.
fn secret_app(org: &Org, method: &str, secret: &str) -> String {
    let mut body = app_body(&[key("a").public()]);
    body["credentials"]["oauthClient"] =
        json!({ "token_endpoint_auth_method": method, "client_secret": secret });
    let app = org.admin("POST", "/api/v1/apps", &body).is(200);
    app.json()["id"].as_str().unwrap().to_owned()
}

fn hmac(jwt: &Jwt, secret: &[u8]) -> String {
    let jwt = jwt.clone().header("alg", "HS256").without("kid");
    let input = jwt.signing_input();
    let signer = HmacKey::from_bytes(secret, HmacAlgorithm::HS256);
    compact(&input, &signer.sign(input.as_bytes()).unwrap())
}

#[test]
fn secrets_are_for_custom_authorization_servers() {
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const TOKEN: &str = "/oauth2/default/v1/token";
    let org = Org::start();
    let by_jwt = secret_app(&org, "client_secret_jwt", SECRET);
    let jwt = org.assertion_for(&by_jwt, TOKEN);
    let send = |path: &str, assertion: &str, scope: &str| {
        org.form(path, &token_fields(assertion, scope), &[])
    };
    send(TOKEN, &hmac(&jwt, SECRET.as_bytes()), "api:read").is(200);
    let wrong = org.assertion_for(&by_jwt, TOKEN);
    let wrong = hmac(&wrong, &[0; 32]);
    send(TOKEN, &wrong, "api:read").fails_oauth(401, "invalid_client", BAD_SIGNATURE);
    let by_key = org.assertion_for(&by_jwt, TOKEN).sign(&key("a"));
    send(TOKEN, &by_key, "api:read").fails_oauth(401, "invalid_client", BAD_ALGORITHM);
    let at_org = hmac(&org.assertion(&by_jwt), SECRET.as_bytes());
    let fragments = &["must use the private_key_jwt token_endpoint_auth_method"];
    send("/oauth2/v1/token", &at_org, SCOPE).fails_oauth(401, "invalid_client", fragments);

    let short = secret_app(&org, "client_secret_jwt", "0123456789abcdef");
    let jwt = hmac(&org.assertion_for(&short, TOKEN), b"0123456789abcdef");
    let fragments = &["too short to verify a JWT HMAC"];
    send(TOKEN, &jwt, "api:read").fails_oauth(401, "invalid_client", fragments);

    let basic = secret_app(&org, "client_secret_basic", SECRET);
    let header =
        |id: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let fields = [("grant_type", "client_credentials"), ("scope", "api:read")];
    let good = header(&basic, SECRET);
    org.form(TOKEN, &fields, &[("authorization", &good)]).is(200);
    org.form("/oauth2/v1/token", &fields, &[("authorization", &good)]).fails_oauth(
        401,
        "invalid_client",
        &["must use the private_key_jwt token_endpoint_auth_method"],
    );
    let post = secret_app(&org, "client_secret_post", SECRET);
    let in_body = |id: &str| {
        let credentials = [("client_id", id), ("client_secret", SECRET)];
        org.form(TOKEN, &[&fields[..], &credentials].concat(), &[])
    };
    in_body(&post).is(200);
    in_body(&basic).fails_oauth(401, "invalid_client", &["Client authentication failed"]);
    let unknown = header("0oaUnknown0000000000", SECRET);
    for bad in [header(&basic, "wrong"), unknown, header(&post, SECRET)] {
        let fragments = &["Client authentication failed"];
        org.form(TOKEN, &fields, &[("authorization", &bad)]).fails_oauth(
            401,
            "invalid_client",
            fragments,
        );
    }
}

/// T1-01 to T1-04, T1-07 to T1-09, T1-15, T1-16.
#[test]
fn shapes_that_are_not_a_plain_signed_jwt() {
    let it = Fixture::new();
    let good = it.jwt().sign(&key("a"));
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let resign = |header: &str, claims: &str| {
        let input = format!("{}.{}", encode(header), encode(claims));
        compact(&input, &key("a").sign(input.as_bytes()))
    };
    let claims_text = String::from_utf8(URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let repeated = claims_text.replacen('{', r#"{"iss":"x","#, 1);
    let plain = r#"{"alg":"ES256","kid":"a"}"#;
    let hostile = [
        "x".to_owned(),
        "..".to_owned(),
        ".".repeat(100_000),
        format!("{header}.{claims}"),
        format!("{good}."),
        format!("{good}.{signature}.{signature}"),
        format!("{header}=.{claims}.{signature}"),
        format!("{header}.{claims}\n.{signature}"),
        format!(r#"{{"payload":"{claims}","protected":"{header}","signature":"{signature}"}}"#),
        resign(r#"{"alg":"ES256","alg":"none","kid":"a"}"#, &claims_text),
        resign(r#"{"alg":["ES256"],"kid":"a"}"#, &claims_text),
        resign(plain, &repeated),
        resign(plain, &format!("\u{feff}{claims_text}")),
        resign(plain, &format!("{claims_text} x")),
    ];
    for compact in hostile {
        it.present(&compact).fails_oauth(401, "invalid_client", BAD_JWT);
    }
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("enc", json!("A256GCM")),
        ("jwk", key("a").bare()),
        ("jku", json!("http://169.254.169.254/")),
        ("x5u", json!("file:///etc/passwd")),
        ("x5c", json!(["MIIB"])),
    ] {
        it.refused(&it.jwt().header(name, value), BAD_JWT);
    }
}

/// T1-02, T1-03 and T1-05; T1-06 and more of T1-05 are among the unit tests of `oauth::jwk`.
#[test]
fn signatures_that_prove_nothing() {
    let it = Fixture::new();
    for alg in ["none", "None", "NONE", "nOnE", " none", "PS256", "EdDSA", "ES256K", ""] {
        let jwt = it.jwt().header("alg", alg);
        let unsigned = format!("{}.", jwt.signing_input());
        it.present(&unsigned).fails_oauth(401, "invalid_client", BAD_ALGORITHM);
    }
    it.refused(&it.jwt().without("alg"), BAD_ALGORITHM);
    let public = serde_json::to_vec(&key("a").public()).unwrap();
    let no_secret = &["issuer and subject claim", "does not have a client secret"];
    it.present(&hmac(&it.jwt(), &public)).fails_oauth(401, "invalid_client", no_secret);

    const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&ORDER[2 * at..2 * at + 2], 16).unwrap()).collect();
    let jwt = it.jwt();
    let input = jwt.signing_input();
    let good = key("a").sign(input.as_bytes());
    let n_twice = [order.clone(), order].concat();
    let mut der = vec![0x30, 68, 2, 32];
    der.extend_from_slice(&good[..32]);
    der.extend_from_slice(&[2, 32]);
    der.extend_from_slice(&good[32..]);
    let flipped: Vec<u8> = good.iter().enumerate().map(|(at, b)| b ^ u8::from(at == 40)).collect();
    let long = [good.clone(), vec![0]].concat();
    for bad in [&[0; 64][..], &n_twice, &der, &good[..63], &long, &flipped, &[]] {
        it.present(&compact(&input, bad)).fails_oauth(401, "invalid_client", BAD_SIGNATURE);
    }
    it.present(&compact(&input, &good)).is(200);
}

#[test]
fn requests_that_never_reach_the_assertion() {
    let it = Fixture::new();
    let compact = it.jwt().sign(&key("a"));
    let fields = token_fields(&compact, SCOPE);
    let post = |fields: &[(&str, &str)], headers: &[(&str, &str)]| {
        it.org.form("/oauth2/v1/token", fields, headers)
    };
    let request = "invalid_request";
    let repeated = [&fields[..], &[("scope", SCOPE)]].concat();
    let same_name = &["contained multiple parameters with the same name"];
    post(&repeated, &[]).fails_oauth(400, request, same_name);
    post(&fields[1..], &[]).fails_oauth(400, request, &["must specify a 'grant_type'"]);
    let as_json = [("content-type", "application/json")];
    it.org.send("POST", "/oauth2/v1/token", &as_json, "{}").fails_oauth(
        400,
        request,
        &["must specify a 'grant_type'"],
    );
    for urn in [None, Some(("client_assertion_type", "jwt-bearer"))] {
        let mut changed: Vec<_> =
            fields.iter().filter(|it| it.0 != "client_assertion_type").copied().collect();
        changed.extend(urn);
        let fragments = &["client_assertion_type is invalid"];
        post(&changed, &[]).fails_oauth(400, request, fragments);
    }
    let none = &["No client credentials found"];
    post(&fields[..3], &[]).fails_oauth(401, "invalid_client", none);
    let basic = format!("Basic {}", STANDARD.encode("a:b"));
    let both = &["Cannot supply multiple client credentials"];
    post(&fields, &[("authorization", &basic)]).fails_oauth(401, request, both);
    for stray in ["Basic !", "Basic", "Bearer x", &format!("Basic {}", STANDARD.encode("ab"))] {
        let fragments = &["Found Authentication header but was not valid"];
        post(&fields, &[("authorization", stray)]).fails_oauth(401, "invalid_client", fragments);
    }
    for id in ["0oaUnknown0000000000", &it.org.app(&[key("b").public()])] {
        let fresh = it.jwt().sign(&key("a"));
        let fields = [&token_fields(&fresh, SCOPE)[..], &[("client_id", id)]].concat();
        let fragments = &["Invalid value for 'client_id' parameter"];
        post(&fields, &[]).fails_oauth(401, "invalid_client", fragments);
    }
    let in_query = format!("/oauth2/v1/token?client_assertion_type={ASSERTION_TYPE}");
    let fragments = &["cannot be supplied via query"];
    it.org.form(&in_query, &fields, &[]).fails_oauth(400, request, fragments);
    let fragments = &["authorization server id is invalid"];
    it.org.form("/oauth2/aus0/v1/token", &fields, &[]).fails_oauth(400, request, fragments);
    post(&fields, &[]).is(200);
}

#[test]
fn other_grants() {
    let it = Fixture::new();
    let compact = it.jwt().sign(&key("a"));
    let mut fields = token_fields(&compact, SCOPE);
    fields[0].1 = "telepathy";
    let post = |fields: &[(&str, &str)]| it.org.form("/oauth2/v1/token", fields, &[]);
    post(&fields).fails_oauth(400, "unsupported_grant_type", &["not supported"]);
    fields[0].1 = "refresh_token";
    let fragments = &["not authorized to use the provided grant type"];
    post(&fields).fails_oauth(400, "unauthorized_client", fragments);
}
