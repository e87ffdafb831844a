//! Changes of an app that exists.

use serde_json::json;

use super::*;
use crate::scripted_org::{Org, answer, app_id, cut, empty, refusal};

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
