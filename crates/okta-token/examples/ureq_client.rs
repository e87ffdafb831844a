//! A daemon that calls Okta's API over ureq. The token is got at the first call, kept, renewed before it
//! ends and put on every request; a token that the API refuses is replaced once.
//!
//! ```sh
//! cargo run --package okta-token --example ureq_client -- https://acme.okta.com 0oa1b2c3 svc.jwk
//! ```

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use jwk_gen::{KeyReader, key_file};
use jwt_sign::{ClientId, LocalSigner};
use okta_http::{
    AuthServer, HttpClient, HttpError, Method, OrgUrl, Request, RetryPolicy, Scopes, SystemClock,
    TokenEndpoint, TransportConfig, UreqTransport,
};
use okta_token::{TokenAuthorizer, TokenClient, TokenSource};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut next = |what: &'static str| arguments.next().ok_or(what);
    let org = OrgUrl::parse(&next("the first argument is the org URL")?)?;
    let client_id = ClientId::new(next("the second argument is the client id")?)?;
    let key = next("the third argument is the file of the client's key")?;

    let key = key_file::read(Path::new(&key), &KeyReader::new())?.key;
    let transport = Arc::new(UreqTransport::new(TransportConfig::default())?);
    let http = HttpClient::new(transport, Arc::new(SystemClock), RetryPolicy::default());
    let endpoint = TokenEndpoint::new(&org, &AuthServer::Org);
    let signer = Arc::new(LocalSigner::new(&key)?);
    let client = TokenClient::new(http.clone(), endpoint, client_id, signer);
    let tokens = Arc::new(TokenSource::new(client, Scopes::parse("okta.users.read")?));

    // From here on a call is a call: the authorizer sees to the token, and to DPoP if the org wants it.
    let http = http.authorized(Arc::new(TokenAuthorizer::new(tokens)));
    let mut out = io::stdout().lock();
    let mut page = Some(org.url("/api/v1/users"));
    while let Some(url) = page {
        let call = || Ok::<_, HttpError>(Request::new(Method::Get, url.as_str()));
        let answer = http.send(call)?.into_success()?;
        out.write_all(answer.body())?;
        out.write_all(b"\n")?;
        page = answer.next_link(&org)?;
    }
    Ok(())
}
