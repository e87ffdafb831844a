//! What is sent, and what is taken for an answer.

use okta_http::Response;
use serde_json::{Value, json};

use super::*;
use crate::AppStatus;
use crate::scripted_org::{
    EC_KEY, Org, RSA_KEY, RSA_THUMBPRINT, answer, answer_with, app_json, cut, empty, jwk_set,
    refusal,
};

fn app() -> ServiceApp {
    ServiceApp::new("Nightly sync", KeySource::Jwks(jwk_set(RSA_KEY))).unwrap()
}

fn client_json() -> Value {
    json!({
        "client_id": "0oa1", "client_id_issued_at": 1_787_306_400, "client_name": "Nightly sync", "application_type": "service",
        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [serde_json::from_str::<Value>(RSA_KEY).unwrap()]},
    })
}

#[test]
fn the_apps_api() {
    let org = Org::new(vec![answer(200, &app_json("0oa1", "Nightly sync"))]);
    let client = org.registrar().register(&app()).unwrap();
    assert_eq!(client.app_id.as_str(), "0oa1");
    assert_eq!(client.status, Some(AppStatus::Active));
    assert_eq!(client.jwks[0].id.as_ref().unwrap().as_str(), "pks1");
    assert_eq!(client.jwks[0].thumbprint.as_ref().unwrap().as_str(), RSA_THUMBPRINT);

    let n = &RSA_KEY[RSA_KEY.find("\"n\"").unwrap()..RSA_KEY.find(",\"alg\"").unwrap()];
    let expected = format!(
        r#"POST /api/v1/apps?activate=true {{"name":"oidc_client","label":"Nightly sync","signOnMode":"OPENID_CONNECT","visibility":{{"hide":{{"iOS":true,"web":true}}}},"credentials":{{"oauthClient":{{"token_endpoint_auth_method":"private_key_jwt","pkce_required":false}}}},"settings":{{"oauthClient":{{"application_type":"service","grant_types":["client_credentials"],"response_types":["token"],"dpop_bound_access_tokens":false,"jwks":{{"keys":[{{"kty":"RSA","alg":"RS256","kid":"2011-04-29",{n},"use":"sig","status":"ACTIVE"}}]}}}}}}}}"#
    );
    assert_eq!(org.requests(), [expected]);
}

#[test]
fn the_clients_api() {
    let org = Org::new(vec![answer(201, &client_json())]);
    let client = org.registrar().register(&app().with_api(RegistrationApi::Clients)).unwrap();
    assert_eq!((client.client_id.as_str(), client.label.as_str()), ("0oa1", "Nightly sync"));
    assert_eq!(client.created.as_deref(), Some("2026-08-21T10:00:00Z"));
    assert_eq!((client.status, client.dpop_bound_access_tokens), (None, None));

    let request = org.requests().remove(0);
    let (head, body) = request.split_at("POST /oauth2/v1/clients ".len());
    assert_eq!(head, "POST /oauth2/v1/clients ");
    let mut body: Value = serde_json::from_str(body).unwrap();
    let keys = body.as_object_mut().unwrap().remove("jwks").unwrap();
    assert_eq!(keys["keys"][0]["kid"], "2011-04-29");
    assert_eq!(
        body,
        json!({
            "client_name": "Nightly sync", "application_type": "service", "grant_types": ["client_credentials"],
            "response_types": ["token"], "token_endpoint_auth_method": "private_key_jwt",
        })
    );
}

#[test]
fn a_key_without_labels_gets_them() {
    let mut key: Value = serde_json::from_str(EC_KEY).unwrap();
    key.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "kid" | "use"));
    let set = jwk_set(&key.to_string());
    let thumbprint = set.keys()[0].thumbprint().to_string();
    let mut answered = client_json();
    answered["jwks"]["keys"][0] = key;
    answered["jwks"]["keys"][0]["kid"] = thumbprint.clone().into();
    let org = Org::new(vec![answer(201, &answered)]);
    let app = ServiceApp::new("Nightly sync", KeySource::Jwks(set))
        .unwrap()
        .with_api(RegistrationApi::Clients);
    org.registrar().register(&app).unwrap();

    let request = org.requests().remove(0);
    let body: Value =
        serde_json::from_str(request.split_once(' ').unwrap().1.split_once(' ').unwrap().1)
            .unwrap();
    let sent = &body["jwks"]["keys"][0];
    assert_eq!(
        (&sent["use"], &sent["alg"], &sent["status"]),
        (&json!("sig"), &json!("ES256"), &json!("ACTIVE"))
    );
    assert_eq!((&sent["kid"], &sent["crv"]), (&json!(thumbprint), &json!("P-256")));
}

