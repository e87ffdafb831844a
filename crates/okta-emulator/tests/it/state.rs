//! The state file.

use std::fs;
use std::path::Path;

use okta_emulator::{Emulator, EmulatorConfig, EmulatorError, StateFileError};
use serde_json::Value;

use crate::harness::{Org, key};

fn config(path: &Path) -> EmulatorConfig {
    EmulatorConfig { state_file: Some(path.to_owned()), ..EmulatorConfig::default() }
}

/// E-01.
#[test]
fn an_org_comes_back_on_another_port() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("org.json");
    let first = Org::with(config(&path));
    let client = first.provisioned("READ_ONLY_ADMIN", &["okta.users.read"]);
    let spent = first.assertion(&client).claim("aud", "x");
    let token = first.token(&client, "okta.users.read");
    let jti = first.emulator.requests().len();
    assert!(jti > 0);
    let (url, admin) =
        (first.emulator.org_url().to_owned(), first.emulator.admin_token().to_owned());
    let app = first.get(&format!("/oauth2/v1/clients/{client}")).json();
    drop(first);

    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("127.0.0.1") && !text.contains(&token));
    let second = Org::with(config(&path));
    assert_eq!(second.emulator.admin_token(), admin);
    assert_eq!(second.get(&format!("/oauth2/v1/clients/{client}")).is(200).json(), app);
    let bearer = format!("Bearer {token}");
    second.call(&bearer, "GET", "/api/v1/users", &Value::Null).is(200);
    let grants = second.get(&format!("/api/v1/apps/{client}/grants")).json();
    assert_eq!(grants[0]["issuer"], second.emulator.org_url());
    if url != second.emulator.org_url() {
        let stale = spent.claim("aud", format!("{url}/oauth2/v1/token")).sign(&key("a"));
        second.token_with(&stale, "okta.users.read").fails_oauth(
            401,
            "invalid_client",
            &["audience claim"],
        );
    }
}

#[test]
fn a_spent_jti_stays_spent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("org.json");
    let org = Org::with(config(&path));
    let client = org.provisioned("READ_ONLY_ADMIN", &["okta.users.read"]);
    let jwt = org.assertion(&client);
    org.token_with(&jwt.sign(&key("a")), "okta.users.read").is(200);
    drop(org);
    let org = Org::with(config(&path));
    let again = jwt.claim("aud", org.url("/oauth2/v1/token")).sign(&key("a"));
    let fragments = &["has already been used"];
    org.token_with(&again, "okta.users.read").fails_oauth(401, "invalid_client", fragments);
}

#[cfg(unix)]
#[test]
fn is_for_its_owner_only_and_nothing_else_is_left() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("org.json");
    let org = Org::with(config(&path));
    org.app(&[key("a").public()]);
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_is_no_org_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("org.json");
    drop(Org::with(config(&path)));
    let good = fs::read_to_string(&path).unwrap();
    let newer = good.replacen("\"format\":1", "\"format\":2", 1);
    let foreign = good.replacen("\"format\":1", "\"format\":1,\"more\":1", 1);
    for text in ["", "{}", &good[..good.len() / 2], &newer, &foreign] {
        fs::write(&path, text).unwrap();
        let error = Emulator::start(config(&path)).unwrap_err();
        assert!(
            matches!(error, EmulatorError::StateFile(StateFileError::Corrupt { .. })),
            "{error}"
        );
        assert!(error.to_string().contains(&path.display().to_string()));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_key_that_was_spoiled_on_disk_is_an_invalid_set() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("org.json");
    let org = Org::with(config(&path));
    let client = org.provisioned("READ_ONLY_ADMIN", &["okta.users.read"]);
    drop(org);
    let jwk = key("a").public();
    let text = fs::read_to_string(&path).unwrap();
    let (x, y) = (jwk["x"].as_str().unwrap(), jwk["y"].as_str().unwrap());
    fs::write(&path, text.replace(x, y)).unwrap();
    let org = Org::with(config(&path));
    let assertion = org.assertion(&client).sign(&key("a"));
    let fragments = &["client JWKSet is invalid"];
    org.token_with(&assertion, "okta.users.read").fails_oauth(401, "invalid_client", fragments);
}

#[test]
fn a_change_that_cannot_be_kept_does_not_happen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sub").join("org.json");
    fs::create_dir(folder.path().join("sub")).unwrap();
    let org = Org::with(config(&path));
    org.app(&[key("a").public()]);
    fs::remove_dir_all(folder.path().join("sub")).unwrap();
    org.admin("POST", "/api/v1/apps", &crate::harness::app_body(&[])).fails(500, "E0000009", "");
    assert_eq!(org.get("/api/v1/apps").is(200).json().as_array().unwrap().len(), 1);
    let missing = Emulator::start(config(&path)).unwrap_err();
    assert!(matches!(missing, EmulatorError::StateFile(StateFileError::Unwritable { .. })));
}
