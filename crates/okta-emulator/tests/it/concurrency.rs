//! E-04: many clients at once change an org as if one came after the other.

use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::harness::{Org, key};

const CLIENTS: usize = 16;
const ROUNDS: usize = 25;

/// Does the same in all threads at once, and returns what came out.
fn at_once<T: Send>(act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(CLIENTS);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (barrier, act) = (&barrier, &act);
                scope.spawn(move || {
                    barrier.wait();
                    act(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Each round all want the same; in any order of one after the other, one gets it and the rest are refused.
#[test]
fn e_04_one_of_many_equal_changes_counts() {
    let org = Org::start();
    let app = org.app(&[key("a").public()]);
    let grants = format!("/api/v1/apps/{app}/grants");
    let body = json!({ "scopeId": "okta.users.read", "issuer": org.emulator.org_url() });
    for _ in 0..ROUNDS {
        let mut statuses = at_once(|_| org.admin("POST", &grants, &body).status);
        statuses.sort_unstable();
        assert_eq!(statuses[0], 201);
        assert_eq!(statuses[1..], [409; CLIENTS - 1]);

        let grant = org.get(&grants).json()[0]["id"].as_str().unwrap().to_owned();
        let one = format!("{grants}/{grant}");
        let mut statuses = at_once(|_| org.admin("DELETE", &one, &Value::Null).status);
        statuses.sort_unstable();
        assert_eq!(statuses[0], 204);
        assert_eq!(statuses[1..], [404; CLIENTS - 1]);
        assert_eq!(org.get(&grants).json(), json!([]));
    }
}

/// Nobody's change is lost to somebody else's, and a reader sees each either done or not.
#[test]
fn e_04_different_changes_all_count() {
    let org = Org::start();
    let apps = at_once(|number| {
        let app = org.app(&[key("a").public()]);
        for round in 0..ROUNDS {
            let scope =
                if (number + round) % 2 == 0 { "okta.users.read" } else { "okta.groups.read" };
            let grants = format!("/api/v1/apps/{app}/grants");
            org.grant(&app, scope);
            let mine = org.get(&grants).json();
            assert_eq!(mine.as_array().unwrap().len(), 1, "{mine}");
            assert_eq!(mine[0]["scopeId"], scope);
            let one = format!("{grants}/{}", mine[0]["id"].as_str().unwrap());
            org.admin("DELETE", &one, &Value::Null).is(204);
        }
        app
    });
    let listed = org.get("/api/v1/apps?limit=200").json();
    assert_eq!(listed.as_array().unwrap().len(), CLIENTS);
    let mut ids: Vec<_> = listed.as_array().unwrap().iter().map(|app| app["id"].clone()).collect();
    ids.retain(|id| !apps.iter().any(|app| id == app));
    assert_eq!(ids, [json!(null); 0], "apps that nobody has made");
}

/// A spent assertion is spent for everybody, however close they come.
#[test]
fn e_04_an_assertion_is_spent_once() {
    let org = Org::start();
    let app = org.provisioned("READ_ONLY_ADMIN", &["okta.users.read"]);
    for _ in 0..ROUNDS {
        let assertion = org.assertion(&app).sign(&key("a"));
        let answers = at_once(|_| org.token_with(&assertion, "okta.users.read").status);
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| **status == 401).count(), CLIENTS - 1);
    }
}
