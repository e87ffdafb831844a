//! Service apps that are changed, switched off and on, and deleted.

use okta_emulator::{Emulator, Fault};
use serde_json::{Value, json};
use tests::{Outcome, Sandbox};

use crate::ready;

fn run(sandbox: &Sandbox, words: &str) -> Outcome {
    let words: Vec<_> = ["client"].into_iter().chain(words.split(' ')).collect();
    sandbox.run(&words)
}

fn writes(org: &Emulator) -> usize {
    org.requests()
        .iter()
        .filter(|it| it.method != "GET" && it.path.starts_with("/api/v1/apps"))
        .count()
}

/// The app as the org has it, every member.
fn whole(org: &Emulator, app: &str) -> Value {
    let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
    let url = format!("{}/api/v1/apps/{app}", org.org_url());
    let token = format!("SSWS {}", org.admin_token());
    let mut answer = agent.get(&url).header("authorization", token).call().unwrap();
    serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
}

fn client_id(sandbox: &Sandbox) -> String {
    run(sandbox, "show --format json").json()["client_id"].as_str().unwrap().to_owned()
}

#[test]
fn an_update_changes_what_is_named_and_nothing_else() {
    let (org, sandbox) = ready();
    let app = client_id(&sandbox);
    let before = whole(&org, &app);
    let shown = run(&sandbox, "update --name other --dpop-bound true --format json").json();
    assert_eq!(
        (&shown["label"], &shown["dpop_bound_access_tokens"]),
        (&"other".into(), &true.into())
    );
    let mut expected = before;
    expected["label"] = "other".into();
    expected["settings"]["oauthClient"]["dpop_bound_access_tokens"] = true.into();
    let mut after = whole(&org, &app);
    for app in [&mut expected, &mut after] {
        app["lastUpdated"] = Value::Null;
    }
    assert_eq!(after, expected);

    let before = writes(&org);
    let again = run(&sandbox, "update --name other");
    assert!(again.code == 0 && again.stderr.contains("nothing to change"), "{again}");
    assert_eq!(writes(&org), before);
    run(&sandbox, "update").refused(2, &["--name"]);
}

#[test]
fn keys_that_would_be_lost_are_named_and_kept_unless_told_otherwise() {
    let (org, sandbox) = ready();
    let kid = sandbox.run(&["key", "thumbprint", "svc.jwk"]).stdout();
    let lost = format!("the stored keys {}", kid.trim_end());
    let update = "update --jwks-uri https://keys.example/jwks.json";
    let before = writes(&org);
    run(&sandbox, update).refused(2, &[&lost, "Nobody can be asked", "--yes"]);
    assert_eq!(writes(&org), before);
    let shown = run(&sandbox, &format!("{update} --yes --format json")).json();
    assert_eq!(shown["jwks"], json!([]));
    let app = whole(&org, &client_id(&sandbox));
    assert_eq!(app["settings"]["oauthClient"]["jwks_uri"], "https://keys.example/jwks.json");

    sandbox.write("svc.jwks", &sandbox.run(&["key", "public", "svc.jwk"]).stdout());
    assert_eq!(run(&sandbox, "update --jwks svc.jwks").code, 0, "a URL is no loss");
    assert_eq!(sandbox.run(&["token", "get", "--no-cache"]).code, 0);
}

#[test]
fn what_somebody_else_changes_between_reading_and_writing_is_kept() {
    let (org, sandbox) = ready();
    let app = client_id(&sandbox);
    let mut other = whole(&org, &app);
    other["label"] = "by somebody else".into();
    // The first reading is of the time before.
    let path = format!("/api/v1/apps/{app}");
    org.inject(Fault::answer(path, 200).with_body("application/json", other.to_string()));
    let before = writes(&org);
    run(&sandbox, "update --dpop-bound true").refused(5, &["was changed by somebody else"]);
    assert_eq!(writes(&org), before);
}

#[test]
fn an_app_is_switched_off_and_on() {
    let (_org, sandbox) = ready();
    let off = run(&sandbox, "deactivate --format json").json();
    assert_eq!(off["status"], "INACTIVE");
    let token = ["token", "get", "--no-cache"];
    let refused = sandbox.run(&token);
    assert_eq!(refused.code, 4, "{refused}");
    assert_eq!(run(&sandbox, "activate --format json").json()["status"], "ACTIVE");
    assert_eq!(sandbox.run(&token).code, 0);
}

#[test]
fn an_app_is_deleted_when_that_is_meant() {
    let (org, sandbox) = ready();
    let app = client_id(&sandbox);
    let before = writes(&org);
    run(&sandbox, "delete").refused(2, &["`svc`", "Nobody can be asked", "--yes"]);
    assert_eq!(writes(&org), before);
    let forbidden = Fault::answer(format!("/api/v1/apps/{app}"), 503).for_method("DELETE").times(9);
    org.inject(forbidden);
    let command = format!("hint: okta-m2m client delete --client-id {app} --yes");
    run(&sandbox, "delete --yes").refused(10, &[&command]);
    // What is left of the fault is used up by looking for what is not there.
    let mut again = run(&sandbox, "delete --yes --format json");
    for _ in 0..9 {
        if again.code == 0 {
            break;
        }
        again = run(&sandbox, "delete --yes --format json");
    }
    assert_eq!(again.json(), json!({"client_id": app, "deleted": true}));
    run(&sandbox, "delete --yes").refused(5, &["E0000007"]);
}

