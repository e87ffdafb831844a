//! V-26, V-27 and V-28: lists and answers that no sound org gives.

use serde_json::{Value, json};

use crate::scripted_org::{Org, RSA_KEY, answer, app_id, app_json, jwk_set};
use crate::{AppId, AppStatus, KeySource, RegisterError, ServiceApp};

fn labelled(apps: &Value) -> Vec<String> {
    let org = Org::new(vec![answer(200, apps)]);
    let found = org.registrar().list_by_label("sync").unwrap();
    found.into_iter().map(|client| client.app_id.to_string()).collect()
}

#[test]
fn v_26_apps_of_one_label_are_all_shown_and_none_is_guessed() {
    assert_eq!(labelled(&json!([])), [""; 0]);
    assert_eq!(
        labelled(&json!([app_json("0oa1", "sync"), app_json("0oa2", "sync")])),
        ["0oa1", "0oa2"]
    );
    let mut no_client_id = app_json("0oa3", "sync");
    no_client_id["credentials"]["oauthClient"]["client_id"] = Value::Null;
    assert_eq!(labelled(&json!([no_client_id, app_json("0oa4", "sync")])), ["0oa4"]);

    let thumbprint = jwk_set(RSA_KEY).keys()[0].thumbprint();
    let twins = json!([app_json("0oa1", "sync"), app_json("0oa2", "sync")]);
    let org = Org::new(vec![answer(200, &twins)]);
    let error = org.registrar().find_by_key("sync", &thumbprint).unwrap_err();
    assert!(matches!(error, RegisterError::Ambiguous { .. }), "{error:?}");
    let org = Org::new(vec![answer(200, &json!([]))]);
    assert!(org.registrar().find_by_key("sync", &thumbprint).unwrap().is_none());
}

#[test]
fn v_26_an_inactive_app_is_found_and_its_status_told() {
    let mut inactive = app_json("0oa1", "sync");
    inactive["status"] = "INACTIVE".into();
    let org = Org::new(vec![answer(200, &json!([inactive]))]);
    let found = org.registrar().list_by_label("sync").unwrap();
    assert_eq!(found[0].status, Some(AppStatus::Inactive));
}

#[test]
fn v_27_fifty_one_odd_keys_hide_no_other_and_name_no_path() {
    let known: Value = serde_json::from_str(RSA_KEY).unwrap();
    let mut keys: Vec<Value> = (0..51)
        .map(|n| {
            let kty = ["LMS", "oct", "", "EC"][n % 4];
            json!({
                "kty": kty,
                "kid": Value::Null,
                "status": "SOMEDAY",
                "id": "../../apps/0oa2",
            })
        })
        .collect();
    keys.push(known);
    let org = Org::new(vec![answer(200, &json!({"keys": keys}))]);
    let listed = org.registrar().keys(&app_id()).unwrap();
    assert_eq!(listed.len(), 52);
    assert_eq!(listed.iter().filter(|key| key.thumbprint.is_some()).count(), 1);
    assert_eq!((&listed[0].kid, listed[0].status.as_deref()), (&None, Some("SOMEDAY")));
    assert_eq!(org.requests(), ["GET /api/v1/apps/0oa1/credentials/jwks"]);
    for text in ["../../apps/0oa2", "a/b", "..", "a%2fb", ""] {
        AppId::new(text).unwrap_err();
    }
}

#[test]
fn v_28_a_created_app_that_is_another_is_no_success() {
    let app = ServiceApp::new("sync", KeySource::Jwks(jwk_set(RSA_KEY))).unwrap();
    let other_label = app_json("0oa1", "another");
    let mut other_key = app_json("0oa1", "sync");
    other_key["settings"]["oauthClient"]["jwks"] = json!({"keys": []});
    let mut other_type = app_json("0oa1", "sync");
    other_type["settings"]["oauthClient"]["application_type"] = "web".into();
    for (status, described) in [(201, other_label), (200, other_key), (201, other_type)] {
        let org = Org::new(vec![answer(status, &described)]);
        let error = org.registrar().register(&app).unwrap_err();
        assert!(matches!(error, RegisterError::UnexpectedAnswer { .. }), "{error:?}");
        assert_eq!(org.requests().len(), 1, "nothing is tried again or undone");
    }
    let org = Org::new(vec![answer(200, &app_json("0oa2", "sync"))]);
    let error = org.registrar().read(&app_id()).unwrap_err();
    assert!(matches!(error, RegisterError::UnexpectedAnswer { .. }), "{error:?}");
}
