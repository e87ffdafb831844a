//! The local org, which anything on the machine may send anything to.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jwk_gen::{Algorithm, JwkSet, KeySpec, PrivateJwk};
use jwt_sign::{ClientId, LocalSigner};
use okta_emulator::{Emulator, EmulatorConfig};
use okta_http::{
    AuthServer, HttpClient, OrgUrl, RetryPolicy, Scopes, SystemClock, TokenEndpoint,
    TransportConfig, UreqTransport,
};
use okta_token::{AccessToken, DpopMode, TokenClient};
use serde_json::{Value, json};
use ureq::Agent;

pub(crate) const SCOPE: &str = "okta.users.read";

/// An org with one app that may read users, and a token of it that is bound to a key.
pub(crate) struct Org {
    emulator: Emulator,
    agent: Agent,
    pub(crate) signer: Arc<LocalSigner>,
    /// What the org knows of the key.
    pub(crate) keys: JwkSet,
    pub(crate) client_id: ClientId,
    /// Its tokens are bound to a key.
    bound_client_id: ClientId,
}

/// The one org of this process.
pub(crate) static ORG: LazyLock<Org> = LazyLock::new(Org::start);

impl Org {
    fn start() -> Self {
        let emulator = Emulator::start(EmulatorConfig::default()).expect("an org");
        let key =
            jwk_gen::generate(KeySpec::new(Algorithm::Es256, None).expect("P-256")).expect("a key");
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        let agent = agent.new_agent();
        let signer = Arc::new(LocalSigner::new(&key).expect("a key that signs"));
        let nobody = || ClientId::new("nobody").expect("a client id");
        let (client_id, bound_client_id) = (nobody(), nobody());
        let keys = JwkSet::new(vec![key.public()]).expect("a set of one");
        let mut org = Self { emulator, agent, signer, keys, client_id, bound_client_id };
        org.client_id = org.app(&key, false);
        org.bound_client_id = org.app(&key, true);
        org
    }

    fn app(&self, key: &PrivateJwk, is_bound: bool) -> ClientId {
        let body = json!({
            "client_name": format!("fuzz {is_bound}"), "application_type": "service",
            "grant_types": ["client_credentials"], "response_types": ["token"],
            "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [key.public()] },
            "dpop_bound_access_tokens": is_bound,
        });
        let app = self.admin("/oauth2/v1/clients", &body);
        let id = app["client_id"].as_str().expect("a client id");
        let grant = json!({ "scopeId": SCOPE, "issuer": self.url("") });
        self.admin(&format!("/api/v1/apps/{id}/grants"), &grant);
        let role = json!({ "type": "READ_ONLY_ADMIN" });
        self.admin(&format!("/oauth2/v1/clients/{id}/roles"), &role);
        ClientId::new(id).expect("a client id")
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.emulator.org_url())
    }

    fn admin(&self, path: &str, body: &Value) -> Value {
        let request = self.agent.post(self.url(path));
        let request =
            request.header("authorization", format!("SSWS {}", self.emulator.admin_token()));
        let request = request.header("content-type", "application/json");
        let mut answer = request.send(body.to_string()).expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let text = answer.body_mut().read_to_string().expect("a text");
        serde_json::from_str(&text).expect("JSON")
    }

    /// A token that is bound to a key.
    pub(crate) fn bound_token(&self) -> AccessToken {
        let url = OrgUrl::parse(&self.url("")).expect("an org URL");
        let transport = UreqTransport::new(TransportConfig::default()).expect("a transport");
        let http = HttpClient::new(Arc::new(transport), Arc::new(SystemClock), RetryPolicy::none());
        let endpoint = TokenEndpoint::new(&url, &AuthServer::Org);
        let client = TokenClient::new(
            http,
            endpoint,
            self.bound_client_id.clone(),
            Arc::<LocalSigner>::clone(&self.signer),
        );
        let client = client.with_dpop(DpopMode::Always);
        client.fetch(&Scopes::parse(SCOPE).expect("a scope")).expect("a token")
    }

    /// The status of a token request with this form.
    pub(crate) fn token_status(&self, form: String) -> u16 {
        let request = self.agent.post(self.url("/oauth2/v1/token"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let mut answer = request.send(form).expect("the org answers");
        drop(answer.body_mut().read_to_vec());
        answer.status().as_u16()
    }

    /// The status of a call with a bound token and whatever is to be its proof; none if that cannot stand in a header.
    pub(crate) fn call_status(&self, token: &str, proof: &[u8]) -> Option<u16> {
        let proof = ureq::http::HeaderValue::from_bytes(proof).ok()?;
        let request = self.agent.get(self.url("/api/v1/users"));
        let request =
            request.header("authorization", format!("DPoP {token}")).header("dpop", proof);
        let mut answer = request.call().expect("the org answers");
        drop(answer.body_mut().read_to_vec());
        Some(answer.status().as_u16())
    }
}

/// Bytes instead of an HTTP request: the answer is one or none, never a failure of the org, and the org goes on.
pub(crate) fn http_request(bytes: &[u8]) -> bool {
    let address = ORG.url("").replace("http://", "");
    let mut stream = TcpStream::connect(address).expect("the org listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
    // An org that has seen enough may hang up first.
    drop(stream.write_all(bytes));
    drop(stream.shutdown(Shutdown::Write));
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        let is_reset = error.kind() == std::io::ErrorKind::ConnectionReset;
        assert!(is_reset, "the org neither answers nor hangs up: {error}");
    }
    let status = answer.strip_prefix(b"HTTP/1.").and_then(|it| it.get(2..5));
    assert!(answer.is_empty() || status.is_some(), "{:?}", String::from_utf8_lossy(&answer));
    assert!(status.is_none_or(|it| it < &b"500"[..]), "{:?}", String::from_utf8_lossy(&answer));
    status.is_some_and(|it| it < &b"400"[..])
}
