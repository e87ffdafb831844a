//! Each refusal of the token endpoint (Okta's catalogue of OAuth errors): exit code, the server's
//! words, the next command.
//!
//! The emulator's own answer to a request made by hand is what the program is confronted with, so
//! that no text in this file stands in for the server's.

mod world;

use okta_emulator::Fault;
use serde_json::{Value, json};
use tests::{Answer, post_form};

use world::{TYPE, World, form};

/// A refusal: how the server answers, and how to bring it about.
struct Case {
    status: u16,
    error: &'static str,
    /// Parts of the description, in this order.
    words: &'static [&'static str],
    code: i32,
    provoke: fn(&World) -> Answer,
}

const fn case(
    status: u16,
    error: &'static str,
    words: &'static [&'static str],
    code: i32,
    provoke: fn(&World) -> Answer,
) -> Case {
    Case { status, error, words, code, provoke }
}

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const SECRET_FORM: &str = "grant_type=client_credentials&scope=okta.users.read";

/// The lines of the catalogue that the emulator can bring about.
const CASES: &[Case] = &[
    case(401, "invalid_client", &["issuer claim", "not a valid client_id"], 4, |world| {
        world.token_with(&json!({"iss": "0oaUnknown", "sub": "0oaUnknown"}))
    }),
    case(401, "invalid_client", &["subject claim", "not a valid client_id"], 4, |world| {
        world.token_with(&json!({"sub": "0oaUnknown"}))
    }),
    case(
        401,
        "invalid_client",
        &["issuer and subject claim", "does not have a client secret"],
        4,
        |world| world.token_with_header(&json!({"alg": "HS256"})),
    ),
    case(401, "invalid_client", &["audience claim", "must be the endpoint invoked"], 4, |world| {
        world.token_with(&json!({"aud": world.org.org_url()}))
    }),
    case(401, "invalid_client", &["must contain the 'exp' claim as seconds"], 4, |world| {
        world.token_with(&json!({"exp": "1800000000"}))
    }),
    case(401, "invalid_client", &["token is expired"], 4, |world| {
        world.token_with(&json!({"exp": world.now() - 1}))
    }),
    case(401, "invalid_client", &["expiration too far into the future"], 4, |world| {
        world.token_with(&json!({"exp": world.now() + 3700}))
    }),
    case(401, "invalid_client", &["must be issued before the current time"], 4, |world| {
        world.token_with(&json!({"iat": world.now() + 60}))
    }),
    case(401, "invalid_client", &["has already been used"], 4, |world| {
        let assertion = world.assertion(&json!({}), &json!({}));
        assert_eq!(world.token(&form(&assertion)).status, 200);
        world.token(&form(&assertion))
    }),
    case(401, "invalid_client", &["signature is invalid"], 4, |world| {
        let assertion = world.assertion(&json!({}), &json!({}));
        let (input, _) = assertion.rsplit_once('.').unwrap();
        world.token(&form(&format!("{input}.{}", "A".repeat(86))))
    }),
    case(401, "invalid_client", &["parsing of the client_assertion failed"], 4, |world| {
        world.token(&form("no.jwt"))
    }),
    case(401, "invalid_client", &["kid is invalid"], 4, |world| {
        world.token_with_header(&json!({"kid": "unknown"}))
    }),
    case(401, "invalid_client", &["signature algorithm is invalid"], 4, |world| {
        world.token_with_header(&json!({"alg": "PS256"}))
    }),
    case(401, "invalid_client", &["does not have a JWKSet configured"], 4, |world| {
        let client = world.register(&json!({"jwks": null}));
        world.token_with(&json!({"iss": client, "sub": client}))
    }),
    case(
        401,
        "invalid_client",
        &["Error retrieving the client JWKSet from jwks_uri"],
        4,
        |world| {
            let uri = "https://svc.example/jwks.json";
            let client = world.register(&json!({"jwks": null, "jwks_uri": uri}));
            world.token_with(&json!({"iss": client, "sub": client}))
        },
    ),
    case(401, "invalid_client", &["needs to be signed using a signing key"], 4, |world| {
        let mut key = world.public_jwk();
        key["use"] = json!("enc");
        let client = world.register(&json!({"jwks": {"keys": [key]}}));
        world.token_with(&json!({"iss": client, "sub": client}))
    }),
    case(401, "invalid_client", &["client JWKSet is invalid"], 4, |_| {
        World::with_spoiled_key().token_with(&json!({}))
    }),
    case(401, "invalid_client", &["too short to verify a JWT HMAC"], 4, |world| {
        let client = world.register_with_secret("client_secret_jwt", "0123456789abcdef");
        let claims = json!({"iss": client, "sub": client});
        world.token(&form(&world.assertion(&json!({"alg": "HS256"}), &claims)))
    }),
    case(401, "invalid_client", &["must use the private_key_jwt"], 4, |world| {
        let client = world.register_with_secret("client_secret_basic", SECRET);
        world.token_as(&world::basic(&client, SECRET), SECRET_FORM)
    }),
    case(401, "invalid_client", &["Client authentication failed"], 4, |world| {
        let client = world.register_with_secret("client_secret_basic", SECRET);
        world.token_as(&world::basic(&client, "wrong"), SECRET_FORM)
    }),
    case(401, "invalid_client", &["Found Authentication header but was not valid"], 4, |world| {
        world.token_as("Bearer x", SECRET_FORM)
    }),
    case(401, "invalid_request", &["Cannot supply multiple client credentials"], 4, |world| {
        let assertion = world.assertion(&json!({}), &json!({}));
        world.token_as(&world::basic("a", "b"), &form(&assertion))
    }),
    case(
        400,
        "unauthorized_client",
        &["not authorized to use the provided grant type"],
        5,
        |world| {
            let assertion = world.assertion(&json!({}), &json!({}));
            world.token(&form(&assertion).replace("client_credentials", "refresh_token"))
        },
    ),
    case(
        401,
        "invalid_client",
        &["Only clients with 'application_type' of 'service'"],
        4,
        |world| {
            let client = world.register(&json!({
                "application_type": "web",
                "grant_types": ["client_credentials", "authorization_code"],
                "response_types": ["code"],
                "redirect_uris": ["https://svc.example/callback"],
            }));
            world.token_with(&json!({"iss": client, "sub": client}))
        },
    ),
    case(401, "invalid_client", &["No client credentials found"], 4, |world| {
        world.token(SECRET_FORM)
    }),
    case(401, "invalid_client", &["Invalid value for 'client_id' parameter"], 4, |world| {
        world.token(&format!(
            "{}&client_id=0oaUnknown",
            form(&world.assertion(&json!({}), &json!({})))
        ))
    }),
    case(400, "invalid_request", &["client_assertion_type is invalid"], 5, |world| {
        let assertion = world.assertion(&json!({}), &json!({}));
        world.token(&form(&assertion).replace(TYPE, "urn%3Awrong"))
    }),
    case(400, "invalid_request", &["cannot be supplied via query"], 5, |world| {
        let assertion = world.assertion(&json!({}), &json!({}));
        let query = format!("client_assertion={assertion}");
        post_form(&format!("{}?{query}", world.token_url()), &form(&assertion))
    }),
    case(
        400,
        "invalid_request",
        &["contained multiple parameters with the same name"],
        5,
        |world| {
            let assertion = world.assertion(&json!({}), &json!({}));
            world.token(&format!("{}&scope=okta.users.read", form(&assertion)))
        },
    ),
    case(400, "invalid_request", &["must specify a 'grant_type'"], 5, |world| {
        let assertion = world.assertion(&json!({}), &json!({}));
        world.token(&form(&assertion).replace("grant_type", "other"))
    }),
    case(400, "invalid_request", &["authorization server id is invalid"], 5, |world| {
        let url = format!("{}/oauth2/ausUnknown/v1/token", world.org.org_url());
        post_form(&url, &form(&world.assertion(&json!({}), &json!({"aud": url}))))
    }),
    case(400, "invalid_scope", &["One or more scopes are not configured"], 5, |world| {
        world.token_for_scope("okta.unheard.of")
    }),
    case(400, "invalid_scope", &["Cannot request 'openid' scopes"], 5, |world| {
        world.token_for_scope("openid")
    }),
    case(
        400,
        "consent_required",
        &["You are not allowed any of the requested scopes"],
        5,
        |world| world.token_for_scope("okta.groups.read"),
    ),
    case(400, "invalid_dpop_proof", &["DPoP proof JWT header is missing"], 4, |world| {
        let client = world.register_app_bound_to_dpop();
        world.token_with(&json!({"iss": client, "sub": client}))
    }),
];

