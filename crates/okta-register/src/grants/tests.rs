//! One result for every scope.

use serde_json::{Value, json};

use super::*;
use crate::scripted_org::{Org, answer, app_id, cut, empty, refusal};

fn grant(scope: &str) -> Value {
    json!({"id": format!("oag-{scope}"), "status": "ACTIVE", "scopeId": scope, "issuer": "https://acme.okta.com", "created": "2026-08-21T10:00:00.000Z", "_links": {}})
}

fn run(org: &Org, scopes: &str) -> Vec<String> {
    let results = org.registrar().grant(&app_id(), &Scopes::parse(scopes).unwrap()).unwrap();
    let told = |outcome: &GrantOutcome| match outcome {
        GrantOutcome::Granted => "granted".to_owned(),
        GrantOutcome::AlreadyGranted => "already".to_owned(),
        GrantOutcome::Refused(server) => {
            format!("refused {}", server.error_code().unwrap_or_default())
        }
        GrantOutcome::Failed(error) => format!("failed: {error}"),
        GrantOutcome::NotTried => "not tried".to_owned(),
        GrantOutcome::TakenBack => "taken back".to_owned(),
    };
    results.iter().map(|result| format!("{} {}", result.scope, told(&result.outcome))).collect()
}

const LIST: &str = "GET /api/v1/apps/0oa1/grants";

fn post(scope: &str) -> String {
    format!(
        r#"POST /api/v1/apps/0oa1/grants {{"scopeId":"{scope}","issuer":"https://acme.okta.com"}}"#
    )
}

#[test]
fn only_missing_scopes_are_granted() {
    let org = Org::new(vec![
        answer(200, &json!([grant("b")])),
        answer(201, &grant("a")),
        answer(201, &grant("c")),
    ]);
    assert_eq!(run(&org, "c a b"), ["a granted", "b already", "c granted"]);
    assert_eq!(org.requests(), [LIST.to_owned(), post("a"), post("c")]);
}

#[test]
fn a_refused_scope_stops_no_other() {
    let mut answers = vec![
        answer(200, &json!([])),
        refusal(400, "E0000001"),
        answer(200, &json!([])),
        refusal(403, "E0000006"),
    ];
    // A grant may be asked for any number of times.
    answers.extend((0..4).map(|_| refusal(500, "E0000009")));
    answers.push(answer(201, &grant("d")));
    let org = Org::new(answers);
    assert_eq!(
        run(&org, "a b c d"),
        ["a refused E0000001", "b refused E0000006", "c refused E0000009", "d granted"]
    );
    let mut expected = vec![LIST.to_owned(), post("a"), LIST.to_owned(), post("b")];
    expected.extend(["c", "c", "c", "c", "d"].map(post));
    assert_eq!(org.requests(), expected);
}

#[test]
fn a_conflict_is_looked_into() {
    for status in [400, 409] {
        let org = Org::new(vec![
            answer(200, &json!([])),
            refusal(status, "E0000001"),
            answer(200, &json!([grant("a")])),
        ]);
        assert_eq!(run(&org, "a"), ["a already"]);
    }
}

#[test]
fn a_lost_answer_makes_no_second_grant() {
    let org = Org::new(vec![
        answer(200, &json!([])),
        cut(),
        refusal(409, "E0000195"),
        answer(200, &json!([grant("a")])),
    ]);
    assert_eq!(run(&org, "a"), ["a already"]);
}

#[test]
fn another_scope_than_asked_for_is_no_success() {
    let org = Org::new(vec![answer(200, &json!([])), answer(201, &grant("okta.users.manage"))]);
    let scopes = Scopes::parse("okta.groups.read okta.users.read").unwrap();
    let results = org.registrar().grant(&app_id(), &scopes).unwrap();
    let [first, second] = results.as_slice() else { panic!("{results:?}") };
    let expected = GrantOutcome::Failed(RegisterError::UnexpectedAnswer {
        what: "another scope than `okta.groups.read` was granted".to_owned(),
        app_id: Some(app_id()),
    });
    assert_eq!(format!("{:?}", first.outcome), format!("{expected:?}"));
    assert!(matches!(second.outcome, GrantOutcome::NotTried), "{second:?}");
}

#[test]
fn revocation() {
    let org = Org::new(vec![empty(204)]);
    org.registrar().revoke_grant(&app_id(), "oag1").unwrap();
    for id in ["", "..", "a/b", "a?b"] {
        assert!(matches!(
            org.registrar().revoke_grant(&app_id(), id),
            Err(RegisterError::InvalidId(_))
        ));
    }
    assert_eq!(org.requests(), ["DELETE /api/v1/apps/0oa1/grants/oag1"]);
}

#[test]
fn grants_as_json() {
    let org = Org::new(vec![answer(200, &json!([grant("a")]))]);
    insta::assert_snapshot!(
        serde_json::to_string(&org.registrar().grants(&app_id()).unwrap()).unwrap(),
        @r#"[{"id":"oag-a","scope":"a","status":"ACTIVE","created":"2026-08-21T10:00:00.000Z"}]"#
    );
}