#[test]
fn a_url_of_keys_is_sent_instead_of_keys() {
    let uri = "https://keys.example/jwks.json";
    let mut answered = app_json("0oa1", "x");
    answered["settings"]["oauthClient"]["jwks"] = Value::Null;
    let mut elsewhere = answered.clone();
    elsewhere["settings"]["oauthClient"]["jwks_uri"] = "https://evil.example/".into();
    let app = ServiceApp::new("x", KeySource::JwksUri(uri.to_owned())).unwrap();
    for other in [&answered, &elsewhere] {
        let org = Org::new(vec![answer(200, other)]);
        let error = org.registrar().register(&app).unwrap_err();
        assert!(error.to_string().ends_with("`jwks_uri` is not `https://keys.example/jwks.json`"));
    }
    answered["settings"]["oauthClient"]["jwks_uri"] = uri.into();
    let org = Org::new(vec![answer(200, &answered)]);
    assert!(org.registrar().register(&app).unwrap().jwks.is_empty());
    let request = org.requests().remove(0);
    assert!(
        request.contains(r#""jwks_uri":"https://keys.example/jwks.json""#)
            && !request.contains("\"jwks\""),
        "{request}"
    );
}

#[test]
fn the_json_that_scripts_rely_on() {
    let org = Org::new(vec![answer(200, &app_json("0oa1", "Nightly sync"))]);
    let client = org.registrar().register(&app()).unwrap();
    insta::assert_snapshot!(
        serde_json::to_string(&client).unwrap(),
        @r#"{"client_id":"0oa1","app_id":"0oa1","label":"Nightly sync","status":"ACTIVE","created":"2026-08-21T10:00:00.000Z","dpop_bound_access_tokens":false,"jwks":[{"kid":"2011-04-29","status":"ACTIVE"}]}"#
    );
}

#[test]
fn dpop_is_asked_for_and_checked() {
    let org = Org::new(vec![answer(200, &app_json("0oa1", "Nightly sync"))]);
    let error = org.registrar().register(&app().with_dpop_bound(true)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer is not what was asked for: `dpop_bound_access_tokens` is not true"
    );
    assert!(org.requests()[0].contains("\"dpop_bound_access_tokens\":true"));

    let org = Org::new(Vec::new());
    let app = app().with_dpop_bound(true).with_api(RegistrationApi::Clients);
    let error = org.registrar().register(&app).unwrap_err();
    assert!(matches!(error, RegisterError::InvalidServiceApp(InvalidServiceApp::DpopNeedsAppsApi)));
    assert!(org.requests().is_empty());
}

#[test]
fn an_answer_that_describes_another_app_is_no_success() {
    let change = |pointer: &str, value: Value| {
        let mut json = app_json("0oa1", "Nightly sync");
        *json.pointer_mut(pointer).unwrap() = value;
        json
    };
    let other_key: Value = serde_json::from_str(EC_KEY).unwrap();
    let no_key = "no active key has the key id `2011-04-29` and the thumbprint `NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs`";
    for (answered, what) in [
        (
            change(
                "/credentials/oauthClient/token_endpoint_auth_method",
                json!("client_secret_basic"),
            ),
            "the authentication method is not `private_key_jwt`",
        ),
        (
            change("/credentials/oauthClient/token_endpoint_auth_method", Value::Null),
            "the authentication method is not `private_key_jwt`",
        ),
        (
            change("/settings/oauthClient/application_type", json!("web")),
            "the application type is not `service`",
        ),
        (
            change("/settings/oauthClient/dpop_bound_access_tokens", json!(true)),
            "`dpop_bound_access_tokens` is not false",
        ),
        (
            change("/settings/oauthClient/dpop_bound_access_tokens", Value::Null),
            "`dpop_bound_access_tokens` is not false",
        ),
        (change("/settings/oauthClient/jwks/keys/0", other_key), no_key),
        (change("/settings/oauthClient/jwks", Value::Null), no_key),
        (change("/settings/oauthClient/jwks/keys/0/kid", json!("another")), no_key),
        (change("/settings/oauthClient/jwks/keys/0/kid", Value::Null), no_key),
        (change("/settings/oauthClient/jwks/keys/0/status", json!("INACTIVE")), no_key),
        (change("/label", json!("Nightly sync 2")), "the label is not `Nightly sync`"),
        (change("/status", json!("INACTIVE")), "the app is not active"),
        (change("/credentials/oauthClient/client_id", Value::Null), "the app has no client id"),
    ] {
        let org = Org::new(vec![answer(200, &answered)]);
        match org.registrar().register(&app()).unwrap_err() {
            RegisterError::UnexpectedAnswer { what: seen, app_id } => {
                assert_eq!(seen, what);
                assert_eq!(app_id.unwrap().as_str(), "0oa1");
            }
            other => panic!("{what}: {other:?}"),
        }
        assert_eq!(org.requests().len(), 1, "nothing is undone");
    }
}

#[test]
fn an_answer_that_cannot_be_read_leaves_the_outcome_unknown() {
    let html = vec![("content-type".to_owned(), "text/html".to_owned())];
    let page = Response::new(200, html, b"<h1>Sign in</h1>".to_vec());
    let mut outcomes = vec![Ok(page), empty(200)];
    outcomes.extend(
        [json!([]), json!({}), json!({"id": 123}), json!("0oa1")].map(|it| answer(200, &it)),
    );
    for outcome in outcomes {
        let org = Org::new(vec![outcome]);
        let error = org.registrar().register(&app()).unwrap_err();
        assert!(matches!(error, RegisterError::OutcomeUnknown { .. }), "{error:?}");
        assert_eq!(
            error.to_string(),
            "whether the org carried out `register a service app` is not known"
        );
        assert_eq!(org.requests().len(), 1);
    }
}

#[test]
fn an_id_that_no_path_can_hold_is_no_success() {
    let mut evil_id = app_json("0oa1", "Nightly sync");
    evil_id["id"] = "../../evil".into();
    let org = Org::new(vec![answer(200, &evil_id)]);
    let error = org.registrar().register(&app()).unwrap_err();
    assert!(matches!(error, RegisterError::UnexpectedAnswer { app_id: None, .. }), "{error:?}");
}

#[test]
fn a_lost_answer_is_never_asked_for_again() {
    for api in [RegistrationApi::Apps, RegistrationApi::Clients] {
        let org = Org::new(vec![cut()]);
        let error = org.registrar().register(&app().with_api(api)).unwrap_err();
        assert!(matches!(error, RegisterError::OutcomeUnknown { .. }), "{error:?}");
        assert_eq!(org.requests().len(), 1);
    }
}

#[test]
fn refusals_keep_the_servers_words() {
    let org = Org::new(vec![refusal(403, "E0000006")]);
    match org.registrar().register(&app()).unwrap_err() {
        RegisterError::Refused(server) => assert_eq!(server.error_code(), Some("E0000006")),
        other => panic!("{other:?}"),
    }
    let metadata =
        json!({"error": "invalid_client_metadata", "error_description": "client_name: blank"});
    let org = Org::new(vec![answer(400, &metadata)]);
    match org.registrar().register(&app().with_api(RegistrationApi::Clients)).unwrap_err() {
        RegisterError::Refused(server) => {
            assert_eq!(server.description(), Some("client_name: blank"));
        }
        other => panic!("{other:?}"),
    }
    for status in [500, 502, 503, 504] {
        let org = Org::new(vec![refusal(status, "E0000009")]);
        match org.registrar().register(&app()).unwrap_err() {
            RegisterError::CreationUnconfirmed { server, .. } => assert_eq!(server.status, status),
            other => panic!("{other:?}"),
        }
        assert_eq!(org.requests().len(), 1, "a creation is not repeated after {status}");
    }
}

#[test]
fn a_rate_limit_is_waited_for() {
    let limited = answer_with(
        429,
        &[("retry-after", "2")],
        &json!({"errorCode": "E0000047", "errorSummary": "slow down"}),
    );
    let org = Org::new(vec![limited, answer(200, &app_json("0oa1", "Nightly sync"))]);
    assert!(org.registrar().register(&app()).is_ok());
    assert_eq!(org.requests().len(), 2);
}
