//! Whatever is registered, no private member leaves.

use jwk_gen::{Algorithm, JwkSet, KeySpec, PrivateJwk, generate, parse_public};
use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::scripted_org::{Org, answer, app_id, app_json, refusal};
use crate::{AppChange, ChosenClientId, KeySource, RegistrationApi, ServiceApp};

/// RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

fn keys() -> Vec<PrivateJwk> {
    use Algorithm::{Es256, Es384, Es512, Rs256};
    let algorithms = [Rs256, Rs256, Es256, Es256, Es256, Es384, Es512];
    algorithms.map(|it| generate(KeySpec::new(it, None).unwrap()).unwrap()).into()
}

/// A private key as somebody may hand it in: a JWK or a JWK Set with its members in any order, foreign ones among them, or PEM.
fn written(random: &mut Chance, key: &PrivateJwk) -> String {
    if random.below(4) == 0 {
        return key.expose_pkcs8_pem().to_string();
    }
    let members: Map<String, Value> = serde_json::from_str(&key.expose_json()).unwrap();
    let mut members: Vec<_> = members.into_iter().collect();
    for (name, value) in
        [("kid", json!("k-1")), ("x-note", json!({"d": "x"})), ("alg", json!(null))]
    {
        if random.below(2) == 0 && !members.iter().any(|it| it.0 == name) && !value.is_null() {
            members.push((name.to_owned(), value));
        }
    }
    for last in (1..members.len()).rev() {
        members.swap(last, random.index(last + 1));
    }
    let members: Vec<_> = members.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
    let jwk = format!("{{{}}}", members.join(","));
    if random.below(2) == 0 { jwk } else { format!("{{\"keys\":[{jwk}]}}") }
}

fn requests_with(random: &mut Chance, keys: &JwkSet) -> Vec<String> {
    let labels = ["svc", "é – \"d\":\"x\"", "{\"d\":1}", "keys"];
    let source = KeySource::Jwks(keys.clone());
    match random.below(4) {
        0 => {
            let org = Org::new(vec![refusal(400, "E0000001")]);
            drop(org.registrar().add_key(&app_id(), &keys.keys()[0]));
            org.requests()
        }
        1 => {
            let app = app_json("0oa1", "svc");
            let org =
                Org::new(vec![answer(200, &app), answer(200, &app), refusal(400, "E0000001")]);
            let change = AppChange::new().with_keys(source).unwrap();
            let planned = org.registrar().plan_update(&app_id(), &change).unwrap();
            drop(org.registrar().update(&planned));
            org.requests()
        }
        api => {
            let app = ServiceApp::new(labels[random.index(labels.len())], source).unwrap();
            let app = if api == 2 {
                let client_id = ChosenClientId::of(&app);
                app.with_client_id(client_id).with_dpop_bound(random.below(2) == 0)
            } else {
                app.with_api(RegistrationApi::Clients)
            };
            let org = Org::new(vec![refusal(400, "E0000001")]);
            drop(org.registrar().register(&app));
            org.requests()
        }
    }
}

/// Every object of a body that is a key.
fn sent_keys(value: &Value) -> Vec<&Map<String, Value>> {
    match value {
        Value::Object(object) => {
            let own = object.contains_key("kty").then_some(object);
            own.into_iter().chain(object.values().flat_map(sent_keys)).collect()
        }
        Value::Array(items) => items.iter().flat_map(sent_keys).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn two_thousand_random_bodies_have_no_private_member() {
    let (keys, mut random, mut bodies) = (keys(), Chance(9449), 0);
    for round in 0..2_000 {
        let key = &keys[random.index(keys.len())];
        let text = written(&mut random, key);
        // A private key is no public one, in whatever form it is handed in; its public half is asked for.
        assert!(parse_public(&text).is_err(), "{round}");
        let public = JwkSet::new(vec![key.public()]).unwrap();
        let secrets: Map<String, Value> = serde_json::from_str(&key.expose_json()).unwrap();
        let secrets = PRIVATE.iter().filter_map(|name| secrets.get(*name)?.as_str());
        let secrets: Vec<_> = secrets.collect();
        assert!(!secrets.is_empty());
        for request in requests_with(&mut random, &public) {
            assert!(!secrets.iter().any(|secret| request.contains(secret)), "{round}: {request}");
            let Some(start) = request.find('{') else { continue };
            let body: Value = serde_json::from_str(&request[start..]).unwrap();
            let sent = sent_keys(&body);
            assert!(!sent.is_empty(), "{round}: {request}");
            for key in sent {
                assert!(!PRIVATE.iter().any(|name| key.contains_key(*name)), "{round}: {request}");
            }
            bodies += 1;
        }
    }
    assert_eq!(bodies, 2_000);
}
