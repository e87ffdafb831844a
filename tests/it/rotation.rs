//! A key that is rotated while its client works.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use okta_emulator::Fault;
use serde_json::Value;
use tests::{Outcome, Sandbox};

use crate::ready;

mod kills;
mod long_running;

/// A rotation without any wait but for the proofs, and for requests that were on their way when the key was exchanged.
const AT_ONCE: [&str; 6] = ["client-key", "rotate", "--drain", "1s", "--soak", "0s"];

fn with<'a>(words: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [words, more].concat()
}

fn rotate(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    sandbox.run(&with(&["client-key", "rotate"], more))
}

fn thumbprint(sandbox: &Sandbox) -> String {
    sandbox.run(&["key", "thumbprint", "svc.jwk"]).stdout().trim_end().to_owned()
}

/// The `kid`s at the org and their statuses.
fn at_org(sandbox: &Sandbox) -> Vec<(String, String)> {
    let shown = sandbox.run(&["client", "show", "--format", "json"]).json();
    let keys = shown["jwks"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    keys.iter().map(|key| (text(&key["kid"]), text(&key["status"]))).collect()
}

/// One key, in the file and at the org, and nothing left beside it.
#[track_caller]
fn assert_settled(sandbox: &Sandbox) -> String {
    let kid = thumbprint(sandbox);
    assert_eq!(at_org(sandbox), [(kid.clone(), "ACTIVE".to_owned())]);
    let folder = sandbox.path().join("svc.jwk.rotation");
    let mut left: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    left.retain(|name| name != "journal.json.new");
    left.sort();
    assert_eq!(left, ["history.jsonl", "lock"]);
    let token = sandbox.run(&["token", "get", "--no-cache"]);
    assert_eq!(token.code, 0, "{token}");
    kid
}

/// 20 times a second, or as often as the machine can.
const BETWEEN_TOKENS: Duration = Duration::from_millis(50);

/// A client that asks for a token again and again, before something is done, meanwhile and once after it, and is never refused one.
fn while_tokens_are_fetched<T>(sandbox: &Sandbox, act: impl FnOnce() -> T) -> T {
    let (done, is_done) = channel::<()>();
    let (begun, has_begun) = channel();
    thread::scope(|scope| {
        let client = scope.spawn(move || {
            let mut tokens = 0;
            let mut fetch = || {
                let outcome = sandbox.run(&["token", "get", "--no-cache"]);
                assert_eq!(outcome.code, 0, "after {tokens} tokens: {outcome}");
                tokens += 1;
            };
            fetch();
            begun.send(()).unwrap();
            while is_done.recv_timeout(BETWEEN_TOKENS) == Err(RecvTimeoutError::Timeout) {
                fetch();
            }
            fetch();
            tokens
        });
        has_begun.recv().unwrap();
        let acted = act();
        drop(done);
        assert!(client.join().unwrap() > 1);
        acted
    })
}

#[test]
fn a_rotation_leaves_one_new_key_and_no_request_fails_meanwhile() {
    let (_org, sandbox) = ready();
    let old = thumbprint(&sandbox);
    let ended = while_tokens_are_fetched(&sandbox, || {
        sandbox.run(&with(&AT_ONCE, &["--format", "json"])).json()
    });
    assert_eq!((&ended["state"], &ended["resume"]), (&"finished".into(), &Value::Null));
    let new = assert_settled(&sandbox);
    assert_ne!(new, old);
    assert_eq!(ended["new"]["kid"], new.as_str());
    let mode = |name: &str| fs::metadata(sandbox.path().join(name)).unwrap().permissions().mode();
    assert_eq!(mode("svc.jwk") & 0o777, 0o600);
    assert_eq!(mode("svc.jwk.rotation") & 0o777, 0o700);
    let history: Value =
        serde_json::from_str(&sandbox.read("svc.jwk.rotation/history.jsonl")).unwrap();
    assert_eq!((&history["outcome"], &history["old"]["kid"]), (&"finished".into(), &old.into()));
}

#[test]
fn a_key_soaks_and_can_be_taken_back_until_it_is_deleted() {
    let (org, sandbox) = ready();
    let old = thumbprint(&sandbox);
    let soaking = rotate(&sandbox, &["--drain", "1s", "--soak", "7d", "--format", "json"]).json();
    assert_eq!(soaking["state"], "soaking");
    assert!(soaking["resume"].as_str().unwrap().ends_with("--resume"), "{soaking}");
    let status = rotate(&sandbox, &["--status", "--format", "json"]).json();
    assert_eq!(
        (&status["state"], &status["old"]["kid"]),
        (&"deactivated".into(), &old.as_str().into())
    );
    assert_eq!(at_org(&sandbox).iter().filter(|(_, status)| status == "INACTIVE").count(), 1);

    rotate(&sandbox, &[]).refused(10, &["under way", "hint: okta-m2m client-key rotate --resume"]);
    let again = rotate(&sandbox, &["--resume", "--format", "json"]).json();
    assert_eq!(again["resume_after"], soaking["resume_after"]);

    let aborted = while_tokens_are_fetched(&sandbox, || rotate(&sandbox, &["--abort"]));
    assert!(aborted.stdout().contains("as before"));
    assert_eq!(assert_settled(&sandbox), old);
    drop(org);
}

#[test]
fn a_dry_run_changes_nothing_here_and_there() {
    let (org, sandbox) = ready();
    let (files, before) = (sandbox.files(), org.requests().len());
    let plan = rotate(&sandbox, &["--dry-run", "--format", "json"]).json();
    assert_eq!(
        (&plan["state"], &plan["drain_s"], &plan["soak_s"]),
        (&"planned".into(), &600.into(), &604_800.into())
    );
    assert_eq!(sandbox.files(), files);
    let writes = org.requests()[before..]
        .iter()
        .filter(|it| it.method != "GET" && it.path != "/oauth2/v1/token")
        .count();
    assert_eq!(writes, 0);
}

#[test]
fn a_key_keeps_the_form_of_its_file() {
    let (_org, sandbox) = ready();
    let key = |form: &str, name: &str, more: &[&str]| {
        let convert = ["key", "convert", "svc.jwk", "--to", form, "-o", name];
        assert_eq!(sandbox.run(&with(&convert, more)).code, 0);
    };
    sandbox.write("pass", "correct horse battery");
    key("pkcs8", "pkcs8.pem", &[]);
    let encrypt = ["--new-passphrase-file", "pass"];
    for (form, name, label, more, read) in [
        ("sec1", "sec1.pem", "-----BEGIN EC PRIVATE KEY-----", &[][..], &[][..]),
        ("pkcs8", "plain.pem", "-----BEGIN PRIVATE KEY-----", &[], &[]),
        (
            "pkcs8",
            "sealed.pem",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----",
            &encrypt,
            &["--key-passphrase-file", "pass"],
        ),
    ] {
        // The key of the turn before is the present one.
        fs::copy(sandbox.path().join("pkcs8.pem"), sandbox.path().join("now.pem")).unwrap();
        let convert = ["key", "convert", "now.pem", "--to", form, "-o", name];
        assert_eq!(sandbox.run(&with(&convert, more)).code, 0);
        let outcome = sandbox.run(&with(&with(&AT_ONCE, &["--key", name]), read));
        assert_eq!(outcome.code, 0, "{name}: {outcome}");
        assert!(sandbox.read(name).starts_with(label), "{name}");
        let token = sandbox.run(&with(&["token", "get", "--no-cache", "--key", name], read));
        assert_eq!(token.code, 0, "{name}: {token}");
        fs::remove_file(sandbox.path().join("pkcs8.pem")).unwrap();
        let back = ["key", "convert", name, "--to", "pkcs8", "-o", "pkcs8.pem"];
        assert_eq!(sandbox.run(&with(&back, read)).code, 0);
    }
}

#[test]
fn what_cannot_be_rotated_is_refused_before_anything_is_changed() {
    let (org, sandbox) = ready();
    let writes = || org.requests().iter().filter(|request| request.method != "GET").count();
    let before = writes();
    rotate(&sandbox, &["--kid", "pinned"]).refused(2, &["`--kid` pins the key id `pinned`"]);
    rotate(&sandbox, &["--key", "-"]).refused(2, &["in no file"]);
    rotate(&sandbox, &["--key", "missing.jwk"]).refused(3, &["missing.jwk"]);
    drop(sandbox.run(&["key", "convert", "svc.jwk", "--to", "jwks", "-o", "set.jwks"]).stdout());
    rotate(&sandbox, &["--key", "set.jwks"]).refused(2, &["is no JWK and no PEM"]);
    rotate(&sandbox, &["--resume"]).refused(2, &["no rotation of this key is under way"]);
    rotate(&sandbox, &["--compromised"]).refused(2, &["--yes"]);
    rotate(&sandbox, &["--compromised", "--soak", "1d"]).refused(2, &["cannot be used with"]);
    assert_eq!(writes(), before);
}

#[test]
fn x_13_rights_that_are_lost_on_the_way_leave_two_good_keys() {
    let (org, sandbox) = ready();
    let forbidden = r#"{"errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action","errorId":"oae1","errorCauses":[]}"#;
    let lost = |path: &str, method: &str| {
        Fault::answer(path, 403).with_body("application/json", forbidden).for_method(method)
    };
    let keys = format!("/api/v1/apps/{}/credentials/jwks", app_id(&sandbox));
    org.inject(lost(&format!("{keys}/"), "POST"));
    let outcome = while_tokens_are_fetched(&sandbox, || sandbox.run(&AT_ONCE));
    outcome.refused(10, &["E0000006", "hint: okta-m2m client-key rotate", "--resume"]);
    let statuses: Vec<_> = at_org(&sandbox).into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["ACTIVE", "ACTIVE"]);
    assert_eq!(rotate(&sandbox, &["--resume"]).code, 0);
    assert_settled(&sandbox);

    // Before the upload nothing is half done but a key in a folder.
    org.inject(lost(&keys, "POST"));
    sandbox.run(&AT_ONCE).refused(10, &["E0000006"]);
    assert_eq!(rotate(&sandbox, &["--abort"]).code, 0);
    assert_settled(&sandbox);
}

