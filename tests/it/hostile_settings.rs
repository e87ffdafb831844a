//! Settings, arguments and surroundings that are strange on purpose: nothing panics, and each mistake has its exit code.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tests::{Sandbox, Terminal};

use crate::{ready, sandbox};

/// Runs a line of a shell, in which `"$@"` is the program with these arguments.
fn shell(sandbox: &Sandbox, script: &str, arguments: &[&str]) -> tests::Outcome {
    let script = format!("set -- \"$0\" \"$@\"; {script}");
    sandbox.run_under(&["sh", "-c", &script], arguments)
}

#[test]
fn u_11_names_of_files_that_lead_nowhere() {
    let sandbox = sandbox();
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "k"]).stdout());
    fs::create_dir(sandbox.path().join("folder")).unwrap();
    std::os::unix::fs::symlink("k", sandbox.path().join("link")).unwrap();
    std::os::unix::fs::symlink("loop", sandbox.path().join("loop")).unwrap();
    let create = ["assertion", "create", "--org-url", "https://acme.okta.com", "--client-id", "a"];
    let key = |path: &str| sandbox.run(&[&create[..], &["--key", path]].concat());
    for path in ["k", "./k", "../{}/k", "link", "folder/../k"] {
        let name = sandbox.path().file_name().unwrap().to_str().unwrap();
        assert_eq!(key(&path.replace("{}", name)).stdout().matches('.').count(), 2, "{path}");
    }
    let long = "x/".repeat(3000);
    for path in ["~nobody/k", "$HOME/k", "folder", "/dev/zero", "/dev/null", "loop", "none", &long]
    {
        key(path).refused(3, &[]);
    }
    // A name with a NUL comes from a profile alone.
    sandbox.write("config.toml", "[default]\nkey = \"a\\u0000b\"\n");
    let file = sandbox.path().join("config.toml").to_str().unwrap().to_owned();
    let sandbox = sandbox.with_variable("OKTA_M2M_CONFIG", &file);
    sandbox.run(&create).refused(3, &[]);
}

#[test]
fn u_12_spans_of_time_that_are_none_or_too_long() {
    let (org, sandbox) = ready();
    for span in ["5", "-1s", "1e9h", "NaN", "∞", "", "99999999999999999999s"] {
        let argument = format!("--min-ttl={span}");
        sandbox.run(&["token", "get", &argument]).refused(2, &["whole number"]);
    }
    for span in ["18446744073709551615s", "213503982334601d"] {
        sandbox.run(&["token", "get", "--min-ttl", span]).refused(2, &["half the token's life"]);
    }
    for (flag, value) in [
        ("--timeout", "0"),
        ("--timeout", "-1"),
        ("--max-wait", "4294967296"),
        ("--timeout", "1.5"),
    ] {
        sandbox.run(&["token", "get", &format!("{flag}={value}")]).refused(2, &[flag]);
    }
    drop(
        sandbox
            .run(&["token", "get", "--timeout", "4294967295", "--max-wait", "4294967295"])
            .stdout(),
    );
    drop(org);
}

#[test]
fn u_13_variables_empty_quoted_and_with_line_ends() {
    let (org, sandbox) = ready();
    let url = org.org_url().to_owned();
    let with = |sandbox: Sandbox, value: &str| {
        sandbox.without_variable("OKTA_M2M_ORG_URL").with_variable("OKTA_M2M_ORG_URL", value)
    };
    let sandbox = with(sandbox, &format!("{url}\n"));
    drop(sandbox.run(&["token", "get"]).stdout());
    let sandbox = with(sandbox, &format!("{url}\r\n"));
    drop(sandbox.run(&["token", "get"]).stdout());
    for value in ["", "\n", &format!("\"{url}\""), &format!("{url}\n\n"), &format!("{url}\t")] {
        let name = sandbox.path().join("svc.jwk");
        let fresh = crate::sandbox().with_variable("OKTA_M2M_ORG_URL", value);
        let key =
            ["token", "get", "--client-id", "a", "--scope", "b", "--key", name.to_str().unwrap()];
        fresh.run(&key).refused(2, &["`OKTA_M2M_ORG_URL`"]);
    }
}

#[test]
fn u_15_headers_that_would_be_two() {
    let (org, sandbox) = ready();
    for header in
        ["X: a\r\nY: b", "X: a\nY: b", "X\r\nY: b", "X: a\u{7f}", "X: ä", "X y: b", ": b", "X"]
    {
        let outcome = sandbox.run(&["api", "GET", "/api/v1/users", "-H", header]);
        outcome.refused(2, &["header"]);
    }
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "proof.jwk"]).stdout());
    for token in ["a\r\nX: y", "a b", "a\u{7f}", "ä"] {
        sandbox.write("t", token);
        let proof = [
            "dpop",
            "proof",
            "GET",
            "https://a.example/",
            "--token-file",
            "t",
            "--dpop-key",
            "proof.jwk",
        ];
        sandbox.run(&proof).refused(3, &["no access token has"]);
        let list = ["client", "list", "--admin-token-file", "t"];
        sandbox.run(&list).refused(3, &["no API token has"]);
    }
    drop(org);
}

