//! Tokens under faults: names and certificates that are wrong, kills, broken locks, dead connections.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use okta_emulator::{Emulator, EmulatorConfig};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair, date_time_ymd};
use tests::{Outcome, Sandbox};

use crate::PROGRAM;

const TOKEN: &str = "/oauth2/v1/token";
const GET: [&str; 4] = ["token", "get", "--format", "json"];

/// A client of an org that is not there yet.
fn client(org_url: &str) -> Sandbox {
    let sandbox = Sandbox::new(PROGRAM)
        .with_variable("OKTA_M2M_ORG_URL", org_url)
        .with_variable("OKTA_M2M_CLIENT_ID", "0oaFAULTS")
        .with_variable("OKTA_M2M_KEY", "svc.jwk")
        .with_variable("OKTA_M2M_SCOPE", "okta.users.read");
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout());
    sandbox
}

/// An org with a client that has a profile.
fn world() -> (Emulator, Sandbox) {
    let emulator = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &emulator);
    let setup = ["setup", "--name", "svc", "--scope", "okta.users.read", "--key", "svc.jwk"];
    let setup = [&setup[..], &["--role", "READ_ONLY_ADMIN", "--alg", "ES256"]].concat();
    drop(sandbox.run(&setup).stdout());
    drop(sandbox.run(&["cache", "clean", "--all"]).stdout());
    (emulator, sandbox)
}

fn token_requests(emulator: &Emulator) -> usize {
    emulator.requests().iter().filter(|it| it.path == TOKEN).count()
}