#[test]
fn each_refusal_ends_in_its_exit_code_the_servers_words_and_the_next_command() {
    let world = World::new();
    for case in CASES {
        let answer = (case.provoke)(&world);
        let description = check_answer(case, &answer);
        let fault = Fault::answer("/oauth2/v1/token", answer.status);
        world.org.inject(fault.with_body(&answer.content_type, answer.body));
        // With proofs the demand for one would be met.
        let outcome = world.sandbox.run(&["token", "get", "--dpop", "never"]);
        let hint = outcome.stderr.split_once("hint: ").map_or("", |(_, hint)| hint);
        assert!(hint.contains("okta-m2m "), "{outcome}");
        outcome.refused(case.code, &[&description, case.error]);
    }
    assert_eq!(world.org.armed_faults(), []);
}

/// What the emulator says is what Okta's catalogue says; gives the description.
#[track_caller]
fn check_answer(case: &Case, answer: &Answer) -> String {
    let body = answer.json();
    assert_eq!((answer.status, &body["error"]), (case.status, &Value::from(case.error)), "{body}");
    let description = body["error_description"].as_str().unwrap();
    let mut rest = description;
    for word in case.words {
        let at = rest.find(word).unwrap_or_else(|| panic!("`{word}` is not in `{description}`"));
        rest = &rest[at + word.len()..];
    }
    description.to_owned()
}