#[test]
fn u_16_arguments_of_every_kind() {
    let (org, sandbox) = ready();
    shell(&sandbox, "exec \"$@\" --org-url \"$(printf '\\377')\"", &["token", "get"])
        .refused(2, &["UTF-8"]);
    shell(&sandbox, "exec \"$@\" --key \"$(printf '\\377')\"", &["token", "get"])
        .refused(2, &["not valid UTF-8"]);
    // One argument may have 128 KiB on Linux, all of them 2 MiB.
    let script = "big=$(head -c 120000 /dev/zero | tr '\\0' a); exec \"$@\" --scope $big --scope $big --scope $big \
                  --scope $big --scope $big --scope $big --scope $big --scope $big --scope $big --scope $big";
    let outcome = shell(&sandbox, script, &["token", "get"]);
    assert!([4, 5].contains(&outcome.code), "exit {}", outcome.code);
    assert!(!outcome.stderr.contains("panicked"));
    sandbox
        .run(&["token", "get", "--client-id", "a", "--client-id", "b"])
        .refused(2, &["--client-id"]);
    sandbox.run(&["token", "get", "--", "--scope"]).refused(2, &["--scope"]);
    let twice = ["token", "get", "--key", "-", "--key-passphrase-file", "-"];
    sandbox.run_with_input(&twice, "a passphrase\n").refused(2, &["`-` stands for stdin twice"]);
    let scopes = [
        "token",
        "get",
        "--scope",
        "okta.users.read",
        "--scope",
        "okta.users.read,okta.users.read",
    ];
    drop(sandbox.run(&scopes).stdout());
    drop(org);
}

#[test]
fn u_17_an_input_that_is_closed_endless_or_a_terminal() {
    let sandbox = sandbox();
    let inspect = ["assertion", "inspect", "-"];
    let closed = shell(&sandbox, "exec \"$@\" <&-", &inspect);
    assert!([2, 3].contains(&closed.code), "{closed}");
    assert!(!closed.stderr.contains("panicked"), "{closed}");
    // Ten gigabytes are offered; the program is gone long before.
    let endless = io::repeat(b'a').take(10 << 30);
    sandbox.run_with_reader(&inspect, endless).refused(3, &["more than 1 MiB"]);
    let mut terminal = Terminal::new();
    terminal.write("no assertion\n\x04");
    let script = format!("exec \"$@\" < {}", terminal.name);
    let outcome = shell(&sandbox, &script, &inspect);
    assert!(
        outcome.stderr.starts_with("reading from this terminal; Ctrl-D ends the input\n"),
        "{outcome}"
    );
    assert_ne!(outcome.code, 0, "{outcome}");
}

#[test]
fn u_18_surroundings_that_are_missing_or_wrong() {
    let (org, sandbox) = ready();
    let get = ["token", "get", "--format", "json"];
    let config = sandbox.path().join(".config/okta-m2m/config.toml");
    let config = config.to_str().unwrap();
    for assignments in [
        format!("-u HOME OKTA_M2M_CONFIG={config}"),
        format!("HOME=relative OKTA_M2M_CONFIG={config}"),
        format!("HOME=/nonexistent OKTA_M2M_CONFIG={config}"),
        format!("HOME= OKTA_M2M_CONFIG={config}"),
        "XDG_CONFIG_HOME=relative XDG_CACHE_HOME=relative XDG_RUNTIME_DIR=relative".to_owned(),
        "XDG_RUNTIME_DIR=/nonexistent XDG_CACHE_HOME=/proc/nowhere".to_owned(),
        "TMPDIR=/nonexistent LANG=C LC_ALL=C TZ=Nowhere/Never".to_owned(),
        "TZ=America/New_York TERM=dumb NO_COLOR=1".to_owned(),
        "TZ=:../../etc/passwd TERM= LANG=xx_YY.garbage COLUMNS=0".to_owned(),
    ] {
        let outcome = shell(&sandbox, &format!("exec env {assignments} \"$@\""), &get);
        let token = outcome.json();
        let ends = token["expires_at"].as_str().unwrap();
        assert!(ends.ends_with('Z') && ends.len() == 20, "{assignments}: {ends}");
    }
    let coloured =
        shell(&sandbox, "exec env NO_COLOR=1 \"$@\"", &["token", "get", "--scope", "x y z"]);
    assert!(!coloured.stderr.contains('\u{1b}'), "{coloured}");
    drop(org);
}