fn cache_files(sandbox: &Sandbox, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(sandbox.path().join(".cache/okta-m2m")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect()
}

#[test]
fn t_01_a_name_that_nobody_has_is_a_failure_of_the_network() {
    let sandbox = client("https://no-such-org.invalid");
    let flags = ["--no-cache", "--timeout", "2"];
    sandbox.run(&[&GET[..], &flags].concat()).refused(7, &["no-such-org.invalid"]);
}

/// A TLS server of OpenSSL that says what it is sent and answers nothing.
pub(crate) struct TlsServer {
    child: Child,
    pub(crate) url: String,
}

impl TlsServer {
    pub(crate) fn start(sandbox: &Sandbox, chain: &str, key: &str, flags: &[&str]) -> Self {
        sandbox.write("chain.pem", chain);
        sandbox.write("tls.key", key);
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", "127.0.0.1:0", "-cert", "chain.pem"]);
        command.args(["-cert_chain", "chain.pem", "-key", "tls.key"]).args(flags);
        command.current_dir(sandbox.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let stdout = child.stdout.as_mut().unwrap();
        // Byte by byte, so that nothing of what follows is taken.
        let mut line = Vec::new();
        while !(line.starts_with(b"ACCEPT") && line.ends_with(b"\n")) {
            if line.ends_with(b"\n") {
                line.clear();
            }
            let mut byte = [0];
            stdout.read_exact(&mut byte).expect("`openssl s_server` says where it listens");
            line.extend(byte);
        }
        let line = String::from_utf8(line).unwrap();
        let port = line.trim().rsplit(':').next().unwrap();
        Self { url: format!("https://localhost:{port}"), child }
    }

    /// Ends it and gives what it received.
    pub(crate) fn end(mut self) -> String {
        self.child.kill().unwrap();
        let mut text = Vec::new();
        self.child.stdout.take().unwrap().read_to_end(&mut text).unwrap();
        self.child.wait().unwrap();
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// A certificate for `name` until the end of `year`, its key, and the authority that signed it.
pub(crate) fn certificate(name: &str, year: i32) -> (String, String, String) {
    let mut ca = CertificateParams::default();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    ca.distinguished_name.push(rcgen::DnType::CommonName, "an authority");
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    leaf.not_after = date_time_ymd(year, 12, 31);
    let key = KeyPair::generate().unwrap();
    let leaf = leaf.signed_by(&key, &ca).unwrap();
    (leaf.pem(), key.serialize_pem(), ca.pem())
}

/// What came of a token request, and what the server received of it.
fn ask(chain: (String, String), ca: Option<&str>, flags: &[&str]) -> (Outcome, String) {
    let sandbox = client("https://localhost");
    let server = TlsServer::start(&sandbox, &chain.0, &chain.1, flags);
    let mut sandbox = sandbox.with_variable("OKTA_M2M_ORG_URL", &server.url);
    if let Some(ca) = ca {
        sandbox.write("ca.pem", ca);
        sandbox = sandbox.with_variable("OKTA_M2M_CA_FILE", "ca.pem");
    }
    let outcome = sandbox.run(&[&GET[..], &["--no-cache", "--timeout", "1"]].concat());
    (outcome, server.end())
}

#[test]
fn t_08_a_server_that_does_not_prove_who_it_is_gets_nothing() {
    let (leaf, key, ca) = certificate("localhost", 2099);
    let (outcome, received) = ask((leaf.clone(), key.clone()), Some(&ca), &[]);
    assert!(received.contains("POST /oauth2/v1/token"), "{received}");
    outcome.refused(7, &["in time"]);
    let (other, other_key, other_ca) = certificate("other.example", 2099);
    let (old, old_key, old_ca) = certificate("localhost", 2020);
    let old_tls = ["-tls1", "-cipher", "DEFAULT:@SECLEVEL=0"];
    for (name, (outcome, received)) in [
        ("an unknown authority", ask((leaf.clone(), key.clone()), None, &[])),
        ("another authority", ask((leaf.clone(), key.clone()), Some(&other_ca), &[])),
        ("another name", ask((other, other_key), Some(&other_ca), &[])),
        ("expired", ask((old, old_key), Some(&old_ca), &[])),
        ("TLS 1.0", ask((leaf, key), Some(&ca), &old_tls)),
    ] {
        assert!(!received.contains("POST"), "{name}: {received}");
        assert!(outcome.stderr.contains("localhost"), "{name}: {outcome}");
        outcome.refused(7, &[]);
    }
}

#[test]
fn t_15_a_token_that_was_revoked_early_is_replaced_once() {
    let (emulator, sandbox) = world();
    let token = sandbox.run(&["token", "get"]).stdout();
    sandbox.write("token", &token);
    drop(sandbox.run(&["token", "revoke", "token"]).stdout());
    let before = token_requests(&emulator);
    drop(sandbox.run(&["api", "GET", "/api/v1/users"]).stdout());
    assert_eq!(token_requests(&emulator) - before, 1);
    let next = sandbox.run(&GET).json();
    assert_eq!(next["cached"], true);
    assert_ne!(next["access_token"].as_str(), Some(token.trim()));
    assert_eq!(token_requests(&emulator) - before, 1);
}

/// What a shell says of a process that was ended by SIGKILL.
const KILLED: i32 = 128 + 9;

/// Runs `token get` with a fault in a system call.
fn get_with_fault(sandbox: &Sandbox, call: &str, fault: &str) -> Outcome {
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:{fault}"));
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    sandbox.run_under(&strace, &["token", "get"])
}

#[test]
fn t_17_a_kill_at_any_call_leaves_a_cache_that_works() {
    let (_emulator, sandbox) = world();
    let mut kills = 0;
    for call in ["openat", "write", "renameat", "flock", "connect", "sendto", "recvfrom"] {
        for occurrence in 1.. {
            drop(sandbox.run(&["cache", "clean", "--all"]).stdout());
            let fault = format!("signal=SIGKILL:when={occurrence}");
            let outcome = get_with_fault(&sandbox, call, &fault);
            if outcome.code != KILLED {
                assert_eq!(outcome.code, 0, "{call} {fault}: {outcome}");
                break;
            }
            kills += 1;
            let next = sandbox.run(&GET);
            assert_eq!(next.stderr, "", "{call} {fault}");
            let token = next.json()["access_token"].clone();
            let last = sandbox.run(&GET).json();
            assert_eq!((&last["cached"], &last["access_token"]), (&true.into(), &token), "{call}");
        }
    }
    assert!(kills > 20, "{kills} kills");
}

#[test]
fn c_06_locks_and_renames_that_fail_cost_the_cache_and_not_the_token() {
    let (_emulator, sandbox) = world();
    for (call, fault) in
        [("flock", "error=ENOLCK"), ("renameat", "error=ENOSPC"), ("renameat", "error=EROFS")]
    {
        drop(sandbox.run(&["cache", "clean", "--all"]).stdout());
        let outcome = get_with_fault(&sandbox, call, fault);
        let warnings = outcome.stderr.matches("warning: the token cache").count();
        assert_eq!(warnings, 1, "{call} {fault}: {outcome}");
        drop(outcome.stdout());
        let left = cache_files(&sandbox, "")
            .into_iter()
            .filter(|it| it.to_string_lossy().contains(".tmp-"));
        assert_eq!(left.count(), 0, "{call} {fault}");
    }
}

#[test]
fn c_07_a_file_of_somebody_else_is_not_used() {
    if !rustix::process::geteuid().is_root() {
        // Nobody else can give a file away.
        return;
    }
    let (emulator, sandbox) = world();
    drop(sandbox.run(&GET).json());
    let before = token_requests(&emulator);
    let file = cache_files(&sandbox, ".token").remove(0);
    std::os::unix::fs::chown(&file, Some(65534), None).unwrap();
    let outcome = sandbox.run(&["token", "get"]);
    assert!(outcome.stderr.contains("is somebody else's"), "{outcome}");
    drop(outcome.stdout());
    assert_eq!(token_requests(&emulator) - before, 1);
}

#[test]
fn a_07_a_reader_that_has_had_enough_ends_it_quietly() {
    let (_emulator, sandbox) = world();
    for call in [&["api", "GET", "/api/v1/users", "--paginate"][..], &["token", "get"]] {
        let mut child = sandbox.spawn(call);
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{call:?}");
        // By itself, or by SIGPIPE.
        let end =
            (output.status.code(), std::os::unix::process::ExitStatusExt::signal(&output.status));
        assert!(matches!(end, (Some(0 | 141), None) | (None, Some(13))), "{call:?}: {end:?}");
    }
}

/// A server that keeps connections by its words and closes them by its deeds, or answers after the head
/// of a request already. Gives the assertions that it saw.
fn careless_server(
    reads_bodies: bool,
    requests: usize,
) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serve = move || {
        let mut seen = Vec::new();
        for stream in listener.incoming().take(requests) {
            let mut stream = BufReader::new(stream.unwrap());
            let mut length = 0;
            let mut line = String::new();
            while stream.read_line(&mut line).unwrap() > 0 && !line.trim().is_empty() {
                let lower = line.to_ascii_lowercase();
                if let Some(value) = lower.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; if reads_bodies { length } else { 0 }];
            stream.read_exact(&mut body).unwrap();
            let body = String::from_utf8(body).unwrap();
            seen.extend(
                body.split('&').find(|it| it.starts_with("client_assertion=")).map(str::to_owned),
            );
            let token = r#"{"token_type":"Bearer","expires_in":3600,"access_token":"x"}"#;
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: keep-alive\r\n";
            let answer = format!("{head}Content-Length: {}\r\n\r\n{token}", token.len());
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            // What is not read would be answered by a reset, which may overtake the answer.
            stream.get_ref().shutdown(std::net::Shutdown::Write).unwrap();
            std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
        }
        seen
    };
    (url, thread::spawn(serve))
}

fn token_client(url: &str) -> okta_token::TokenClient {
    use okta_http::{AuthServer, HttpClient, OrgUrl, RetryPolicy, SystemClock, TokenEndpoint};
    let transport = okta_http::UreqTransport::new(okta_http::TransportConfig::default()).unwrap();
    let http = HttpClient::new(Arc::new(transport), Arc::new(SystemClock), RetryPolicy::default());
    let spec = jwk_gen::KeySpec::new(jwk_gen::Algorithm::Es256, None).unwrap();
    let signer = jwt_sign::LocalSigner::new(&jwk_gen::generate(spec).unwrap()).unwrap();
    let endpoint = TokenEndpoint::new(&OrgUrl::parse(url).unwrap(), &AuthServer::Org);
    let client_id = jwt_sign::ClientId::new("0oaFAULTS").unwrap();
    okta_token::TokenClient::new(http, endpoint, client_id, Arc::new(signer))
}

#[test]
fn v_31_a_kept_connection_that_is_dead_costs_one_more_and_no_assertion_twice() {
    let (url, server) = careless_server(true, 5);
    let client = token_client(&url);
    let scopes = okta_http::Scopes::parse("okta.users.read").unwrap();
    for _ in 0..5 {
        client.fetch(&scopes).unwrap();
    }
    let seen = server.join().unwrap();
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 5, "{seen:?}");
}

#[test]
fn v_32_an_answer_before_the_body_was_read_is_an_answer() {
    let (url, server) = careless_server(false, 1);
    let scopes = okta_http::Scopes::parse("okta.users.read").unwrap();
    assert_eq!(token_client(&url).fetch(&scopes).unwrap().expose(), "x");
    server.join().unwrap();
}
