//! Programs that run on while the key is exchanged, and two that exchange it.

use std::io::{BufRead, BufReader};
use std::sync::Arc;

use jwk_gen::KeyReader;
use jwt_sign::{ClientId, FileSigners};
use okta_http::{
    AuthServer, HttpClient, OrgUrl, RetryPolicy, Scopes, SystemClock, TokenEndpoint,
    TransportConfig, UreqTransport,
};
use okta_token::{TokenClient, TokenSource};

use super::{AT_ONCE, assert_settled, rotate, shown};
use crate::ready;

#[test]
fn a_source_of_tokens_needs_no_restart() {
    let (org, sandbox) = ready();
    let transport = Arc::new(UreqTransport::new(TransportConfig::default()).unwrap());
    let http = HttpClient::new(transport, Arc::new(SystemClock), RetryPolicy::default());
    let org_url = OrgUrl::parse(org.org_url()).unwrap();
    let key = sandbox.path().join("svc.jwk");
    let client = TokenClient::with_signers(
        http,
        TokenEndpoint::new(&org_url, &AuthServer::Org),
        ClientId::new(shown(&sandbox, "client_id")).unwrap(),
        Arc::new(FileSigners::open(key, KeyReader::new()).unwrap()),
    );
    let source = TokenSource::new(client, Scopes::parse("okta.users.read").unwrap());
    let first = source.token().unwrap();
    assert_eq!(sandbox.run(&AT_ONCE).code, 0);
    let kid = assert_settled(&sandbox);
    assert_eq!(source.client().signing_key_thumbprint().unwrap().as_str(), kid);
    // The old key is gone from the org: only the new one can bring another token.
    source.invalidate(&first);
    assert_ne!(source.token().unwrap().expose(), first.expose());
}

#[test]
fn x_14_a_second_rotation_is_told_who_does_the_first() {
    let (_org, sandbox) = ready();
    let mut first = sandbox.spawn(&["client-key", "rotate", "--drain", "4s", "--soak", "0s"]);
    let remarks = BufReader::new(first.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut remarks = remarks.skip_while(|line| !line.contains("the key file holds the new key"));
    assert!(remarks.next().is_some());
    let holder = format!("another process ({})", first.id());
    rotate(&sandbox, &[]).refused(3, &[&holder]);
    rotate(&sandbox, &["--abort"]).refused(3, &[&holder]);
    assert!(remarks.any(|line| line.contains("the old key is deleted")));
    assert!(first.wait().unwrap().success());
    assert_settled(&sandbox);
}