/// An org without apps, and public keys to register.
fn empty_org() -> (Emulator, Sandbox) {
    let org = Emulator::start(okta_emulator::EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(crate::PROGRAM, &org);
    let generate = ["key", "generate", "--alg", "ES256", "-o", "new.jwk"];
    sandbox.write("new.jwks", &sandbox.run(&generate).stdout());
    (org, sandbox)
}

fn apps(sandbox: &Sandbox) -> usize {
    run(sandbox, "list --format json").json().as_array().unwrap().len()
}

#[test]
fn r_01_a_registration_whose_answer_is_lost_makes_one_app() {
    for (api, path) in [("apps", "/api/v1/apps"), ("clients", "/oauth2/v1/clients")] {
        let (org, sandbox) = empty_org();
        let register = format!("register --name new --jwks new.jwks --api {api} --format json");
        org.inject(Fault::lost_response(path).for_method("POST"));
        let shown = run(&sandbox, &register).json();
        assert_eq!(shown["label"], "new");
        // whoever was killed in between runs the same again.
        let again = run(&sandbox, &register).json();
        assert_eq!((&again["client_id"], apps(&sandbox)), (&shown["client_id"], 1), "{api}");
    }
}

#[test]
fn r_03_another_key_under_the_same_label_is_another_app() {
    let (_org, sandbox) = empty_org();
    let generate = ["key", "generate", "--alg", "ES256", "-o", "other.jwk"];
    sandbox.write("other.jwks", &sandbox.run(&generate).stdout());
    assert_eq!(run(&sandbox, "register --name new --jwks new.jwks").code, 0);
    assert_eq!(run(&sandbox, "register --name new --jwks other.jwks").code, 0);
    let url = "register --name new --jwks-uri https://keys.example/jwks.json";
    assert_eq!(run(&sandbox, url).code, 0);
    assert_eq!(run(&sandbox, url).code, 0, "the same URL is the same app");
    assert_eq!(apps(&sandbox), 3);
}

#[test]
fn r_04_and_r_05_a_refusal_is_told_and_not_tried_again() {
    let (org, sandbox) = empty_org();
    let register = "register --name new --jwks new.jwks";
    let refused = |status: u16, code: &str| {
        let body =
            json!({"errorCode": code, "errorSummary": "no", "errorId": "oae1", "errorCauses": []});
        Fault::answer("/api/v1/apps", status)
            .for_method("POST")
            .with_body("application/json", body.to_string())
    };
    for (status, code) in [(401, "E0000011"), (403, "E0000006")] {
        org.inject(refused(status, code));
        let before = writes(&org);
        run(&sandbox, register).refused(4, &[code]);
        assert_eq!(writes(&org), before + 1);
    }
    org.inject(
        Fault::rate_limited("/api/v1/apps", std::time::Duration::from_secs(40)).for_method("POST"),
    );
    let limited = run(&sandbox, &format!("{register} --max-wait 5 --format json"));
    assert_eq!(limited.code, 6, "{limited}");
    assert!(limited.stderr.contains("retry_after_s\":4"), "{limited}");
    assert_eq!(apps(&sandbox), 0);
}

#[test]
fn r_06_a_gateway_that_fails_leaves_it_open_and_the_next_run_settles_it() {
    let (org, sandbox) = empty_org();
    org.inject(
        Fault::answer("/api/v1/apps", 502).for_method("POST").with_body("text/html", "<html>"),
    );
    let register = "register --name new --jwks new.jwks";
    run(&sandbox, register).refused(10, &["is not known"]);
    assert_eq!(run(&sandbox, register).code, 0);
    assert_eq!(apps(&sandbox), 1);
}

#[test]
fn r_10_an_hour_between_the_clocks_does_not_matter_to_an_api_token() {
    let (org, sandbox) = empty_org();
    org.advance_clock(std::time::Duration::from_secs(3600));
    assert_eq!(run(&sandbox, "register --name new --jwks new.jwks").code, 0);
    assert_eq!(apps(&sandbox), 1);
}

#[test]
fn r_12_an_interruption_in_the_middle_of_a_request_is_made_good_by_the_next_run() {
    let (org, sandbox) = empty_org();
    org.inject(Fault::silence("/api/v1/apps").for_method("POST"));
    let mut child = sandbox.spawn(&["client", "register", "--name", "new", "--jwks", "new.jwks"]);
    // The org has taken the request, and says nothing.
    while writes(&org) == 0 {
        std::thread::yield_now();
    }
    let id = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&child.wait().unwrap()), Some(15));
    let shown = run(&sandbox, "register --name new --jwks new.jwks");
    assert!(shown.code == 0 && shown.stderr.contains("registered already"), "{shown}");
    assert_eq!(apps(&sandbox), 1);
}
