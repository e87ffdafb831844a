//! Registrations, whatever becomes of their answers.

use okta_emulator::{Emulator, Fault};
use serde_json::{Value, json};
use tests::{Sandbox, is_skipped};

use crate::client_lifecycle::{run, writes};

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
fn r_06_a_gateway_that_fails_is_tried_three_times_and_the_next_run_settles_it() {
    let (org, sandbox) = empty_org();
    let fails = |times| {
        let fault = Fault::answer("/api/v1/apps", 502).for_method("POST").times(times);
        org.inject(fault.with_body("text/html", "<html>"));
    };
    let register = "register --name new --jwks new.jwks";
    fails(3);
    run(&sandbox, register).refused(8, &["502"]);
    assert_eq!((writes(&org), apps(&sandbox)), (3, 0));
    fails(2);
    assert_eq!(run(&sandbox, register).code, 0);
    assert_eq!((writes(&org), apps(&sandbox)), (6, 1));
}

#[test]
fn the_client_id_that_is_asked_for_is_given() {
    let (_org, sandbox) = empty_org();
    let register = "register --name new --jwks new.jwks --format json --client-id";
    let shown = run(&sandbox, &format!("{register} nightly-sync")).json();
    assert_eq!(shown["client_id"], "nightly-sync");
    assert!(shown["app_id"].as_str().unwrap().starts_with("0oa"), "{shown}");
    for by in ["nightly-sync", shown["app_id"].as_str().unwrap()] {
        assert_eq!(run(&sandbox, &format!("show --format json --client-id {by}")).json(), shown);
    }
    run(&sandbox, &format!("{register} short")).refused(2, &["has 6 to 100 letters"]);
    let other = run(&sandbox, &format!("{register} another-id"));
    other.refused(5, &["under the client id `nightly-sync`", "leave out --client-id"]);
    let taken = "register --name other --jwks new.jwks --client-id nightly-sync";
    let generate = ["key", "generate", "--alg", "ES256", "-o", "other.jwk"];
    sandbox.write("new.jwks", &sandbox.run(&generate).stdout());
    run(&sandbox, taken).refused(5, &["has the client id `nightly-sync` already"]);
    assert_eq!(apps(&sandbox), 1);
}

#[test]
fn a_client_id_that_the_org_does_not_give_again_is_another() {
    let (org, sandbox) = empty_org();
    let register = "register --name new --jwks new.jwks --format json";
    let first = run(&sandbox, register).json();
    assert_eq!(run(&sandbox, "delete --yes --client-id m2m-none").code, 5);
    let id = first["client_id"].as_str().unwrap();
    assert_eq!(run(&sandbox, &format!("delete --yes --client-id {id}")).code, 0);
    let refused = |cause: &str| {
        let body = json!({"errorCode": "E0000001", "errorSummary": "Api validation failed", "errorId": "oae1",
            "errorCauses": [{"errorSummary": cause}]});
        let fault = Fault::answer("/api/v1/apps", 400).for_method("POST");
        org.inject(fault.with_body("application/json", body.to_string()));
    };
    refused("client_id: The client id is already in use.");
    let second = run(&sandbox, register).json();
    assert_eq!(apps(&sandbox), 1);
    assert_ne!(second["client_id"], first["client_id"]);
    assert_eq!(run(&sandbox, register).json(), second);
    // Another reason is no reason for another id.
    let before = writes(&org);
    refused("label: The label is bad.");
    run(&sandbox, "register --name other --jwks new.jwks").refused(5, &["The label is bad"]);
    assert_eq!(writes(&org), before + 1);
}

const STATE: &str = ".local/state/okta-m2m/registrations";

