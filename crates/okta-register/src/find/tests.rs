//! Lists, pages and what counts as ours.

use okta_http::HttpError;
use serde_json::{Value, json};

use super::*;
use crate::scripted_org::{
    Org, RSA_KEY, answer, answer_with, app_id, app_json, empty, jwk_set, refusal,
};

fn thumbprint() -> Thumbprint {
    jwk_set(RSA_KEY).keys()[0].thumbprint()
}

fn ids(clients: &[RegisteredClient]) -> Vec<&str> {
    clients.iter().map(|client| client.app_id.as_str()).collect()
}

#[test]
fn one_app() {
    let org = Org::new(vec![answer(200, &app_json("0oa1", "x"))]);
    assert_eq!(org.registrar().read(&app_id()).unwrap().client_id, "0oa1");
    assert_eq!(org.requests(), ["GET /api/v1/apps/0oa1"]);
}

#[test]
fn an_app_of_another_type_or_id_is_not_it() {
    let mut web = app_json("0oa1", "x");
    web["settings"]["oauthClient"]["application_type"] = "web".into();
    for answered in [web, app_json("0oa2", "x"), json!({"id": "0oa1", "settings": null})] {
        let org = Org::new(vec![answer(200, &answered)]);
        let error = org.registrar().read(&app_id()).unwrap_err();
        assert!(matches!(error, RegisterError::UnexpectedAnswer { .. }), "{error:?}");
    }
    let org = Org::new(vec![refusal(404, "E0000007")]);
    assert!(
        matches!(org.registrar().read(&app_id()), Err(RegisterError::Refused(server)) if server.status == 404)
    );
}

#[test]
fn all_pages_and_service_apps_only() {
    let saml = json!({"id": "0oa9", "label": "x", "name": "saml", "credentials": null, "settings": {"app": {"n": 1}}, "x": [[[]]]});
    let link = "<https://acme.okta.com/api/v1/apps?limit=200>; rel=\"self\", <https://acme.okta.com/api/v1/apps?after=a%2Bb&limit=200>; rel=\"next\"";
    let first = json!([app_json("0oa1", "a"), saml]);
    let org = Org::new(vec![
        answer_with(200, &[("link", link)], &first),
        answer(200, &json!([app_json("0oa2", "b")])),
    ]);
    assert_eq!(ids(&org.registrar().list().unwrap()), ["0oa1", "0oa2"]);
    assert_eq!(
        org.requests(),
        [
            "GET /api/v1/apps?filter=name%20eq%20%22oidc_client%22&limit=200",
            "GET /api/v1/apps?after=a%2Bb&limit=200",
        ]
    );
}

#[test]
fn pages_stay_at_the_org_and_end() {
    let foreign = "<https://evil.example/api/v1/apps>; rel=\"next\"";
    let org = Org::new(vec![answer_with(200, &[("link", foreign)], &json!([]))]);
    assert!(matches!(
        org.registrar().list(),
        Err(RegisterError::Http(HttpError::Malformed { .. }))
    ));
    assert_eq!(org.requests().len(), 1);

    let to_itself = "</api/v1/apps?after=1>; rel=\"next\"";
    let page = || answer_with(200, &[("link", to_itself)], &json!([]));
    let org = Org::new(vec![page(), page()]);
    assert!(matches!(org.registrar().list(), Err(RegisterError::UnexpectedAnswer { .. })));
    assert_eq!(org.requests().len(), 2);

    let endless = (0..100).map(|n| {
        let link = format!("</api/v1/apps?after={n}>; rel=\"next\"");
        answer_with(200, &[("link", &link)], &json!([]))
    });
    let org = Org::new(endless.collect());
    let error = org.registrar().list().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer is not what was asked for: a list has more than 100 pages"
    );
    assert_eq!(org.requests().len(), 100);
}

#[test]
fn an_odd_app_hides_no_other() {
    let mut without_client_id = app_json("0oa1", "a");
    without_client_id["credentials"] = Value::Null;
    let odd_id = app_json("../x", "b");
    let answered = json!([without_client_id, odd_id, app_json("0oa3", "c")]);
    let org = Org::new(vec![answer(200, &answered)]);
    assert_eq!(ids(&org.registrar().list().unwrap()), ["0oa3"]);
}

#[test]
fn a_list_that_is_none() {
    for answered in [json!({}), json!([1]), json!([{"label": "x"}]), Value::Null] {
        let org = Org::new(vec![answer(200, &answered)]);
        assert!(
            matches!(org.registrar().list(), Err(RegisterError::Http(HttpError::Malformed { .. }))),
            "{answered}"
        );
    }
    let org = Org::new(vec![empty(200)]);
    assert!(org.registrar().list().is_err());
}

#[test]
fn a_label_is_matched_exactly() {
    let answered = json!([
        app_json("0oa1", "sync & co"),
        app_json("0oa2", "sync & co 2"),
        app_json("0oa3", "Sync & co")
    ]);
    let org = Org::new(vec![answer(200, &answered)]);
    assert_eq!(ids(&org.registrar().list_by_label("sync & co").unwrap()), ["0oa1"]);
    assert_eq!(org.requests(), ["GET /api/v1/apps?q=sync%20%26%20co&limit=200"]);
}

#[test]
fn the_key_decides_which_app_is_ours() {
    let mut same_label = app_json("0oa1", "sync");
    same_label["settings"]["oauthClient"]["jwks"] =
        json!({"keys": [{"kty": "RSA", "kid": "2011-04-29", "n": "AQ", "e": "AQAB"}]});
    let same_key = app_json("0oa2", "other label");
    let ours = app_json("0oa3", "sync");
    let org = Org::new(vec![answer(200, &json!([same_label, same_key, ours]))]);
    let found = org.registrar().find_by_key("sync", &thumbprint()).unwrap();
    assert_eq!(found.unwrap().app_id.as_str(), "0oa3");

    let org = Org::new(vec![answer(200, &json!([same_label, same_key]))]);
    assert!(org.registrar().find_by_key("sync", &thumbprint()).unwrap().is_none());
}

#[test]
fn twins_are_not_guessed_at() {
    let org =
        Org::new(vec![answer(200, &json!([app_json("0oa1", "sync"), app_json("0oa2", "sync")]))]);
    match org.registrar().find_by_key("sync", &thumbprint()).unwrap_err() {
        RegisterError::Ambiguous { label, app_ids } => {
            assert_eq!((label.as_str(), app_ids.len()), ("sync", 2));
        }
        other => panic!("{other:?}"),
    }
}
