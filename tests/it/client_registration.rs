//! Dynamic client registration (RFC 7591, RFC 7592) at npm `oidc-provider`, a server that nobody here wrote.

use std::sync::Arc;

use jwk_gen::{Algorithm, JwkSet, KeySpec, PrivateJwk, generate};
use okta_http::{
    ApiCredential, HttpClient, OrgUrl, RetryPolicy, Secret, SystemClock, TransportConfig,
    UreqTransport,
};
use okta_register::{KeySource, RegisterError, Registrar, RegistrationApi, ServiceApp};
use serde_json::json;
use tests::{ForeignServer, Sandbox, is_skipped};

use crate::PROGRAM;

const SCOPE: &str = "okta.users.read";
const INITIAL_ACCESS_TOKEN: &str = "initial-access-token";

fn server() -> Option<ForeignServer> {
    let settings =
        json!({"clients": [], "scopes": [SCOPE], "initial_access_token": INITIAL_ACCESS_TOKEN});
    (!is_skipped("interop")).then(|| ForeignServer::start(&settings))
}

fn registrar(server: &ForeignServer, token: &str) -> Registrar {
    let transport = UreqTransport::new(TransportConfig::default()).unwrap();
    let http = HttpClient::new(Arc::new(transport), Arc::new(SystemClock), RetryPolicy::default());
    let org = OrgUrl::parse(server.org_url()).unwrap();
    Registrar::new(http, org, ApiCredential::Bearer(Secret::new(token)))
}

fn service_app(key: &PrivateJwk) -> ServiceApp {
    let jwks = JwkSet::new(vec![key.public()]).unwrap();
    ServiceApp::new("svc", KeySource::Jwks(jwks)).unwrap().with_api(RegistrationApi::Clients)
}

#[test]
fn a_client_is_registered_read_used_and_deleted() {
    let Some(server) = server() else { return };
    let registrar = registrar(&server, INITIAL_ACCESS_TOKEN);
    for algorithm in [Algorithm::Es256, Algorithm::Rs256] {
        let key = generate(KeySpec::new(algorithm, None).unwrap()).unwrap();
        let registered = registrar.register(&service_app(&key)).unwrap();
        assert_eq!(registered.jwks[0].thumbprint.as_ref(), Some(&key.thumbprint()));

        let read = registrar.read_client(&registered.client_id).unwrap();
        assert_eq!((&read.client_id, &read.label), (&registered.client_id, &registered.label));
        assert_eq!(read.jwks[0].thumbprint, registered.jwks[0].thumbprint);

        gets_a_token(&server, &registered.client_id, &key);

        registrar.delete_client(&registered.client_id).unwrap();
        let error = registrar.read_client(&registered.client_id).unwrap_err();
        assert!(
            matches!(&error, RegisterError::Refused(server) if server.status == 401),
            "{error:?}"
        );
    }
}

#[test]
fn a_registration_by_a_stranger_is_refused() {
    let Some(server) = server() else { return };
    let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    let error = registrar(&server, "guessed").register(&service_app(&key)).unwrap_err();
    let RegisterError::Refused(refusal) = &error else { panic!("{error:?}") };
    assert_eq!((refusal.status, refusal.oauth_error()), (401, Some("invalid_token")));
}

/// The registered key is the one that the server verifies with.
fn gets_a_token(server: &ForeignServer, client_id: &str, key: &PrivateJwk) {
    let sandbox = Sandbox::new(PROGRAM);
    sandbox.write("svc.jwk", key.expose_json().as_str());
    // The server's ids may begin with `-`.
    let client_id = format!("--client-id={client_id}");
    let command = ["token", "get", "--scope", SCOPE, "--key", "svc.jwk", &client_id];
    let url = ["--org-url", server.org_url(), "--format", "json"];
    let token = sandbox.run(&[&command[..], &url].concat()).json();
    assert_eq!(token["scope"], SCOPE);
}