#[test]
fn a_present_key_that_fails_is_told_apart_from_a_server_that_does() {
    let (org, sandbox) = ready();
    let keys = at_org(&sandbox);
    org.inject(Fault::answer("/oauth2/v1/token", 503).times(9));
    let outcome = sandbox.run(&AT_ONCE);
    outcome.refused(8, &["the present key gets no token", "503"]);
    assert_eq!(
        (at_org(&sandbox), rotate(&sandbox, &["--status"]).stdout()),
        (keys, "no rotation is under way\n".to_owned())
    );
}

#[test]
fn r_01_a_key_whose_upload_was_not_answered_is_adopted() {
    let (org, sandbox) = ready();
    let keys = format!("/api/v1/apps/{}/credentials/jwks", app_id(&sandbox));
    org.inject(Fault::lost_response(keys).for_method("POST"));
    sandbox.run(&AT_ONCE).refused(10, &["is not known"]);
    assert_eq!(at_org(&sandbox).len(), 2);
    assert_eq!(rotate(&sandbox, &["--resume"]).code, 0);
    assert_settled(&sandbox);
}

#[test]
fn a_stolen_key_is_replaced_at_once_and_its_tokens_end() {
    let (org, sandbox) = ready();
    let stolen = sandbox.run(&["token", "get"]).stdout();
    let url = format!("{}/api/v1/users", org.org_url());
    let status = || {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let request = agent.get(&url).header("authorization", format!("Bearer {}", stolen.trim()));
        u16::from(request.call().unwrap().status())
    };
    assert_eq!(status(), 200);
    assert_eq!(rotate(&sandbox, &["--compromised", "--yes"]).code, 0);
    assert_eq!(status(), 401);
    assert_settled(&sandbox);
}

