//! Discovery documents.

use serde_json::json;

use crate::harness::Org;

#[test]
fn documents_name_the_endpoints_that_answer() {
    let org = Org::start();
    let url = org.emulator.org_url();
    for (path, issuer, base) in [
        ("/.well-known/openid-configuration", url.to_owned(), "/oauth2/v1"),
        ("/.well-known/oauth-authorization-server", url.to_owned(), "/oauth2/v1"),
        (
            "/oauth2/default/.well-known/openid-configuration",
            format!("{url}/oauth2/default"),
            "/oauth2/default/v1",
        ),
        (
            "/oauth2/default/.well-known/oauth-authorization-server",
            format!("{url}/oauth2/default"),
            "/oauth2/default/v1",
        ),
        (
            "/.well-known/oauth-authorization-server/oauth2/default",
            format!("{url}/oauth2/default"),
            "/oauth2/default/v1",
        ),
    ] {
        let document = org.send("GET", path, &[], "").is(200).json();
        assert_eq!(document["issuer"], issuer);
        for (member, name) in [
            ("token_endpoint", "token"),
            ("introspection_endpoint", "introspect"),
            ("revocation_endpoint", "revoke"),
        ] {
            let path = format!("{base}/{name}");
            assert_eq!(document[member], org.url(&path));
            assert_eq!(
                org.send("POST", &path, &[], "").json()["error"],
                if name == "token" { "invalid_request" } else { "invalid_client" }
            );
        }
        let methods = document["token_endpoint_auth_methods_supported"].as_array().unwrap();
        assert!(methods.contains(&json!("private_key_jwt")));
        let algorithms = document["dpop_signing_alg_values_supported"].as_array().unwrap();
        assert_eq!(algorithms.len(), 6);
        let keys = document["jwks_uri"].as_str().unwrap().strip_prefix(url).unwrap();
        assert_eq!(org.send("GET", keys, &[], "").is(200).json(), json!({ "keys": [] }));
        org.send("POST", path, &[], "").fails(405, "E0000022", "");
    }
}

#[test]
fn the_organization_document_has_the_canonical_url() {
    let org = Org::start();
    let document = org.send("GET", "/.well-known/okta-organization", &[], "").is(200).json();
    assert_eq!(document["pipeline"], "idx");
    assert_eq!(document["_links"]["organization"]["href"], org.emulator.org_url());
}

#[test]
fn other_servers_and_documents_do_not_exist() {
    let org = Org::start();
    let unknown = "/oauth2/aus1/.well-known/openid-configuration";
    org.send("GET", unknown, &[], "").fails_oauth(400, "invalid_request", &["id is invalid"]);
    org.send("GET", "/.well-known/nothing", &[], "").fails(404, "E0000008", "");
}
