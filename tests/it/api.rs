//! `api` against the local org.

use tests::{HostileServer, Part, Sandbox};

use crate::{PROGRAM, ready};

#[test]
fn methods_are_words_or_options() {
    let (_org, sandbox) = ready();
    let two = sandbox.run(&["api", "GET", "/api/v1/users"]).stdout();
    assert_eq!(sandbox.run(&["api", "/api/v1/users"]).stdout(), two);
    assert_eq!(sandbox.run(&["api", "-X", "get", "/api/v1/users"]).stdout(), two);
    sandbox.run(&["api", "GET"]).refused(2, &["path"]);
    sandbox.run(&["api", "FETCH", "/api/v1/users"]).refused(2, &["none of GET"]);
    sandbox.run(&["api", "-X", "GET", "POST", "/api/v1/users"]).refused(2, &["-X"]);
}

#[test]
fn answers_are_filtered() {
    let (_org, sandbox) = ready();
    let path = "/api/v1/users?limit=1";
    let all = sandbox.run(&["api", "GET", path, "--paginate", "--jq", "length"]).stdout();
    assert!(all.lines().count() > 1 && all.lines().all(|it| it == "1"), "{all}");
    let pages = ["api", "GET", path, "--paginate", "--max-pages", "2", "--jq", ".[].profile.login"];
    let logins = sandbox.run(&pages).stdout();
    assert_eq!(logins.lines().count(), 2);
    assert!(logins.lines().all(|it| it.contains('@') && !it.contains('"')), "{logins}");
    sandbox.run(&["api", "GET", path, "--jq", ".["]).refused(2, &["--jq"]);
    sandbox.run(&["api", "GET", path, "--jq", ".x.y"]).refused(1, &["--jq"]);
    sandbox.run(&["api", "GET", path, "--max-pages", "2"]).refused(2, &["--paginate"]);
}

fn token() -> Vec<Part> {
    let body = r#"{"access_token":"opaque","token_type":"Bearer","expires_in":3600,"scope":"okta.users.read"}"#;
    let length = body.len();
    vec![Part::of(format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    ))]
}

/// A client of a server that gives a token to the first request.
fn client(server: &HostileServer) -> Sandbox {
    let sandbox = Sandbox::new(PROGRAM)
        .with_variable("OKTA_M2M_ORG_URL", &server.url())
        .with_variable("OKTA_M2M_CLIENT_ID", "0oaAPI")
        .with_variable("OKTA_M2M_KEY", "svc.jwk")
        .with_variable("OKTA_M2M_DPOP", "never")
        .with_variable("OKTA_M2M_SCOPE", "okta.users.read");
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout());
    sandbox
}

#[test]
fn a_long_answer_goes_through_little_memory_and_ends_at_the_limit() {
    let length: usize = 48 << 20;
    let server = HostileServer::start(move |_, n| match n {
        0 => token(),
        _ => vec![
            Part::of(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n")),
            Part::Bytes(vec![b'x'; length]),
        ],
    });
    let sandbox = client(&server);
    let small = ["prlimit", "--data=33554432"];
    let most = length.to_string();
    let call = ["api", "GET", "/api/v1/logs", "--max-bytes", &most];
    assert_eq!(sandbox.run_under(&small, &call).stdout().len(), length + 1);
    sandbox.run_under(&small, &["api", "GET", "/api/v1/logs"]).refused(8, &["33554432"]);
}

#[test]
fn a_post_is_repeated_if_that_does_no_harm() {
    let server = HostileServer::start(|_, n| match n {
        0 => token(),
        1 => Vec::new(),
        _ => vec![Part::of("HTTP/1.1 204 No Content\r\n\r\n")],
    });
    let sandbox = client(&server);
    assert_eq!(sandbox.run(&["api", "POST", "/api/v1/x", "--idempotent"]).stdout(), "");
    assert_eq!(server.count("/api/v1/x"), 2);
}

/// As `gh api` reads them.
#[test]
fn fields_are_typed_and_come_from_files_and_from_stdin() {
    let server = HostileServer::start(|_, n| match n {
        0 => token(),
        _ => vec![Part::of("HTTP/1.1 204 No Content\r\n\r\n")],
    });
    let sandbox = client(&server);
    sandbox.write("text", "from a file");
    let fields = "-F yes=true -F no=false -F none=null -F n=-7 -F big=1e3 -F file=@text -F stdin=@- -f raw=true -f at=@text";
    let call: Vec<_> = "api POST /api/v1/x".split(' ').chain(fields.split(' ')).collect();
    assert_eq!(sandbox.run_with_input(&call, "from stdin").stdout(), "");
    let requests = server.requests();
    let body = requests[1].split_once("\r\n\r\n").unwrap().1;
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let expected = serde_json::json!({
        "yes": true, "no": false, "none": null, "n": -7, "big": "1e3", "file": "from a file",
        "stdin": "from stdin", "raw": "true", "at": "@text",
    });
    assert_eq!(body, expected);
    sandbox.run(&["api", "POST", "/api/v1/x", "-F", "a=@absent"]).refused(3, &["`absent`"]);
}

/// As `gh api` nests them; a query keeps names as they are, and what is repeated.
#[test]
fn fields_nest_in_bodies_and_repeat_in_queries() {
    let server = HostileServer::start(|_, n| match n {
        0 => token(),
        _ => vec![Part::of("HTTP/1.1 204 No Content\r\n\r\n")],
    });
    let sandbox = client(&server);
    let call = |fields: &str| sandbox.run(&fields.split(' ').collect::<Vec<_>>());
    let fields = "-f profile[name]=Eng -f t[]=1 -f t[]=2 -F a[b][]=true -F none[]";
    assert_eq!(call(&format!("api POST /api/v1/x {fields}")).stdout(), "");
    let requests = server.requests();
    let body = requests[1].split_once("\r\n\r\n").unwrap().1;
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let expected = serde_json::json!({
        "profile": { "name": "Eng" }, "t": ["1", "2"], "a": { "b": [true] }, "none": [],
    });
    assert_eq!(body, expected);
    call("api POST /api/v1/x -f a=1 -F a[b]=2").refused(2, &["`a[b]` is given twice"]);
    assert_eq!(call("api GET /api/v1/y -f q=1 -f q=2 -F n[x]=3").stdout(), "");
    assert_eq!(server.count("/api/v1/y?q=1&q=2&n%5Bx%5D=3 "), 1);
    assert_eq!(server.requests().len(), 3);
}
