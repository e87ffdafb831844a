//! The shapes of a list of keys.

use serde_json::json;

use super::*;
use crate::scripted_org::{Org, RSA_KEY, RSA_THUMBPRINT, answer, app_id};

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
            id: Some("pks1".to_owned()),
            thumbprint: keys[0].thumbprint.clone(),
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
}

#[test]
fn what_is_no_list() {
    for answered in [json!({}), json!("x"), json!([1]), json!({"keys": {}}), Value::Null] {
        let org = Org::new(vec![answer(200, &answered)]);
        let error = org.registrar().keys(&app_id()).unwrap_err();
        assert!(matches!(error, RegisterError::UnexpectedAnswer { .. }), "{answered}: {error:?}");
    }
}
