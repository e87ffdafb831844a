//! A service on tokio that calls Okta's API for its own callers.
//!
//! The token source blocks, so it runs where blocking is allowed (`spawn_blocking`), and a token that is
//! there already is read without that: the read takes no lock and waits for nothing.
//!
//! ```sh
//! cargo run --package okta-token --example axum_service -- https://acme.okta.com 0oa1b2c3 svc.jwk
//! curl http://127.0.0.1:8080/users
//! ```

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use jwk_gen::{KeyReader, key_file};
use jwt_sign::{ClientId, LocalSigner};
use okta_http::{
    AuthServer, HttpClient, HttpError, Method, OrgUrl, Request, RetryPolicy, Scopes, SystemClock,
    TokenEndpoint, TransportConfig, UreqTransport,
};
use okta_token::{AccessToken, TokenAuthorizer, TokenClient, TokenSource};
use tokio::task::spawn_blocking;

/// What every handler shares; clones are cheap.
#[derive(Clone)]
struct Okta {
    org: OrgUrl,
    http: HttpClient,
    tokens: Arc<TokenSource>,
}

impl Okta {
    fn new(org: &str, client_id: &str, key: &Path) -> Result<Self, Box<dyn Error>> {
        let org = OrgUrl::parse(org)?;
        let key = key_file::read(key, &KeyReader::new())?.key;
        let transport = Arc::new(UreqTransport::new(TransportConfig::default())?);
        let http = HttpClient::new(transport, Arc::new(SystemClock), RetryPolicy::default());
        let endpoint = TokenEndpoint::new(&org, &AuthServer::Org);
        let signer = Arc::new(LocalSigner::new(&key)?);
        let client = TokenClient::new(http.clone(), endpoint, ClientId::new(client_id)?, signer);
        let tokens = Arc::new(TokenSource::new(client, Scopes::parse("okta.users.read")?));
        let http = http.authorized(Arc::new(TokenAuthorizer::new(Arc::clone(&tokens))));
        Ok(Self { org, http, tokens })
    }

    /// The token for a client of one's own, such as an asynchronous one.
    async fn token(&self) -> Result<Arc<AccessToken>, StatusCode> {
        // Not across an await: the read holds on to the token that it saw.
        if let Some(token) = self.tokens.cached().and_then(|read| read.token().cloned()) {
            return Ok(token);
        }
        let tokens = Arc::clone(&self.tokens);
        let asked = spawn_blocking(move || tokens.token()).await;
        asked.ok().and_then(Result::ok).ok_or(StatusCode::BAD_GATEWAY)
    }

    /// A whole call with its retries, where it may block.
    async fn users(&self) -> Result<Vec<u8>, StatusCode> {
        let (http, url) = (self.http.clone(), self.org.url("/api/v1/users"));
        let call = move || {
            let request = || Ok::<_, HttpError>(Request::new(Method::Get, url.as_str()));
            let answer = http.send(request).map_err(|_| StatusCode::BAD_GATEWAY)?;
            let answer = answer.into_success().map_err(|_| StatusCode::BAD_GATEWAY)?;
            Ok(answer.body().to_vec())
        };
        spawn_blocking(call).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
    }
}

async fn users(State(okta): State<Okta>) -> Result<Vec<u8>, StatusCode> {
    okta.users().await
}

/// Says whether there is a token and how many seconds it has left; never the token.
async fn ready(State(okta): State<Okta>) -> Result<String, StatusCode> {
    let token = okta.token().await?;
    Ok(format!("{} until {:?}\n", token.token_type().as_str(), token.expires_at()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [org, client_id, key, ..] = &arguments[..] else {
        return Err("the arguments are the org URL, the client id and the key file".into());
    };
    let okta = Okta::new(org, client_id, Path::new(key))?;
    let router = Router::new().route("/users", get(users)).route("/ready", get(ready));
    let address = arguments.get(3).map_or("127.0.0.1:8080", String::as_str);
    let listener = tokio::net::TcpListener::bind(address).await?;
    writeln!(io::stdout(), "http://{}", listener.local_addr()?)?;
    Ok(axum::serve(listener, router.with_state(okta)).await?)
}
