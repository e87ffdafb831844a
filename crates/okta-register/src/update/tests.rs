//! Apps that are read, changed and put back.

use serde_json::json;

use super::*;
use crate::scripted_org::{EC_KEY, Org, RSA_KEY, answer, app_id, app_json, jwk_set};

/// An app with members that nobody here knows.
fn app() -> Value {
    let mut app = app_json("0oa1", "x");
    app["settings"]["notes"] = json!({"admin": "kept"});
    app["lastUpdated"] = "2026-01-01T00:00:00.000Z".into();
    app
}

/// Plans a change and carries it out between two readings, the second of which may differ.
fn update(
    change: &AppChange,
    again: Value,
    answered: &Value,
) -> (Result<(), RegisterError>, PlannedUpdate, Vec<String>) {
    let org = Org::new(vec![answer(200, &app()), answer(200, &again), answer(200, answered)]);
    let registrar = org.registrar();
    let planned = registrar.plan_update(&app_id(), change).unwrap();
    let outcome = registrar.update(&planned);
    let requests = if matches!(outcome, Err(RegisterError::Conflict { .. })) {
        Vec::new()
    } else {
        org.requests()
    };
    (outcome, planned, requests)
}

#[test]
fn the_whole_app_is_put_back() {
    let mut after = app();
    after["settings"]["oauthClient"]["dpop_bound_access_tokens"] = true.into();
    after["label"] = "y".into();
    let change = AppChange::new().with_dpop_bound(true).with_label("y").unwrap();
    let mut again = app();
    again["lastUpdated"] = "2026-02-02T00:00:00.000Z".into();
    let (outcome, planned, requests) = update(&change, again, &after);
    outcome.unwrap();
    assert!(planned.losses().is_empty());
    let body = requests[2].strip_prefix("PUT /api/v1/apps/0oa1 ").unwrap();
    let mut sent = after;
    for read_only in ["id", "status", "created", "lastUpdated"] {
        sent.as_object_mut().unwrap().remove(read_only).unwrap();
    }
    let key = sent.pointer_mut("/settings/oauthClient/jwks/keys/0").unwrap();
    key.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), sent);
}

#[test]
fn what_somebody_else_changed_meanwhile_is_not_undone() {
    let mut again = app();
    again["settings"]["notes"]["admin"] = "by somebody else".into();
    let change = AppChange::new().with_dpop_bound(true);
    let (outcome, ..) = update(&change, again, &Value::Null);
    assert!(matches!(outcome, Err(RegisterError::Conflict { .. })), "{outcome:?}");
}

#[test]
fn what_the_org_deletes_is_said() {
    let losses = |before: Value, keys: KeySource| {
        let org = Org::new(vec![answer(200, &before)]);
        let change = AppChange::new().with_keys(keys).unwrap();
        org.registrar().plan_update(&app_id(), &change).unwrap().losses().to_vec()
    };
    let url = || KeySource::JwksUri("https://keys.example/".to_owned());
    assert_eq!(losses(app(), url()), ["the stored keys 2011-04-29"]);
    assert!(losses(app(), KeySource::Jwks(jwk_set(RSA_KEY))).is_empty());
    let other = EC_KEY.replace(r#""use":"enc","#, "");
    assert_eq!(losses(app(), KeySource::Jwks(jwk_set(&other))), ["the stored keys 2011-04-29"]);
    let mut secret = app();
    secret["credentials"]["oauthClient"]["token_endpoint_auth_method"] =
        "client_secret_basic".into();
    secret["settings"]["oauthClient"]["jwks"] = Value::Null;
    let lost = losses(secret, url());
    assert!(lost.len() == 1 && lost[0].contains("secrets"), "{lost:?}");
}

#[test]
fn keys_and_their_url_never_stand_side_by_side() {
    let org = Org::new(vec![answer(200, &app())]);
    let change = AppChange::new();
    let change = change.with_keys(KeySource::JwksUri("https://keys.example/".to_owned())).unwrap();
    let planned = org.registrar().plan_update(&app_id(), &change).unwrap();
    let client = &planned.after["settings"]["oauthClient"];
    assert_eq!((&client["jwks_uri"], client.get("jwks")), (&json!("https://keys.example/"), None));
}

#[test]
fn nothing_to_change_is_nothing_sent() {
    let org = Org::new(vec![answer(200, &app())]);
    let change = AppChange::new().with_dpop_bound(false).with_label("x").unwrap();
    let registrar = org.registrar();
    let planned = registrar.plan_update(&app_id(), &change).unwrap();
    registrar.update(&planned).unwrap();
    assert_eq!(org.requests().len(), 1);
}

#[test]
fn r_07_an_answer_that_says_otherwise_is_no_success() {
    let (outcome, ..) = update(&AppChange::new().with_dpop_bound(true), app(), &app());
    let Err(RegisterError::UnexpectedAnswer { what, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(what, "`dpop_bound_access_tokens` is not what was sent");
}

#[test]
fn what_is_no_client_is_left_alone() {
    let org = Org::new(vec![answer(200, &json!({"id": "0oa1", "settings": {}}))]);
    let error = org.registrar().plan_update(&app_id(), &AppChange::new()).unwrap_err();
    assert!(matches!(error, RegisterError::UnexpectedAnswer { .. }), "{error:?}");
}
