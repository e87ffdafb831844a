//! Changes of an app that exists.

use serde_json::json;

use super::*;
use crate::scripted_org::{Org, answer, app_id, app_json, cut, empty, refusal};

#[test]
fn status_changes_survive_a_lost_answer() {
    let org = Org::new(vec![answer(200, &json!({})), cut(), answer(200, &json!({}))]);
    org.registrar().activate(&app_id()).unwrap();
    org.registrar().deactivate(&app_id()).unwrap();
    assert_eq!(
        org.requests(),
        [
            "POST /api/v1/apps/0oa1/lifecycle/activate",
            "POST /api/v1/apps/0oa1/lifecycle/deactivate",
            "POST /api/v1/apps/0oa1/lifecycle/deactivate",
        ]
    );
}

#[test]
fn a_deletion_whose_answer_was_lost_is_one() {
    let again = || Org::new(vec![cut(), refusal(404, "E0000007")]);
    let org = again();
    org.registrar().delete(&app_id()).unwrap();
    assert_eq!(org.requests(), ["DELETE /api/v1/apps/0oa1", "DELETE /api/v1/apps/0oa1"]);
    again().registrar().revoke_grant(&app_id(), "oag1").unwrap();
    again().registrar().revoke_role("0oa1", "irb1").unwrap();

    let org = Org::new(vec![refusal(404, "E0000007")]);
    let error = org.registrar().delete(&app_id()).unwrap_err();
    assert!(matches!(error, RegisterError::Refused(server) if server.status == 404));
}

#[test]
fn deletion() {
    let org = Org::new(vec![empty(204)]);
    org.registrar().delete(&app_id()).unwrap();
    assert_eq!(org.requests(), ["DELETE /api/v1/apps/0oa1"]);

    let org = Org::new(vec![refusal(403, "E0000056"), refusal(403, "E0000006")]);
    assert!(matches!(org.registrar().delete(&app_id()), Err(RegisterError::StillActive(_))));
    assert!(matches!(org.registrar().delete(&app_id()), Err(RegisterError::Refused(_))));
    assert_eq!(org.requests().len(), 2, "it is not deactivated on the way");
}

#[test]
fn the_whole_app_is_put_back() {
    let mut before = app_json("0oa1", "x");
    before["settings"]["notes"] = json!({"admin": "kept"});
    let mut after = before.clone();
    after["settings"]["oauthClient"]["dpop_bound_access_tokens"] = true.into();
    let org = Org::new(vec![answer(200, &before), answer(200, &after)]);
    org.registrar().set_dpop_bound(&app_id(), true).unwrap();
    let requests = org.requests();
    assert_eq!(requests[0], "GET /api/v1/apps/0oa1");
    let body = requests[1].strip_prefix("PUT /api/v1/apps/0oa1 ").unwrap();
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), after);
}

#[test]
fn nothing_is_put_that_is_so_already() {
    let org = Org::new(vec![answer(200, &app_json("0oa1", "x"))]);
    org.registrar().set_dpop_bound(&app_id(), false).unwrap();
    assert_eq!(org.requests().len(), 1);
}

#[test]
fn a_setting_that_stays_is_no_success() {
    let same = || answer(200, &app_json("0oa1", "x"));
    let org = Org::new(vec![same(), same()]);
    let error = org.registrar().set_dpop_bound(&app_id(), true).unwrap_err();
    assert!(matches!(error, RegisterError::UnexpectedAnswer { .. }), "{error:?}");
    let org = Org::new(vec![answer(200, &json!({"id": "0oa1", "settings": {"app": {}}}))]);
    let error = org.registrar().set_dpop_bound(&app_id(), true).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer is not what was asked for: the app is no OAuth client"
    );
}