#[test]
fn a_stolen_token_ends_too_if_the_rotation_was_cut_off_and_resumed() {
    for at in ["GET", "POST"] {
        let (org, sandbox) = ready();
        drop(sandbox.run(&["token", "get"]).stdout());
        let keys = format!("/api/v1/apps/{}/credentials/jwks", app_id(&sandbox));
        // The upload, or with the new key in its place the deactivation of the old one.
        let path = if at == "GET" { keys } else { format!("{keys}/") };
        org.inject(Fault::answer(path, 503).for_method("POST").times(9));
        let revocations =
            || org.requests().iter().filter(|it| it.path == "/oauth2/v1/revoke").count();
        let cut_off = rotate(&sandbox, &["--compromised", "--yes"]);
        cut_off.refused(10, &["--resume"]);
        assert_eq!(revocations(), 0);
        for _ in 0..9 {
            if rotate(&sandbox, &["--resume"]).code == 0 {
                break;
            }
        }
        assert_eq!(revocations(), 1, "{at}");
        assert_settled(&sandbox);
    }
}

#[test]
fn a_rotation_is_resumed_by_who_may_not_list_apps() {
    let (org, sandbox) = ready();
    let keys = format!("/api/v1/apps/{}/credentials/jwks/", app_id(&sandbox));
    org.inject(Fault::answer(keys, 503).for_method("POST").times(4));
    rotate(&sandbox, &["--drain", "0s", "--soak", "0s"]).refused(10, &["--resume"]);
    let forbidden = r#"{"errorCode":"E0000006","errorSummary":"no"}"#;
    // The first that is asked for is the app of the client.
    let list = Fault::answer("/api/v1/apps", 403).for_method("GET");
    org.inject(list.with_body("application/json", forbidden));
    let before = org.requests().len();
    assert_eq!(rotate(&sandbox, &["--resume"]).code, 0);
    let first = &org.requests()[before];
    assert_eq!((first.path.as_str(), first.status), ("/api/v1/apps", 403));
    assert_settled(&sandbox);
}

