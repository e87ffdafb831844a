//! The shapes of a list of keys.

use serde_json::json;

use super::*;
use crate::scripted_org::{
    EC_KEY, Org, RSA_KEY, RSA_THUMBPRINT, answer, app_id, cut, empty, refusal,
};

#[test]
fn three_shapes_are_one_list() {
    let mut key: Value = serde_json::from_str(RSA_KEY).unwrap();
    key["id"] = "pks1".into();
    key["status"] = "INACTIVE".into();
    for answered in [json!([key]), json!({"keys": [key]}), json!({"jwks": {"keys": [key]}})] {
        let org = Org::new(vec![answer(200, &answered)]);
        let keys = org.registrar().keys(&app_id()).unwrap();
        let expected = RegisteredKey {
            kid: Some("2011-04-29".to_owned()),
            status: Some("INACTIVE".to_owned()),
            id: Some(StoredKeyId::new("pks1").unwrap()),
            thumbprint: keys[0].thumbprint.clone(),
            key_use: None,
            created: None,
            last_updated: None,
        };
        assert_eq!(keys, [expected]);
        assert_eq!(keys[0].thumbprint.as_ref().unwrap().as_str(), RSA_THUMBPRINT);
        assert_eq!(org.requests(), ["GET /api/v1/apps/0oa1/credentials/jwks"]);
    }
}

#[test]
fn a_key_that_cannot_be_read_hides_no_other() {
    let known: Value = serde_json::from_str(RSA_KEY).unwrap();
    let unknown = json!({"kty": "OKP", "kid": null, "status": "SOMEDAY", "id": "../x", "crv": "Ed25519", "x": "AA"});
    let without_curve = json!({"kty": "EC", "kid": "2", "crv": null, "x": "AA", "y": "AA"});
    let org = Org::new(vec![answer(200, &json!([unknown, without_curve, known]))]);
    let keys = org.registrar().keys(&app_id()).unwrap();
    assert_eq!(
        keys.iter().map(|key| key.thumbprint.is_some()).collect::<Vec<_>>(),
        [false, false, true]
    );
    assert_eq!((keys[0].kid.as_deref(), keys[1].kid.as_deref()), (None, Some("2")));
    assert_eq!((&keys[0].id, keys[0].is_active()), (&None, false));
}

#[test]
fn what_is_no_list() {
    for answered in [json!({}), json!("x"), json!([1]), json!({"keys": {}}), Value::Null] {
        let org = Org::new(vec![answer(200, &answered)]);
        let error = org.registrar().keys(&app_id()).unwrap_err();
        assert!(matches!(error, RegisterError::UnexpectedAnswer { .. }), "{answered}: {error:?}");
    }
}

const JWKS: &str = "/api/v1/apps/0oa1/credentials/jwks";

/// The answer to a key that was added.
fn stored(key: &str) -> Value {
    let mut stored: Value = serde_json::from_str(key).unwrap();
    stored["id"] = "pks2".into();
    stored["status"] = "ACTIVE".into();
    stored["created"] = "2026-08-21T10:00:00.000Z".into();
    stored
}

fn rsa_key() -> PublicJwk {
    PublicJwk::parse(RSA_KEY).unwrap()
}

#[test]
fn a_key_is_added_with_what_okta_asks_of_it() {
    let org = Org::new(vec![answer(201, &stored(RSA_KEY))]);
    let key = org.registrar().add_key(&app_id(), &rsa_key()).unwrap();
    assert!(key.is_active());
    assert_eq!(key.created.as_deref(), Some("2026-08-21T10:00:00.000Z"));
    let sent = org.requests().remove(0);
    let body: Value =
        serde_json::from_str(sent.strip_prefix(&format!("POST {JWKS} ")).unwrap()).unwrap();
    assert_eq!(
        (&body["kid"], &body["use"], &body["status"]),
        (&json!("2011-04-29"), &json!("sig"), &json!("ACTIVE"))
    );
}

#[test]
fn r_07_another_key_than_the_one_sent_is_no_success() {
    let org = Org::new(vec![answer(201, &stored(EC_KEY))]);
    let error = org.registrar().add_key(&app_id(), &rsa_key()).unwrap_err();
    assert!(matches!(error, RegisterError::UnexpectedAnswer { .. }), "{error:?}");
}

#[test]
fn whether_a_key_was_added_may_be_unknown() {
    let org = Org::new(vec![cut()]);
    let error = org.registrar().add_key(&app_id(), &rsa_key()).unwrap_err();
    assert!(matches!(error, RegisterError::OutcomeUnknown { .. }), "{error:?}");
    let org = Org::new(vec![refusal(500, "E0000009")]);
    let error = org.registrar().add_key(&app_id(), &rsa_key()).unwrap_err();
    assert!(matches!(error, RegisterError::CreationUnconfirmed { .. }), "{error:?}");
}

#[test]
fn a_key_is_named_by_oktas_id() {
    let key = StoredKeyId::new("pks1").unwrap();
    let org = Org::new(vec![cut(), answer(200, &json!({})), answer(200, &json!({})), empty(204)]);
    let registrar = org.registrar();
    registrar.deactivate_key(&app_id(), &key).unwrap();
    registrar.activate_key(&app_id(), &key).unwrap();
    registrar.delete_key(&app_id(), &key).unwrap();
    let lifecycle = |action| format!("POST {JWKS}/pks1/lifecycle/{action}");
    let (off, on) = (lifecycle("deactivate"), lifecycle("activate"));
    assert_eq!(org.requests(), [off.clone(), off, on, format!("DELETE {JWKS}/pks1")]);
    StoredKeyId::new("../apps").unwrap_err();
}
