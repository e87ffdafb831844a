//! `Debug` shows neither a key nor a usable assertion.

use base64::Engine;
use jwk_gen::Algorithm;
use jwt_sign::{ClientAssertion, ClientId, LocalSigner, Signature, Signer};

use crate::{ENDPOINT, key, now};

#[test]
fn debug_shows_no_secret() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es512] {
        let key = key(algorithm);
        let signer = LocalSigner::new(&key).unwrap();
        let client_id = ClientId::new("0oa1").unwrap();
        let assertion = ClientAssertion::new(&client_id, ENDPOINT, now()).unwrap();
        let jwt = assertion.sign(&signer).unwrap();
        let dynamic: &dyn Signer = &signer;
        let shown = format!("{signer:?}{signer:#?}{dynamic:?}{jwt:?}{jwt:#?}{assertion:?}");
        assert!(shown.contains(signer.key_id().as_str()), "{shown}");
        for part in jwt.expose_compact().split('.') {
            assert!(!shown.contains(&part[..16]), "{shown}");
        }
        let private: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&key.expose_json()).unwrap();
        for member in ["d", "p", "q", "dp", "dq", "qi"] {
            let Some(value) = private.get(member).and_then(|it| it.as_str()) else { continue };
            let octets = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(value).unwrap();
            let decimal = format!("{:?}", &octets[..6]);
            let decimal = decimal.trim_matches(['[', ']']);
            let hex = octets[..6].iter().map(|it| format!("{it:02x}")).collect::<String>();
            for mark in [&value[..12], decimal, &hex] {
                assert!(!shown.contains(mark), "{member}: {shown}");
            }
        }
    }
}

#[test]
fn debug_shows_no_signature() {
    let signature = Signature::new((100..164).collect());
    let shown = format!("{signature:?}{signature:#?}");
    assert!(shown.contains("64 octets"), "{shown}");
    for mark in ["100", "101", "102", "d, e", "64, 65", "defg"] {
        assert!(!shown.contains(mark), "{shown}");
    }
}
