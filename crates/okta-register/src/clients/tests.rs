//! Clients read and deleted by the registration API.

use serde_json::json;

use super::*;
use crate::scripted_org::{Org, answer, empty, refusal};

#[test]
fn a_client_is_read_by_the_api_that_registers() {
    let shown = json!({
        "client_id": "svc-1", "client_name": "svc", "application_type": "service", "jwks_uri": "https://keys.example/",
        "token_endpoint_auth_method": "private_key_jwt", "client_id_issued_at": 1_787_000_000,
    });
    let org = Org::new(vec![answer(200, &shown), answer(200, &shown)]);
    let client = org.registrar().read_client("svc-1").unwrap();
    assert_eq!((client.label.as_str(), client.status), ("svc", None));
    assert_eq!(client.jwks_uri.as_deref(), Some("https://keys.example/"));
    let error = org.registrar().read_client("svc-2").unwrap_err();
    assert!(matches!(error, RegisterError::UnexpectedAnswer { .. }), "{error:?}");
    assert_eq!(org.requests(), ["GET /oauth2/v1/clients/svc-1", "GET /oauth2/v1/clients/svc-2"]);
}

#[test]
fn a_client_is_deleted_under_its_own_name() {
    let org = Org::new(vec![empty(204), refusal(404, "E0000007")]);
    org.registrar().delete_client("a/b'c").unwrap();
    let error = org.registrar().delete_client("gone").unwrap_err();
    assert!(matches!(error, RegisterError::Refused(_)), "{error:?}");
    assert_eq!(
        org.requests(),
        ["DELETE /oauth2/v1/clients/a%2Fb%27c", "DELETE /oauth2/v1/clients/gone"]
    );
    for wrong in ["", "..", "a b", "\u{fc}"] {
        let error = org.registrar().delete_client(wrong).unwrap_err();
        assert!(matches!(error, RegisterError::InvalidClientId), "{wrong}");
    }
}
