//! An org with one client, and assertions made by hand.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jwk_gen::{Algorithm, KeySpec, PrivateJwk, generate};
use jwt_sign::{LocalSigner, Signer};
use okta_emulator::{Emulator, EmulatorConfig};
use serde_json::{Value, json};
use tests::{Answer, Sandbox, post_form, post_form_as, send};

use crate::PROGRAM;

/// The percent-encoded type of an assertion.
pub(super) const TYPE: &str = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";

/// An org, a client in it with the scope `okta.users.read` and no role, and the client's profile.
pub(super) struct World {
    pub(super) org: Emulator,
    pub(super) sandbox: Sandbox,
    key: PrivateJwk,
    signer: LocalSigner,
    client_id: String,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(EmulatorConfig::default())
    }

    /// An org that was stopped, a coordinate of the client's key changed on disk, and started.
    pub(super) fn with_spoiled_key() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state_file = Some(folder.path().join("org.json"));
        let config = EmulatorConfig { state_file, ..EmulatorConfig::default() };
        let Self { org, sandbox, key, signer, client_id } = Self::with(config.clone());
        drop(org);
        let path = config.state_file.as_ref().unwrap();
        let jwk: Value = serde_json::from_str(&key.public().to_json()).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let spoiled = text.replace(jwk["x"].as_str().unwrap(), jwk["y"].as_str().unwrap());
        assert_ne!(spoiled, text);
        std::fs::write(path, spoiled).unwrap();
        Self { org: Emulator::start(config).unwrap(), sandbox, key, signer, client_id }
    }

    fn with(config: EmulatorConfig) -> Self {
        let org = Emulator::start(config).unwrap();
        let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
        let signer = LocalSigner::new(&key).unwrap();
        let sandbox = Sandbox::new(PROGRAM);
        let mut world = Self { org, sandbox, key, signer, client_id: String::new() };
        world.client_id = world.register(&json!({}));
        let grant = json!({"scopeId": "okta.users.read", "issuer": world.org.org_url()});
        let path = format!("/api/v1/apps/{}/grants", world.client_id);
        assert_eq!(world.administer("POST", &path, &grant).status, 201);
        world.sandbox.write("svc.jwk", &world.key.expose_json());
        world.in_the_environment()
    }

    fn in_the_environment(mut self) -> Self {
        self.sandbox = self
            .sandbox
            .with_variable("OKTA_M2M_ORG_URL", self.org.org_url())
            .with_variable("OKTA_M2M_CLIENT_ID", &self.client_id)
            .with_variable("OKTA_M2M_KEY", "svc.jwk")
            .with_variable("OKTA_M2M_SCOPE", "okta.users.read");
        self
    }

    pub(super) fn now(&self) -> u64 {
        now()
    }

    pub(super) fn token_url(&self) -> String {
        format!("{}/oauth2/v1/token", self.org.org_url())
    }

    pub(super) fn public_jwk(&self) -> Value {
        serde_json::from_str(&self.key.public().to_json()).unwrap()
    }

    /// Registers a client whose metadata differ from a service app's by `changes`; `null` leaves a
    /// member out. Gives its id.
    pub(super) fn register(&self, changes: &Value) -> String {
        let mut metadata = json!({
            "client_name": "svc",
            "application_type": "service",
            "grant_types": ["client_credentials"],
            "response_types": ["token"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [self.public_jwk()]},
        });
        change(&mut metadata, changes);
        let answer = self.administer("POST", "/oauth2/v1/clients", &metadata);
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["client_id"].as_str().unwrap().to_owned()
    }

    /// Registers a client that authenticates by a secret of our choice; only the Apps API takes one.
    pub(super) fn register_with_secret(&self, method: &str, secret: &str) -> String {
        let credentials = json!({"token_endpoint_auth_method": method, "client_secret": secret});
        let settings = json!({
            "application_type": "service",
            "grant_types": ["client_credentials"],
            "response_types": ["token"],
        });
        let app = json!({
            "name": "oidc_client",
            "label": "svc",
            "signOnMode": "OPENID_CONNECT",
            "credentials": {"oauthClient": credentials},
            "settings": {"oauthClient": settings},
        });
        let answer = self.administer("POST", "/api/v1/apps", &app);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    pub(super) fn register_app_bound_to_dpop(&self) -> String {
        let id = self.register(&json!({}));
        let path = format!("/api/v1/apps/{id}");
        let mut app = self.administer("GET", &path, &Value::Null).json();
        app["settings"]["oauthClient"]["dpop_bound_access_tokens"] = json!(true);
        assert_eq!(self.administer("PUT", &path, &app).status, 200);
        id
    }

    fn administer(&self, method: &str, path: &str, body: &Value) -> Answer {
        let url = format!("{}{path}", self.org.org_url());
        send(method, &url, Some(self.org.admin_token()), (!body.is_null()).then_some(body))
    }

    /// An assertion that is right but for `header` and `claims`.
    pub(super) fn assertion(&self, header: &Value, claims: &Value) -> String {
        let mut full_header = json!({"alg": "ES256", "kid": self.signer.key_id().as_str()});
        change(&mut full_header, header);
        let mut full_claims = json!({
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.token_url(),
            "iat": now() - 30,
            "exp": now() + 270,
            "jti": jwt_sign::JwtId::random().unwrap().as_str(),
        });
        change(&mut full_claims, claims);
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let input = format!("{}.{}", part(&full_header), part(&full_claims));
        let signature = self.signer.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_bytes()))
    }

    pub(super) fn token(&self, form: &str) -> Answer {
        post_form(&self.token_url(), form)
    }

    pub(super) fn token_with(&self, claims: &Value) -> Answer {
        self.token(&form(&self.assertion(&json!({}), claims)))
    }

    pub(super) fn token_with_header(&self, header: &Value) -> Answer {
        self.token(&form(&self.assertion(header, &json!({}))))
    }

    pub(super) fn token_for_scope(&self, scope: &str) -> Answer {
        let assertion = self.assertion(&json!({}), &json!({}));
        self.token(&form(&assertion).replace("okta.users.read", scope))
    }

    pub(super) fn token_as(&self, authorization: &str, form: &str) -> Answer {
        post_form_as(authorization, &self.token_url(), form)
    }
}

/// An `Authorization` header with a client's secret (RFC 7617).
pub(super) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// The form of a token request.
pub(super) fn form(assertion: &str) -> String {
    format!(
        "grant_type=client_credentials&scope=okta.users.read&client_assertion_type={TYPE}\
         &client_assertion={assertion}"
    )
}

fn change(object: &mut Value, changes: &Value) {
    let object = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the assertions are for a server that runs now")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