#[test]
fn r_02_what_was_sent_is_in_the_journal_before_it_leaves() {
    let (org, sandbox) = empty_org();
    org.inject(Fault::silence("/api/v1/apps").for_method("POST"));
    let register = ["client", "register", "--name", "new", "--jwks", "new.jwks"];
    let mut child = sandbox.spawn(&[&register[..], &["--client-id", "chosen-1"]].concat());
    while writes(&org) == 0 {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let name = journal(&sandbox).remove(0);
    let entry: Value = serde_json::from_str(&sandbox.read(&format!("{STATE}/{name}"))).unwrap();
    assert_eq!(entry, json!({"org": org.org_url(), "label": "new", "client_id": "chosen-1"}));
    // Whoever runs it again without the id gets the app that was made, and the journal is closed.
    let shown = run(&sandbox, "register --name new --jwks new.jwks --format json").json();
    assert_eq!((&shown["client_id"], apps(&sandbox)), (&json!("chosen-1"), 1));
    assert_eq!(journal(&sandbox), Vec::<String>::new());
}

fn journal(sandbox: &Sandbox) -> Vec<String> {
    let files = std::fs::read_dir(sandbox.path().join(STATE)).unwrap();
    let files = files.map(|it| it.unwrap().file_name().into_string().unwrap());
    files.filter(|name| name.ends_with(".json")).collect()
}

#[test]
fn r_02_an_id_that_was_sent_is_the_only_one_that_is_asked_for() {
    let (org, sandbox) = empty_org();
    let register = "register --name new --jwks new.jwks --format json";
    org.inject(Fault::answer("/api/v1/apps", 503).for_method("POST").times(3));
    assert_eq!(run(&sandbox, &format!("{register} --client-id chosen-1")).code, 8);
    let before = writes(&org);
    let other = run(&sandbox, &format!("{register} --client-id chosen-2"));
    assert_eq!((other.code, writes(&org)), (5, before), "{other}");
    for words in ["under the client id `chosen-1`", "leave out --client-id", "remove "] {
        assert!(other.stderr.contains(words), "{other}");
    }
    assert_eq!(run(&sandbox, register).json()["client_id"], "chosen-1");
    assert_eq!((apps(&sandbox), journal(&sandbox)), (1, Vec::new()));
}

#[test]
fn r_02_who_may_not_list_makes_no_second_app() {
    let (org, sandbox) = empty_org();
    let body = json!({"errorCode": "E0000006", "errorSummary": "no"}).to_string();
    let cannot_list = Fault::answer("/api/v1/apps", 403).for_method("GET").times(4);
    org.inject(cannot_list.with_body("application/json", body));
    org.inject(Fault::lost_response("/api/v1/apps").for_method("POST"));
    let register = "register --name new --jwks new.jwks";
    run(&sandbox, register).refused(10, &["is not known"]);
    let unclear = run(&sandbox, register);
    unclear.refused(10, &["an app with the client id `m2m-new-", "is not known", "client list"]);
    assert_eq!(writes(&org), 2);
    assert_eq!(run(&sandbox, register).code, 0);
    assert_eq!((apps(&sandbox), writes(&org)), (1, 2));
}

#[test]
fn r_07_an_app_that_is_not_what_was_asked_for_is_told_and_kept_in_the_journal() {
    let (org, sandbox) = empty_org();
    let register = "register --name new --jwks new.jwks --format json";
    let made = run(&sandbox, register).json();
    assert_eq!(run(&sandbox, "update --client-id m2m-none --name x").code, 5);
    let id = made["client_id"].as_str().unwrap();
    assert_eq!(run(&sandbox, &format!("update --dpop-bound true --client-id {id}")).code, 0);
    // What is there is not taken for what is asked for.
    let otherwise = run(&sandbox, "register --name new --jwks new.jwks");
    otherwise
        .refused(5, &["registered otherwise", "not false", "client update --client-id m2m-new-"]);

    let (org, sandbox) = {
        drop(org);
        empty_org()
    };
    let app = json!({"id": "0oaOTHER", "label": "new", "status": "ACTIVE",
        "credentials": {"oauthClient": {"client_id": "0oaOTHER", "token_endpoint_auth_method": "private_key_jwt"}},
        "settings": {"oauthClient": {"application_type": "service", "dpop_bound_access_tokens": false}}});
    let fault = Fault::answer("/api/v1/apps", 200).for_method("POST");
    org.inject(fault.with_body("application/json", app.to_string()));
    let told = ["the client id is `0oaOTHER`, not `m2m-new-", "okta-m2m client list"];
    run(&sandbox, "register --name new --jwks new.jwks").refused(10, &told);
    let name = journal(&sandbox).remove(0);
    let entry: Value = serde_json::from_str(&sandbox.read(&format!("{STATE}/{name}"))).unwrap();
    assert_eq!(entry["other_app_id"], "0oaOTHER");
    assert!(entry["client_id"].as_str().unwrap().starts_with("m2m-new-"), "{entry}");
}

#[test]
fn r_08_without_a_journal_nothing_is_sent() {
    let (org, sandbox) = empty_org();
    let register = ["client", "register", "--name", "new", "--jwks", "new.jwks"];
    sandbox.write("file", "");
    let nowhere = format!("OKTA_M2M_STATE_DIR={}/file/x", sandbox.path().display());
    let refused = sandbox.run_under(&["env", &nowhere], &register);
    refused.refused(3, &["no journal can be kept in", "OKTA_M2M_STATE_DIR=FOLDER"]);
    let everybodys = sandbox.path().join("open/registrations");
    std::fs::create_dir_all(&everybodys).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(&everybodys, mode).unwrap();
    let open = format!("OKTA_M2M_STATE_DIR={}/open", sandbox.path().display());
    sandbox.run_under(&["env", &open], &register).refused(3, &["mode 0700"]);
    assert_eq!(writes(&org), 0);
    if is_skipped("namespaces") {
        return;
    }
    let mount = format!("mkdir -p {STATE} && mount -t tmpfs -o size=8k,mode=700 tmpfs {STATE}");
    for fault in [
        format!("{mount} && touch {STATE}/lock && (head -c 8192 /dev/zero > {STATE}/full || true)"),
        format!("{mount} && mount -o remount,ro {STATE}"),
    ] {
        let script = format!("{fault} && exec \"$0\" \"$@\"");
        let outcome = sandbox
            .run_under(&["unshare", "--map-root-user", "--mount", "sh", "-c", &script], &register);
        outcome.refused(3, &["no journal can be kept in"]);
        assert_eq!(writes(&org), 0, "{fault}");
    }
    assert_eq!(apps(&sandbox), 0);
}

#[test]
fn r_09_two_operators_at_once_make_one_app() {
    for folders in [["state", "state"], ["one", "two"]] {
        let (_org, sandbox) = empty_org();
        let one = |folder| format!("OKTA_M2M_STATE_DIR=$PWD/{folder} \"$0\" \"$@\"");
        let script = format!("{} & {}; wait", one(folders[0]), one(folders[1]));
        let register =
            ["client", "register", "--name", "new", "--jwks", "new.jwks", "--format", "json"];
        let outcome = sandbox.run_under(&["sh", "-c", &script], &register);
        let shown = outcome.stdout();
        let ids: Vec<_> = shown
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["app_id"].clone())
            .collect();
        assert_eq!(ids.len(), 2, "{shown}");
        assert_eq!((ids[0] == ids[1], apps(&sandbox)), (true, 1), "{folders:?}");
    }
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