/// Who has no home has no configuration file, which only matters to a command that would write it.
#[test]
fn u_18_without_a_home_the_settings_are_those_of_variables() {
    let (org, sandbox) = ready();
    let show = |setting: &str| {
        let shown = sandbox.run(&["profile", "show", "--format", "json"]).json();
        shown["settings"][setting].as_str().unwrap().to_owned()
    };
    let variables = format!(
        "exec env -u HOME OKTA_M2M_CLIENT_ID={} OKTA_M2M_KEY={} OKTA_M2M_SCOPE=okta.users.read \"$@\"",
        show("client_id"),
        show("key"),
    );
    let homeless = |arguments: &[&str]| shell(&sandbox, &variables, arguments);
    drop(homeless(&["token", "get"]).stdout());
    drop(homeless(&["api", "/api/v1/users"]).stdout());
    drop(homeless(&["config", "check"]).stdout());
    let explained = homeless(&["config", "explain"]).stdout();
    assert!(explained.contains("no configuration file"), "{explained}");
    assert_eq!(homeless(&["cache", "list", "--format", "json"]).json(), serde_json::json!([]));

    let words = ["neither `XDG_CONFIG_HOME` nor `HOME`", "OKTA_M2M_CONFIG=FILE"];
    let before = org.requests().len();
    homeless(&["profile", "use", "default"]).refused(2, &words);
    homeless(&["token", "get", "--profile", "other"]).refused(2, &words);
    let setup = ["setup", "--name", "new", "--scope", "okta.users.read", "--key", "new.jwk"];
    homeless(&setup).refused(2, &words);
    assert_eq!(org.requests().len(), before);
    assert!(!sandbox.path().join("new.jwk").exists());
}

#[test]
fn u_19_a_working_directory_that_is_gone() {
    let (org, sandbox) = ready();
    let gone = "mkdir gone && cd gone && rmdir ../gone && exec \"$@\"";
    drop(shell(&sandbox, gone, &["token", "get"]).stdout());
    drop(shell(&sandbox, gone, &["token", "get", "--no-cache"]).stdout());
    drop(shell(&sandbox, gone, &["config", "explain"]).stdout());
    drop(shell(&sandbox, gone, &["config", "check"]).stdout());
    let made = sandbox.path().join("made.jwk");
    let generate = ["key", "generate", "--alg", "ES256", "-o", made.to_str().unwrap()];
    drop(shell(&sandbox, gone, &generate).stdout());
    shell(&sandbox, gone, &["key", "generate", "--alg", "ES256", "-o", "here.jwk"]).refused(3, &[]);
    let unreadable = "mkdir -m 0 shut; cd shut; exec \"$@\"";
    drop(shell(&sandbox, unreadable, &["token", "get"]).stdout());
    drop(org);
}

/// A server of a cluster sends everybody on, here to itself: nobody follows.
#[test]
fn u_22_a_server_that_sends_round_in_a_circle() {
    let (org, sandbox) = ready();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    let server = thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            count.fetch_add(1, Ordering::Relaxed);
            let mut buffer = [0; 4096];
            while let Ok(read) = stream.read(&mut buffer) {
                if read == 0 {
                    break;
                }
                if buffer[..read].starts_with(b"end") {
                    return;
                }
                drop(stream.write_all(format!("-MOVED 1 {address}\r\n").as_bytes()));
            }
        }
    });
    sandbox.write("fleet.key", &"ab".repeat(32));
    let url = format!("redis://{address}");
    let get = ["token", "get", "--redis-url", &url, "--redis-key-file", "fleet.key"];
    let outcome = sandbox.run(&get);
    drop(outcome.stdout());
    assert!((1..=3).contains(&connections.load(Ordering::Relaxed)), "{connections:?}");
    std::net::TcpStream::connect(address).unwrap().write_all(b"end").unwrap();
    server.join().unwrap();
    drop(org);
}

#[test]
fn u_22_a_redis_url_in_an_argument_holds_no_password() {
    let (org, sandbox) = ready();
    sandbox.write("fleet.key", &"ab".repeat(32));
    for (url, words) in [
        ("rediss://u:hunter2@redis.example", "--redis-password-file FILE"),
        ("redis://redis.example", "rediss"),
        ("redis://127.0.0.1/-1", "--redis-url"),
    ] {
        let outcome =
            sandbox.run(&["token", "get", "--redis-url", url, "--redis-key-file", "fleet.key"]);
        assert!(!outcome.stderr.contains("hunter2"), "{outcome}");
        outcome.refused(2, &[words]);
    }
    drop(org);
}

/// A variable of the environment brings no code and no property into OpenSSL, where that is part of the program.
#[test]
fn openssl_cnf_is_not_read() {
    let sandbox = ready().1;
    let spoilt = "openssl_conf = init\n[init]\nalg_section = algorithms\n[algorithms]\n\
                  default_properties = nosuch=yes\n";
    sandbox.write("openssl.cnf", spoilt);
    let path = sandbox.path().join("openssl.cnf");
    let sandbox = sandbox.with_variable("OPENSSL_CONF", path.to_str().unwrap());
    let signed = sandbox.run(&["assertion", "create"]);
    assert_eq!(signed.code, 0, "is OpenSSL built as .cargo/openssl-perl says? {signed}");
}