#[test]
fn a_stolen_token_that_is_not_revoked_is_told() {
    let (org, sandbox) = ready();
    drop(sandbox.run(&["token", "get"]).stdout());
    org.inject(Fault::answer("/oauth2/v1/revoke", 400).times(9));
    let outcome = rotate(&sandbox, &["--compromised", "--yes"]);
    outcome.refused(5, &["the kept token is not revoked"]);
    assert_settled(&sandbox);
}

#[test]
fn x_17_a_disk_that_is_full_is_found_before_anything_is_uploaded() {
    let (org, sandbox) = ready();
    let before = org.requests().len();
    // No file can grow beyond 64 bytes, so that neither journal nor key can be written.
    let limit = ["prlimit", "--fsize=64", "sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
    let outcome = sandbox.run_under(&limit, &AT_ONCE);
    assert_eq!(outcome.code, 3, "{outcome}");
    let writes = org.requests()[before..]
        .iter()
        .filter(|it| it.path.ends_with("/jwks") && it.method == "POST")
        .count();
    assert_eq!(writes, 0);
    assert_eq!(sandbox.run(&AT_ONCE).code, 0);
    assert_settled(&sandbox);
}

fn app_id(sandbox: &Sandbox) -> String {
    shown(sandbox, "app_id")
}

fn shown(sandbox: &Sandbox, member: &str) -> String {
    let shown = sandbox.run(&["client", "show", "--format", "json"]).json();
    shown[member].as_str().unwrap().to_owned()
}