#[test]
fn the_failure_object_of_json_has_what_the_server_said() {
    let world = World::new();
    let outcome =
        world.sandbox.run(&["token", "get", "--scope", "okta.groups.read", "--format", "json"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (5, ""), "{outcome}");
    let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
    let error = &error["error"];
    assert_eq!((&error["class"], &error["code"]), (&json!("request_refused"), &json!(5)));
    assert_eq!(error["server"]["status"], 400);
    assert_eq!(error["server"]["error"], "consent_required");
    assert!(error["server"]["request_id"].is_string());
    assert!(error["hint"].as_str().unwrap().contains("okta-m2m grant add"));
}

#[test]
fn t_14_scopes_that_were_dropped_silently_are_named() {
    let world = World::new();
    let scopes = "okta.users.read okta.groups.read";
    world
        .sandbox
        .run(&["token", "get", "--scope", scopes])
        .refused(5, &["left out `okta.groups.read`", "okta-m2m grant add"]);
}

#[test]
fn a_call_without_the_scope_names_it_and_one_without_the_role_says_so() {
    let world = World::new();
    world
        .sandbox
        .run(&["api", "GET", "/api/v1/groups"])
        .refused(4, &["okta.groups.read", "okta-m2m grant add"]);
    world
        .sandbox
        .run(&["api", "GET", "/api/v1/users"])
        .refused(4, &["E0000006", "okta-m2m role assign"]);
}

#[test]
fn rate_limits_are_waited_for_or_told() {
    let world = World::new();
    let limit = std::time::Duration::from_secs(90);
    world.org.inject(Fault::rate_limited("/oauth2/v1/token", limit));
    let outcome = world.sandbox.run(&["token", "get", "--format", "json"]);
    assert_eq!(outcome.code, 6, "{outcome}");
    let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
    let wait = error["error"]["retry_after_s"].as_u64().unwrap();
    assert!((85..=95).contains(&wait), "{wait}");
    assert_eq!(error["error"]["server"]["errorCode"], "E0000047");
}

#[test]
fn t_04_an_attempt_after_a_lost_answer_has_an_assertion_of_its_own() {
    let world = World::new();
    world.org.inject(Fault::lost_response("/oauth2/v1/token"));
    let before = world.org.requests().len();
    drop(world.sandbox.run(&["token", "get"]).stdout());
    let attempts = &world.org.requests()[before..];
    assert_eq!(attempts.len(), 2);
    assert_ne!(attempts[0].body, attempts[1].body);
    assert!(attempts.iter().all(|it| it.body.contains("client_assertion=ey")));
}

#[test]
fn an_org_that_is_not_there_is_class_7_and_nonsense_is_class_8() {
    let world = World::new();
    let token = |url: &str| world.sandbox.run(&["token", "get", "--org-url", url]);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    token(&format!("http://{closed}")).refused(7, &["cannot be reached"]);
    let page = Fault::answer("/oauth2/v1/token", 200).with_body("text/html", "<html>Welcome");
    world.org.inject(page);
    world.sandbox.run(&["token", "get"]).refused(8, &["not JSON (text/html)", "<html>Welcome"]);
}
